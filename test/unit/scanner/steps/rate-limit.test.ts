import { describe, expect, it } from 'vitest';
import { unapprovedOf, withinRow } from '../../../../functions/scanner/steps/rate-limit.ts';
import type { RateLimitEntry } from '../../../../functions/store/rate-limits.ts';

const entry = (unapproved?: RateLimitEntry['unapproved']): RateLimitEntry => ({
  at: 0,
  count: 1,
  ...(unapproved && { unapproved }),
});
const of = (tenant: string, approved = false) => ({ tenant, dataPlane: 'eu-1', approved });
/** So many places of the row are taken. */
const taken = (places: number) =>
  entry(
    Array.from({ length: places }, (_, number) => ({ tenant: `t${number}`, dataPlane: 'eu-1', count: 3 })),
  );

describe('the row of the rate limit', () => {
  it.each<[string, RateLimitEntry[], ReturnType<typeof of>[], number]>([
    ['all of one tenant and plane take one place', [taken(999)], [of('a'), of('a'), of('a')], 3],
    ['the second tenant finds none', [taken(999)], [of('a'), of('b'), of('a')], 1],
    ['nor one of another plane', [taken(999)], [of('a'), { ...of('a'), dataPlane: 'us-1' }], 1],
    ['there is none left', [taken(600), taken(400)], [of('a')], 0],
    ['of rows that have more than they should there is none either', [taken(1_001)], [of('a')], 0],
    ['what is approved takes none', [taken(1_000)], [of('a', true), of('b', true)], 2],
    ['what nobody approved waits behind it', [taken(1_000)], [of('a', true), of('b'), of('c', true)], 1],
    ['entries that were all approved take none', [taken(999), entry()], [of('a')], 1],
  ])('has room for a thousand tenants and planes: %s', (_what, recent, due, found) => {
    expect(withinRow(due, recent)).toEqual(due.slice(0, found));
  });
});

describe('what a run queued that nobody had approved', () => {
  it('is one for each task, also in entries that do not say how many', () => {
    const some = entry([
      { tenant: 'a', dataPlane: 'eu-1', count: 2 },
      { tenant: 'b', dataPlane: 'us-1' },
    ]);
    expect(unapprovedOf(some)).toEqual([
      { tenant: 'a', dataPlane: 'eu-1' },
      { tenant: 'a', dataPlane: 'eu-1' },
      { tenant: 'b', dataPlane: 'us-1' },
    ]);
    expect(unapprovedOf(entry())).toEqual([]);
  });
});
