import { describe, expect, test } from 'vitest';
import {
  lastAliveAt,
  NO_EVIDENCE,
  type Observation,
  observe,
} from '../../../functions/abandonment/evidence.ts';
import {
  hasLasted,
  isHealthy,
  recovered,
  recoversAt,
  triedSince,
} from '../../../functions/abandonment/healthy-spells.ts';
import type { Evidence, ShardStatus } from '../../../functions/abandonment/task.ts';
import { HOUR, type Instant } from '../../../functions/abandonment/time.ts';
import { aPolicy, day, evidenceOf, T0 } from './decide-builders.ts';

const policy = aPolicy({ minHealthy: 6 * HOUR });
const atOnce = aPolicy();
const seen = (at: Instant, ...statuses: ShardStatus[]): Observation => ({ at, statuses });
const evidenceAfter = (observations: Observation[], by = policy): Evidence =>
  observations.reduce((evidence, observation) => observe(evidence, observation, by), NO_EVIDENCE);
/** It ran for a day, and fails since. */
const failing = [seen(T0, 'PRIMARY'), seen(day(1), 'FAILED')];

describe('a spell that ends', () => {
  test('too short, by a millisecond, leaves no trace but its count', () => {
    const evidence = evidenceAfter([...failing, seen(day(2), 'PRIMARY'), seen(day(2, 6) - 1, 'FAILED')]);
    expect(evidence).toMatchObject({ lostAt: day(1), twitches: { count: 1, lastAt: day(2, 6) - 1 } });
    expect(lastAliveAt(evidence, policy, day(3))).toBe(day(1));
  });

  test('when it has lasted minHealthy is a recovery and a new loss', () => {
    const evidence = evidenceAfter([
      ...failing,
      seen(day(2), 'PRIMARY'),
      seen(day(2, 1), 'FAILED'),
      seen(day(3), 'PRIMARY'),
      seen(day(3, 6), 'FAILED'),
    ]);
    expect(evidence).toMatchObject({ lostAt: day(3, 6), lastSeen: { PRIMARY: day(3, 6) } });
    expect(evidence.twitches).toBeUndefined();
    expect(lastAliveAt(evidence, policy, day(4))).toBe(day(3, 6));
  });

  test('too short is counted each time', () => {
    const twice = [2, 3].flatMap((on) => [seen(day(on), 'PRIMARY'), seen(day(on, 1), 'FAILED')]);
    expect(evidenceAfter([...failing, ...twice]).twitches).toEqual({ count: 2, lastAt: day(3, 1) });
  });

  test('too short keeps what was unknown before it, and adds what was unknown up to it', () => {
    const gaps = [...failing, seen(day(5), 'FAILED'), seen(day(8), 'PRIMARY'), seen(day(8, 1), 'FAILED')];
    expect(evidenceAfter(gaps).stale).toEqual([
      { from: day(2), to: day(5) },
      { from: day(6), to: day(8) },
    ]);
    const lasted = [...gaps.slice(0, -1), seen(day(8, 6), 'FAILED')];
    expect(evidenceAfter(lasted).stale).toEqual([]);
  });

  test('in another alive status than it began with is as long as both', () => {
    const two = aPolicy({ minHealthy: 6 * HOUR, aliveStatuses: ['PRIMARY', 'BACKFILL'] });
    const over = [...failing, seen(day(2), 'PRIMARY'), seen(day(2, 3), 'BACKFILL')];
    expect(evidenceAfter([...over, seen(day(2, 6), 'FAILED')], two).lostAt).toBe(day(2, 6));
    expect(evidenceAfter([...over, seen(day(2, 6) - 1, 'FAILED')], two).lostAt).toBe(day(1));
  });

  test('with minHealthy 0 is a recovery at once', () => {
    const evidence = evidenceAfter([...failing, seen(day(2), 'PRIMARY'), seen(day(2) + 1, 'FAILED')], atOnce);
    expect(evidence).toMatchObject({ lostAt: day(2) + 1, lastSeen: { PRIMARY: day(2) + 1 } });
    expect(evidence.spells).toBeUndefined();
    expect(evidence.twitches).toBeUndefined();
  });
});

describe('a spell under way', () => {
  const evidence = evidenceAfter([...failing, seen(day(2), 'PRIMARY'), seen(day(2, 1), 'PRIMARY', 'FAILED')]);

  test('has lasted from its first observation + minHealthy on', () => {
    expect(recoversAt(evidence, policy)).toBe(day(2, 6));
    expect(hasLasted(evidence, policy, day(2, 6) - 1)).toBe(false);
    expect(hasLasted(evidence, policy, day(2, 6))).toBe(true);
    expect(lastAliveAt(evidence, policy, day(2, 6) - 1)).toBe(day(1));
    expect(lastAliveAt(evidence, policy, day(2, 6))).toBe(day(2, 6));
  });

  test('is judged by the policy of today', () => {
    expect(recoversAt(evidence, aPolicy({ minHealthy: HOUR }))).toBe(day(2, 1));
    expect(hasLasted(evidence, aPolicy({ minHealthy: 9 * HOUR }), day(2, 8))).toBe(false);
  });

  test('is not healthy before it is judged; one that was judged when it began is, for good', () => {
    expect(isHealthy(evidence, policy)).toBe(false);
    const judged = evidenceAfter([...failing, seen(day(2), 'PRIMARY')], atOnce);
    expect(isHealthy(judged, policy)).toBe(true);
    expect(recoversAt(judged, policy)).toBeNull();
    expect(hasLasted(judged, policy, day(2))).toBe(true);
  });

  test('is none of a task that fails', () => {
    expect(recoversAt(evidenceAfter(failing), policy)).toBeNull();
    expect(isHealthy(evidenceAfter(failing), policy)).toBe(false);
  });
});

