import { describe, expect, it } from 'vitest';
import {
  eachMissing,
  eachMoves,
  listedPageFromRow,
  listedPageWrites,
  listedPartFromRow,
  loadListedEntries,
  loadListedPages,
  missingFromRow,
  missingWrites,
  movesFromRow,
  movesWrites,
} from '../../../functions/store/listed-pages.ts';
import { listingEndFromRow, listingFromRow, listingWrite } from '../../../functions/store/listings.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { Row } from '../../../functions/store/table/table.port.ts';

/** Rows as they may stand in a table: never renewed. */
const STORED = {
  listing: {
    pk: 'LISTINGS',
    sk: 'connect',
    v: 1,
    b: 8,
    name: 'connect',
    knownSince: 1772409600000,
    number: 3,
    current: {
      number: 3,
      startedAt: 1772411400000,
      step: 'pages',
      page: 2,
      cursor: 'after=connect/t006',
      movedAt: 1772411401000,
      failures: 1,
      why: 'control plane connect: 503',
      notBefore: 1772411431000,
      takenUp: 0,
      counts: { pages: 2, tasks: 6, added: 1, changed: 2, gone: 0, refused: 1 },
      refused: [{ task: 'connect/bad', reason: 'kind is missing' }],
      planes: ['connect'],
    },
    lastStartedAt: 1772410500000,
    whole: { number: 2, startedAt: 1772410500000, endedAt: 1772410502000, pages: 3, tasks: 7 },
    heardAt: 1772410502000,
    planes: ['connect'],
    failures: 0,
    notBefore: 0,
    held: { number: 2, since: 1772410502000, missing: 12, before: 20 },
    doubtful: [],
    paused: null,
    pollAt: null,
    rev: 9,
    w: 'writer',
  },
  end: {
    pk: 'LISTINGS#connect',
    sk: '0000002',
    v: 1,
    number: 2,
    startedAt: 1772410500000,
    endedAt: 1772410502000,
    outcome: 'whole',
    why: null,
    counts: { pages: 3, tasks: 7, added: 0, changed: 0, gone: 1, refused: 0 },
    refused: [],
    ttl: 1780186502,
    w: 'writer',
  },
  page: {
    pk: 'LISTED#connect',
    sk: 'P#000001#0000002',
    v: 1,
    page: 1,
    number: 2,
    hash: '2jmj7l5rSw0yVb_vlWAYkK_YBwk',
    cursor: 'after=connect/t003',
    next: 'after=connect/t006',
    tag: '"e1"',
    tasks: 3,
    refused: 0,
    watched: 1,
    refreshedAt: 1772410500000,
    planes: ['connect'],
    parts: 1,
    w: 'writer',
  },
  part: {
    pk: 'LISTED#connect',
    sk: 'T#000001#0000002#0',
    v: 1,
    entries: [
      ['connect/t004', 'vlWAYkK_YBwk1234'],
      ['connect/t005', ''],
    ],
    w: 'writer',
  },
  moves: {
    pk: 'LISTED#connect',
    sk: 'M#0000003#000001#0',
    v: 1,
    came: ['connect/t009'],
    left: ['connect/t005'],
    w: 'writer',
  },
  missing: { pk: 'LISTED#connect', sk: 'H#0000002#000000', v: 1, ids: ['connect/t005'], w: 'writer' },
} satisfies Record<string, Row>;

const recordOf = ({ pk: _p, sk: _s, v: _v, b: _b, w: _w, ttl: _t, ...record }: Row) => record;

describe('the rows of listings', () => {
  it('say what they said', () => {
    expect(listingFromRow(STORED.listing)).toEqual(recordOf(STORED.listing));
    expect(listingEndFromRow(STORED.end)).toEqual(recordOf(STORED.end));
    expect(listedPageFromRow(STORED.page)).toEqual(recordOf(STORED.page));
    expect(listedPartFromRow(STORED.part)).toEqual(STORED.part.entries);
    expect(movesFromRow(STORED.moves)).toEqual(recordOf(STORED.moves));
    expect(missingFromRow(STORED.missing)).toEqual(['connect/t005']);
  });

  it('are stored again as they were, a revision later', () => {
    const { w: _, ...before } = STORED.listing;
    expect(listingWrite(listingFromRow(STORED.listing))).toMatchObject({ put: { ...before, rev: 10 } });
  });
});

/** The longest ids, none like another. */
const long = (place: number) => `connect/${String(place).padStart(504, 'x')}`;

describe('the largest page', () => {
  const ids = Array.from({ length: 2_000 }, (_, place) => long(place));
  const table = new MemoryTable();

  it('fits into one transaction, and each of its rows into a row', async () => {
    const head = { ...listedPageFromRow(STORED.page), page: 0, number: 1, tasks: 2_000 };
    const writes = [
      ...listedPageWrites(
        'connect',
        head,
        ids.map((id) => [id, 'vlWAYkK_YBwk1234']),
      ),
      ...movesWrites('connect', { listing: 1, page: 0 }, { came: ids, left: [] }),
    ];
    expect((await table.transact(writes, 'w1')).outcome).toBe('applied');
    const forms = await loadListedPages(table, 'connect', { from: 0, count: 1 });
    const [page] = forms.get(0) ?? [];
    expect(page && (await loadListedEntries(table, 'connect', page)).map(([id]) => id)).toEqual(ids);
    const came: string[] = [];
    for await (const moves of eachMoves(table, 'connect', 1)) came.push(...moves.came);
    expect(came).toEqual(ids);
  });

  it('may be missing as a whole', async () => {
    for (const write of missingWrites('connect', { listing: 1, part: 3 }, ids))
      expect((await table.transact([write], 'w2')).outcome).toBe('applied');
    const missing: string[] = [];
    for await (const some of eachMissing(table, 'connect', 1)) missing.push(...some);
    expect(missing).toEqual(ids);
  });
});
