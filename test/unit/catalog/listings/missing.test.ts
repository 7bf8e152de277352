import { expect, it } from 'vitest';
import { missingIn } from '../../../../functions/catalog/listings/missing.ts';
import { begun, type Listing } from '../../../../functions/catalog/listings/progress.ts';
import {
  type ListedPage,
  listedPageWrites,
  missingWrites,
  movesWrites,
} from '../../../../functions/store/listed-pages.ts';
import { newListingRecord } from '../../../../functions/store/listings.ts';
import { MemoryTable } from '../../../../functions/store/table/memory-table.ts';
import type { Write } from '../../../../functions/store/table/table.port.ts';

const name = (place: number) => `connect/t${String(place).padStart(6, '0')}`;
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => name(from + at));

async function stored(writes: Write[]): Promise<MemoryTable> {
  const table = new MemoryTable();
  for (const [place, write] of writes.entries()) await table.transact([write], `w${place}`);
  return table;
}

function pageOf(page: number, ids: string[]): Write[] {
  const head: Omit<ListedPage, 'parts'> = {
    page,
    number: 1,
    hash: 'h',
    cursor: null,
    next: null,
    tasks: ids.length,
    refused: 0,
    watched: 0,
    refreshedAt: 0,
    planes: ['connect'],
  };
  return listedPageWrites(
    'connect',
    head,
    ids.map((id) => [id, 'as']),
  );
}

/** The second listing of a control plane, after so many pages; the first had more. */
function second(page: number, more: Partial<Listing> = {}): Listing {
  const whole = { number: 1, startedAt: 0, endedAt: 1, pages: 3, tasks: 3 };
  const listing = begun({ ...newListingRecord('connect', 0), number: 1, whole, ...more }, 2);
  return { ...listing, current: { ...listing.current, step: 'ending', page } };
}

async function idsOf(each: AsyncGenerator<string[]>): Promise<{ ids: string[]; most: number }> {
  const ids: string[] = [];
  let most = 0;
  for await (const some of each) {
    ids.push(...some);
    most = Math.max(most, some.length);
  }
  return { ids: ids.sort(), most };
}

it('is what left a page and came to none, what was held, and what stood on pages that there are no more', async () => {
  const table = await stored([
    ...pageOf(2, [name(1), name(2)]),
    ...movesWrites('connect', { listing: 2, page: 0 }, { came: [name(2)], left: [name(3), name(4)] }),
    ...movesWrites('connect', { listing: 2, page: 1 }, { came: [name(4), name(6)], left: [] }),
    // Of a listing that came to no end.
    ...movesWrites('connect', { listing: 1, page: 1 }, { came: [], left: [name(9)] }),
    ...missingWrites('connect', { listing: 1, part: 0 }, [name(5), name(6)]),
  ]);
  const held = { number: 1, since: 0, missing: 2, before: 9 };
  const missing = await missingIn(table, second(2, { held, doubtful: [name(7)] }));
  expect(missing.count).toEqual({ held: 1, page: 3 });
  expect((await idsOf(missing.each('held'))).ids).toEqual([name(5)]);
  expect((await idsOf(missing.each('page'))).ids).toEqual([name(1), name(3), name(7)]);
});

it('is found some at a time where it is much, each once', async () => {
  const moves = Array.from({ length: 60 }, (_, page) =>
    movesWrites(
      'connect',
      { listing: 2, page },
      {
        left: range(page * 2_000, (page + 1) * 2_000),
        came: page === 30 ? range(0, 1_000) : [],
      },
    ),
  );
  const missing = await missingIn(await stored(moves.flat()), second(60));
  expect(missing.count).toEqual({ held: 0, page: 119_000 });
  const { ids, most } = await idsOf(missing.each('page'));
  expect(ids).toEqual(range(1_000, 120_000));
  expect(most).toBeLessThan(50_000);
});
