import type { Command } from 'commander';
import { prefixProblem } from '../../functions/abandonment/policy-scope.ts';
import { formatInstant, parseInstant } from '../../functions/abandonment/time.ts';
import { type Undone, undoDisabling, undoRefusal } from '../../functions/disabling/undo.ts';
import { undoKind } from '../../functions/operator-work/kinds/undo.ts';
import {
  type UndoCandidate,
  type UndoneTogether,
  undoCandidates,
} from '../../functions/operator-work/undo-candidates.ts';
import { amount, amountAre } from '../../functions/platform/amounts.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { giveWork, WAIT } from '../bulk-work.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { confirm } from '../confirm.ts';
import { UsageError } from '../errors.ts';
import { type Since, sinceArgument, sinceInstant } from '../since.ts';
import { safe } from '../terminal.ts';

interface Options {
  task?: string;
  run?: string;
  since?: Since;
  prefix?: string;
  reason: string;
  dryRun?: boolean;
  yes?: boolean;
  wait?: boolean;
}

const SEMANTICS = `
A task is enabled as it was before, its clocks start again (a full warnAfter, a full grace), and whoever holds our mails about it
is notified with the next scan. With --run and --since it is left as it is where it is on again, deleted, disabled again since, or
published as disabled by a user since. More than one task is a bulk command: see \`taskwarden work\`.`;

/** Adds `undo`. */
export function registerUndo(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'undo',
    description: 'enable again what Taskwarden disabled: a task, all of one scan, or all since an instant',
    examples: [
      'undo --task acmeCo/prod/orders --reason "still needed"',
      'undo --run 2026-02-05T00:00:00Z --dry-run',
      'undo --since 2026-02-01T00:00:00Z --prefix acmeCo/ --yes --wait',
    ],
  })
    .option('--task <id>', 'the task')
    .option('--run <instant>', 'the scan whose disablings are undone, by its instant')
    .option(
      '--since <when>',
      'all that scans disabled since: an instant, or how long ago, such as 2d',
      sinceArgument,
    )
    .option('--prefix <prefix>', 'of these only tasks below it')
    .option('--reason <text>', 'why, for the audit', 'undone by an operator')
    .option('--dry-run', 'say what would be done with each task, and change nothing')
    .option('--yes', 'do not ask, though there is more than one task')
    .option('--wait', WAIT)
    .addHelpText('after', SEMANTICS)
    .action(onStage<[], Options>(cli, undo));
}

async function undo(session: Session, options: Options): Promise<void> {
  const { task, run, since, prefix } = options;
  const choices = [task, run, since].filter((choice) => choice !== undefined);
  if (choices.length !== 1) throw new UsageError('undo: give one of --task, --run and --since');
  if (task === undefined) return undoTogether(session, options);
  if (prefix !== undefined) throw new UsageError('undo: --prefix goes with --run and --since');
  const candidate = await candidateOf(session, task);
  if (candidate.refusal !== undefined)
    throw new UsageError(`task ${JSON.stringify(task)}: ${candidate.refusal}`);
  if (options.dryRun) return showDryRun(session, [candidate]);
  const undone = await undoOne(session, { task, reason: options.reason });
  if (undone.outcome === 'refused') throw new UsageError(`task ${JSON.stringify(task)}: ${undone.reason}`);
}

async function candidateOf({ system }: Session, task: string): Promise<UndoCandidate> {
  const record = await loadTask(system.table, task);
  return { task, run: record?.disabledByUs?.run ?? '', refusal: undoRefusal(record, undefined) };
}

const SAID = { enabled: 'is enabled again', requested: 'is asked for at its owning system' } as const;

/** Undoes one at once, and says what came of it. */
async function undoOne(
  { system, operator, out }: Session,
  { task, run, reason }: { task: string; run?: string; reason: string },
): Promise<Undone> {
  const act = { task, by: await operator(), reason, isOperator: true };
  const undone = await undoDisabling(system, { ...act, ...(run !== undefined && { run }) });
  if (undone.outcome !== 'refused')
    out.one({ task, ...undone }, () => [`${safe(task)} ${SAID[undone.outcome]}`]);
  return undone;
}

