import type { Command } from 'commander';
import { formatInstant } from '../../functions/abandonment/time.ts';
import { approvalWork } from '../../functions/operator-work/kinds/approve.ts';
import {
  approveSpike,
  HELD,
  type HeldSpike,
  HOLD_ACTS,
  type HoldActResult,
  heldNow,
  heldToApprove,
  MOST_AT_ONCE,
} from '../../functions/operators/hold-acts.ts';
import {
  type Dated,
  datedOnce,
  groupHeld,
  HELD_BY,
  type HeldGroups,
  type HeldTask,
  type Hold,
  type HoldAct,
  loadHolds,
  tasksOfHold,
} from '../../functions/operators/holds.ts';
import { amount, oneOr } from '../../functions/platform/amounts.ts';
import { argument } from '../../functions/platform/shell-word.ts';
import { countArgument, reasonArgument, type Until, untilArgument, untilInstant } from '../act-options.ts';
import { giveWork, WAIT } from '../bulk-work.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { Columns } from '../output.ts';
import { columns, safe } from '../terminal.ts';

const SEMANTICS = `
HOLD is what \`holds list\` names: blast-radius, correlated-failure:PLANE, listing-shrank:CONTROL-PLANE and others; the name of the data
plane or control plane alone is enough where only one hold is meant. \`reject\` leaves a hold as it is: what it holds stays held, the
reason is kept, and operators do not hear of it again for four weeks, or until more is held.`;

/** Adds `holds list`, `show`, `approve`, `reject` and `dismiss`. */
export function registerHolds(holds: Command, cli: Cli): void {
  addList(holds, cli);
  addShow(holds, cli);
  addApprove(holds, cli);
  addReject(holds, cli);
  addDismiss(holds, cli);
}

function addList(holds: Command, cli: Cli): void {
  addCommand(holds, {
    usage: 'list',
    description: 'what holds many tasks at once: since when, how many, of whom, and what can be done',
    examples: ['holds list', 'holds list --json'],
  }).action(
    onStage(cli, async ({ system, out }) => {
      const dated = datedOnce(system.table);
      const holds = await loadHolds(system, dated);
      const lines = await Promise.all(
        holds.map(async (hold) => lineOf(hold, await summaryOf({ system }, hold, dated))),
      );
      out.list(lines, COLUMNS, 'nothing holds many tasks at once');
    }),
  );
}

/** The tasks of a hold, and what they have in common. */
export interface Summary {
  tasks: HeldTask[];
  groups: HeldGroups;
}

/** Reads which tasks a hold holds now. */
export async function summaryOf(
  { system }: Pick<Session, 'system'>,
  hold: Hold,
  dated?: Dated,
): Promise<Summary> {
  const tasks: HeldTask[] = [];
  for await (const task of tasksOfHold(system, hold, dated)) tasks.push(task);
  return { tasks, groups: await groupHeld(system, tasks) };
}

/** One hold as other programs read it. */
function lineOf(hold: Hold, { tasks, groups }: Summary) {
  const rejected = hold.rejected && {
    ...hold.rejected,
    at: formatInstant(hold.rejected.at),
    until: formatInstant(hold.rejected.until),
  };
  return { ...hold, since: formatInstant(hold.since), rejected, tasks: tasks.length, groups };
}

type Line = ReturnType<typeof lineOf>;

const COLUMNS: Columns<Line> = [
  ['HOLD', ({ id }) => id],
  ['SINCE', ({ since }) => since],
  ['TASKS', ({ tasks }) => String(tasks)],
  ['MOST OF', ({ groups }) => mostOf(groups)],
  ['REJECTED', ({ rejected }) => (rejected ? `by ${rejected.by}: ${rejected.reason}` : 'no')],
  ['CAN BE', ({ acts }) => (acts.length > 0 ? acts.map((act) => DONE[act]).join(', ') : '-')],
];

const DONE: Record<HoldAct, string> = { approve: 'approved', reject: 'rejected', dismiss: 'dismissed' };

/** `tenant acmeCo 40, plane eu-1 50`: whom most of them are of. */
export function mostOf(groups: HeldGroups): string {
  return (['tenant', 'plane'] as const)
    .flatMap((by) => groups[by].slice(0, 1).map(({ name, tasks }) => `${by} ${name} ${tasks}`))
    .join(', ');
}

/** So many tasks, and groups of each kind, are named, if nobody asks for more. */
const NAMED = 20;

function addShow(holds: Command, cli: Cli): void {
  addCommand(holds, {
    usage: 'show <hold>',
    description:
      'one hold: how many tasks of which tenants, data planes, owners and causes of failure, and which',
    examples: ['holds show blast-radius', 'holds show correlated-failure:aws-eu-1 --all --json'],
  })
    .option('--all', `name all tasks, not only the first ${NAMED}`)
    .addHelpText('after', SEMANTICS)
    .action(
      onStage<[string], { all?: boolean }>(cli, async (session, { all }, name) => {
        const hold = await holdNamed(session, name);
        const summary = await summaryOf(session, hold);
        const ids = summary.tasks.map(({ id }) => id).sort();
        const named = all ? ids : ids.slice(0, NAMED);
        session.out.one({ ...lineOf(hold, summary), named }, () => shownLines(hold, summary, named));
      }),
    );
}

