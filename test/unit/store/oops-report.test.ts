import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../functions/abandonment/time.ts';
import { judgeOops, type KnownKind, type OopsRate } from '../../../functions/store/oops-report.ts';

/** Noon; the hours of the clock begin at it. */
const NOON = Date.parse('2026-01-15T12:00:00Z');
const rate = (more: Partial<OopsRate> = {}): OopsRate => ({
  versions: ['7'],
  hour: NOON,
  inHour: 3,
  usual: 3,
  ...more,
});
/** Met three times since noon, last ten minutes past. */
const kind = (more: Partial<KnownKind> = {}): KnownKind => ({
  lastSeenAt: NOON + 10 * MINUTE,
  lastVersion: '7',
  resolvedAt: null,
  rate: rate(),
  ...more,
});
const now = { at: NOON + 20 * MINUTE, version: '7' };

describe('a failure is reported', () => {
  it.each<[string, KnownKind | undefined, { at: number; version: string }, string | null]>([
    ['whose kind nobody saw before', undefined, now, 'new'],
    ['whose kind came back after it was resolved', kind({ resolvedAt: NOON }), now, 'came-back'],
    ['not, where it says nothing new', kind(), now, null],
    ['of a version that had it not', kind(), { ...now, version: '8' }, 'new-version'],
    [
      'not, of a version that had it, though another one had it later',
      kind({ lastVersion: '8', rate: rate({ versions: ['7', '8'] }) }),
      now,
      null,
    ],
    ['seven days after the last one', kind({ lastSeenAt: now.at - 7 * DAY }), now, 'after-a-quiet-week'],
    ['not a moment before', kind({ lastSeenAt: now.at - 7 * DAY + 1 }), now, null],
    [
      'not, as the tenth of an hour of which three were usual',
      kind({ rate: rate({ inHour: 9 }) }),
      now,
      null,
    ],
    ['as the twelfth, which is four times that', kind({ rate: rate({ inHour: 11 }) }), now, 'more-often'],
    ['not as the eleventh', kind({ rate: rate({ inHour: 10 }) }), now, null],
    [
      'as the tenth, where fewer were usual',
      kind({ rate: rate({ inHour: 9, usual: 1 }) }),
      now,
      'more-often',
    ],
    ['not as the ninth, however few were usual', kind({ rate: rate({ inHour: 8, usual: 0 }) }), now, null],
  ])('%s', (_what, before, occurrence, report) => {
    expect(judgeOops(before, occurrence).report).toBe(report);
  });

  it('for what is over first, where it has several reasons', () => {
    const back = kind({ resolvedAt: NOON, lastSeenAt: now.at - 8 * DAY });
    expect(judgeOops(back, { ...now, version: '8' }).report).toBe('came-back');
    expect(judgeOops({ ...back, resolvedAt: null }, { ...now, version: '8' }).report).toBe(
      'after-a-quiet-week',
    );
  });

  it('by the last version alone where its row is older than rates', () => {
    const { rate: _, ...old } = kind();
    expect(judgeOops(old, now)).toEqual({
      report: null,
      rate: { versions: ['7'], hour: NOON, inHour: 1, usual: 0 },
    });
    expect(judgeOops(old, { ...now, version: '8' }).rate.versions).toEqual(['7', '8']);
  });
});

describe('what is kept of how often a kind comes', () => {
  it('is one in this hour, and that as usual, of a new one', () => {
    expect(judgeOops(undefined, now).rate).toEqual({ versions: ['7'], hour: NOON, inHour: 1, usual: 1 });
  });

  it('is counted in the hour of the clock', () => {
    expect(judgeOops(kind(), now).rate).toEqual(rate({ inHour: 4 }));
    expect(judgeOops(kind(), { ...now, at: NOON + HOUR - 1 }).rate.inHour).toBe(4);
    expect(judgeOops(kind(), { ...now, at: NOON + HOUR }).rate).toMatchObject({
      hour: NOON + HOUR,
      inHour: 1,
    });
  });

  it('counts one that comes late where others are counted now', () => {
    expect(judgeOops(kind(), { ...now, at: NOON - 5 * HOUR }).rate).toEqual(rate({ inHour: 4 }));
  });

  it('has the most of an earlier hour as usual, halved each day', () => {
    const busy = kind({ rate: rate({ inHour: 40, usual: 8 }) });
    const usualAfter = (hours: number) => judgeOops(busy, { ...now, at: NOON + hours * HOUR }).rate.usual;
    expect(usualAfter(24)).toBe(20);
    expect(usualAfter(48)).toBe(10);
    expect(usualAfter(1)).toBeCloseTo(40 * 0.5 ** (1 / 24), 9);
    const calm = kind({ rate: rate({ inHour: 2, usual: 8 }) });
    expect(judgeOops(calm, { ...now, at: NOON + 24 * HOUR }).rate.usual).toBe(4);
  });

  it('takes what was reported for usual: the same rise is not reported again', () => {
    const risen = judgeOops(kind({ rate: rate({ inHour: 11 }) }), now);
    expect(risen.rate.usual).toBe(12);
    expect(judgeOops(kind({ rate: risen.rate }), now).report).toBeNull();
    // What is usual never falls for a report.
    expect(judgeOops(kind({ resolvedAt: NOON, rate: rate({ usual: 30 }) }), now).rate.usual).toBe(30);
    // What is not reported is not usual while its hour goes on.
    expect(judgeOops(kind({ rate: rate({ inHour: 7 }) }), now).rate.usual).toBe(3);
  });

  it('has the newest twenty versions, each once', () => {
    const versions = Array.from({ length: 20 }, (_, place) => `v${place}`);
    const before = kind({ rate: rate({ versions }) });
    expect(judgeOops(before, { ...now, version: 'v3' }).rate.versions).toEqual(versions);
    expect(judgeOops(before, { ...now, version: 'v20' }).rate.versions).toEqual([
      ...versions.slice(1),
      'v20',
    ]);
  });
});
