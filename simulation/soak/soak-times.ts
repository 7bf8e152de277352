import { DAY } from '../../functions/abandonment/time.ts';

/** When each schedule of the soak starts. */
export const START = Date.parse('2026-01-01T00:00:00Z');
/** Nothing goes wrong any more from here on, so that all must come to its end. */
export const CALM_FROM = 19 * DAY;