function shownLines(hold: Hold, { tasks, groups }: Summary, named: readonly string[]): string[] {
  const more = tasks.length - named.length;
  const rejected = hold.rejected
    ? [safe(`rejected ${formatInstant(hold.rejected.at)} by ${hold.rejected.by}: ${hold.rejected.reason}`)]
    : [];
  return [
    safe(
      `${hold.id}: ${amount(tasks.length, 'task')} since ${formatInstant(hold.since)}; it ends with ${hold.ends}`,
    ),
    ...rejected,
    ...HELD_BY.flatMap((by) => groupLines(by, groups)),
    ...(named.length > 0 ? ['tasks', ...named.map((id) => `  ${safe(id)}`)] : []),
    ...(more > 0 ? [`  and ${more} more; --all names them`] : []),
  ];
}

function groupLines(by: keyof HeldGroups, groups: HeldGroups): string[] {
  const rows = groups[by].slice(0, NAMED).map(({ name, tasks }) => [name, String(tasks)]);
  const more = groups[by].length - rows.length;
  return [`by ${by}`, ...columns(rows, '  '), ...(more > 0 ? [`  and ${more} more`] : [])];
}

interface ApproveOptions {
  until?: Until;
  expect?: number;
  task?: string;
  prefix?: string;
  reason?: string;
  wait?: boolean;
}

const OF_MANY = `
More than ${MOST_AT_ONCE} tasks are a bulk command: see \`taskwarden work\`. It lets go those that were held when it was given.`;

function addApprove(holds: Command, cli: Cli): void {
  addCommand(holds, {
    usage: 'approve [hold]',
    description:
      'let go what a hold holds: exactly the tasks of a spike (blast-radius, which is meant where none is named), each decided again at the usual rate; or the missing tasks of a listing are gone',
    examples: [
      'holds approve blast-radius --expect 5000 --reason "the old fleet"',
      'holds approve --prefix acmeCo/ --expect 40',
      'holds approve listing-shrank:connect',
    ],
  })
    .summary('let go what a hold holds')
    .option('--expect <number>', 'how many it is to be; refused where there are more or fewer', countArgument)
    .option('--task <id>', 'of a spike only this task')
    .option('--prefix <prefix>', 'of a spike only tasks below it')
    .option(
      '--until <when>',
      'when the approval ends: an instant, or in how long, such as 10d (default: the days it takes at perDay, and 7)',
      untilArgument,
    )
    .option('--reason <text>', 'why, for the audit', reasonArgument)
    .option('--wait', WAIT)
    .addHelpText('after', SEMANTICS + OF_MANY)
    .action(onStage<[string?], ApproveOptions>(cli, approve));
}

async function approve(session: Session, options: ApproveOptions, name = 'blast-radius'): Promise<void> {
  const { expect, task, prefix, until } = options;
  if (name === 'blast-radius') {
    if (expect === undefined && task === undefined) await askHowMany(session, prefix);
    return approveHeldTasks(session, options);
  }
  if (expect !== undefined || task !== undefined || prefix !== undefined || until !== undefined)
    throw new UsageError('--expect, --task, --prefix and --until go with blast-radius');
  await act(session, { name, to: 'approve', reason: options.reason ?? '' });
}

const NONE_HELD = 'the blast radius holds none of them';

/** An approval of many names how many it expects: nobody lets go what they did not see. */
async function askHowMany({ system }: Session, prefix: string | undefined): Promise<never> {
  const held = (await heldNow(system, prefix === undefined ? {} : { prefix })).length;
  if (held === 0) throw new UsageError(NONE_HELD);
  throw new UsageError(
    `--expect is missing: ${held} ${oneOr(held, 'is', 'are')} held now, and \`--expect ${held}\` approves ${oneOr(held, 'it', 'them')}`,
  );
}

/** Approves what a spike holds, and says what comes next; `approve` without more is the same. */
export async function approveHeldTasks(session: Session, options: ApproveOptions): Promise<void> {
  const { system } = session;
  const { expect, task, prefix } = options;
  const meant = { ...(task !== undefined && { task }), ...(prefix !== undefined && { prefix }) };
  const until = untilInstant(options.until, system.clock.now());
  const approving = { ...(expect !== undefined && { expect }), ...(until !== undefined && { until }) };
  const found = await heldToApprove(system, meant, approving);
  if (found.outcome === 'refused') throw new UsageError(found.problem);
  if (found.tasks.length > MOST_AT_ONCE) return approveMany(session, found, options);
  await approveSome(session, found, options.reason);
}

