import { type Duration, MINUTE, SECOND } from '../abandonment/time.ts';
import { METRIC } from '../platform/names.ts';
import type { Clock } from '../platform/ports.ts';
import { recordable } from '../platform/recorded-text.ts';
import { StoppedAt } from '../platform/stopped-at.ts';
import { commit, type Writing } from '../store/commit.ts';
import {
  type GeneratorRecord,
  generatorWrite,
  loadGenerator,
  loadGenerators,
  newGenerator,
} from '../store/generators.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';
import { recordOops } from '../work/oops.ts';
import { scanEveryOf } from './evaluate-task.ts';
import type { Generator, Turn } from './generator.ts';
import type { Run } from './run.ts';
import { systemOfTurn } from './turn-system.ts';
import { begun, ended, failed, hasDied, hung, isDue, pick, type Standing } from './turns.ts';

/** All generators together take so long in one run at most. */
const LONGEST_RUN: Duration = 5 * MINUTE;

/** And so long in every run, however near the next tick is, which does not wait for them. */
const SHORTEST_RUN: Duration = 5 * SECOND;

/** They are done by so much before the function is stopped. */
const MARGIN_MS = 10 * SECOND;

/** After so long a generator's budget for one turn is spent, so that others have theirs. */
export const SLICE: Duration = 20 * SECOND;

/** A turn that lasts longer is given up, though its promise may live on. */
const LONGEST_TURN: Duration = MINUTE;

/** What a turn may take beyond its budget to end what is under way; half of the margin. */
const WIND_DOWN: Duration = 5 * SECOND;

/** As long as a function of Lambda lives at most: what held a lease that is over runs no more. */
const LEASE: Duration = 15 * MINUTE;

/** So many turns are taken in one run: pages that cost nothing must not fill it with writes of where they are. */
const MOST_TURNS = 60;

/** From so many failures one after the other on it is failing. */
const FAILING = 2;

/** A generator with its standing in this run. */
interface Asked extends Standing {
  generator: Generator;
  /** It is not asked again in this run. */
  isPassed: boolean;
}

/** What the turns of one run share. */
interface Turns {
  run: Run;
  /** How much time is left for all of them; none where it is not above 0. */
  left: () => Duration;
  /** Draws on chance for nothing. */
  writing: Writing;
}

/**
 * Asks the generators for work beside the steps of a tick (docs/architecture.md#generators): which one is next follows from
 * their rows alone, read once. One that fails, or gives no answer, stops no other (promise 15) and no scan. Never throws.
 *
 * @param remainingMs how long until the function is stopped
 */
export async function askGenerators(
  run: Run,
  generators: readonly Generator[],
  remainingMs: () => number,
): Promise<void> {
  const turns = { run, left: leftOf(run, remainingMs), writing: writingOf(run) };
  try {
    await askWhileDue(turns, generators);
  } catch (error) {
    await recordOops(run.system, {
      worker: 'scanner',
      item: 'generators',
      attempt: 1,
      cause: 'fault',
      error,
    });
  }
}

/** How much time generators have: they end before the function is stopped, and before the next tick. */
function leftOf(run: Run, remainingMs: () => number): () => Duration {
  const { clock } = run.system;
  const startedAt = clock.now();
  const every = scanEveryOf(run.system, run.view);
  const sinceTick = (startedAt - (run.at ?? startedAt)) % every;
  const untilNext = 0.9 * every - sinceTick;
  const longest = Math.max(SHORTEST_RUN, Math.min(LONGEST_RUN, untilNext));
  return () => Math.min(remainingMs() - MARGIN_MS, longest - (clock.now() - startedAt));
}

function writingOf({ system: { table, clock }, id }: Run): Writing {
  let writes = 0;
  return { table, clock, random: { next: () => 0.5, id: () => `${id} generators ${++writes}` } };
}

async function askWhileDue(turns: Turns, generators: readonly Generator[]): Promise<void> {
  const { run, left } = turns;
  if (left() <= 0) return;
  const all = await standingsOf(run, generators);
  for (let taken = 0; taken < MOST_TURNS && left() > 0; taken += 1) {
    const now = run.system.clock.now();
    const due = all.filter((asked) => !asked.isPassed && isDue(asked, now));
    const began = all.reduce((sum, { record }) => sum + record.turns, 0);
    const next = pick(due, began) as Asked | undefined;
    if (!next) break;
    await takeTurn(turns, next);
  }
  for (const { record } of all) reportFailing(run, record);
}

async function standingsOf(run: Run, generators: readonly Generator[]): Promise<Asked[]> {
  const { functionVersion: version } = run.system.config;
  const records = await loadGenerators(run.system.table);
  const all: Asked[] = [];
  for (const generator of generators) {
    if (!(await isWanted(run, generator))) continue;
    const record = records.get(generator.name) ?? newGenerator(generator.name);
    all.push({ generator, record, settings: settingsOf(run, generator), version, isPassed: false });
  }
  return all;
}

/** What cannot be said without failing is found out in a turn, where a failure counts. */
export async function isWanted(run: Run, generator: Generator): Promise<boolean> {
  try {
    return (await generator.isWanted?.(run)) ?? true;
  } catch {
    return true;
  }
}

/** What the waits of a generator were made with: where it changes, they are void. */
function settingsOf(run: Run, { band, everySeconds, mostSeconds, settings }: Generator): string {
  return [band, everySeconds, mostSeconds ?? '', settings?.(run) ?? ''].join(' ');
}

/** A failure that lasts is said again with each run, so that the alarm rings until a turn goes well. */
function reportFailing({ system }: Run, { name: generator, failures, failure }: GeneratorRecord): void {
  if (failures < FAILING) return;
  const properties = { generator, failures, fingerprint: failure?.fingerprint };
  system.telemetry.metric(METRIC.generatorFailing, 1, 'Count', properties);
  system.telemetry.log('error', 'generator failing', { ...properties, reason: failure?.reason });
}

