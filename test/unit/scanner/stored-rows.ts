import type { Instant } from '../../../functions/abandonment/time.ts';
import { givenUpKey, type Work } from '../../../functions/store/given-up.ts';
import type { PausesRecord } from '../../../functions/store/pauses.ts';
import type { Write } from '../../../functions/store/table/table.port.ts';
import { START } from './run-stage.ts';

/** The row of pauses where nothing is paused and nobody listens. */
export const NOTHING_PAUSED: PausesRecord = {
  evaluate: null,
  notify: null,
  disable: null,
  evaluatePaused: [],
  feedbackSilent: null,
  rev: 0,
};

/** The mark of work that was given up, by default when the run begins and for whatever version of its task. */
export const givenUp = (work: Work, more: { at?: Instant; version?: number } = {}): Write => ({
  put: { ...givenUpKey(work), v: 1, ...work, at: START, reason: 'too large', fingerprint: 'f', ...more },
});
