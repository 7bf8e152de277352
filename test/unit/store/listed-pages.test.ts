import { describe, expect, it } from 'vitest';
import { keys } from '../../../functions/store/keys.ts';
import {
  eachMissing,
  eachMoves,
  eachOldRow,
  type ListedEntry,
  type ListedPage,
  listedAnewWrite,
  listedPageKeys,
  listedPageWrites,
  loadListedAnew,
  loadListedEntries,
  loadListedPages,
  missingWrites,
  movesWrites,
  type StillRead,
} from '../../../functions/store/listed-pages.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import { measureRow, ROW_BYTES } from '../../../functions/store/table/row-limits.ts';
import type { Write } from '../../../functions/store/table/table.port.ts';
import { T0 } from '../abandonment/decide-builders.ts';
import { filledTable, rowIn } from './filled-table.ts';

const CONNECT = 'connect';

const aPage = (page: number, number: number): Omit<ListedPage, 'parts'> => ({
  page,
  number,
  hash: `hash of ${page} in ${number}`,
  cursor: page === 0 ? null : `after ${page}`,
  next: null,
  tasks: 2,
  refused: 0,
  watched: 1,
  refreshedAt: T0,
  planes: ['eu-1'],
});

const ENTRIES: ListedEntry[] = [
  ['connect/a', 'as-a'],
  ['connect/b', ''],
];

/** Ids as long as they may be, so that a part has a few hundred. */
const longIds = (count: number) =>
  Array.from({ length: count }, (_, place) => `connect/${String(place).padStart(504, 'x')}`);

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The sort keys of a control plane's rows that are left. */
async function left(table: MemoryTable, controlPlane = CONNECT): Promise<string[]> {
  return (await table.query({ pk: `LISTED#${controlPlane}` })).rows.map(({ sk }) => sk);
}

describe('pages as listings found them', () => {
  it('are found from one on, so many of them, of each the newest form first', async () => {
    const forms: [number, number][] = [
      [0, 1],
      [1, 1],
      [1, 3],
      [2, 2],
      [2, 10],
      [3, 1],
      [10, 1],
    ];
    const table = await filledTable(
      ...forms.flatMap(([page, number]) => listedPageWrites(CONNECT, aPage(page, number), [])),
      ...listedPageWrites('other', aPage(1, 9), []),
    );
    const pages = await loadListedPages(table, CONNECT, { from: 1, count: 2 });
    const found = [...pages].map(([page, of]) => [page, of.map(({ number }) => number)]);
    expect(found).toEqual([
      [1, [3, 1]],
      [2, [10, 2]],
    ]);
    expect([...(await loadListedPages(table, CONNECT, { from: 3, count: 1 })).keys()]).toEqual([3]);
    expect([...(await loadListedPages(table, CONNECT, { from: 4, count: 6 })).keys()]).toEqual([]);
  });

  it('say all that was said of them, and how many parts list their tasks', async () => {
    const table = await filledTable(...listedPageWrites(CONNECT, aPage(1, 2), ENTRIES));
    const pages = await loadListedPages(table, CONNECT, { from: 1, count: 1 });
    expect(pages.get(1)).toEqual([{ ...aPage(1, 2), parts: 1 }]);
    expect((await table.get(keys.listedPage(CONNECT, 1, 2)))?.v).toBe(1);
    expect((await table.get(keys.listedPart(CONNECT, 1, 2, 0)))?.v).toBe(1);
  });

  it('have their own tasks, in their order, in however many parts', async () => {
    const many = longIds(4_400).map((id): ListedEntry => [id, '']);
    const table = new MemoryTable();
    const writes = listedPageWrites(CONNECT, aPage(1, 2), many);
    for (const write of writes) await table.transact([write], 'w');
    await table.transact(listedPageWrites(CONNECT, aPage(1, 3), ENTRIES), 'w');
    const [newer, older] = (await loadListedPages(table, CONNECT, { from: 1, count: 1 })).get(1) ?? [];
    // In whatever order a batch is answered.
    const batchGet = table.batchGet.bind(table);
    table.batchGet = async (places) => (await batchGet(places)).reverse();
    // 200 KB are 387 of them: the eleventh part is the tenth by its number, and its text sorts behind the ninth.
    expect([older?.parts, newer?.parts]).toEqual([12, 1]);
    expect(await loadListedEntries(table, CONNECT, older!)).toEqual(many);
    expect(await loadListedEntries(table, CONNECT, newer!)).toEqual(ENTRIES);
  });

  it('fit into rows, however short ids are', () => {
    const short = Array.from(
      { length: 20_000 },
      (_, place): ListedEntry => [`c/${place}`, 'vlWAYkK_YBwk1234'],
    );
    for (const write of listedPageWrites(CONNECT, aPage(0, 1), short))
      expect(measureRow(rowIn(write))).toBeLessThan(ROW_BYTES);
  });

  it('go as a whole: the page and each of its parts', async () => {
    const many = longIds(800).map((id): ListedEntry => [id, '']);
    const table = await filledTable(
      ...listedPageWrites(CONNECT, aPage(1, 2), many),
      ...listedPageWrites(CONNECT, aPage(1, 3), ENTRIES),
    );
    const [, older] = (await loadListedPages(table, CONNECT, { from: 1, count: 1 })).get(1) ?? [];
    await table.transact(listedPageKeys(CONNECT, older!), 'w');
    expect(await left(table)).toEqual(['P#000001#0000003', 'T#000001#0000003#0']);
  });
});

