import { AT_DEADLINE, type GlobalPolicy, type ScopedPolicy } from './policy.ts';
import {
  durationFrom,
  oneOf,
  readAliveStatuses,
  readBoolean,
  readQuietDays,
  readQuietHours,
  readReminders,
  readShare,
  type ValueReader,
  wholeNumberFrom,
} from './policy-values.ts';
import { MODES } from './task.ts';
import { DAY, MINUTE } from './time.ts';

/** The shortest grace outside stages local and dev (docs/rules.md#policy-keys). */
export const LEAST_GRACE = DAY;

/** The shortest notice of a deadline (docs/rules.md#policy-keys). */
const LEAST_STOP_NOTICE = 15 * MINUTE;

/** The readers of the keys that can be set globally, per prefix and per task. */
export const SCOPED_KEYS: Record<keyof ScopedPolicy, ValueReader> = {
  mode: oneOf(MODES),
  warnAfter: durationFrom(1),
  disableAfter: durationFrom(1),
  reminders: readReminders,
  publicationVeto: durationFrom(0),
  aliveStatuses: readAliveStatuses,
  recoveryMail: readBoolean,
  keepMax: durationFrom(1),
  quietHours: readQuietHours,
  quietDays: readQuietDays,
  minHealthy: durationFrom(0),
  escalateAt: durationFrom(1),
  failAfter: durationFrom(MINUTE),
  stopNotice: durationFrom(LEAST_STOP_NOTICE),
  atDeadline: oneOf(AT_DEADLINE),
  stillOff: durationFrom(1),
};

/** The readers of the keys that can be set globally only, but for `blastRadius`, whose parts are leaves. */
export const GLOBAL_KEYS: Record<Exclude<keyof GlobalPolicy, 'blastRadius'>, ValueReader> = {
  scanEvery: durationFrom(MINUTE),
  digestEvery: durationFrom(1),
  evidenceMaxAge: durationFrom(1),
  silentAfter: durationFrom(1),
  correlatedShare: readShare,
  correlatedWindow: durationFrom(1),
  rampPerDay: wholeNumberFrom(1),
  settleAfter: durationFrom(1),
};

/** The readers of the leaves of `blastRadius`. */
export const BLAST_RADIUS_KEYS: Record<keyof GlobalPolicy['blastRadius'], ValueReader> = {
  perRun: wholeNumberFrom(1),
  perDay: wholeNumberFrom(1),
  share: readShare,
  shareFloor: wholeNumberFrom(0),
};

/** Names that a policy may give for a key beside its own, and the key that each stands for. */
export const OTHER_NAMES: Readonly<Record<string, string>> = { stage: 'mode' };

/** The names of the keys that any scope may set. */
export const SCOPED_KEY_NAMES: readonly string[] = [...Object.keys(SCOPED_KEYS), ...Object.keys(OTHER_NAMES)];

/** The names of the keys that the global scope alone may set. */
export const GLOBAL_KEY_NAMES: readonly string[] = [...Object.keys(GLOBAL_KEYS), 'blastRadius'];
