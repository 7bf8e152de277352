import { type Duration, type Instant, MINUTE, SECOND } from '../abandonment/time.ts';
import type { ControlPlaneBreakerRecord } from '../store/control-plane-breakers.ts';

/** So many calls in a row may fail before a control plane is left alone for a while. */
const FAILURES = 5;
const FIRST_WAIT: Duration = 30 * SECOND;
/** Also the longest that a control plane can ask us to wait. */
const LONGEST_WAIT: Duration = 15 * MINUTE;
/** Who tries it alone has said within this time how it went, or died. */
const TRIAL_LASTS: Duration = 2 * MINUTE;

/** Whether it may be asked now. */
export type Admission =
  | { may: 'ask' }
  /** One caller alone, once the record is stored. */
  | { may: 'try'; record: ControlPlaneBreakerRecord }
  | { may: 'wait'; until: Instant };

/** What a failed call says. */
export interface Failure {
  why: string;
  retryAfterSeconds?: number | undefined;
}

/**
 * Whether a control plane may be asked (docs/rules.md#control-planes-that-fail): while it is left alone nobody asks, and
 * after that one caller tries it for all. Pure.
 */
export function admit(record: ControlPlaneBreakerRecord | undefined, now: Instant): Admission {
  if (!record || record.notBefore === null) return { may: 'ask' };
  if (now < record.notBefore) return { may: 'wait', until: record.notBefore };
  if (record.triedUntil !== null && now < record.triedUntil) return { may: 'wait', until: record.triedUntil };
  return { may: 'try', record: { ...record, triedUntil: now + TRIAL_LASTS } };
}

/**
 * What is known after a call that failed: from the fifth in a row on it is left alone, for longer each time, and at once
 * where it says for how long. Pure.
 *
 * @param chance in [0, 1): half of each wait is left to it
 */
export function afterFailure(
  before: ControlPlaneBreakerRecord | undefined,
  controlPlane: string,
  failure: Failure,
  at: { now: Instant; chance: number },
): ControlPlaneBreakerRecord {
  const { now } = at;
  const failures = (before?.failures ?? 0) + 1;
  const isLeftAlone = failures >= FAILURES;
  const wait = isLeftAlone ? longer(before?.wait ?? 0) : 0;
  const asked = Math.min(LONGEST_WAIT, (failure.retryAfterSeconds ?? 0) * SECOND);
  const rest = Math.max(asked, Math.round(wait / 2 + (wait / 2) * at.chance));
  return {
    controlPlane,
    failures,
    since: before?.since ?? now,
    notBefore: rest > 0 ? now + rest : null,
    wait,
    triedUntil: null,
    why: failure.why,
    rev: before?.rev ?? 0,
  };
}

function longer(wait: Duration): Duration {
  return Math.min(LONGEST_WAIT, Math.max(FIRST_WAIT, wait * 2));
}