describe('what moved in a listing', () => {
  const moves = (listing: number, page: number, came: string[], left: string[]) =>
    movesWrites(CONNECT, { listing, page }, { came, left });

  it('is said page by page, of that listing alone', async () => {
    const table = await filledTable(
      ...moves(1, 0, ['connect/a'], ['connect/b']),
      ...moves(1, 7, ['connect/c'], []),
      ...moves(1, 8, [], ['connect/d']),
      ...moves(10, 0, ['connect/x'], []),
      ...moves(2, 0, [], ['connect/y']),
    );
    expect(await all(eachMoves(table, CONNECT, 1))).toEqual([
      { came: ['connect/a'], left: ['connect/b'] },
      { came: ['connect/c'], left: [] },
      { came: [], left: ['connect/d'] },
    ]);
    expect((await table.get(keys.listedMoves(CONNECT, 1, 7, 0)))?.v).toBe(1);
  });

  it('is nothing where nothing did', () => {
    expect(moves(1, 0, [], [])).toEqual([]);
  });

  it('has each task once, where it is in several rows', async () => {
    const ids = longIds(900);
    const table = await filledTable(...moves(1, 0, ids.slice(0, 500), ids.slice(500)));
    const rows = await all(eachMoves(table, CONNECT, 1));
    expect(rows).toHaveLength(3);
    expect(rows.flatMap(({ came }) => came)).toEqual(ids.slice(0, 500));
    expect(rows.flatMap(({ left }) => left)).toEqual(ids.slice(500));
  });
});

describe('what is missing since a listing that is held', () => {
  it('is found part by part, of that listing alone, behind the parts that were written before', async () => {
    const missing = (listing: number, part: number, ids: string[]) =>
      missingWrites(CONNECT, { listing, part }, ids);
    const ids = longIds(500);
    const table = await filledTable(
      ...missing(1, 0, ['connect/a', 'connect/b']),
      ...missing(1, 1, ids),
      ...missing(11, 0, ['connect/x']),
    );
    const parts = await all(eachMissing(table, CONNECT, 1));
    expect(parts.map(({ length }) => length)).toEqual([2, 393, 107]);
    expect(parts.flat()).toEqual(['connect/a', 'connect/b', ...ids]);
    expect(await all(eachMissing(table, CONNECT, 2))).toEqual([]);
    expect((await table.get(keys.listedMissing(CONNECT, 1, 0)))?.v).toBe(1);
  });
});

