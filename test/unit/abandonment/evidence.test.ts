import { describe, expect, test } from 'vitest';
import {
  countedTime,
  instantAtCounted,
  isAlive,
  isEligible,
  lastAliveAt,
  NO_EVIDENCE,
  notPrimarySince,
  type Observation,
  observe,
  openStaleness,
  unknownTime,
} from '../../../functions/abandonment/evidence.ts';
import type { Evidence, FailureCause, ShardStatus } from '../../../functions/abandonment/task.ts';
import { DAY, HOUR, type Instant } from '../../../functions/abandonment/time.ts';
import { aPolicy, aTask, day, evidenceOf, T0 } from './decide-builders.ts';

const policy = aPolicy();
const seen = (at: Instant, ...statuses: ShardStatus[]): Observation => ({ at, statuses });
const evidenceAfter = (...observations: Observation[]): Evidence =>
  observations.reduce((evidence, observation) => observe(evidence, observation, policy), NO_EVIDENCE);

describe('eligible', () => {
  test.each([
    [{}, true],
    [{ kind: 'service' as const }, true],
    [{ kind: 'derivation' as const }, true],
    [{ kind: 'materialization' as const }, true],
    [{ kind: 'materialization' as const, dekaf: true }, false],
    [{ kind: 'collection' as const }, false],
    [{ enabled: false }, false],
    [{ deletedAt: T0 }, false],
  ])('%o: %s', (more, expected) => {
    expect(isEligible(aTask(more))).toBe(expected);
  });
});

describe('what its shards failed of', () => {
  const failed = (at: Instant, cause?: FailureCause): Observation => ({
    at,
    statuses: ['FAILED'],
    ...(cause && { cause }),
  });

  test('is the newest that was told, also between two attempts', () => {
    expect(evidenceAfter(failed(T0, 'schema'), failed(day(1), 'credentials')).cause).toBe('credentials');
    expect(evidenceAfter(failed(T0, 'schema'), seen(day(1), 'PENDING')).cause).toBe('schema');
  });

  test('is not known where it fails again and nothing is told of it', () => {
    expect(evidenceAfter(failed(T0, 'schema'), failed(day(1))).cause).toBeUndefined();
  });

  test('is over with a recovery, and stays through a spell that is too short', () => {
    expect(evidenceAfter(failed(T0, 'schema'), seen(day(1), 'PRIMARY')).cause).toBeUndefined();
    const slow = aPolicy({ minHealthy: 2 * HOUR });
    const spell = observe(evidenceAfter(failed(T0, 'schema')), seen(day(1), 'PRIMARY'), slow);
    expect(spell.cause).toBe('schema');
    expect(observe(spell, failed(day(1) + HOUR), slow).twitches?.count).toBe(1);
  });
});

describe('lastPrimaryAt', () => {
  test('is now while the last observation has it, however old that is', () => {
    expect(lastAliveAt(evidenceAfter(seen(T0, 'PRIMARY')), policy, day(50))).toBe(day(50));
  });

  test('is the instant of the first observation without it', () => {
    const evidence = evidenceAfter(seen(T0, 'PRIMARY'), seen(day(3), 'FAILED'), seen(day(4), 'FAILED'));
    expect(lastAliveAt(evidence, policy, day(5))).toBe(day(3));
    expect(evidence.lostAt).toBe(day(3));
  });

  test('is nothing where it was never seen', () => {
    expect(lastAliveAt(evidenceAfter(seen(T0, 'FAILED')), policy, day(5))).toBeUndefined();
    expect(evidenceAfter(seen(T0, 'FAILED'), seen(day(1), 'PENDING')).lostAt).toBeUndefined();
  });

  test('one alive shard of several is enough', () => {
    expect(isAlive(evidenceAfter(seen(T0, 'FAILED', 'PRIMARY')), policy)).toBe(true);
    expect(isAlive(evidenceAfter(seen(T0, 'FAILED', 'BACKFILL')), policy)).toBe(false);
    expect(isAlive(evidenceAfter(seen(T0)), policy)).toBe(false);
  });

  test('is of the statuses that the policy calls alive', () => {
    const evidence = evidenceAfter(seen(T0, 'PRIMARY'), seen(day(1), 'BACKFILL'), seen(day(4), 'FAILED'));
    expect(lastAliveAt(evidence, policy, day(9))).toBe(day(1));
    expect(lastAliveAt(evidence, aPolicy({ aliveStatuses: ['PRIMARY', 'BACKFILL'] }), day(9))).toBe(day(4));
    expect(lastAliveAt(evidence, aPolicy({ aliveStatuses: ['FAILED'] }), day(9))).toBe(day(9));
  });
});