describe('a spell that goes on', () => {
  const two = aPolicy({ minHealthy: 6 * HOUR, aliveStatuses: ['PRIMARY', 'BACKFILL'] });

  test('in another alive status began with the first', () => {
    const taken = evidenceAfter([...failing, seen(day(2), 'PRIMARY'), seen(day(2, 3), 'BACKFILL')], two);
    expect(recoversAt(taken, two)).toBe(day(2, 6));
    const joined = evidenceAfter(
      [
        ...failing,
        seen(day(2), 'PRIMARY'),
        seen(day(2, 3), 'BACKFILL', 'PRIMARY'),
        seen(day(2, 4), 'BACKFILL'),
      ],
      two,
    );
    expect(recoversAt(joined, two)).toBe(day(2, 6));
  });

  test('in another alive status needs no judging, once it was judged', () => {
    const judged = [seen(T0, 'PRIMARY'), seen(day(1), 'PRIMARY', 'BACKFILL'), seen(day(1, 1), 'BACKFILL')];
    const evidence = judged.reduce(
      (before, observation) => observe(before, observation, two),
      evidenceAfter([seen(T0 - HOUR, 'PRIMARY')], atOnce),
    );
    expect(isHealthy(evidence, two)).toBe(true);
    expect(evidence.lostAt).toBeUndefined();
  });

  test('is that of the alive shard, however long another one fails', () => {
    const evidence = evidenceAfter([...failing, seen(day(2), 'PRIMARY', 'FAILED')]);
    expect(recoversAt(evidence, policy)).toBe(day(2, 6));
    const unnoted = observe(evidenceAfter([...failing], atOnce), seen(day(2), 'PRIMARY', 'FAILED'), policy);
    expect(recoversAt(unnoted, policy)).toBe(day(2, 6));
  });

  test('began anew where the task failed between', () => {
    const again = [
      ...failing,
      seen(day(2), 'PRIMARY'),
      seen(day(2, 1), 'FAILED'),
      seen(day(2, 2), 'PRIMARY'),
    ];
    expect(recoversAt(evidenceAfter(again), policy)).toBe(day(2, 8));
  });

  test('in a status that a policy calls alive since is as long as the status was there', () => {
    const evidence = evidenceAfter([
      ...failing,
      seen(day(2), 'BACKFILL'),
      seen(day(3), 'BACKFILL', 'FAILED'),
    ]);
    expect(recoversAt(evidence, policy)).toBeNull();
    expect(recoversAt(evidence, two)).toBe(day(2, 6));
    // Where it went and came back it is the last time that counts.
    const back = observe(observe(evidence, seen(day(4), 'FAILED'), policy), seen(day(5), 'BACKFILL'), policy);
    expect(recoversAt(back, two)).toBe(day(5, 6));
  });

  test('with minHealthy 0 needs no judging by a longer one afterwards, in whatever status', () => {
    const evidence = evidenceAfter([...failing, seen(day(2), 'PRIMARY', 'BACKFILL')], atOnce);
    expect(isHealthy(evidence, policy)).toBe(true);
    expect(recoversAt(evidence, two)).toBeNull();
    expect(isHealthy(evidenceAfter([...failing, seen(day(2), 'BACKFILL')], atOnce), two)).toBe(true);
  });

  test('is over its judging with the next observation once minHealthy is 0', () => {
    const evidence = evidenceAfter([...failing, seen(day(2), 'PRIMARY')]);
    const next = observe(evidence, seen(day(2, 1), 'PRIMARY', 'FAILED'), atOnce);
    expect(isHealthy(next, policy)).toBe(true);
    expect(next.lostAt).toBeUndefined();
  });
});

describe('a status that does not count as alive', () => {
  test.each([
    ['was there for minHealthy', day(2, 6), day(2, 6)],
    ['was there too short', day(2, 6) - 1, undefined],
  ])('is remembered where it %s', (_, at, lastSeen) => {
    const evidence = evidenceAfter([...failing, seen(day(2), 'BACKFILL'), seen(at, 'FAILED')]);
    expect(evidence.lastSeen.BACKFILL).toBe(lastSeen);
  });

  test('is remembered where nobody noted when it began', () => {
    const evidence = evidenceAfter([...failing, seen(day(2), 'BACKFILL')], atOnce);
    expect(observe(evidence, seen(day(2, 1), 'FAILED'), policy).lastSeen.BACKFILL).toBe(day(2, 1));
  });
});

