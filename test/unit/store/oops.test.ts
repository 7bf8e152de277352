import { describe, expect, it } from 'vitest';
import { DAY, MINUTE } from '../../../functions/abandonment/time.ts';
import { index, keys } from '../../../functions/store/keys.ts';
import {
  failurePlaceIn,
  listOops,
  loadOops,
  type OopsOccurrence,
  oopsFromRow,
  storeOops,
} from '../../../functions/store/oops.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { Table, Write } from '../../../functions/store/table/table.port.ts';
import { apply, writingOn } from './applied.ts';

const T = Date.parse('2026-01-15T12:00:00Z');
const kind = (fingerprint = 'f1') => ({
  fingerprint,
  worker: 'notify',
  cause: 'bug',
  error: 'TypeError',
  site: 'send.ts:5',
  sample: 'no recipient',
});
const failed = (more: Partial<OopsOccurrence> = {}): OopsOccurrence => ({
  fingerprint: 'f1',
  at: T,
  worker: 'notify',
  item: 'ana',
  attempt: 1,
  version: '7',
  attempts: 4,
  feedsBreaker: true,
  ...more,
});
const storeOn = (table: Table, occurrence: OopsOccurrence, claim?: Write) =>
  storeOops(writingOn(table, occurrence.at), kind(occurrence.fingerprint), occurrence, claim);

describe('a failure', () => {
  it('of a new kind is stored as one, and its kind is to be reported', async () => {
    const table = new MemoryTable();
    expect(await storeOn(table, failed())).toEqual({ counted: true, report: 'new' });
    expect(await listOops(table)).toEqual([
      {
        ...kind(),
        firstSeenAt: T,
        lastSeenAt: T,
        count: 1,
        lastItem: 'ana',
        lastAttempt: 1,
        lastVersion: '7',
        resolvedAt: null,
        rate: { versions: ['7'], hour: T, inHour: 1, usual: 1 },
        reported: { at: T, why: 'new' },
        rev: 1,
      },
    ]);
  });

  it('of a known kind is counted with it, and reported where it says something new', async () => {
    const table = new MemoryTable();
    await storeOn(table, failed());
    const again = failed({ at: T + MINUTE, item: 'bob', attempt: 2 });
    expect(await storeOn(table, again)).toEqual({ counted: true, report: null });
    const later = {
      firstSeenAt: T,
      lastSeenAt: T + MINUTE,
      count: 2,
      lastItem: 'bob',
      lastAttempt: 2,
      rev: 2,
    };
    expect(await listOops(table)).toMatchObject([{ ...later, reported: { at: T, why: 'new' } }]);
    const other = failed({ at: T + 2 * MINUTE, version: '8' });
    expect(await storeOn(table, other)).toEqual({ counted: true, report: 'new-version' });
    expect(await listOops(table)).toMatchObject([
      { count: 3, lastVersion: '8', reported: { at: T + 2 * MINUTE, why: 'new-version' } },
    ]);
  });

  it('that comes late is no newer sight of its kind', async () => {
    const table = new MemoryTable();
    await storeOn(table, failed());
    await storeOn(table, failed({ at: T - MINUTE }));
    expect(await listOops(table)).toMatchObject([{ firstSeenAt: T, lastSeenAt: T, count: 2 }]);
  });

  it('brings a kind back that an operator resolved', async () => {
    const table = new MemoryTable();
    await storeOn(table, failed());
    const [record] = await listOops(table);
    await apply(table, { put: { ...keys.oops('f1'), v: 1, ...record, resolvedAt: T } });
    expect(await listOops(table)).toEqual([]);
    expect(await listOops(table, { resolved: true })).toHaveLength(1);
    expect(await storeOn(table, failed({ at: T + MINUTE }))).toEqual({ counted: true, report: 'came-back' });
    expect(await listOops(table)).toMatchObject([{ resolvedAt: null, count: 2 }]);
  });

  it('of a kind that an earlier version stored without a report has none that it could tell', async () => {
    const table = new MemoryTable();
    await storeOn(table, failed());
    const [{ reported: _, ...record }] = (await listOops(table)) as [
      Awaited<ReturnType<typeof listOops>>[number],
    ];
    await apply(table, { put: { ...keys.oops('f1'), v: 1, ...record } });
    await storeOn(table, failed({ at: T + MINUTE }));
    expect((await listOops(table))[0]).not.toHaveProperty('reported');
  });

  it('ends, and so does its kind, each since its own last sight', async () => {
    const table = new MemoryTable();
    await storeOn(table, failed());
    await storeOn(table, failed({ at: T - DAY }));
    expect((await table.get(keys.oops('f1')))?.ttl).toBe((T + 400 * DAY) / 1_000);
    const { rows } = await table.query({ pk: keys.oopsOccurrence('f1', 0, '').pk });
    expect(rows.map(({ ttl }) => ttl)).toEqual([(T + 29 * DAY) / 1_000, (T + 30 * DAY) / 1_000]);
  });
});

