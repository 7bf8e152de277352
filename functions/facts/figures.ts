import type { Figures } from '../store/facts.ts';
import { plus } from './aggregation.ts';

/** What a report says of a day or a span, in this order. */
export const FIGURES = [
  'tasks',
  'failing',
  'abandoned',
  'overdue',
  'warned',
  'kept',
  'recovered',
  'recoveredAfterWarning',
  'published',
  'endedOtherwise',
  'disabled',
  'undone',
  'off',
  'restarts',
  'restartsAvoided',
] as const;
export type Figure = (typeof FIGURES)[number];

/** Figures that say how things are at the end of a day: of a span its last day counts, and they are no sums. */
export const STANDING: readonly Figure[] = ['tasks', 'failing', 'off'];

/** The sums of some figures. */
export function sumOf(all: Iterable<Figures>): Figures {
  let sum: Figures = {};
  for (const figures of all) sum = plus(sum, figures);
  return sum;
}
