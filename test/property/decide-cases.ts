import fc from 'fast-check';
import type { Case, Recipient, Unknown } from '../../functions/abandonment/decide.ts';
import type { EffectivePolicy } from '../../functions/abandonment/policy.ts';
import { PolicyBook } from '../../functions/abandonment/policy-book.ts';
import {
  type Episode,
  type Evidence,
  type Informed,
  type Keep,
  MODES,
  type RecipientPart,
  SHARD_STATUSES,
  type ShardStatus,
  TASK_KINDS,
  type Task,
} from '../../functions/abandonment/task.ts';
import { DAY, HOUR, type Instant } from '../../functions/abandonment/time.ts';

/** All instants lie within 60 days of it; `NOW` is day 30. */
export const ZERO = Date.parse('2026-03-01T00:00:00Z');
export const NOW = ZERO + 30 * DAY;

/** An instant that is often the same as another, so that edges are met. */
export const instant: fc.Arbitrary<Instant> = fc.oneof(
  fc.integer({ min: 0, max: 60 }).map((days) => ZERO + days * DAY),
  fc.integer({ min: 0, max: 60 * 24 }).map((hours) => ZERO + hours * HOUR),
  fc.integer({ min: 0, max: 60 * DAY }).map((ms) => ZERO + ms),
);
export const past = instant.filter((at) => at <= NOW);
const days = (min: number, max: number) => fc.integer({ min, max }).map((count) => count * DAY);
const optional = <Value>(key: string, value: fc.Arbitrary<Value>) =>
  fc.option(value, { nil: undefined }).map((drawn) => (drawn === undefined ? {} : { [key]: drawn }));

export const interval = fc
  .tuple(instant, fc.option(instant, { nil: null, freq: 4 }))
  .map(([from, to]) => ({ from, to: to === null ? null : Math.max(from, to) }));

const unknown: fc.Arbitrary<Unknown[]> = fc.array(
  fc
    .tuple(interval, fc.constantFrom('data-plane', 'outage', 'paused', 'no-scan'))
    .map(([span, why]) => ({ ...span, why }) as Unknown),
  { maxLength: 4 },
);

const base = new PolicyBook(new Map()).for('aCo/x');
export const policy: fc.Arbitrary<EffectivePolicy> = fc
  .record({
    mode: fc.constantFrom(...MODES, 'disable' as const, 'disable' as const),
    warnAfter: days(1, 20),
    disableAfter: days(1, 10),
    reminders: fc.uniqueArray(days(1, 9), { maxLength: 3 }),
    publicationVeto: days(0, 14),
    aliveStatuses: fc.oneof<fc.Arbitrary<ShardStatus[]>[]>(
      fc.constant(['PRIMARY']),
      fc.uniqueArray(fc.constantFrom(...SHARD_STATUSES), { minLength: 1 }),
    ),
    quietHours: fc.constantFrom(null, null, { from: '22:00', to: '06:00', zone: 'Europe/Berlin' }),
    minHealthy: fc.constantFrom(0, 0, 6 * HOUR, 3 * DAY),
    modeRaisedAt: fc.option(past, { nil: null, freq: 1 }),
  })
  .map((leaves) => ({ ...base, ...leaves }));

const task: fc.Arbitrary<Task> = fc
  .tuple(
    fc.record({ kind: fc.constantFrom(...TASK_KINDS, 'capture'), createdAt: past, firstSeenAt: past }),
    fc.record({ enabled: fc.constantFrom(true, true, true, false), dekaf: fc.boolean() }),
    optional('enabledAt', past),
    optional('publishedByUserAt', past),
    fc.oneof(
      { weight: 6, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: optional('deletedAt', past) },
      { weight: 1, arbitrary: optional('cameBackAt', past) },
      {
        weight: 1,
        arbitrary: optional('reverted', fc.record({ at: past, disabledAt: past })),
      },
    ),
  )
  .map((parts) =>
    Object.assign({ id: 'aCo/x', owners: ['ana@x.test'], dataPlane: 'p', version: 1 }, ...parts),
  );