async function approveSome(
  { system, out, operator, interrupts }: Session,
  found: HeldSpike,
  reason = HELD,
): Promise<void> {
  interrupts.whileDoing(
    'some may be approved; `taskwarden holds show blast-radius` shows what is still held',
  );
  const tasks = await approveSpike(system, found, { by: await operator(), reason });
  const ends = formatInstant(found.until);
  out.one({ approved: tasks, until: ends }, () => [
    `${tasks.length} approved until ${ends}; what is not disabled by then is held again`,
    ...tasks.slice(0, NAMED).map((id) => `  ${safe(id)}`),
    ...(tasks.length > NAMED ? [`  and ${tasks.length - NAMED} more`] : []),
  ]);
}

async function approveMany(
  session: Session,
  { tasks, until }: HeldSpike,
  { prefix, reason = HELD, wait = false }: ApproveOptions,
): Promise<void> {
  const ends = formatInstant(until);
  await giveWork(session, {
    ...approvalWork(tasks, ends, prefix),
    reason,
    wait,
    sentence: `${tasks.length} are to be approved until ${ends}; what is not disabled by then is held again`,
    beside: { until: ends },
  });
}

/** Says what a spike holds, and changes nothing. */
export async function listHeldTasks({ system, out }: Session): Promise<void> {
  const held = await heldNow(system, {});
  out.one({ held }, () => [`${held.length} held`, ...held.map((task) => `  ${safe(task)}`)]);
}

function addReject(holds: Command, cli: Cli): void {
  addCommand(holds, {
    usage: 'reject <hold>',
    description:
      'leave a hold as it is and say why: nothing is let go, and operators do not hear of it again for four weeks',
    examples: ['holds reject blast-radius --reason "the feed of acmeCo is wrong, see INC-42"'],
  })
    .summary('leave a hold as it is, and say why')
    .requiredOption('--reason <text>', 'why, for the audit', reasonArgument)
    .addHelpText('after', SEMANTICS)
    .action(
      onStage<[string], { reason: string }>(cli, (session, { reason }, name) =>
        act(session, { name, to: 'reject', reason }),
      ),
    );
}

function addDismiss(holds: Command, cli: Cli): void {
  addCommand(holds, {
    usage: 'dismiss <hold>',
    description:
      'take a hold for wrong: an outage or a deletion of a data plane (the clocks of its tasks run on from now), a listing that shrank (its tasks stay)',
    examples: ['holds dismiss correlated-failure:aws-eu-1', 'holds dismiss listing-shrank:connect'],
  })
    .summary('take a hold for wrong')
    .option('--reason <text>', 'why, for the audit', reasonArgument, '')
    .addHelpText('after', SEMANTICS)
    .action(
      onStage<[string], { reason: string }>(cli, (session, { reason }, name) =>
        act(session, { name, to: 'dismiss', reason }),
      ),
    );
}

/** What comes of each. */
export const SAID: Record<HoldAct, (hold: Hold) => string> = {
  approve: () => 'the next whole listing deletes what is held and still missing',
  reject: () => 'it stays held, and operators do not hear of it again for four weeks',
  dismiss: ({ cause }) =>
    cause === 'listing-shrank' ? 'what was held stays as it is' : 'the clocks of its tasks run on from now',
};

interface Acting {
  name: string;
  to: HoldAct;
  reason: string;
}

async function act(session: Session, { name, to, reason }: Acting): Promise<void> {
  const { system, out, operator } = session;
  const hold = await holdNamed(session, name, to);
  const done: HoldActResult = await HOLD_ACTS[to](system, hold, { by: await operator(), reason });
  if (!done.done) throw new UsageError(`${hold.id}: ${done.reason}`);
  out.one({ hold: hold.id, act: to, reason }, () => [`${safe(hold.id)}: ${SAID[to](hold)}`]);
}

/** The hold of a name, or of the name of its data plane or control plane; `to`: what is to be done with it. */
async function holdNamed({ system, stage }: Session, name: string, to?: HoldAct): Promise<Hold> {
  const holds = await loadHolds(system);
  const exact = holds.find(({ id }) => id === name);
  if (exact) return exact;
  const about = holds.filter(({ subject }) => subject === name);
  const fitting = to === undefined ? about : about.filter(({ acts }) => acts.includes(to));
  const [hold, ...others] = fitting.length > 0 ? fitting : about;
  if (hold && others.length === 0) return hold;
  const shownName = JSON.stringify(name);
  if (hold)
    throw new UsageError(
      `${shownName} has more than one hold; name one of ${fitting.map(({ id }) => id).join(', ')}`,
    );
  const list = `\`taskwarden holds list --stage ${argument(stage.name)}\` shows what is`;
  throw new UsageError(`${shownName}: nothing of it is held; ${list}`);
}
