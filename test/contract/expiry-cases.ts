import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_RETENTION } from '../../functions/platform/retention.ts';
import { endingOf, type TableTime } from '../../functions/store/table/expiry.ts';
import type { Table } from '../../functions/store/table/table.port.ts';
import { someWriter, store, withoutWriter } from './rows.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-03-01T12:00:00.250Z');
/** The first whole second by which 400 days are over. */
const END = Date.parse('2027-04-05T12:00:01Z');
const KEY = { pk: 'P', sk: 'a' };

/** What ended is there for as long as its kind is kept, and then counts as absent. */
export function expiryCases(makeTable: (time: TableTime) => Promise<Table>): void {
  describe('what ended', () => {
    let now = NOW;
    let table: Table;
    beforeEach(async () => {
      now = NOW;
      table = await makeTable({ now: () => now });
    });

    it('is stored with the second after which it is kept no more, never an earlier one', async () => {
      await store(table, { ...KEY, ...endingOf('alerts', NOW) });
      expect(withoutWriter(await table.get(KEY))).toEqual({ ...KEY, ttl: END / 1_000 });
      await table.transact(
        [{ add: { pk: 'P', sk: 'b' }, by: { n: 1 }, set: endingOf('probes', NOW) }],
        someWriter(),
      );
      const second = Date.parse('2026-03-02T12:00:01Z') / 1_000;
      expect(await table.get({ pk: 'P', sk: 'b' })).toEqual({ pk: 'P', sk: 'b', n: 1, ttl: second });
    });

    it('is kept for as long as the deployment says', async () => {
      const retention = { ...DEFAULT_RETENTION, alerts: 90 * DAY };
      const other = await makeTable({ now: () => now, retention });
      await store(other, { ...KEY, ...endingOf('alerts', NOW) });
      expect(await other.get(KEY)).toMatchObject({ ttl: Date.parse('2026-05-30T12:00:01Z') / 1_000 });
    });

    it('is read until then, and by nobody from then on, though it be there', async () => {
      await store(table, { ...KEY, ...endingOf('alerts', NOW) }, { pk: 'P', sk: 'b' });
      const read = async () => ({
        get: (await table.get(KEY)) !== undefined,
        batchGet: (await table.batchGet([KEY, { pk: 'P', sk: 'b' }])).map(({ sk }) => sk).sort(),
        query: (await table.query({ pk: 'P' })).rows.map(({ sk }) => sk),
        scan: (await table.scan()).rows.map(({ sk }) => sk).sort(),
      });
      now = END - 1;
      expect(await read()).toEqual({
        get: true,
        batchGet: ['a', 'b'],
        query: ['a', 'b'],
        scan: ['a', 'b'],
      });
      now = END;
      expect(await read()).toEqual({ get: false, batchGet: ['b'], query: ['b'], scan: ['b'] });
    });

    it('counts as absent to who writes, from then on', async () => {
      await store(table, { ...KEY, n: 1, ...endingOf('alerts', NOW) });
      const anew = () => table.transact([{ put: { ...KEY, n: 2 }, if: [{ absent: true }] }], someWriter());
      const orFewer = () =>
        table.transact([{ check: KEY, if: [{ absentOr: { atMost: ['n', 0] } }] }], someWriter());
      now = END - 1;
      expect([await anew(), await orFewer()]).toMatchObject([{ outcome: 'refused' }, { outcome: 'refused' }]);
      now = END;
      expect([await orFewer(), await anew()]).toEqual([{ outcome: 'applied' }, { outcome: 'applied' }]);
      expect(withoutWriter(await table.get(KEY))).toEqual({ ...KEY, n: 2 });
    });

    it('stays for who has no clock', async () => {
      const timeless = await makeTable({});
      await store(timeless, { ...KEY, ttl: 1 });
      expect(await timeless.get(KEY)).toBeDefined();
    });
  });
}
