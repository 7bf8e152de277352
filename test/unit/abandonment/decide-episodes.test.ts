import { describe, expect, test } from 'vitest';
import { type Case, decide } from '../../../functions/abandonment/decide.ts';
import type { Keep, ShardStatus } from '../../../functions/abandonment/task.ts';
import { DAY, HOUR, type Instant } from '../../../functions/abandonment/time.ts';
import {
  aCase,
  answerOf,
  aPolicy,
  aTask,
  day,
  evidenceOf,
  fired,
  graced,
  pausing,
  queuedAt,
  refusedAt,
  requestedAt,
  runningAt,
  span,
  T0,
  warnedAt,
} from './decide-builders.ts';

const at = (now: Instant, more: Partial<Case> = {}) => decide(aCase(now, more), now);
const keep = (until: Instant, kind: Keep['kind'] = 'keep'): Keep => ({
  kind,
  until,
  by: 'ana@acme.test',
  at: day(13),
});

describe('a task without an episode', () => {
  test.each([
    ['deleted', { deletedAt: day(1) }, 'ignore deleted'],
    ['disabled', { enabled: false }, 'ignore disabled'],
    ['a collection', { kind: 'collection' as const }, 'ignore kind-without-shards'],
    ['a Dekaf materialization', { kind: 'materialization' as const, dekaf: true }, 'ignore dekaf'],
    ['a job', { kind: 'job' as const }, 'ignore job'],
    ['a materialization', { kind: 'materialization' as const }, 'fire abandoned'],
    ['a capture marked as Dekaf', { dekaf: true }, 'fire abandoned'],
    ['a derivation', { kind: 'derivation' as const }, 'fire abandoned'],
    ['a service', { kind: 'service' as const }, 'fire abandoned'],
  ])('%s: %o is %s', (_, more, expected) => {
    expect(answerOf(at(day(30), { task: aTask(more) }))).toBe(expected);
  });

  test('fires when the threshold is reached, not a millisecond before', () => {
    expect(answerOf(at(day(14) - 1))).toBe('waiting under-threshold');
    expect(answerOf(at(day(14)))).toBe('fire abandoned');
  });

  test('is evaluated again when its threshold will be reached', () => {
    expect(at(day(3)).nextLookAt).toBe(day(14));
    expect(at(day(3), { unknown: [span(day(1), day(2))] }).nextLookAt).toBe(day(15));
  });

  test('is healthy with one alive shard', () => {
    const evidence = evidenceOf(day(30), { statuses: ['FAILED', 'PRIMARY'] });
    expect(answerOf(at(day(30), { evidence }))).toBe('healthy alive');
  });

  test('that runs although its plane is down is healthy, not unknown', () => {
    const evidence = evidenceOf(day(30), { statuses: ['PRIMARY'] });
    expect(answerOf(at(day(30), { evidence, unknown: [span(day(29), null)] }))).toBe('healthy alive');
  });

  test('is unknown below its threshold while its plane is down, held beyond it', () => {
    expect(answerOf(at(day(20), { unknown: [span(day(13), null)] }))).toBe('unknown data-plane');
    expect(answerOf(at(day(20), { unknown: [span(day(14), null)] }))).toBe('hold unknown');
  });

  test('is held by a pause of evaluation before all else', () => {
    const pauses = pausing('evaluate');
    const unknown = [span(day(20), null, 'paused')];
    const holds = { pauses, unknown, keep: keep(day(40)), task: aTask({ publishedByUserAt: day(19) }) };
    expect(answerOf(at(day(21), holds))).toBe('hold paused');
  });

  test('that is in a spell under way is held until that has lasted, before a keep', () => {
    const spelt = {
      policy: aPolicy({ minHealthy: 6 * HOUR }),
      evidence: evidenceOf(day(20, 1), { statuses: ['PRIMARY'], spells: { PRIMARY: day(20) } }),
      keep: keep(day(40)),
    };
    const held = at(day(20, 1), spelt);
    expect(answerOf(held)).toBe('hold recovering');
    expect(held.nextLookAt).toBe(day(20, 6));
    expect(answerOf(at(day(20, 6), spelt))).toBe('healthy alive');
  });

  test('is held as unknown before kept, as kept before user-published', () => {
    const task = aTask({ publishedByUserAt: day(19) });
    const kept = { keep: keep(day(40)), task };
    expect(answerOf(at(day(21), { ...kept, unknown: [span(day(20), null)] }))).toBe('hold unknown');
    expect(answerOf(at(day(21), kept))).toBe('hold kept');
    expect(answerOf(at(day(21), { task }))).toBe('hold user-published');
  });

  test('a pause of notifying or of turning off holds no firing', () => {
    expect(answerOf(at(day(14), { pauses: pausing('notify', 'disable') }))).toBe('fire abandoned');
  });

  test('the veto holds until the publication + publicationVeto', () => {
    const task = aTask({ publishedByUserAt: day(5) });
    expect(answerOf(at(day(19) - 1, { task }))).toBe('hold user-published');
    expect(at(day(18), { task }).nextLookAt).toBe(day(19));
    expect(answerOf(at(day(19), { task }))).toBe('fire abandoned');
  });

  test.each(['keep', 'snooze'] as const)('a %s holds until its end', (kind) => {
    expect(answerOf(at(day(19) - 1, { keep: keep(day(19), kind) }))).toBe('hold kept');
    expect(at(day(18), { keep: keep(day(19), kind) }).nextLookAt).toBe(day(19));
    expect(answerOf(at(day(19), { keep: keep(day(19), kind) }))).toBe('fire abandoned');
  });

  test('below its threshold no hold is named', () => {
    expect(answerOf(at(day(10), { keep: keep(day(40)) }))).toBe('waiting under-threshold');
  });

  test('the first act needs an observation not older than evidenceMaxAge', () => {
    const seen = (age: number) => answerOf(at(day(30), { evidence: evidenceOf(day(30) - age) }));
    expect(seen(24 * HOUR)).toBe('fire abandoned');
    expect(seen(24 * HOUR + 1)).toBe('hold unknown');
  });

  test('one that was never observed is unknown, however long it is there', () => {
    const { observedAt: _, ...none } = evidenceOf(0, { statuses: [], lastSeen: {} });
    expect(answerOf(at(day(300), { evidence: none }))).toBe('unknown stale');
  });

  test('one never seen PRIMARY is counted from the later of creation and first sight', () => {
    const evidence = evidenceOf(day(14), { lastSeen: {} });
    const early = aTask({ createdAt: day(-20), firstSeenAt: T0 });
    const late = aTask({ createdAt: T0, firstSeenAt: day(-20) });
    for (const task of [early, late]) {
      expect(answerOf(decide(aCase(day(14), { task, evidence }), day(14) - 1))).toBe(
        'waiting under-threshold',
      );
      expect(answerOf(at(day(14), { task, evidence }))).toBe('fire abandoned');
    }
  });

  test('one turned on after its last PRIMARY is counted from there, one turned on before is not', () => {
    expect(answerOf(at(day(16) - 1, { task: aTask({ enabledAt: day(2) }) }))).toBe('waiting under-threshold');
    expect(answerOf(at(day(16), { task: aTask({ enabledAt: day(2) }) }))).toBe('fire abandoned');
    expect(answerOf(at(day(14), { task: aTask({ enabledAt: day(-2) }) }))).toBe('fire abandoned');
  });

  test('the first enabling is the later of enabling and creation where PRIMARY was never seen', () => {
    const task = aTask({ createdAt: day(-30), firstSeenAt: day(-30), enabledAt: T0 });
    expect(answerOf(at(day(14), { task, evidence: evidenceOf(day(14), { lastSeen: {} }) }))).toBe(
      'fire abandoned',
    );
    expect(at(day(14), { task, evidence: evidenceOf(day(14), { lastSeen: {} }) }).facts.notPrimarySince).toBe(
      T0,
    );
  });

  test.each(['BACKFILL', 'STANDBY', 'IDLE'] as ShardStatus[])(
    '%s counts as alive where the policy says so',
    (status) => {
      const policy = aPolicy({ aliveStatuses: ['PRIMARY', status] });
      const now = evidenceOf(day(30), { statuses: [status] });
      const lately = evidenceOf(day(30), { lastSeen: { PRIMARY: T0, [status]: day(17) } });
      expect(answerOf(at(day(30), { policy, evidence: now }))).toBe('healthy alive');
      expect(at(day(30), { policy, evidence: lately }).facts.notPrimarySince).toBe(day(17));
      expect(at(day(30), { evidence: lately }).facts.notPrimarySince).toBe(T0);
    },
  );

  test('closed unknown time is not counted, its overlaps only once', () => {
    const unknown = [span(day(2), day(5)), span(day(4), day(6), 'paused'), span(day(-9), day(1), 'no-scan')];
    // 1 day of the last, 4 days of the first two.
    expect(answerOf(at(day(19) - 1, { unknown }))).toBe('waiting under-threshold');
    expect(answerOf(at(day(19), { unknown }))).toBe('fire abandoned');
    expect(at(day(19), { unknown }).facts).toMatchObject({ counted: 14 * DAY, abandonedAt: day(19) });
  });

  test('stale spans of its evidence count as unknown too', () => {
    const evidence = evidenceOf(day(16), { stale: [{ from: day(3), to: day(5) }] });
    expect(answerOf(at(day(16) - 1, { evidence }))).toBe('waiting under-threshold');
    expect(answerOf(at(day(16), { evidence }))).toBe('fire abandoned');
  });

  test('the mode does not matter: it fires in detect too', () => {
    expect(answerOf(at(day(14), { policy: aPolicy({ mode: 'detect' }) }))).toBe('fire abandoned');
  });
});

