import { BOUNDS } from './bounds.ts';
import type { Instant } from './time.ts';

/** How many units per millisecond the clocks have by which systems number versions: of seconds, milli-, microseconds. */
const CLOCKS = [1 / 1_000, 1, 1_000] as const;

/** No version is counted by a clock of before. */
const CLOCKS_SINCE: Instant = Date.UTC(2000, 0, 1);

/**
 * The highest version that is taken of a task, so that no version leaves later ones without room: a clock's present for
 * the first one; after it, a step, or the present of the clock by which the known one seems to be counted.
 *
 * @param newest the version known so far; undefined or 0 where there is none, or an operator took it back
 */
export function highestVersion(newest: number | undefined, now: Instant): number {
  const present = now + BOUNDS.ahead.most;
  if (!newest) return present * 1_000;
  const clock = CLOCKS.find((units) => newest >= CLOCKS_SINCE * units && newest <= present * units);
  return Math.max(newest + BOUNDS.versionStep.most, Math.floor(present * (clock ?? 0)));
}

/** Why a version cannot follow what is known; undefined where it can. */
export function versionProblem(
  version: number,
  newest: number | undefined,
  now: Instant,
): string | undefined {
  const highest = highestVersion(newest, now);
  if (version <= highest) return undefined;
  const after = newest ? `after ${newest} at most ${highest}` : `a first one is at most ${highest}`;
  return `version ${version} leaves no room for later ones; allowed: ${after}`;
}
