import { type Command, InvalidArgumentError } from 'commander';
import { SECOND } from '../../functions/abandonment/time.ts';
import { holdsTicks } from '../../functions/operators/dead-letters.ts';
import { historyOf } from '../../functions/operators/letter-history.ts';
import { stateOf } from '../../functions/operators/letter-state.ts';
import { eachLetter, isSelected, type Letter, type Selectors } from '../../functions/operators/letters.ts';
import { moveQueue } from '../../functions/operators/move-queue.ts';
import {
  actOnLetters,
  audit,
  type LetterCounts,
  MOST_REDRIVES,
  NO_LETTERS,
  type OnLetters,
} from '../../functions/operators/redrive.ts';
import { amount, oneOr } from '../../functions/platform/amounts.ts';
import { loadRedriven } from '../../functions/store/redriven.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { UsageError } from '../errors.ts';
import {
  isWholeQueue,
  meantText,
  queuesIn,
  requiredSelectors,
  type SelectorOptions,
  selectorsOf,
  withSelectors,
} from '../letter-selectors.ts';
import {
  countLines,
  type JudgedLetter,
  LETTER_COLUMNS,
  letterDetail,
  letterLine,
  letterLines,
} from '../letter-view.ts';
import { ProgressLine } from '../progress-line.ts';

const SEMANTICS = `
Nothing is changed without --yes. What is sent back is decided again by its worker on the state as it is then: what is no longer
due is skipped. An item is sent back ${MOST_REDRIVES} times in its life at most. A run that is interrupted is finished by the same command: nothing
is lost, and none is counted twice. A whole queue of 1,000 and more is moved by SQS itself, where it can.`;

interface ActOptions extends SelectorOptions {
  yes?: boolean;
  stop?: boolean;
  rate: number;
  why: string;
}

/** Adds `dlq list`, `dlq show`, `dlq redrive` and `dlq discard`. */
export function registerDlq(dlq: Command, cli: Cli): void {
  withSelectors(
    addCommand(dlq, {
      usage: 'list',
      description: 'what workers gave up and ticks that were lost: why, and what would become of each now',
      examples: ['dlq list', 'dlq list --queue disable --reason AccessDenied', 'dlq list --age 2d --json'],
    }),
  )
    .option('--limit <count>', 'at most so many', wholeArgument, 100)
    .action(onStage<[], SelectorOptions & { limit: number }>(cli, list));
  addCommand(dlq, {
    usage: 'show <id>',
    description:
      'one dead letter: its reason, failed attempts, how often it was sent back, and what it is about now',
    examples: ['dlq show 5fea7756-0ea4-451a-a703-a558b933e274'],
  }).action(onStage<[string]>(cli, show));
  registerAct(dlq, cli, 'redrive', 'send dead letters back to their queues, once the cause is gone', [
    'dlq redrive --queue disable',
    'dlq redrive --queue notify --reason "Daily message quota" --yes --rate 20',
    'dlq redrive --task acmeCo/prod/orders --yes',
  ]);
  registerAct(
    dlq,
    cli,
    'discard',
    'delete dead letters for good: their work is lost where no state makes it again',
    [
      'dlq discard --queue scanner-failed --yes',
      'dlq discard --queue ingest --reason unknown-source --age 7d --yes --why "a test of ours"',
    ],
  );
}

function registerAct(
  dlq: Command,
  cli: Cli,
  act: OnLetters['act'],
  description: string,
  examples: readonly string[],
): void {
  const command = withSelectors(addCommand(dlq, { usage: act, description, examples }));
  if (act === 'redrive')
    command.option('--stop', 'have SQS stop a move that an earlier run began, and change nothing else');
  command
    .option('--all', 'every dead letter there is')
    .option('--yes', 'do it; without it, the command only says what would be done')
    .option('--rate <count>', 'at most so many in a second', wholeArgument, 100)
    .option('--why <text>', 'why, for the audit', 'asked for by an operator')
    .addHelpText('after', SEMANTICS)
    .action(
      onStage<[], ActOptions>(cli, async (session, options) => {
        const selectors = requiredSelectors(`dlq ${act}`, options);
        if (options.stop === true) return stopMoves(session, selectors);
        if (options.yes !== true) return dryRun(session, act, selectors);
        await run(session, act, selectors, options);
      }),
    );
}

function wholeArgument(text: string): number {
  const value = Number(text);
  if (/^\d{1,6}$/.test(text) && value > 0) return value;
  throw new InvalidArgumentError('Allowed: a whole number from 1 to 999999.');
}

async function list(
  session: Session,
  { limit, ...options }: SelectorOptions & { limit: number },
): Promise<void> {
  const { out } = session;
  const selectors = selectorsOf(options);
  const found: JudgedLetter[] = [];
  for await (const letter of meantOf(session, selectors)) {
    found.push(await judged(session, letter));
    if (found.length > limit) break;
  }
  const shown = found.slice(0, limit);
  if (out.json) return out.list(shown.map(letterLine), [], '');
  const more = found.length > limit ? `there are more: --limit shows them` : undefined;
  out.list(shown, LETTER_COLUMNS, 'no dead letters', more);
}

/** The letters that are meant; they are where they were afterwards. */
async function* meantOf({ stage, system }: Session, selectors: Selectors): AsyncGenerator<Letter> {
  const now = system.clock.now();
  const queues = queuesIn(selectors, stage.deadLetters.queues);
  for await (const letter of eachLetter(stage.deadLetters, queues))
    if (isSelected(selectors, letter, now)) yield letter;
}

async function judged({ system }: Session, letter: Letter): Promise<JudgedLetter> {
  const state = await stateOf(system, letter.received, letter.facts);
  return { ...letter, state, now: system.clock.now() };
}

