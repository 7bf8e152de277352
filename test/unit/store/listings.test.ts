import { describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import { keys } from '../../../functions/store/keys.ts';
import {
  type ListingEnd,
  listingEndWrite,
  listingWrite,
  loadListing,
  loadListingEnds,
  loadListings,
  NOTHING_LISTED,
  newListingRecord,
} from '../../../functions/store/listings.ts';
import { T0 } from '../abandonment/decide-builders.ts';
import { filledTable } from './filled-table.ts';

describe('control planes that are listed', () => {
  it('were never listed when they are first heard of, and may be at once', async () => {
    const table = await filledTable(listingWrite(newListingRecord('connect', T0)));
    expect(await loadListing(table, 'connect')).toEqual({
      name: 'connect',
      knownSince: T0,
      number: 0,
      current: null,
      lastStartedAt: null,
      whole: null,
      heardAt: null,
      planes: [],
      failures: 0,
      notBefore: 0,
      held: null,
      doubtful: [],
      paused: null,
      pollAt: null,
      rev: 1,
    });
    expect(await loadListing(table, 'other')).toBeUndefined();
  });

  it('are found all by name, and stored over what was read alone', async () => {
    const [connect, flow] = ['connect', 'flow'].map((name) => newListingRecord(name, T0));
    const table = await filledTable(listingWrite(connect!), listingWrite(flow!));
    const all = await loadListings(table);
    expect([...all.keys()]).toEqual(['connect', 'flow']);
    expect(all.get('flow')).toEqual({ ...flow, rev: 1 });
    expect((await table.transact([listingWrite({ ...connect!, number: 1 })], 'late')).outcome).toBe(
      'refused',
    );
    const read = all.get('connect')!;
    expect((await table.transact([listingWrite({ ...read, number: 1 })], 'w')).outcome).toBe('applied');
  });
});

describe('listings that ended', () => {
  const ended = (number: number): ListingEnd => ({
    number,
    startedAt: T0 + number,
    endedAt: T0 + number + 1,
    outcome: 'whole',
    why: null,
    counts: { ...NOTHING_LISTED, pages: 1, tasks: number },
    refused: [],
  });

  it('are found the newest first, so many of them, of that control plane alone', async () => {
    const table = await filledTable(
      ...[1, 2, 9, 10].map((number) => listingEndWrite('connect', ended(number))),
      listingEndWrite('flow', ended(11)),
    );
    expect(await loadListingEnds(table, 'connect', 3)).toEqual([10, 9, 2].map(ended));
    expect(await loadListingEnds(table, 'other', 3)).toEqual([]);
    await loadListings(table);
    expect(table.stale).toEqual([]);
  });

  it('are kept for 90 days', async () => {
    const table = await filledTable(listingEndWrite('connect', ended(1)));
    expect(await table.get(keys.listingEnd('connect', 1))).toMatchObject({
      v: 1,
      ttl: Math.ceil((T0 + 2 + 90 * DAY) / 1_000),
    });
  });

  it('begin with nothing counted', () => {
    expect(NOTHING_LISTED).toEqual({ pages: 0, tasks: 0, added: 0, changed: 0, gone: 0, refused: 0 });
  });
});