/** One turn of one generator, from its lease to what is stored of it. */
async function takeTurn(turns: Turns, asked: Asked): Promise<void> {
  const { clock } = turns.run.system;
  if (hasDied(asked.record, clock.now())) return giveUpDead(turns, asked);
  const leased = begun(asked, clock.now(), LEASE);
  if (!(await isLeased(turns, leased))) {
    asked.isPassed = true;
    return;
  }
  const after = await resultOf(turns, asked, leased);
  asked.record = await store(turns, { ...leased, rev: leased.rev + 1 }, after.change);
  asked.isPassed = after.isPassed;
}

/**
 * Stores the lease of a turn; false where it is not for this run: another run was first, an operator paused the generator,
 * or the table stays too busy, which is recorded and stops no other (promise 15).
 */
async function isLeased({ run, writing }: Turns, leased: GeneratorRecord): Promise<boolean> {
  try {
    return await writeUnlessRefused(writing, [generatorWrite(leased)], `the turn of ${leased.name}`);
  } catch (error) {
    await failureOf(run, leased, error);
    return false;
  }
}

/** What a turn makes of its generator's record. */
interface Result {
  change: (record: GeneratorRecord) => GeneratorRecord;
  /** Whether it is let be for this run. */
  isPassed: boolean;
}

async function resultOf(turns: Turns, asked: Asked, leased: GeneratorRecord): Promise<Result> {
  const { run } = turns;
  try {
    const turn = await turnWithin(turns, asked, leased.cursor);
    if (turn !== 'hung') return wentWell(run, asked, leased, turn);
    const error = new Error('the turn gave no answer in time');
    const failure = await failureOf(run, leased, error);
    return { change: (record) => hung(record, failure), isPassed: true };
  } catch (error) {
    const failure = await failureOf(run, leased, error);
    return { change: (record) => failed(record, failure), isPassed: true };
  }
}

function wentWell(run: Run, asked: Asked, leased: GeneratorRecord, turn: Turn): Result {
  const now = run.system.clock.now();
  const change = (record: GeneratorRecord) => ended(asked, record, turn, now);
  // It came to its end, or made no way: only where it goes on is there more for it in this run.
  return { change, isPassed: turn.cursor === null || turn.cursor === leased.cursor };
}

/** The answer of a generator, or that there was none in time: then its promise may end as it likes. */
async function turnWithin(
  { run, left }: Turns,
  { generator }: Asked,
  cursor: string | null,
): Promise<Turn | 'hung'> {
  const { clock } = run.system;
  const startedAt = clock.now();
  const limit = Math.min(LONGEST_TURN, left() + WIND_DOWN);
  let isOver = false;
  const system = systemOfTurn(run.system, generator.name, () => isOver);
  const spent = () => isOver || left() <= 0 || clock.now() - startedAt >= SLICE;
  const { givenUp: _, ...others } = run;
  // Nobody waits for what it leaves behind: it can reach nothing more, and a failure of it must not end the process.
  try {
    const turn = generator.run({ ...others, system, now: startedAt }, { spent }, cursor);
    return await inTime(clock, turn, limit);
  } finally {
    isOver = true;
  }
}

async function inTime(clock: Clock, turn: Promise<Turn>, limit: Duration): Promise<Turn | 'hung'> {
  const timer = clock.timer?.bind(clock);
  if (!timer) return turn;
  let stop = () => {};
  const late = new Promise<'hung'>((resolve) => {
    stop = timer(limit, () => resolve('hung'));
  });
  try {
    return await Promise.race([turn, late]);
  } finally {
    stop();
  }
}

async function failureOf(
  run: Run,
  record: GeneratorRecord,
  error: unknown,
  cause: 'fault' | 'died' = 'fault',
) {
  const { name, failures } = record;
  const isPlaced = error instanceof StoppedAt;
  const item = isPlaced ? `${name}: ${error.item}` : name;
  // What happened is told from other failures by where it was thrown, not by what it stopped at.
  const thrown = isPlaced ? error.cause : error;
  const oops = { worker: `scanner/${name}`, item, attempt: failures + 1, cause, error: thrown };
  const fingerprint = await recordOops(run.system, oops);
  return { at: run.system.clock.now(), reason: recordable(String(error)), fingerprint };
}

/** Its newest turn began and never ended: that is a failure like any other, found now. */
async function giveUpDead(turns: Turns, asked: Asked): Promise<void> {
  const error = new Error('a turn began and never ended');
  const failure = await failureOf(turns.run, asked.record, error, 'died');
  asked.record = await store(turns, asked.record, (record) => failed(record, failure));
  asked.isPassed = true;
}

/** Stores what a turn made of its generator, beside what others changed meanwhile. */
async function store(
  { run, writing }: Turns,
  before: GeneratorRecord,
  change: Result['change'],
): Promise<GeneratorRecord> {
  const { name, turns } = before;
  let read: GeneratorRecord | undefined = before;
  try {
    return await commit(writing, `the turn of ${name}`, async () => {
      const record = read ?? (await loadGenerator(writing.table, name));
      read = undefined;
      // Its lease was over, and another run asked for the next turn.
      if (record.turns !== turns) return { value: record };
      const after = change(record);
      return { writes: [generatorWrite(after)], value: { ...after, rev: record.rev + 1 } };
    });
  } catch (error) {
    // Its lease ends by itself, and it is asked again from where it was, which every generator must bear.
    run.system.telemetry.log('warn', 'turn not stored', { generator: name, error: String(error) });
    return before;
  }
}