describe('with two alive statuses', () => {
  const two = aPolicy({ aliveStatuses: ['PRIMARY', 'BACKFILL'] });
  const since = (lastSeen: Evidence['lastSeen']) =>
    lastAliveAt(evidenceOf(day(9), { lastSeen }), two, day(9));

  test.each([
    ['the one was never seen', { BACKFILL: day(4) }, day(4)],
    ['the other was never seen', { PRIMARY: day(4) }, day(4)],
    ['the one was seen later', { PRIMARY: day(5), BACKFILL: day(4) }, day(5)],
    ['the other was seen later', { PRIMARY: day(4), BACKFILL: day(5) }, day(5)],
    ['both were seen at once', { PRIMARY: day(4), BACKFILL: day(4) }, day(4)],
    ['neither was, but a third', { STANDBY: day(4) }, undefined],
  ])('it was last alive as the newest of them where %s', (_, lastSeen, expected) => {
    expect(since(lastSeen)).toBe(expected);
  });

  test('one that takes over from the other is no loss', () => {
    const over = [seen(T0, 'PRIMARY'), seen(day(1), 'BACKFILL'), seen(day(3), 'FAILED')].reduce(
      (evidence, observation) => observe(evidence, observation, two),
      NO_EVIDENCE,
    );
    expect(over).toMatchObject({ lostAt: day(3), lastSeen: { PRIMARY: day(1), BACKFILL: day(3) } });
    expect(lastAliveAt(over, two, day(9))).toBe(day(3));
  });
});

describe('observations in any order', () => {
  test('a late one that saw it alive, and is older than what is known, changes nothing', () => {
    const evidence = evidenceAfter(
      seen(T0, 'PRIMARY'),
      seen(day(1), 'FAILED'),
      seen(day(3), 'PRIMARY'),
      seen(day(4), 'FAILED'),
    );
    for (const at of [day(2), day(4) - 1, T0 + HOUR]) {
      const late = observe(evidence, seen(at, 'PRIMARY'), policy);
      // The very same: it is not written again.
      expect(late).toBe(evidence);
      expect(lastAliveAt(late, policy, day(9))).toBe(day(4));
    }
  });

  test('a late one of a task that runs changes nothing', () => {
    const evidence = evidenceAfter(seen(T0, 'FAILED'), seen(day(5), 'PRIMARY'));
    expect(observe(evidence, seen(day(3), 'PRIMARY'), policy)).toEqual(evidence);
  });

  test('one from before the first is the first from then on', () => {
    const late = observe(evidenceAfter(seen(day(5), 'FAILED')), seen(day(1), 'FAILED'), policy);
    expect(late).toMatchObject({ firstObservedAt: day(1), observedAt: day(5), lastSeen: {} });
    // Between the two it is known to fail: a proof of life there counts from its own instant.
    expect(lastAliveAt(observe(late, seen(day(3), 'PRIMARY'), policy), policy, day(9))).toBe(day(3));
  });

  test('a late one that saw it alive is a proof of life, and changes nothing else', () => {
    const evidence = evidenceAfter(seen(T0, 'PRIMARY'), seen(day(1), 'FAILED'), seen(day(5), 'FAILED'));
    const late = observe(evidence, seen(day(3), 'PRIMARY'), policy);
    expect(lastAliveAt(late, policy, day(6))).toBe(day(3));
    expect(late).toMatchObject({ observedAt: day(5), statuses: ['FAILED'] });
  });

  test('the time between a proof of life and the first other word does not count, whichever comes first', () => {
    const inOrder = evidenceAfter(seen(day(1), 'PRIMARY'), seen(day(5), 'FAILED'));
    const late = observe(evidenceAfter(seen(day(5), 'FAILED')), seen(day(1), 'PRIMARY'), policy);
    expect(lastAliveAt(inOrder, policy, day(6))).toBe(day(5));
    expect(lastAliveAt(late, policy, day(6))).toBe(day(5));
  });

  test('a late one that saw it fail changes nothing', () => {
    const evidence = evidenceAfter(seen(T0, 'PRIMARY'), seen(day(5), 'PRIMARY'));
    const late = observe(evidence, seen(day(3), 'FAILED'), policy);
    expect(late).toMatchObject({ observedAt: day(5), statuses: ['PRIMARY'] });
    expect(lastAliveAt(late, policy, day(6))).toBe(day(6));
    expect(late.lostAt).toBeUndefined();
  });

  test('one that is delivered again, behind a newer one, changes nothing', () => {
    const evidence = evidenceAfter(seen(T0, 'FAILED'), seen(day(1), 'FAILED'), seen(day(5), 'FAILED'));
    const alive = observe(evidence, seen(day(3), 'PRIMARY'), policy);
    expect(observe(alive, seen(day(3), 'PRIMARY'), policy)).toBe(alive);
    expect(observe(alive, seen(T0, 'FAILED'), policy)).toBe(alive);
  });

  test('a status that is there has no last instant, and no cause is kept where none is told', () => {
    const evidence = evidenceAfter(seen(T0, 'PRIMARY'), seen(day(1), 'FAILED'), seen(day(2), 'PRIMARY'));
    expect(evidence.lastSeen).toEqual({ FAILED: day(2) });
    expect(evidence).not.toHaveProperty('cause');
    expect(evidenceAfter(seen(T0, 'FAILED'))).not.toHaveProperty('cause');
  });

  test('the same one twice changes nothing', () => {
    const evidence = evidenceAfter(seen(T0, 'PRIMARY'), seen(day(1), 'FAILED'));
    expect(observe(evidence, seen(day(1), 'FAILED'), policy)).toEqual(evidence);
  });

  test('a flapping task was last alive at its last flap', () => {
    const evidence = evidenceAfter(
      seen(T0, 'PRIMARY'),
      seen(day(1), 'FAILED'),
      seen(day(2), 'PRIMARY'),
      seen(day(2, 1), 'FAILED'),
    );
    expect(lastAliveAt(evidence, policy, day(9))).toBe(day(2, 1));
  });
});

