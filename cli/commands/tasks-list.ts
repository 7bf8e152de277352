import { type Command, Option } from 'commander';
import { DAY, type Instant } from '../../functions/abandonment/time.ts';
import { amount } from '../../functions/platform/amounts.ts';
import type { Tone } from '../colour.ts';
import { addCommand, type Cli, countArgument, onStage } from '../command.ts';
import type { Columns } from '../output.ts';
import { knownKey } from '../recipient-argument.ts';
import { inOrder, listTasks, TASK_ORDERS, TASK_STATES, type TaskLine, type TaskState } from '../task-list.ts';

interface Options {
  prefix: string;
  state: TaskState;
  owner?: string;
  sort: (typeof TASK_ORDERS)[number];
  limit?: number;
}

const MEANING = `
State: open (an alert fired), failing (without PRIMARY, no alert yet; as a filter the open ones, too), healthy, disabled,
ineligible (of a kind that is not watched). Due: when it will be disabled, if nothing prevents it.`;

/** Adds `tasks list`. */
export function registerTasksList(tasks: Command, cli: Cli): void {
  addCommand(tasks, {
    usage: 'list',
    description: 'the tasks in a state, with owners and dates; "disabled" and "all" read the whole table',
    examples: [
      'tasks list',
      'tasks list --state open --prefix acmeCo/ --sort due --limit 20',
      'tasks list --owner ana@acme.test',
      'tasks list --state all --json',
    ],
  })
    .addOption(new Option('--prefix <prefix>', 'only ids that begin so').default('', 'all'))
    .addOption(new Option('--state <state>', 'which tasks').choices(TASK_STATES).default('failing'))
    .option('--owner <address>', 'only those that this address owns, by the task itself or by an owner rule')
    .addOption(
      new Option(
        '--sort <order>',
        'what comes first: by id, the nearest date, the longest without PRIMARY, ...',
      )
        .choices(TASK_ORDERS)
        .default('task'),
    )
    .option('--limit <count>', 'at most so many of them', countArgument)
    .addHelpText('after', MEANING)
    .action(
      onStage<[], Options>(cli, async ({ system, out, stderr }, { prefix, state, owner, sort, limit }) => {
        const now = system.clock.now();
        const isOwned = owner === undefined ? undefined : knownKey(owner);
        const found = inOrder(await listTasks(system.table, { state, prefix, owner: isOwned }, now), sort);
        const shown = found.slice(0, limit);
        const isWhole = shown.length === found.length;
        const total = `${isWhole ? '' : `${shown.length} of `}${amount(found.length, 'task')}`;
        const isFiltered = prefix !== '' || owner !== undefined;
        const none = `${NONE[state]}${isFiltered ? ' there' : ''}; --state all lists every task`;
        out.list(shown, columnsAt(now), none, isWhole ? total : `${total}; --limit shows more`);
        if (out.json && !isWhole) stderr.write(`note: ${total}; --limit gives more\n`);
      }),
    );
}

const NONE: Record<TaskState, string> = {
  open: 'no task has an open episode',
  failing: 'no task fails',
  disabled: 'no task is disabled',
  all: 'there are no tasks',
};

const columnsAt = (now: Instant): Columns<TaskLine> => [
  ['TASK', ({ task }) => task],
  ['STATE', ({ state, disabledAs }) => (disabledAs === null ? state : `${state}: ${disabledAs}`)],
  ['OWNERS', ownersText],
  ['NOT PRIMARY SINCE', ({ notPrimarySince }) => notPrimarySince ?? '-'],
  ['EPISODE', ({ episode }) => (episode === null ? '-' : `#${episode}`)],
  [
    'DECISION',
    ({ decision, reason }) => `${decision}: ${reason}`,
    ({ decision }) => (decision === 'hold' ? 'warn' : undefined),
  ],
  ['DUE', ({ disableAt }) => disableAt ?? '-', ({ disableAt }) => nearness(disableAt, now)],
];

function ownersText({ owners }: TaskLine): string {
  const [first = '-', ...others] = owners;
  return others.length === 0 ? first : `${first} +${others.length}`;
}

/** A date is near a week before, and very near on the last day. */
function nearness(disableAt: string | null, now: Instant): Tone | undefined {
  const left = disableAt === null ? Number.POSITIVE_INFINITY : Date.parse(disableAt) - now;
  if (left > 7 * DAY) return undefined;
  return left > DAY ? 'warn' : 'bad';
}