async function undoTogether(session: Session, options: Options): Promise<void> {
  const together = togetherOf(session, options);
  const candidates = await undoCandidates(session.system, together);
  if (candidates.length === 0) throw new UsageError(`${named(options)}: ${nothingOf(together)}`);
  if (options.dryRun) return showDryRun(session, candidates);
  const due = candidates.filter(({ refusal }) => refusal === undefined);
  const left = candidates.filter(({ refusal }) => refusal !== undefined);
  if (due.length > 1) return undoMany(session, { ...options, together, due, left });
  for (const candidate of left) showLeft(session, candidate);
  const [only] = due;
  if (!only) return;
  const { task, run } = only;
  const undone = await undoOne(session, { task, run, reason: options.reason });
  if (undone.outcome === 'refused') showLeft(session, { ...only, refusal: undone.reason });
}

function togetherOf({ system }: Session, { run, since, prefix }: Options): UndoneTogether {
  const problem = prefix === undefined ? undefined : prefixProblem(prefix);
  if (problem !== undefined) throw new UsageError(`--prefix ${JSON.stringify(prefix)} ${problem}`);
  const below = prefix === undefined ? {} : { prefix };
  if (since !== undefined) return { since: sinceInstant(since, system.clock.now()), ...below };
  const instant = parseInstant(run ?? '');
  if (instant !== undefined) return { run: formatInstant(instant), ...below };
  throw new UsageError(`--run ${JSON.stringify(run)}: no instant; allowed is RFC 3339 with a zone`);
}

/** The option that says which tasks are meant, as it was given. */
function named({ run }: Options): string {
  return run === undefined ? '--since' : `--run ${JSON.stringify(run)}`;
}

function nothingOf(together: UndoneTogether): string {
  const below = together.prefix === undefined ? '' : ` below ${JSON.stringify(together.prefix)}`;
  if ('run' in together) return `this scan disabled nothing${below}`;
  return `no scan disabled anything${below} since ${formatInstant(together.since)}`;
}

interface Many extends Options {
  together: UndoneTogether;
  due: readonly UndoCandidate[];
  left: readonly UndoCandidate[];
}

async function undoMany(session: Session, { together, due, left, reason, ...options }: Many): Promise<void> {
  await confirm(session, { act: `enable ${amount(due.length, 'task')} again`, yes: options.yes === true });
  if (!session.out.json) for (const candidate of left) showLeft(session, candidate);
  const below = together.prefix === undefined ? '' : ` below ${together.prefix}`;
  const which = 'run' in together ? `of scan ${together.run}` : `since ${formatInstant(together.since)}`;
  await giveWork(session, {
    kind: undoKind,
    what: `undo of all disabled ${which}${below}`,
    items: due.map(({ task, run }) => ({ id: task, of: run })),
    reason,
    wait: options.wait === true,
    sentence: `${amountAre(due.length, 'task')} to be enabled again`,
    beside: { skippedBefore: left.map(({ task, refusal }) => ({ task, reason: refusal })) },
  });
}

function showLeft({ out }: Session, { task, refusal }: UndoCandidate): void {
  out.one({ task, outcome: 'refused', reason: refusal }, () => [
    `${safe(task)} is left as it is: ${refusal}`,
  ]);
}

function showDryRun(session: Session, candidates: readonly UndoCandidate[]): void {
  const { out } = session;
  for (const candidate of candidates) {
    if (candidate.refusal !== undefined) showLeft(session, candidate);
    else
      out.one({ task: candidate.task, run: candidate.run, outcome: 'would be enabled' }, () => [
        `${safe(candidate.task)} would be enabled again`,
      ]);
  }
  const due = candidates.filter(({ refusal }) => refusal === undefined).length;
  if (!out.json)
    out.one({}, () => [`${due} of ${candidates.length} would be enabled again; nothing was changed`]);
}
