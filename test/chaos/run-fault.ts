import { HOUR, MINUTE } from '../../functions/abandonment/time.ts';
import { UNDER_CONNECT } from './connect-cluster.ts';
import type { ChaosOptions, Fault } from './fault.ts';
import { blindSpotOf, type SeededTask, type Verdict, verify } from './verifier.ts';
import { ASKED_BY_EVENTS, type ChaosWorld } from './world.ts';

/** After a repair everything is to be done within. */
const DONE_WITHIN_MS = 150_000;
/** Messages that failed often, under this fault or the one before, wait up to 45 s for their next try. */
const RESTED_WITHIN_MS = 120_000;

/** What is gone through: up to the fault, under it, from its repair to the end of what it is about, and until nothing can repeat. */
export type Part = 'before' | 'injected' | 'mended' | 'after';

/** How a fault ended. */
export interface FaultReport extends Verdict {
  fault: string;
  /** How long each part took, in seconds of the machine. */
  seconds: Record<Part, number>;
  told: string[];
  note: string | undefined;
  /** Why it did not come to its end. */
  failure: string | undefined;
}

/** Lets one fault happen to a fleet of its own, repairs it, waits, and has the verifier compare. */
export async function runFault(world: ChaosWorld, fault: Fault, options: ChaosOptions): Promise<FaultReport> {
  const watch = new PartWatch();
  let note: string | undefined;
  let failure: string | undefined;
  try {
    await untilItsDay(world, fault);
    watch.enter('injected');
    const injected = await fault.inject(world, options);
    note = injected.note;
    await injected.repair?.();
    watch.enter('mended');
    if (fault.before === 'warning' && !fault.isWarnedOnly) await warnAndWaitADay(world);
    await world.until('all', DONE_WITHIN_MS);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  } finally {
    world.proxy.disturbance = undefined;
  }
  watch.enter('after');
  await waitOut(world);
  const seen = await world.seen();
  return {
    fault: fault.name,
    ...verify(seen),
    seconds: watch.stop(),
    told: await world.told(),
    note,
    failure: failure ?? blindSpotOf(seen),
  };
}

/** Goes on to the instant before a fault. */
async function untilItsDay(world: ChaosWorld, fault: Fault): Promise<void> {
  await world.seed(fleetOf(fault));
  // What is listed is known from its first listing on: it fails for a day before anybody is warned.
  if (fault.isOfConnect) for (const later of [MINUTE, 12 * HOUR, 12 * HOUR]) await world.round(later);
  if (fault.before !== 'disabling') return;
  await warnAndWaitADay(world);
  await world.wait(15 * MINUTE);
}

/** Whatever would be done a second time is done once the waits for lost answers are over. */
async function waitOut(world: ChaosWorld): Promise<void> {
  await world.untilIdle();
  for (const later of [MINUTE, HOUR + 5 * MINUTE, MINUTE]) await world.round(later);
  world.sayTimes = 1;
  await world.untilIdle();
}

/** Measures how long parts take, the one under way when something fails included. */
class PartWatch {
  readonly #seconds: Record<Part, number> = { before: 0, injected: 0, mended: 0, after: 0 };
  #part: Part = 'before';
  #since = performance.now();

  enter(part: Part): void {
    this.stop();
    this.#part = part;
    this.#since = performance.now();
  }

  stop(): Record<Part, number> {
    this.#seconds[this.#part] = Math.round((performance.now() - this.#since) / 1_000);
    return this.#seconds;
  }
}

/** All are warned, and the day of their grace goes by. */
async function warnAndWaitADay(world: ChaosWorld): Promise<void> {
  await world.until('warnings', DONE_WITHIN_MS);
  await world.untilRested(RESTED_WITHIN_MS);
  for (const later of [12 * HOUR, 11 * HOUR + 50 * MINUTE]) await world.round(later);
}

/** Owners and a data plane of its own for each fault: tasks of one owner, of two, and one that runs. */
function fleetOf({ name, tasks = 6, isWarnedOnly, isOfConnect }: Fault): SeededTask[] {
  if (isWarnedOnly) return [];
  const part = name.replaceAll('-', '');
  return Array.from({ length: tasks }, (_, index) => ({
    id: isOfConnect ? `${UNDER_CONNECT}${part}-${index}` : `${ASKED_BY_EVENTS}/${part}/task-${index}`,
    owners: [`ana@${part}.test`, `ben${index % 3}@${part}.test`],
    expected: index === tasks - 1 ? 'left alone' : 'off',
  }));
}