async function show(session: Session, _: object, id: string): Promise<void> {
  const { system, out, stage } = session;
  for await (const letter of meantOf(session, { id })) {
    const judgedLetter = await judged(session, letter);
    const history = await historyOf(system, judgedLetter.received, judgedLetter.facts);
    return out.one(letterDetail(judgedLetter, history), () => letterLines(judgedLetter, history));
  }
  const why = 'one that somebody else reads is seen again in ten minutes';
  throw new UsageError(`no dead letter ${JSON.stringify(id)} in stage ${stage.name}; ${why}`);
}

/** So many are named; the counts are of all. */
const NAMED = 20;

async function dryRun(session: Session, act: OnLetters['act'], selectors: Selectors): Promise<void> {
  const { out } = session;
  const counts = { meant: 0, would: 0, atLimit: 0, ticks: 0 };
  const named: JudgedLetter[] = [];
  for await (const letter of meantOf(session, selectors)) {
    counts.meant += 1;
    counts[act === 'discard' ? 'would' : await dryRunOutcomeOf(session, letter)] += 1;
    if (named.length < NAMED) named.push(await judged(session, letter));
  }
  const wouldDo = { act, selected: meantText(selectors), ...counts, letters: named.map(letterLine) };
  if (out.json) return out.one(wouldDo, () => []);
  out.list(named, LETTER_COLUMNS, 'no dead letter is meant');
  out.one({}, () => dryRunLines(act, counts));
}

async function dryRunOutcomeOf(
  { system }: Session,
  { received, facts }: Letter,
): Promise<'would' | 'atLimit' | 'ticks'> {
  if (holdsTicks(received.queue)) return 'ticks';
  const { letters } = await loadRedriven(system.table, received.queue, facts.item);
  const isCounted = letters.some(({ id }) => id === received.id);
  return letters.length >= MOST_REDRIVES && !isCounted ? 'atLimit' : 'would';
}

function dryRunLines(
  act: OnLetters['act'],
  { meant, would, atLimit, ticks }: Record<'meant' | 'would' | 'atLimit' | 'ticks', number>,
): string[] {
  const done = act === 'redrive' ? 'sent back' : 'discarded';
  const left = atLimit + ticks > 0 ? countLines({ ...NO_LETTERS, atLimit, ticks }) : [];
  return [...left, `${would} of ${meant} would be ${done}; nothing was changed, --yes does it`];
}

async function run(
  session: Session,
  act: OnLetters['act'],
  selectors: Selectors,
  { rate, why }: ActOptions,
): Promise<void> {
  const { system, stage, stderr, out, operator } = session;
  const line = new ProgressLine(stderr);
  const on: OnLetters = {
    letters: stage.deadLetters,
    queues: queuesIn(selectors, stage.deadLetters.queues),
    selects: (letter) => isSelected(selectors, letter, system.clock.now()),
    act,
    perSecond: rate,
    by: await operator(),
    meant: meantText(selectors),
    why,
    onProgress: progressOf(session, line, act),
  };
  try {
    const moved = act === 'redrive' && isWholeQueue(selectors) ? await moveWhole(session, on, line) : 0;
    const counts = await actOnLetters(system, on);
    counts.redriven += moved;
    line.clear();
    out.one({ act, meant: on.meant, ...counts }, () => countLines(counts));
    if (counts.failed > 0)
      throw new Error(
        `${amount(counts.failed, 'dead letter')} ${oneOr(counts.failed, 'was', 'were')} not taken by ${oneOr(counts.failed, 'its queue', 'their queues')}: run it again`,
      );
  } finally {
    line.clear();
  }
}

/** Says how far it is, on the terminal and to Ctrl-C. */
function progressOf({ interrupts, system }: Session, line: ProgressLine, act: OnLetters['act']) {
  const startedAt = system.clock.now();
  return (counts: Readonly<LetterCounts>) => {
    const { redriven, alreadySent, discarded, looked } = counts;
    const done = redriven + alreadySent + discarded;
    const seconds = Math.max(1, (system.clock.now() - startedAt) / SECOND);
    const text = `${act}: ${done} done, ${looked} read, ${Math.round(done / seconds)} a second`;
    line.show(text);
    interrupts.whileDoing(
      text,
      'run the same command again to go on: nothing is lost, and none is counted twice',
    );
  };
}

async function stopMoves({ stage, out }: Session, selectors: Selectors): Promise<void> {
  const { deadLetters } = stage;
  for (const queue of queuesIn(selectors, deadLetters.queues)) {
    if (holdsTicks(queue) || !(await deadLetters.moveState(queue)).isRunning) continue;
    await deadLetters.stopMove(queue);
    out.one({ stopped: queue }, () => [
      `SQS moves no more dead letters of ${queue}; those it moved are worked`,
    ]);
  }
}

/** Has SQS move whole queues where it can; what it could not is left to be sent letter by letter. */
async function moveWhole(
  { system, interrupts }: Session,
  on: OnLetters,
  line: ProgressLine,
): Promise<number> {
  let moved = 0;
  for (const queue of on.queues) {
    if (holdsTicks(queue)) continue;
    const onProgress = (step: 'counted' | 'moved', count: number) => {
      const text = `${queue}: ${count} ${step}${step === 'moved' ? ' by SQS' : ''}`;
      line.show(text);
      interrupts.whileDoing(text, 'SQS goes on with what it began; run the same command again to follow it');
    };
    const { letters, perSecond } = on;
    const count = await moveQueue(system, { letters, queue, perSecond, onProgress });
    if (count !== undefined) await audit(system, on, 'ended', { movedBySqs: count, queue });
    moved += count ?? 0;
  }
  return moved;
}
