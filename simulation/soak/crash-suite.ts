import { HOUR } from '../../functions/abandonment/time.ts';
import { SeededRandom } from '../engine/seeded-random.ts';
import { type CrashPoint, type CrashRun, changesBy, crashRun } from './crash.ts';
import { eventfulScenario } from './crash-scenario.ts';

/** `settleAfter` and two ticks of the eventful scenario. */
const RECOVERED_WITHIN = HOUR + 2 * 6 * HOUR;

/** What one run with crashes came to. */
export interface CrashResult {
  points: CrashPoint[];
  /** How many of the processes died: a later point may lie beyond the end of a run that went otherwise. */
  died: number;
  changes: string[];
  repeats: number;
}

/** The eventful scenario with crashes, against the run without. */
export class CrashSuite {
  readonly plain: CrashRun;
  readonly #scenario = eventfulScenario();

  private constructor(plain: CrashRun) {
    this.plain = plain;
  }

  /** Runs the scenario without a crash. */
  static async prepare(): Promise<CrashSuite> {
    return new CrashSuite(await crashRun(eventfulScenario(), []));
  }

  async run(points: CrashPoint[]): Promise<CrashResult> {
    const crashed = await crashRun(this.#scenario, points);
    return {
      points,
      died: crashed.diedAt.length,
      changes: changesBy(crashed, this.plain, RECOVERED_WITHIN),
      repeats: crashed.repeats,
    };
  }
}

/** Pairs of points at random, the first before the second. */
export function* randomPairs(
  points: readonly CrashPoint[],
  pairs: number,
  seed: number,
): Generator<CrashPoint[]> {
  const random = new SeededRandom(seed);
  for (let pair = 0; pair < pairs; pair += 1) {
    const [first, other] = [random.below(points.length), random.below(points.length)].sort((a, b) => a - b);
    yield [points[first ?? 0] as CrashPoint, points[other ?? 0] as CrashPoint];
  }
}