describe('once a spell was judged to have lasted', () => {
  const spelt = evidenceOf(day(3), {
    statuses: ['BACKFILL', 'PRIMARY'],
    spells: { PRIMARY: day(2), BACKFILL: day(2, 5) },
    twitches: { count: 2, lastAt: day(1) },
    cause: 'schema',
    stale: [{ from: day(1), to: day(2) }],
  });

  test('what was before is over: the loss, its cause, short spells, and what was unknown', () => {
    const { lostAt: _, twitches: _twitches, cause: _cause, ...rest } = spelt;
    expect(recovered(spelt, policy)).toEqual({ ...rest, stale: [], spells: { BACKFILL: day(2, 5) } });
    expect(isHealthy(recovered(spelt, policy), policy)).toBe(true);
  });

  test('no spell is left where none is of another status', () => {
    const two = aPolicy({ aliveStatuses: ['PRIMARY', 'BACKFILL'] });
    expect(recovered(spelt, two)).not.toHaveProperty('spells');
    expect(recovered(evidenceOf(day(3), { statuses: ['PRIMARY'] }), policy)).not.toHaveProperty('spells');
  });
});

describe('a spell that is heard of late', () => {
  test('counts where it may have lasted until the next that is known, and else not', () => {
    const later = [seen(T0, 'FAILED'), seen(day(2), 'FAILED')];
    const heard = (at: Instant) =>
      lastAliveAt(observe(evidenceAfter(later), seen(at, 'PRIMARY'), policy), policy, day(3));
    expect(heard(day(2) - 6 * HOUR)).toBe(day(2) - 6 * HOUR);
    expect(heard(day(2) - 6 * HOUR + 1)).toBeUndefined();
  });

  test('ended at the latest with a short spell after it', () => {
    const evidence = evidenceAfter([
      ...failing,
      seen(day(3), 'PRIMARY'),
      seen(day(3, 1), 'FAILED'),
      seen(day(9), 'FAILED'),
    ]);
    const heard = (at: Instant) =>
      lastAliveAt(observe(evidence, seen(at, 'PRIMARY'), policy), policy, day(9, 1));
    expect(heard(day(3, 1) - 6 * HOUR)).toBe(day(3, 1) - 6 * HOUR);
    expect(heard(day(3, 1) - 6 * HOUR + 1)).toBe(day(1));
    // What is heard of after that short spell may have lasted until the next.
    expect(heard(day(3, 2))).toBe(day(3, 2));
  });

  test('ended at the latest with the first observation that there was', () => {
    const evidence = evidenceAfter([seen(day(2), 'FAILED'), seen(day(9), 'FAILED')]);
    const heard = (at: Instant) =>
      lastAliveAt(observe(evidence, seen(at, 'PRIMARY'), policy), policy, day(9, 1));
    // It counts up to that first observation, for nothing was heard between.
    expect(heard(day(1, 18))).toBe(day(2));
    expect(heard(day(1, 18) + 1)).toBeUndefined();
  });

  test('ended at the latest with the spell under way', () => {
    const evidence = evidenceAfter([
      ...failing,
      seen(day(5), 'PRIMARY'),
      seen(day(5, 1), 'PRIMARY', 'FAILED'),
    ]);
    const heard = (at: Instant) =>
      lastAliveAt(observe(evidence, seen(at, 'PRIMARY'), policy), policy, day(5, 2));
    expect(heard(day(4, 18))).toBe(day(4, 18));
    expect(heard(day(4, 18) + 1)).toBe(day(1));
  });

  test('counts not while it goes on: it is the spell under way, which is not judged yet', () => {
    const evidence = evidenceAfter([...failing, seen(day(2), 'PRIMARY'), seen(day(2, 3), 'PRIMARY')]);
    for (const at of [day(2), day(2, 1), day(2, 3) - 1]) {
      const heard = observe(evidence, seen(at, 'PRIMARY'), policy);
      expect(lastAliveAt(heard, policy, day(2, 4))).toBe(day(1));
      // It ends too short: as if it had never been.
      const over = observe(heard, seen(day(2, 4), 'FAILED'), policy);
      expect(lastAliveAt(over, policy, day(3))).toBe(day(1));
      expect(over.twitches).toEqual({ count: 1, lastAt: day(2, 4) });
    }
  });
});

test('what was tried since the loss is its restarts, and its short spells where there were any', () => {
  const restarts = { total: 7, atLoss: 4 };
  expect(triedSince(evidenceOf(day(9), { restarts }))).toEqual({ restarts: 3 });
  const twitches = { count: 2, lastAt: day(8) };
  expect(triedSince(evidenceOf(day(9), { restarts, twitches }))).toEqual({ restarts: 3, twitches: 2 });
});