it('a failure that a busy table never takes is a fault that names its kind', async () => {
  const table = new MemoryTable();
  table.transact = async () => ({ outcome: 'busy', reason: 'throttled' });
  await expect(storeOn(table, failed())).rejects.toThrow('an OOPS of kind f1');
});

describe('the breaker of a queue finds', () => {
  const placesOf = async (table: Table, worker = 'notify') =>
    (await table.query({ index: 'g2', pk: index.failures(worker) })).rows;

  it('a failure that feeds it, by its instant, with what it is judged by', async () => {
    const table = new MemoryTable();
    await storeOn(table, failed({ since: T - MINUTE }));
    const [row] = await placesOf(table);
    expect(row && failurePlaceIn(row)).toEqual({ version: '7', attempts: 4, since: T - MINUTE });
    expect(row?.g2sk).toMatch(/^2026-01-15T12:00:00\.000Z#./);
    expect(await placesOf(table, 'disable')).toEqual([]);
  });

  it('the failure itself as the first attempt, where that is not known', async () => {
    const table = new MemoryTable();
    await storeOn(table, failed());
    expect((await placesOf(table)).map(failurePlaceIn)).toMatchObject([{ since: T }]);
  });

  it('none that does not feed it', async () => {
    const table = new MemoryTable();
    await storeOn(table, failed({ feedsBreaker: false }));
    expect(await placesOf(table)).toEqual([]);
  });
});

describe('a failure that somebody must claim', () => {
  const claim: Write = { put: { pk: 'W#1', sk: 'attempt' }, if: [{ absent: true }] };

  it('is stored with its claim', async () => {
    const table = new MemoryTable();
    expect(await storeOn(table, failed(), claim)).toEqual({ counted: true, report: 'new' });
    expect(await table.get({ pk: 'W#1', sk: 'attempt' })).toBeDefined();
  });

  it('is not counted where somebody else did', async () => {
    const table = new MemoryTable();
    await apply(table, claim);
    expect(await storeOn(table, failed(), claim)).toEqual({ counted: false, report: null });
    expect(await listOops(table)).toEqual([]);
  });

  it('is counted anew where its kind changed meanwhile, which is no word on the claim', async () => {
    const table = new MemoryTable();
    await storeOn(table, failed());
    const { others } = meanwhile(table, 1);
    expect(await storeOn(table, failed({ at: T + 2 * MINUTE }), claim)).toEqual({
      counted: true,
      report: null,
    });
    expect(others()).toBe(0);
    expect(await listOops(table)).toMatchObject([{ count: 3, lastSeenAt: T + 2 * MINUTE }]);
  });
});

/** Others count the kind, so many times, each time after it was read. */
function meanwhile(table: MemoryTable, times: number) {
  const get = table.get.bind(table);
  let left = times;
  table.get = async (key) => {
    const row = await get(key);
    if (row && key.pk === 'OOPS' && left > 0) {
      left -= 1;
      await apply(table, { add: keys.oops('f1'), by: { count: 1, rev: 1 } });
    }
    return row;
  };
  return { others: () => left };
}

describe('a kind that others count at the same time', () => {
  it('is judged while it can be read and written', async () => {
    const table = new MemoryTable();
    await storeOn(table, failed());
    meanwhile(table, 2);
    expect(await storeOn(table, failed({ at: T + MINUTE, version: '8' }))).toMatchObject({
      report: 'new-version',
    });
    expect(await listOops(table)).toMatchObject([{ count: 4 }]);
  });

  it('is only counted up where three readings were in vain', async () => {
    const table = new MemoryTable();
    await storeOn(table, failed());
    meanwhile(table, 3);
    const stored = await storeOn(table, failed({ at: T + MINUTE, version: '8' }));
    expect(stored).toEqual({ counted: true, report: null });
    const [record] = await listOops(table);
    expect(record).toMatchObject({ count: 5, rev: 5, lastVersion: '7', lastSeenAt: T });
    expect((await table.get(keys.oops('f1')))?.ttl).toBe((T + MINUTE + 400 * DAY) / 1_000);
  });
});

describe('failures are read', () => {
  it('the newest kind first', async () => {
    const table = new MemoryTable();
    for (const [place, fingerprint] of ['b', 'c', 'a'].entries())
      await storeOn(table, failed({ fingerprint, at: T + place }));
    expect((await listOops(table)).map(({ fingerprint }) => fingerprint)).toEqual(['a', 'c', 'b']);
  });

  it('one kind with the newest of it', async () => {
    const table = new MemoryTable();
    for (const item of ['a', 'b', 'c']) await storeOn(table, failed({ item, at: T + item.charCodeAt(0) }));
    await storeOn(table, failed({ fingerprint: 'f2' }));
    const found = await loadOops(table, 'f1', 2);
    expect(found?.kind).toEqual(oopsFromRow((await table.get(keys.oops('f1')))!));
    expect(found?.occurrences).toEqual(
      ['c', 'b'].map((item) => failed({ item, at: T + item.charCodeAt(0) })),
    );
    expect(await loadOops(table, 'f3', 2)).toBeUndefined();
  });
});