describe('observations of one instant', () => {
  const named = (name: string, at: Instant, ...statuses: ShardStatus[]) => ({ at, statuses, name });

  test('both count, and the later one holds: alive, then failing, is a recovery of no length', () => {
    const evidence = evidenceAfter(seen(T0, 'FAILED'), seen(day(1), 'PRIMARY'), seen(day(1), 'FAILED'));
    expect(evidence).toMatchObject({ statuses: ['FAILED'], lostAt: day(1), lastSeen: { PRIMARY: day(1) } });
    expect(lastAliveAt(evidence, policy, day(9))).toBe(day(1));
  });

  test('failing, then alive, is alive', () => {
    const evidence = evidenceAfter(seen(T0, 'FAILED'), seen(day(1), 'FAILED'), seen(day(1), 'PRIMARY'));
    expect(lastAliveAt(evidence, policy, day(9))).toBe(day(9));
    expect(evidence.lostAt).toBeUndefined();
  });

  test('one that is delivered again changes nothing, whatever came between', () => {
    const both = evidenceAfter(named('a', day(1), 'PRIMARY'), named('b', day(1), 'FAILED'));
    expect(both.heard).toEqual(['a', 'b']);
    expect(observe(both, named('a', day(1), 'PRIMARY'), policy)).toEqual(both);
    // Another one that says the same as the first is news.
    expect(observe(both, named('c', day(1), 'PRIMARY'), policy).statuses).toEqual(['PRIMARY']);
  });

  test('are known again by the last 16 of their names', () => {
    const statuses = (place: number): ShardStatus => (place % 2 === 0 ? 'FAILED' : 'PENDING');
    const all = Array.from({ length: 17 }, (_, place) => named(`n${place}`, day(1), statuses(place)));
    const evidence = evidenceAfter(...all);
    expect(evidence.heard).toHaveLength(16);
    expect(observe(evidence, named('n1', day(1), 'PRIMARY'), policy)).toBe(evidence);
    expect(observe(evidence, named('n0', day(1), 'PRIMARY'), policy).statuses).toEqual(['PRIMARY']);
  });

  test('one without a name that says the same, in any order, changes nothing', () => {
    const evidence = evidenceAfter(seen(day(1), 'PRIMARY', 'FAILED'));
    expect(evidence.statuses).toEqual(['FAILED', 'PRIMARY']);
    expect(observe(evidence, seen(day(1), 'PRIMARY', 'FAILED', 'PRIMARY'), policy)).toBe(evidence);
    expect(observe(evidence, named('a', day(1), 'FAILED', 'PRIMARY'), policy)).toBe(evidence);
  });

  test('a name counts at its instant only', () => {
    const evidence = evidenceAfter(named('a', day(1), 'PRIMARY'), named('a', day(2), 'FAILED'));
    expect(evidence).toMatchObject({ statuses: ['FAILED'], observedAt: day(2), heard: ['a'] });
    expect(observe(evidence, seen(day(3), 'FAILED'), policy).heard).toBeUndefined();
    expect(evidenceAfter(seen(day(1), 'PRIMARY'), named('b', day(1), 'FAILED')).heard).toEqual(['b']);
  });
});