describe('an open episode ends', () => {
  const now = day(15);
  const inEpisode = (more: Partial<Case> = {}) => answerOf(at(now, { episode: graced(), ...more }));
  const paused = pausing('evaluate', 'notify', 'disable');

  test.each([
    ['by deletion', { task: aTask({ deletedAt: day(15) }) }, 'resolve deleted'],
    ['by a deletion between two scans', { task: aTask({ cameBackAt: day(14, 12) }) }, 'resolve deleted'],
    ['when it is turned off', { task: aTask({ enabled: false }) }, 'resolve ineligible'],
    ['when it became a collection', { task: aTask({ kind: 'collection' }) }, 'resolve ineligible'],
    ['when it was off and on again', { task: aTask({ enabledAt: day(14, 1) }) }, 'resolve ineligible'],
    ['when it runs', { evidence: evidenceOf(day(15), { statuses: ['PRIMARY'] }) }, 'resolve recovered'],
    [
      'when it ran for a moment since it began',
      { evidence: evidenceOf(day(15), { lastSeen: { PRIMARY: day(14, 1) } }) },
      'resolve recovered',
    ],
    ['when a user published', { task: aTask({ publishedByUserAt: day(14, 1) }) }, 'resolve user-published'],
    ['when it is kept', { keep: keep(day(20)) }, 'resolve kept'],
    ['when it is snoozed', { keep: keep(day(20), 'snooze') }, 'resolve snoozed'],
    ['when the threshold rose', { policy: aPolicy({ warnAfter: 15 * DAY + 1 }) }, 'resolve policy'],
  ] as [string, Partial<Case>, string][])('%s', (_, more, expected) => {
    expect(inEpisode(more)).toBe(expected);
  });

  test('not when the threshold rose to what it has reached', () => {
    expect(inEpisode({ policy: aPolicy({ warnAfter: 15 * DAY }) })).toBe('waiting grace');
  });

  test('for the first reason that applies: deletion, ineligible, recovery, publication, keep, policy', () => {
    const all = {
      evidence: evidenceOf(day(15), { statuses: ['PRIMARY'] }),
      keep: keep(day(20)),
      policy: aPolicy({ warnAfter: 30 * DAY }),
    };
    const publishedByUserAt = day(14, 1);
    expect(inEpisode({ ...all, task: aTask({ deletedAt: now, enabled: false, publishedByUserAt }) })).toBe(
      'resolve deleted',
    );
    expect(inEpisode({ ...all, task: aTask({ enabled: false, publishedByUserAt }) })).toBe(
      'resolve ineligible',
    );
    expect(inEpisode({ ...all, task: aTask({ publishedByUserAt }) })).toBe('resolve recovered');
    const { evidence: _, ...failing } = all;
    expect(inEpisode({ ...failing, task: aTask({ publishedByUserAt }) })).toBe('resolve user-published');
    expect(inEpisode(failing)).toBe('resolve kept');
    expect(inEpisode({ policy: failing.policy })).toBe('resolve policy');
  });

  test.each([
    ['recovered', { evidence: evidenceOf(day(15), { statuses: ['PRIMARY'] }) }],
    ['user-published', { task: aTask({ publishedByUserAt: day(14, 1) }) }],
    ['kept', { keep: keep(day(20)) }],
    ['policy', { policy: aPolicy({ warnAfter: 30 * DAY }) }],
  ] as [string, Partial<Case>][])(
    '%s: while its health is unknown, and while disabling is paused',
    (reason, more) => {
      expect(inEpisode({ ...more, unknown: [span(day(14, 12), null)] })).toBe(`resolve ${reason}`);
      expect(inEpisode({ ...more, pauses: pausing('notify', 'disable') })).toBe(`resolve ${reason}`);
    },
  );

  test.each([
    ['deleted', { task: aTask({ deletedAt: day(15) }) }],
    ['ineligible', { task: aTask({ enabled: false }) }],
    ['user-published', { task: aTask({ publishedByUserAt: day(14, 1) }) }],
    ['kept', { keep: keep(day(20)) }],
    ['snoozed', { keep: keep(day(20), 'snooze') }],
  ] as [string, Partial<Case>][])('%s: by people also while evaluation is paused', (reason, more) => {
    expect(inEpisode({ ...more, pauses: paused, unknown: [span(day(14), null, 'paused')] })).toBe(
      `resolve ${reason}`,
    );
  });

  test.each([
    ['recovery', { evidence: evidenceOf(day(15), { statuses: ['PRIMARY'] }) }],
    ['policy', { policy: aPolicy({ warnAfter: 30 * DAY }) }],
  ] as [string, Partial<Case>][])('not by %s while evaluation is paused', (_, more) => {
    expect(inEpisode({ ...more, pauses: paused, unknown: [span(day(14), null, 'paused')] })).toBe(
      'hold paused',
    );
  });

  test('not by the health that it had when it fired, nor by a publication before that', () => {
    expect(inEpisode({ evidence: evidenceOf(day(15), { lastSeen: { PRIMARY: T0 } }) })).toBe('waiting grace');
    expect(inEpisode({ task: aTask({ publishedByUserAt: day(-1) }) })).toBe('waiting grace');
  });

  test('not by a keep or snooze whose end has come', () => {
    expect(inEpisode({ keep: { ...keep(day(14)), at: day(10) } })).toBe('waiting grace');
  });

  test('by a publication since it fired, even if its veto is over', () => {
    const episode = graced();
    const task = aTask({ publishedByUserAt: day(15) });
    expect(answerOf(at(day(40), { episode, task }))).toBe('resolve user-published');
  });

  test('in no mode but by these', () => {
    for (const mode of ['detect', 'notify', 'disable'] as const) {
      expect(at(day(15), { episode: fired(), policy: aPolicy({ mode }) }).answer).not.toBe('resolve');
    }
  });
});