const evidence: fc.Arbitrary<Evidence> = fc
  .tuple(
    fc.record({
      statuses: fc.uniqueArray(fc.constantFrom(...SHARD_STATUSES, 'FAILED' as const, 'FAILED' as const), {
        maxLength: 2,
      }),
      stale: fc.array(
        interval.map(({ from, to }) => ({ from, to: to ?? from + DAY })),
        { maxLength: 2 },
      ),
      restarts: fc.constant({ total: 3, atLoss: 1 }),
    }),
    optional('observedAt', fc.oneof(past, fc.constant(NOW))),
    fc.dictionary(fc.constantFrom(...SHARD_STATUSES), past, { maxKeys: 2 }),
    optional('spells', fc.dictionary(fc.constantFrom(...SHARD_STATUSES), past, { maxKeys: 2 })),
  )
  .map(([fixed, observed, lastSeen, spells]) => ({ ...fixed, ...observed, lastSeen, ...spells }) as Evidence);

const part: fc.Arbitrary<RecipientPart> = fc
  .tuple(
    fc.record({
      address: fc.constant('a@x.test'),
      grace: fc.integer({ min: 1, max: 2 }),
      warning: fc.constantFrom('pending', 'tried', 'accepted', 'accepted', 'accepted', 'failed'),
      dated: fc.boolean(),
      acceptedAt: past,
    }),
    optional('left', fc.constant(true as const)),
    optional(
      'reminder',
      fc.record({
        lead: days(1, 4),
        deadline: instant,
        state: fc.constantFrom('pending', 'tried', 'done'),
      }),
    ),
  )
  .map(([fixed, left, reminder]) => {
    const { acceptedAt, ...others } = fixed;
    return {
      ...others,
      ...(fixed.warning === 'accepted' ? { acceptedAt } : {}),
      ...left,
      ...reminder,
    } as RecipientPart;
  });

const KEYS = ['ana', 'bob', 'cia'];

/** Topics, under keys of their own. */
export const TOPICS = ['chat', 'desk'];
const informed: fc.Arbitrary<Informed> = fc
  .tuple(
    fc.record({ topic: fc.constant('arn:aws:sns:eu-west-1:1:chat'), grace: fc.integer({ min: 1, max: 2 }) }),
    fc.constantFrom({}, { heard: 'dated' }, { heard: 'undated' }),
  )
  .map(([fixed, heard]) => ({ ...fixed, ...heard }) as Informed);

export const episode: fc.Arbitrary<Episode> = fc
  .tuple(
    fc.record({
      number: fc.integer({ min: 1, max: 3 }),
      firedAt: past,
      since: past,
      warnAfter: days(1, 20),
      grace: fc.integer({ min: 0, max: 2 }),
      graceMode: fc.constantFrom(...MODES, 'disable'),
      disableAfter: days(1, 10),
      told: fc.dictionary(fc.constantFrom(...KEYS), part, { maxKeys: 3 }),
      dates: fc.array(
        fc.record({
          at: past,
          disableAt: instant,
          grace: fc.integer({ min: 1, max: 2 }),
          after: days(1, 10),
        }),
        { maxLength: 3 },
      ),
      rungs: fc.array(
        fc.record({ grace: fc.integer({ min: 1, max: 2 }), lead: days(1, 9), deadline: instant }),
        { maxLength: 3 },
      ),
    }),
    optional(
      'brake',
      fc.tuple(past, optional('approvedAt', past)).map(([heldAt, more]) => ({ heldAt, ...more })),
    ),
    optional(
      'disabling',
      fc.record({
        state: fc.constantFrom('queued', 'requested'),
        run: fc.constant('r'),
        disableAt: past,
        queuedAt: past,
        attempts: fc.nat(3),
      }),
    ),
    optional('modeRaisedAt', past),
    optional('informed', fc.dictionary(fc.constantFrom(...TOPICS), informed, { maxKeys: 2 })),
  )
  .map((parts) => Object.assign({}, ...parts) as Episode);

