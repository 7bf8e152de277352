import { describe, expect, test } from 'vitest';
import { DAY, type Instant } from '../../../functions/abandonment/time.ts';
import {
  isStillOffDue,
  stillOffNotice,
  withStillOffNotified,
} from '../../../functions/episodes/still-off.ts';
import type { DisabledByUs } from '../../../functions/episodes/undo.ts';
import { newTaskRecord } from '../../../functions/store/tasks.ts';
import { aTask, day, evidenceOf, T0 } from '../abandonment/decide-builders.ts';

/** A scan disabled it on day 21: it can be enabled as it was for 90 days from then. */
const OFF: DisabledByUs = {
  ...newTaskRecord(aTask({ enabled: false })),
  ...{ episodes: 1, evidence: evidenceOf(day(21), { restarts: { total: 9, atLoss: 2 } }) },
  next: { at: day(97), why: 'look' },
  disabledByUs: { at: day(21), episode: 1, run: 'r' },
};
const off = (more: Partial<DisabledByUs['disabledByUs']>): DisabledByUs => ({
  ...OFF,
  disabledByUs: { ...OFF.disabledByUs, ...more },
});
const TWO_WEEKS = { stillOff: 14 * DAY };

describe('that a task is still off', () => {
  test.each<[string, Instant, boolean]>([
    ['a moment before', day(97) - 1, false],
    ['two weeks before it can no longer be enabled as it was', day(97), true],
    ['later', day(100), true],
  ])('is to be told %s', (_when, now, isDue) => {
    expect(isStillOffDue(OFF, TWO_WEEKS, now)).toBe(isDue);
  });

  test('is told by the day that its owning system named', () => {
    const named = off({ restorableUntil: day(50) });
    expect(isStillOffDue(named, TWO_WEEKS, day(36) - 1)).toBe(false);
    expect(isStillOffDue(named, TWO_WEEKS, day(36))).toBe(true);
  });

  test.each<[string, Parameters<typeof isStillOffDue>[0], { stillOff: number | null }]>([
    ['without a lead in its policy', OFF, { stillOff: null }],
    ['of what a person disabled', off({ run: null }), TWO_WEEKS],
    ['twice', off({ reminded: true }), TWO_WEEKS],
    ['once somebody asked for it to be enabled', off({ undoneAt: day(30) }), TWO_WEEKS],
    ['of one that is on', { ...OFF, task: aTask() }, TWO_WEEKS],
    ['of one that was deleted', { ...OFF, task: aTask({ enabled: false, deletedAt: day(30) }) }, TWO_WEEKS],
    ['of one that was never off by us', { ...OFF, disabledByUs: null }, TWO_WEEKS],
  ])('is not told %s', (_what, record, policy) => {
    expect(isStillOffDue(record, policy, day(100))).toBe(false);
  });

  test('is told once, and nothing waits after that', () => {
    const notified = withStillOffNotified(OFF);
    expect(notified).toEqual({ ...OFF, next: null, disabledByUs: { ...OFF.disabledByUs, reminded: true } });
    expect(isStillOffDue(notified, TWO_WEEKS, day(100))).toBe(false);
  });
});

describe('the notice that a task is still off', () => {
  const ALERT = { since: T0, type: 'task_abandoned' } as const;
  const noticeAt = (
    now: Instant,
    record = OFF,
    mode: 'detect' | 'notify' = 'notify',
    alert: Parameters<typeof stillOffNotice>[1] = ALERT,
  ) => stillOffNotice(record, alert, { mode }, now);

  test('says since when it is off, and what was tried before', () => {
    expect(noticeAt(day(97))).toStrictEqual({
      ...{ notice: 'still-off', since: day(97), notBefore: day(97) },
      facts: { since: T0, restarts: 7, disabledAt: day(21), resolvedReason: 'disabled' },
    });
  });

  test('says of what alert, and until when, where that is no default', () => {
    const named = off({ restorableUntil: day(120) });
    expect(noticeAt(day(97), named, 'notify', { since: T0, type: 'task_overdue' })).toMatchObject({
      facts: { alert: 'task_overdue', restorableUntil: day(120) },
    });
  });

  test('is none in detect, and none once it can no longer be enabled as it was', () => {
    expect(noticeAt(day(97), OFF, 'detect')).toBeUndefined();
    expect(noticeAt(day(111) - 1)).toBeDefined();
    expect(noticeAt(day(111))).toBeUndefined();
    expect(noticeAt(day(49), off({ restorableUntil: day(50) }))).toBeDefined();
    expect(noticeAt(day(50), off({ restorableUntil: day(50) }))).toBeUndefined();
  });
});