describe('what came between two scans', () => {
  const refused = { at: day(21), reason: 'no', version: 0, fingerprint: 'f' };

  test('a lowered mode and a publication: it is over, and nobody hears of it twice', () => {
    const task = aTask({ publishedByUserAt: day(15) });
    for (const mode of ['notify', 'detect'] as const) {
      const decision = at(day(16), { episode: graced(), policy: aPolicy({ mode }), task });
      expect(answerOf(decision)).toBe('resolve user-published');
      expect(decision.facts.withdraw).toEqual([]);
    }
  });

  test('a lowered mode: who holds a date is notified, who does not is not', () => {
    const parts = {
      ana: warnedAt(day(14)),
      bob: warnedAt(day(14), { dated: false }),
      cia: warnedAt(day(14), { warning: 'tried' }),
      dan: warnedAt(day(14), { warning: 'failed' }),
    };
    const policy = aPolicy({ mode: 'notify' });
    expect(at(day(16), { episode: graced({ told: parts }), policy }).facts.withdraw).toEqual(['ana']);
    // Of a grace that never threatened, whatever was printed before.
    expect(
      at(day(16), { episode: graced({ told: parts, graceMode: 'notify' }), policy }).facts.withdraw,
    ).toEqual([]);
  });

  test('the date of a grace with one is known, and none once the grace has none', () => {
    expect(at(day(16), { episode: graced() }).facts.disableAt).toBe(day(21));
    const lower = { policy: aPolicy({ mode: 'notify' }) };
    expect(at(day(16), { episode: graced({ graceMode: 'notify' }), ...lower }).facts.disableAt).toBeNull();
    expect(at(day(16), { episode: fired() }).facts.disableAt).toBeNull();
    expect(at(day(13)).facts.disableAt).toBeNull();
  });

  test('a request to turn it off that nobody confirmed, and a recovery: it recovered', () => {
    const episode = graced({ disabling: requestedAt(day(21)) });
    expect(answerOf(at(day(22), { episode, evidence: runningAt(day(22)) }))).toBe('resolve recovered');
  });

  test('a request, and the task is off: that is to be confirmed, though it ran before', () => {
    const task = aTask({ enabled: false });
    const episode = graced({ disabling: requestedAt(day(21)) });
    expect(answerOf(at(day(22), { episode, evidence: runningAt(day(22)), task }))).toBe('waiting disabling');
  });

  test.each([
    ['it was only queued', queuedAt(day(21)), { enabled: false }],
    ['it was refused', refusedAt(day(21), refused), { enabled: false }],
    ['nobody asked', undefined, { enabled: false }],
    ['it became a collection', requestedAt(day(21)), { kind: 'collection' as const }],
  ])('the task is off, or nothing to be watched, and %s: others did that', (_, disabling, more) => {
    const episode = graced(disabling ? { disabling } : {});
    expect(answerOf(at(day(22), { episode, task: aTask(more) }))).toBe('resolve ineligible');
  });

  test('a deletion and a return at the instant at which it fired do not end it', () => {
    expect(answerOf(at(day(15), { episode: graced(), task: aTask({ cameBackAt: day(14) }) }))).toBe(
      'waiting grace',
    );
  });

  test('a publication at the instant at which it fired ends it only while its veto lasts', () => {
    const task = aTask({ publishedByUserAt: day(14) });
    const noVeto = aPolicy({ publicationVeto: 0 });
    expect(answerOf(at(day(15), { episode: graced(), task }))).toBe('resolve user-published');
    expect(answerOf(at(day(15), { episode: graced(), task, policy: noVeto }))).toBe('waiting grace');
  });
});