test('the first observation stays known as the first', () => {
  const evidence = evidenceAfter(seen(T0, 'FAILED'), seen(day(1), 'FAILED'), seen(day(2), 'PRIMARY'));
  expect(evidence).toMatchObject({ firstObservedAt: T0, observedAt: day(2) });
});

test('of a task of which nothing was heard nothing is known', () => {
  expect(NO_EVIDENCE).toEqual({
    statuses: [],
    lastSeen: {},
    stale: [],
    restarts: { total: 0, atLoss: 0 },
  });
});

test('one alive shard for another keeps what it was last without', () => {
  const two = aPolicy({ aliveStatuses: ['PRIMARY', 'BACKFILL'] });
  const evidence = [seen(T0, 'PRIMARY', 'IDLE'), seen(day(1), 'BACKFILL')].reduce(
    (before, observation) => observe(before, observation, two),
    NO_EVIDENCE,
  );
  expect(evidence).toMatchObject({ statuses: ['BACKFILL'], lastSeen: { PRIMARY: day(1), IDLE: day(1) } });
  expect(evidence.lostAt).toBeUndefined();
  expect(lastAliveAt(evidence, two, day(3))).toBe(day(3));
});

describe('restarts', () => {
  test('are counted from the loss', () => {
    const running = { ...evidenceAfter(seen(T0, 'PRIMARY')), restarts: { total: 7, atLoss: 0 } };
    expect(observe(running, seen(day(1), 'FAILED'), policy).restarts).toEqual({ total: 7, atLoss: 7 });
  });
});

describe('notPrimarySince', () => {
  const never = evidenceOf(day(9), { lastSeen: {} });
  test.each([
    ['the last PRIMARY', {}, evidenceOf(day(9)), T0],
    ['an enabling after it', { enabledAt: day(2) }, evidenceOf(day(9)), day(2)],
    ['not an enabling before it', { enabledAt: day(-2) }, evidenceOf(day(9)), T0],
    ['never seen: creation', { createdAt: day(1), firstSeenAt: day(-1) }, never, day(1)],
    ['never seen: first sight', { createdAt: day(-1), firstSeenAt: day(1) }, never, day(1)],
    ['never seen: a later enabling', { createdAt: day(1), enabledAt: day(3) }, never, day(3)],
    ['never seen: not an earlier enabling', { createdAt: day(1), enabledAt: day(0) }, never, day(1)],
  ])('%s', (_, more, evidence, expected) => {
    expect(notPrimarySince(aTask(more), evidence, policy, day(9))).toBe(expected);
  });
});

