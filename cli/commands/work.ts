import { Argument, type Command } from 'commander';
import {
  cancelWork,
  type OnWork,
  prioritiseWork,
  retryWork,
  type WorkChanged,
} from '../../functions/operator-work/change-work.ts';
import { eachWorkedItem, type WorkedItem } from '../../functions/operator-work/results.ts';
import {
  listOperatorWork,
  loadOperatorWork,
  type OperatorWorkRecord,
  PRIORITIES,
  type Priority,
} from '../../functions/store/operator-work.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { UsageError } from '../errors.ts';
import { detailLines } from '../readable.ts';
import { columns } from '../terminal.ts';
import { progressText, rateText, WORK_COLUMNS, workLine } from '../work-view.ts';

/** So many items are named for people; `--json` has all. */
const MOST_NAMED = 50;

/** Adds `work list`, `show`, `cancel`, `retry` and `priority`. */
export function registerWork(work: Command, cli: Cli): void {
  addCommand(work, {
    usage: 'list',
    description: 'bulk commands, the newest first; what ended is kept for 90 days',
    examples: ['work list', 'work list --open --json'],
  })
    .option('--open', 'only what is not at its end')
    .action(
      onStage<[], { open?: boolean }>(cli, async ({ system, out }, { open }) => {
        const all = await listOperatorWork(system.table);
        const shown = open ? all.filter(({ state }) => state === 'open') : all;
        if (out.json) out.list(shown.map(workLine), [], '');
        else out.list(shown, WORK_COLUMNS, 'there are no bulk commands');
      }),
    );
  addCommand(work, {
    usage: 'show <id>',
    description: 'how far a bulk command is, and which items were skipped or failed, with the reason of each',
    examples: ['work show 01JH4ZQ8Y3V5C6D7E8F9G0H1J2', 'work show 01JH4ZQ8Y3V5C6D7E8F9G0H1J2 --all --json'],
  })
    .option('--all', 'items that are done or left, too')
    .action(onStage<[string], { all?: boolean }>(cli, show));
  for (const change of CHANGES) addChange(work, cli, change);
}

async function show(session: Session, { all }: { all?: boolean }, id: string): Promise<void> {
  const { system, out } = session;
  const record = await loadOperatorWork(system.table, id);
  if (!record) throw noSuchWork(session, id);
  const items: WorkedItem[] = [];
  for await (const item of eachWorkedItem(system, record)) {
    const isTold = item.result !== null && item.result.outcome !== 'done';
    if (all || isTold) items.push(item);
  }
  const shown = items.map(({ id: item, result }) => ({
    item,
    outcome: result?.outcome ?? 'left',
    why: result?.why,
  }));
  out.one({ ...workLine(record), list: shown }, () => [...recordLines(record), ...itemLines(shown)]);
}

function recordLines(record: OperatorWorkRecord): string[] {
  const { kind, what, state, priority, by, reason } = record;
  const { at, startedAt, endedAt, notBefore } = workLine(record);
  const waits = record.state === 'open' && record.round > 0 ? { 'tries again': notBefore } : {};
  const progress = progressText(record);
  const times = { at, startedAt, ...waits, endedAt };
  return detailLines({
    id: record.id,
    kind,
    what,
    state,
    priority,
    progress,
    rate: rateText(record),
    by,
    reason,
    ...times,
  });
}

interface ShownItem {
  item: string;
  outcome: string;
  why: string | undefined;
}

/** Failures first: they are what somebody has to do something about. */
function itemLines(items: readonly ShownItem[]): string[] {
  if (items.length === 0) return [];
  const sorted = [...items].sort((a, b) => Number(b.outcome === 'failed') - Number(a.outcome === 'failed'));
  const rows = sorted.slice(0, MOST_NAMED).map(({ item, outcome, why = '' }) => [outcome, item, why]);
  const more =
    items.length > MOST_NAMED ? [`  and ${items.length - MOST_NAMED} more; --json lists them all`] : [];
  return ['', ...columns(rows, '  '), ...more];
}

interface Change {
  usage: string;
  description: string;
  examples: string[];
  answer: string;
  act(session: Session, on: OnWork, priority: Priority): Promise<WorkChanged>;
}

const ID = '01JH4ZQ8Y3V5C6D7E8F9G0H1J2';

const CHANGES: readonly Change[] = [
  {
    usage: 'cancel <id>',
    description: 'stop a bulk command: what is done stays done, the rest is left as it is',
    examples: [`work cancel ${ID} --reason "the wrong prefix"`],
    answer: 'is cancelled',
    act: ({ system }, on) => cancelWork(system, on),
  },
  {
    usage: 'retry <id>',
    description: 'try once more what failed, and go on with what a cancelled command left',
    examples: [`work retry ${ID}`],
    answer: 'goes on with the next scan',
    act: ({ system }, on) => retryWork(system, on),
  },
  {
    usage: 'priority <id>',
    description: 'work a bulk command before others, or after them',
    examples: [`work priority ${ID} high`],
    answer: 'has another priority',
    act: ({ system }, on, priority) => prioritiseWork(system, { ...on, priority }),
  },
];

function addChange(work: Command, cli: Cli, { usage, description, examples, answer, act }: Change): void {
  const command = addCommand(work, { usage, description, examples });
  if (usage.startsWith('priority')) command.addArgument(new Argument('<priority>').choices(PRIORITIES));
  command.option('--reason <text>', 'why, for the audit', '').action(
    onStage<[string, Priority], { reason: string }>(cli, async (session, { reason }, id, priority) => {
      if (!(await loadOperatorWork(session.system.table, id))) throw noSuchWork(session, id);
      const changed = await act(session, { id, by: await session.operator(), reason }, priority);
      if (!changed.changed) throw new UsageError(`work ${JSON.stringify(id)}: ${changed.reason}`);
      const { record } = changed;
      session.out.one(workLine(record), () => [`${record.id} ${answer}: ${progressText(record)}`]);
    }),
  );
}

function noSuchWork({ stage }: Session, id: string): UsageError {
  return new UsageError(
    `no bulk command has the id ${JSON.stringify(id)} in stage ${stage.name}; \`taskwarden work list\` names them`,
  );
}