describe('what is found late', () => {
  test('unknown time moves the date of an episode, and does not end it', () => {
    // 15 days less 3 are under the threshold; the threshold and the last PRIMARY are as they were.
    const unknown = [span(day(2), day(5))];
    expect(answerOf(at(day(15), { episode: graced(), unknown }))).toBe('waiting grace');
    const since = [span(day(15), day(17))];
    expect(at(day(18), { episode: graced(), unknown: since }).facts.disableAt).toBe(day(23));
  });

  test('a later PRIMARY from before it fired ends it where the threshold is no longer reached', () => {
    const seenAt = (instant: Instant) => evidenceOf(day(15), { lastSeen: { PRIMARY: instant } });
    expect(answerOf(at(day(15), { episode: graced(), evidence: seenAt(day(1) + 1) }))).toBe('resolve policy');
    expect(answerOf(at(day(15), { episode: graced(), evidence: seenAt(day(1)) }))).toBe('waiting grace');
  });

  test('a PRIMARY until the very instant at which it fired is none since', () => {
    const evidence = evidenceOf(day(15), { lastSeen: { PRIMARY: day(14) } });
    expect(answerOf(at(day(15), { episode: graced(), evidence }))).toBe('resolve policy');
  });

  test('a later PRIMARY and unknown time together end it too', () => {
    const evidence = evidenceOf(day(15), { lastSeen: { PRIMARY: T0 + HOUR } });
    expect(answerOf(at(day(15), { episode: graced(), evidence }))).toBe('waiting grace');
    const unknown = [span(day(2), day(3))];
    expect(answerOf(at(day(15), { episode: graced(), evidence, unknown }))).toBe('resolve policy');
  });

  test('an enabling from before it fired ends it as no longer abandoned, one from after it as off', () => {
    const on = (enabledAt: Instant) =>
      answerOf(at(day(15), { episode: graced(), task: aTask({ enabledAt }) }));
    expect(on(day(14))).toBe('resolve policy');
    expect(on(day(14) + 1)).toBe('resolve ineligible');
  });

  test('a lower threshold ends nothing, a higher one what it no longer reaches', () => {
    const unknown = [span(day(2), day(5))];
    const lower = aPolicy({ warnAfter: 13 * DAY });
    const higher = aPolicy({ warnAfter: 14 * DAY + 1 });
    expect(answerOf(at(day(15), { episode: graced(), unknown, policy: lower }))).toBe('waiting grace');
    expect(answerOf(at(day(15), { episode: graced(), unknown, policy: higher }))).toBe('resolve policy');
  });
});