describe('evidence too old', () => {
  test('opens after evidenceMaxAge, from then on', () => {
    const task = aTask();
    expect(openStaleness(task, evidenceOf(day(1)), policy, day(2))).toBeUndefined();
    expect(openStaleness(task, evidenceOf(day(1)), policy, day(2) + 1)).toEqual({ from: day(2), to: null });
  });

  test('never opens for a task that runs', () => {
    expect(
      openStaleness(aTask(), evidenceOf(T0, { statuses: ['PRIMARY'] }), policy, day(90)),
    ).toBeUndefined();
  });

  test('is open from first sight where nothing was ever observed', () => {
    const { observedAt: _, ...none } = evidenceOf(0);
    expect(openStaleness(aTask({ firstSeenAt: day(1) }), none, policy, day(1))).toEqual({
      from: day(1),
      to: null,
    });
  });

  test('closes with the next observation', () => {
    const evidence = evidenceAfter(seen(T0, 'PRIMARY'), seen(day(1), 'FAILED'), seen(day(5), 'FAILED'));
    expect(evidence.stale).toEqual([{ from: day(2), to: day(5) }]);
  });

  test('closes each time: two gaps are two spans', () => {
    const evidence = evidenceAfter(
      seen(T0, 'PRIMARY'),
      seen(day(1), 'FAILED'),
      seen(day(5), 'FAILED'),
      seen(day(6), 'FAILED'),
      seen(day(9), 'FAILED'),
    );
    expect(evidence.stale).toEqual([
      { from: day(2), to: day(5) },
      { from: day(7), to: day(9) },
    ]);
  });

  test('closes a millisecond after evidenceMaxAge', () => {
    const evidence = evidenceAfter(seen(T0, 'FAILED'), seen(day(1) + 1, 'FAILED'));
    expect(evidence.stale).toEqual([{ from: day(1), to: day(1) + 1 }]);
  });

  test('is none where observations are evidenceMaxAge apart', () => {
    const evidence = evidenceAfter(seen(T0, 'PRIMARY'), seen(day(1), 'FAILED'), seen(day(2), 'FAILED'));
    expect(evidence.stale).toEqual([]);
  });

  test('is forgotten with a recovery', () => {
    const evidence = evidenceAfter(
      seen(T0, 'PRIMARY'),
      seen(day(1), 'FAILED'),
      seen(day(5), 'FAILED'),
      seen(day(6), 'PRIMARY'),
      seen(day(7), 'FAILED'),
    );
    expect(evidence.stale).toEqual([]);
  });
});

describe('counted time', () => {
  const spans = (...pairs: [number, number | null][]) =>
    pairs.map(([from, to]) => ({ from: day(from), to: to === null ? null : day(to) }));

  test.each([
    [[], 10],
    [[[2, 4]], 8],
    [
      [
        [2, 4],
        [3, 6],
      ],
      6,
    ],
    [
      [
        [3, 6],
        [2, 4],
      ],
      6,
    ],
    [
      [
        [2, 8],
        [3, 4],
      ],
      4,
    ],
    [
      [
        [2, 4],
        [4, 6],
      ],
      6,
    ],
    [[[-3, 1]], 9],
    [[[9, 12]], 9],
    [[[-3, -1]], 10],
    [[[10, 12]], 10],
    [[[-3, 12]], 0],
    [[[7, null]], 7],
    [
      [
        [7, null],
        [8, null],
        [1, 2],
      ],
      6,
    ],
    [[[12, null]], 10],
    [[[4, 4]], 10],
  ] as [[number, number | null][], number][])('ten days less %j are %i', (pairs, expected) => {
    expect(countedTime(T0, day(10), spans(...pairs))).toBe(expected * DAY);
    expect(unknownTime(T0, day(10), spans(...pairs))).toBe((10 - expected) * DAY);
  });

  test('before it began nothing is counted', () => {
    expect(countedTime(day(5), day(3), spans([1, 2]))).toBe(0);
  });

  test.each([
    [[], 14],
    [[[2, 4]], 16],
    [
      [
        [2, 4],
        [3, 6],
      ],
      18,
    ],
    [[[14, 20]], 14],
    [[[13, 20]], 21],
    [
      [
        [13, 15],
        [15, 16],
      ],
      17,
    ],
    [[[-5, 1]], 15],
    [[[5, null]], 19],
    [[[12, null]], 14],
  ] as [[number, number | null][], number][])(
    '14 days less %j are reached on day %i, seen on day 10',
    (pairs, expected) => {
      expect(instantAtCounted(T0, 14 * DAY, day(10), spans(...pairs))).toBe(day(expected));
    },
  );

  test('nothing is reached at once', () => {
    expect(instantAtCounted(T0, 0, day(3), [])).toBe(T0);
    expect(instantAtCounted(T0, HOUR, day(3), [])).toBe(T0 + HOUR);
  });
});
