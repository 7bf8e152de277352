import type { Case, Decision, Recipient, Unknown } from '../../../functions/abandonment/decide.ts';
import type { EffectivePolicy } from '../../../functions/abandonment/policy.ts';
import { PolicyBook } from '../../../functions/abandonment/policy-book.ts';
import type {
  Disabling,
  Episode,
  Evidence,
  RecipientPart,
  Refused,
  Task,
} from '../../../functions/abandonment/task.ts';
import { DAY, type Duration, HOUR, type Instant } from '../../../functions/abandonment/time.ts';

/** The instant that cases count from: the task of `aCase` fails since then. */
export const T0 = Date.parse('2026-01-01T00:00:00Z');

/** T0 + days and hours. */
export const day = (days: number, hours = 0): Instant => T0 + days * DAY + hours * HOUR;

/** The defaults in mode `disable`, with changes. */
export const aPolicy = (more: Partial<EffectivePolicy> = {}): EffectivePolicy => ({
  ...new PolicyBook(new Map()).for('acmeCo/a'),
  mode: 'disable',
  ...more,
});

export const aTask = (more: Partial<Task> = {}): Task => ({
  id: 'acmeCo/a',
  kind: 'capture',
  dekaf: false,
  owners: ['ana@acme.test'],
  dataPlane: 'eu-1',
  enabled: true,
  createdAt: T0 - 100 * DAY,
  version: 1,
  firstSeenAt: T0 - 100 * DAY,
  ...more,
});

/** Failing since T0, just seen at `observedAt`. */
export const evidenceOf = (observedAt: Instant, more: Partial<Evidence> = {}): Evidence => ({
  observedAt,
  statuses: ['FAILED'],
  lastSeen: { PRIMARY: T0 },
  lostAt: T0,
  stale: [],
  restarts: { total: 0, atLoss: 0 },
  ...more,
});

/** Running at `observedAt`, when it was just seen. */
export const runningAt = (observedAt: Instant): Evidence => evidenceOf(observedAt, { statuses: ['PRIMARY'] });

export const ana: Recipient = { key: 'ana', address: 'ana@acme.test', declined: false };
export const bob: Recipient = { key: 'bob', address: 'bob@acme.test', declined: false };

export const span = (from: Instant, to: Instant | null, why: Unknown['why'] = 'data-plane'): Unknown => ({
  from,
  to,
  why,
});

/** What is paused, and nothing else. */
export const pausing = (...what: (keyof Case['pauses'])[]): Case['pauses'] => ({
  evaluate: what.includes('evaluate'),
  notify: what.includes('notify'),
  disable: what.includes('disable'),
});

/** A task that fails since T0, seen failing at `now`, without an episode. */
export const aCase = (now: Instant, more: Partial<Case> = {}): Case => ({
  task: aTask(),
  evidence: evidenceOf(now),
  keep: null,
  episode: null,
  policy: aPolicy(),
  unknown: [],
  pauses: pausing(),
  recipients: [ana],
  ...more,
});

/** One who was warned at `acceptedAt`, with a date unless told otherwise. */
export const warnedAt = (acceptedAt: Instant, more: Partial<RecipientPart> = {}): RecipientPart => ({
  address: 'ana@acme.test',
  grace: 1,
  warning: 'accepted',
  dated: true,
  acceptedAt,
  ...more,
});

/** An episode that fired at T0 + 14 d and of which nobody was notified. */
export const fired = (more: Partial<Episode> = {}): Episode => ({
  number: 1,
  firedAt: day(14),
  since: T0,
  warnAfter: 14 * DAY,
  grace: 0,
  disableAfter: 7 * DAY,
  graceMode: 'detect',
  told: {},
  dates: [],
  rungs: [],
  mails: [],
  ...more,
});

/** The same after its warning: ana was notified at T0 + 14 d that it ends at T0 + 21 d. */
export const graced = (more: Partial<Episode> = {}): Episode =>
  fired({
    grace: 1,
    graceMode: 'disable',
    told: { ana: warnedAt(day(14)) },
    dates: [{ at: day(14), disableAt: day(21), grace: 1, after: 7 * DAY }],
    ...more,
  });

/** The reminder steps of 3 d and 1 d, given out for a deadline. */
export const reminderSteps = (deadline: Instant, ...leads: Duration[]) =>
  leads.map((lead) => ({ grace: 1, lead, deadline }));

/** A disabling that a scan put on the queue at an instant, by default when it was due. */
export const queuedAt = (at: Instant, disableAt = at) =>
  ({
    state: 'queued',
    asker: { by: 'run', run: 'r', disableAt },
    queuedAt: at,
    attempts: 1,
  }) as const satisfies Disabling;

/** One that the owning system was asked for at once. */
export const requestedAt = (at: Instant, disableAt = at) =>
  ({ ...queuedAt(at, disableAt), state: 'requested', requestedAt: at }) as const satisfies Disabling;

/** One that the owning system was asked for at an instant, and that it refused. */
export const refusedAt = (at: Instant, refused: Refused) =>
  ({ ...requestedAt(at), state: 'refused', refused }) as const satisfies Disabling;

/** `fire abandoned`. */
export const answerOf = ({ answer, reason }: Decision): string => `${answer} ${reason}`;