const keep: fc.Arbitrary<Keep | null> = fc.option(
  fc.record({
    kind: fc.constantFrom('keep', 'snooze'),
    until: instant,
    by: fc.constant('a@x.test'),
    at: past,
  }),
  { freq: 1 },
);

export const recipients: fc.Arbitrary<Recipient[]> = fc
  .subarray(KEYS)
  .chain((keys) =>
    fc.tuple(
      ...keys.map((key) => fc.boolean().map((declined) => ({ key, address: `${key}@x.test`, declined }))),
    ),
  );

/** Any case whatever, also such as never come to be. */
export const anyCase: fc.Arbitrary<Case> = fc.record({
  task,
  evidence,
  keep,
  episode: fc.option(episode, { nil: null, freq: 4 }),
  policy,
  unknown,
  pauses: fc.record({ evaluate: rarely(), notify: rarely(), disable: rarely() }),
  feedbackSilent: rarely(),
  recipients,
});

function rarely(): fc.Arbitrary<boolean> {
  return fc.constantFrom(true, false, false, false, false);
}

/** An episode in whose present grace ana was warned with a date. */
export const warnedEpisode: fc.Arbitrary<Episode> = fc
  .tuple(episode, past, fc.boolean(), fc.boolean())
  .map(([any, acceptedAt, braked, underWay]) => {
    const { brake, disabling, told: others, ...open } = any;
    const ana: RecipientPart = {
      address: 'ana@x.test',
      grace: 1,
      warning: 'accepted',
      dated: true,
      acceptedAt,
    };
    return {
      ...open,
      grace: 1,
      graceMode: 'disable' as const,
      warnAfter: DAY,
      since: ZERO,
      told: { ...others, ana },
      ...(braked && brake ? { brake } : {}),
      ...(underWay && disabling ? { disabling } : {}),
    };
  });

/** Cases in a grace or past it: an eligible task that fails, fresh evidence, ana warned. */
export const dueCase: fc.Arbitrary<Case> = fc.tuple(anyCase, warnedEpisode).map(([drawn, open]) => ({
  ...drawn,
  task: {
    id: 'aCo/x',
    kind: 'capture',
    dekaf: false,
    owners: ['ana@x.test'],
    dataPlane: 'p',
    enabled: true,
    createdAt: ZERO,
    version: 1,
    firstSeenAt: ZERO,
  },
  evidence: { ...drawn.evidence, observedAt: NOW, statuses: [], lastSeen: {} },
  keep: null,
  unknown: drawn.unknown.map((span) => ({ ...span, to: span.to ?? span.from + DAY })),
  pauses: { evaluate: false, notify: false, disable: false },
  policy: { ...drawn.policy, mode: 'disable', warnAfter: DAY },
  episode: open,
  recipients: [...drawn.recipients.filter(({ key }) => key !== 'ana'), ANA],
}));

/** The same in a mode in which people are told; half of them with any episode that goes on, and anybody to tell. */
export const openCase: fc.Arbitrary<Case> = fc
  .tuple(dueCase, episode, fc.constantFrom('notify' as const, 'disable' as const), recipients, fc.boolean())
  .map(([due, any, mode, to, isWarned]) => {
    const raised = { ...due, policy: { ...due.policy, mode: mode } };
    return isWarned
      ? { ...raised, episode: { ...(due.episode as Episode), graceMode: mode, modeRaisedAt: NOW } }
      : {
          ...raised,
          episode: { ...any, warnAfter: DAY, since: ZERO },
          recipients: to.length > 0 ? to : due.recipients,
        };
  });

const ANA: Recipient = { key: 'ana', address: 'ana@x.test', declined: false };
