import { describe, expect, it } from 'vitest';
import { DAY } from '../../../../functions/abandonment/time.ts';
import { DEFAULT_RETENTION } from '../../../../functions/platform/retention.ts';
import { endingOf, isExpired, unexpired, withSeconds } from '../../../../functions/store/table/expiry.ts';
import type { Row, Write } from '../../../../functions/store/table/table.port.ts';

const KEY = { pk: 'a', sk: 'b' };
/** The second 1,768,435,200. */
const T = Date.parse('2026-01-15T00:00:00Z');

describe('a row is past its end', () => {
  it.each<[unknown, number, boolean]>([
    [undefined, T, false],
    [T / 1_000 + 1, T, false],
    [T / 1_000, T - 1, false],
    [T / 1_000, T, true],
    [T / 1_000, T + 1, true],
    // One that is not stored yet.
    [{ kind: 'alerts', from: 0 }, T, false],
    [null, T, false],
  ])('with %j at %i: %s', (ttl, now, expected) => {
    expect(isExpired({ ...KEY, ttl }, now)).toBe(expected);
  });

  it('and is left out of what is read, by one reading of the clock', () => {
    const rows: Row[] = [{ ...KEY, ttl: T / 1_000 }, KEY, { ...KEY, ttl: T / 1_000 + 1 }];
    let readings = 0;
    const now = () => {
      readings += 1;
      return T;
    };
    expect(unexpired(rows, now)).toEqual([rows[1], rows[2]]);
    expect(readings).toBe(1);
    expect(unexpired(rows, undefined)).toEqual(rows);
  });
});

describe('an end is stored', () => {
  const ends = endingOf('probes', T);
  const second = (T + DAY) / 1_000;

  it.each<[string, Write, Write]>([
    ['of a row', { put: { ...KEY, ...ends } }, { put: { ...KEY, ttl: second } }],
    [
      'of a row under a condition',
      { put: { ...KEY, ...ends }, if: [{ absent: true }] },
      { put: { ...KEY, ttl: second }, if: [{ absent: true }] },
    ],
    [
      'of an addition, beside what else it sets',
      { add: KEY, by: { n: 1 }, set: { ...ends, at: 5 } },
      { add: KEY, by: { n: 1 }, set: { ttl: second, at: 5 } },
    ],
    ['as it is, where it is a second', { put: { ...KEY, ttl: 5 } }, { put: { ...KEY, ttl: 5 } }],
    [
      'as it is, where an addition sets a second',
      { add: KEY, by: { n: 1 }, set: { ttl: 5 } },
      { add: KEY, by: { n: 1 }, set: { ttl: 5 } },
    ],
    ['not where there is none', { add: KEY, by: { n: 1 } }, { add: KEY, by: { n: 1 } }],
    ['not of a row that has none', { put: KEY }, { put: KEY }],
    ['not as none', { put: { ...KEY, ttl: null } }, { put: { ...KEY, ttl: null } }],
    ['not of what is deleted or checked', { delete: KEY }, { delete: KEY }],
  ])('%s', (_, write, stored) => {
    expect(withSeconds([write])).toEqual([stored]);
  });

  it('with the first whole second by which it is over', () => {
    const ttlFrom = (from: number) => withSeconds([{ put: { ...KEY, ...endingOf('probes', from) } }]);
    expect(ttlFrom(T + 1)).toEqual([{ put: { ...KEY, ttl: second + 1 } }]);
    expect(ttlFrom(T + 1_000)).toEqual([{ put: { ...KEY, ttl: second + 1 } }]);
  });

  it('by what a deployment says of its kind', () => {
    const retention = { ...DEFAULT_RETENTION, probes: 2 * DAY };
    expect(withSeconds([{ put: { ...KEY, ...ends } }], retention)).toEqual([
      { put: { ...KEY, ttl: (T + 2 * DAY) / 1_000 } },
    ]);
  });
});
