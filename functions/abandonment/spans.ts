import { BOUNDS } from './bounds.ts';
import type { Duration, Instant, Interval } from './time.ts';

/** Spans of unknown health older than this are forgotten: no threshold reaches back so far. */
export const LONGEST_MEMORY: Duration = BOUNDS.behind.most;

/** So many closed spans a row keeps: of a plane, of pauses and gaps of all tasks (about 60 KB). */
const MOST_SPANS = BOUNDS.spans.most;

/** So many a task's own row keeps. */
export const MOST_SPANS_OF_TASK = BOUNDS.staleSpans.most;

/**
 * Closed spans of unknown health with one more: in order, those that touch made one, those that ended longer ago
 * than any threshold reaches left out. What is more than `most` is joined where the time between is shortest (of
 * equal ones the oldest): health is then taken for unknown a little longer, never for known (promise 5).
 */
export function withSpan(
  spans: readonly Interval[],
  added: { from: Instant; to: Instant },
  most: number = MOST_SPANS,
): Interval[] {
  const sorted = [...spans, added].sort((a, b) => a.from - b.from);
  const merged: Interval[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (span.to !== null && span.to <= added.to - LONGEST_MEMORY) continue;
    if (last && (last.to === null || span.from <= last.to))
      merged.push(joined(merged.pop() as Interval, span));
    else if (span.to === null || span.to > span.from) merged.push(span);
  }
  while (merged.length > most) joinNearest(merged);
  return merged;
}

function joined(first: Interval, next: Interval): Interval {
  return { from: first.from, to: first.to === null || next.to === null ? null : Math.max(first.to, next.to) };
}

function joinNearest(spans: Interval[]): void {
  const place = placeOfLeast(spans.slice(1).map(({ from }, before) => from - (spans[before]?.to ?? from)));
  const [first, next] = spans.slice(place, place + 2);
  spans.splice(place, 2, joined(first as Interval, next as Interval));
}

/** The place of the least number, the first of equal ones. */
export function placeOfLeast(numbers: readonly number[]): number {
  let place = 0;
  for (const [at, number] of numbers.entries()) if (number < (numbers[place] as number)) place = at;
  return place;
}