it('what we changed is to be compared anew, of that control plane alone, since the newest change', async () => {
  const table = await filledTable(
    listedAnewWrite(CONNECT, 'connect/a', T0),
    listedAnewWrite(CONNECT, 'connect/b', T0 + 1),
    listedAnewWrite('other', 'other/c', T0),
    ...listedPageWrites(CONNECT, aPage(0, 1), ENTRIES),
  );
  await table.transact([listedAnewWrite(CONNECT, 'connect/a', T0 + 5)], 'w');
  expect(await loadListedAnew(table, CONNECT)).toEqual(
    new Map([
      ['connect/a', T0 + 5],
      ['connect/b', T0 + 1],
    ]),
  );
  expect((await table.get(keys.listedAnew(CONNECT, 'connect/a')))?.v).toBe(1);
});

describe('once a listing is whole, what nobody reads any more is deleted', () => {
  const READ: StillRead = { whole: 5, pages: 2, held: 4, changedSince: T0 };

  async function swept(writes: Write[], read: Partial<StillRead> = {}, meanwhile?: Write) {
    const table = await filledTable(...writes);
    for await (const deletes of eachOldRow(table, CONNECT, { ...READ, ...read })) {
      if (meanwhile) await table.transact([meanwhile], 'meanwhile');
      await table.transact(deletes, 'sweep');
    }
    return left(table);
  }

  const page = (place: number, number: number) => listedPageWrites(CONNECT, aPage(place, number), ENTRIES);

  it('of pages: those behind its last one, with their parts', async () => {
    expect(await swept([...page(0, 5), ...page(1, 3), ...page(2, 4), ...page(11, 1)])).toEqual([
      'P#000000#0000005',
      'P#000001#0000003',
      'T#000000#0000005#0',
      'T#000001#0000003#0',
    ]);
  });

  it('of moves: those up to it', async () => {
    const moved = [4, 5, 6].flatMap((listing) =>
      movesWrites(CONNECT, { listing, page: 0 }, { came: ['connect/a'], left: [] }),
    );
    expect(await swept(moved)).toEqual(['M#0000006#000000#0']);
  });

  it('of what is missing: all but what is held', async () => {
    const missing = [3, 4, 5].flatMap((listing) =>
      missingWrites(CONNECT, { listing, part: 0 }, ['connect/a']),
    );
    expect(await swept(missing)).toEqual(['H#0000004#000000']);
    expect(await swept(missing, { held: null })).toEqual([]);
  });

  it('of changes of ours: what is older, but not what we changed again meanwhile', async () => {
    const older = listedAnewWrite(CONNECT, 'connect/a', T0 - 1);
    const writes = [older, listedAnewWrite(CONNECT, 'connect/b', T0)];
    expect(await swept(writes)).toEqual(['C#connect/b']);
    const again = listedAnewWrite(CONNECT, 'connect/a', T0 + 1);
    expect(await swept(writes, {}, again)).toEqual(['C#connect/a', 'C#connect/b']);
  });

  it('and nothing of another control plane', async () => {
    const table = await filledTable(...listedPageWrites('other', aPage(9, 1), ENTRIES));
    expect(await all(eachOldRow(table, CONNECT, READ))).toEqual([]);
  });
});

it('a listing that goes on sees all that stands there now', async () => {
  const table = await filledTable(...listedPageWrites(CONNECT, aPage(0, 1), ENTRIES));
  await loadListedPages(table, CONNECT, { from: 0, count: 1 });
  await loadListedAnew(table, CONNECT);
  await all(eachMoves(table, CONNECT, 1));
  await all(eachMissing(table, CONNECT, 1));
  await all(eachOldRow(table, CONNECT, { whole: 1, pages: 1, held: null, changedSince: T0 }));
  expect([table.asked.length, table.stale]).toEqual([8, []]);
});
