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
  recoversAt,
  triedSince,
} from '../../../functions/abandonment/healthy-spells.ts';
import type { Evidence, ShardStatus } from '../../../functions/abandonment/task.ts';
import { HOUR, type Instant } from '../../../functions/abandonment/time.ts';
import { aPolicy, day, evidenceOf, T0 } from './decide-builders.ts';

const policy = aPolicy({ minHealthy: 6 * HOUR });
const atOnce = aPolicy();
const seen = (at: Instant, ...statuses: ShardStatus[]): Observation => ({ at, statuses });
const known = (observations: Observation[], by = policy): Evidence =>
  observations.reduce((evidence, one) => observe(evidence, one, by), NO_EVIDENCE);
/** It ran for a day, and fails since. */
const failing = [seen(T0, 'PRIMARY'), seen(day(1), 'FAILED')];

describe('a spell that ends', () => {
  test('too short, by a millisecond, leaves no trace but its count', () => {
    const evidence = known([...failing, seen(day(2), 'PRIMARY'), seen(day(2, 6) - 1, 'FAILED')]);
    expect(evidence).toMatchObject({ lostAt: day(1), twitches: { count: 1, lastAt: day(2, 6) - 1 } });
    expect(lastAliveAt(evidence, policy, day(3))).toBe(day(1));
  });

  test('when it has lasted minHealthy is a recovery and a new loss', () => {
    const evidence = known([
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
    expect(known([...failing, ...twice]).twitches).toEqual({ count: 2, lastAt: day(3, 1) });
  });

  test('too short keeps what was unknown before it, and adds what was unknown up to it', () => {
    const gaps = [...failing, seen(day(5), 'FAILED'), seen(day(8), 'PRIMARY'), seen(day(8, 1), 'FAILED')];
    expect(known(gaps).stale).toEqual([
      { from: day(2), to: day(5) },
      { from: day(6), to: day(8) },
    ]);
    const lasted = [...gaps.slice(0, -1), seen(day(8, 6), 'FAILED')];
    expect(known(lasted).stale).toEqual([]);
  });

  test('in another alive status than it began with is as long as both', () => {
    const two = aPolicy({ minHealthy: 6 * HOUR, aliveStatuses: ['PRIMARY', 'BACKFILL'] });
    const over = [...failing, seen(day(2), 'PRIMARY'), seen(day(2, 3), 'BACKFILL')];
    expect(known([...over, seen(day(2, 6), 'FAILED')], two).lostAt).toBe(day(2, 6));
    expect(known([...over, seen(day(2, 6) - 1, 'FAILED')], two).lostAt).toBe(day(1));
  });

  test('with minHealthy 0 is a recovery at once', () => {
    const evidence = known([...failing, seen(day(2), 'PRIMARY'), seen(day(2) + 1, 'FAILED')], atOnce);
    expect(evidence).toMatchObject({ lostAt: day(2) + 1, lastSeen: { PRIMARY: day(2) + 1 } });
    expect(evidence.spells).toBeUndefined();
    expect(evidence.twitches).toBeUndefined();
  });
});

describe('a spell under way', () => {
  const evidence = known([...failing, seen(day(2), 'PRIMARY'), seen(day(2, 1), 'PRIMARY', 'FAILED')]);

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
    const judged = known([...failing, seen(day(2), 'PRIMARY')], atOnce);
    expect(isHealthy(judged, policy)).toBe(true);
    expect(recoversAt(judged, policy)).toBeNull();
    expect(hasLasted(judged, policy, day(2))).toBe(true);
  });

  test('is none of a task that fails', () => {
    expect(recoversAt(known(failing), policy)).toBeNull();
    expect(isHealthy(known(failing), policy)).toBe(false);
  });
});

describe('a spell that is heard of late', () => {
  test('counts where it may have lasted until the next that is known, and else not', () => {
    const later = [seen(T0, 'FAILED'), seen(day(2), 'FAILED')];
    const heard = (at: Instant) =>
      lastAliveAt(observe(known(later), seen(at, 'PRIMARY'), policy), policy, day(3));
    expect(heard(day(2) - 6 * HOUR)).toBe(day(2) - 6 * HOUR);
    expect(heard(day(2) - 6 * HOUR + 1)).toBeUndefined();
  });

  test('counts not while it goes on: it is the spell under way, which is not judged yet', () => {
    const evidence = known([...failing, seen(day(2), 'PRIMARY'), seen(day(2, 3), 'PRIMARY')]);
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
