import { describe, expect, it } from 'vitest';
import { MemoryTable } from '../../functions/store/table/memory-table.ts';
import { OverlayTable } from '../../functions/store/table/overlay-table.ts';
import type { Table } from '../../functions/store/table/table.port.ts';
import { sameAnswers } from './same-answers.ts';
import { tableContract } from './table-contract.ts';

const over = (below: Table) => new OverlayTable(below, {}, () => {});

/** The first transactions are stored below, the others laid over them. */
function halfBelow(transactions: number): Table {
  const below = new MemoryTable({ pageRows: 2 });
  const overlay = over(below);
  let made = 0;
  return {
    get: (...asked) => overlay.get(...asked),
    batchGet: (...asked) => overlay.batchGet(...asked),
    query: (...asked) => overlay.query(...asked),
    scan: async () => {
      const rows = [];
      let page = await overlay.scan();
      rows.push(...page.rows);
      while (page.cursor !== undefined) {
        page = await overlay.scan(page.cursor);
        rows.push(...page.rows);
      }
      return { rows };
    },
    transact: (...args) => {
      made += 1;
      return (made <= transactions ? below : overlay).transact(...args);
    },
  };
}

tableContract('an overlay', async (time = {}) => new OverlayTable(new MemoryTable(time), time, () => {}));
sameAnswers('an overlay of nothing', async () => over(new MemoryTable()));
sameAnswers('an overlay of some rows', async () => halfBelow(6));

describe('an overlay, besides', () => {
  const key = { pk: 'a', sk: 'b' };

  it('writes nothing to the table below, and tells of what it took', async () => {
    const below = new MemoryTable({ rows: [{ ...key, n: 1 }], freeze: true });
    const taken: unknown[] = [];
    const overlay = new OverlayTable(below, {}, (writes) => taken.push(...writes));
    await overlay.transact([{ add: key, by: { n: 1 } }, { put: { pk: 'a', sk: 'c' } }], 'one');
    await overlay.transact([{ put: key, if: [{ absent: true }] }], 'refused');
    await overlay.transact([{ delete: key }], 'two');
    expect((await overlay.query({ pk: 'a' })).rows).toEqual([{ pk: 'a', sk: 'c', w: 'one' }]);
    expect(taken).toEqual([{ add: key, by: { n: 1 } }, { put: { pk: 'a', sk: 'c' } }, { delete: key }]);
    expect((await below.scan()).rows).toEqual([{ ...key, n: 1 }]);
  });

  it('lets one write after the other see what was written, where they come at once', async () => {
    const overlay = over(new MemoryTable({ rows: [{ ...key, n: 1 }] }));
    await Promise.all([1, 2, 3].map((by) => overlay.transact([{ add: key, by: { n: by } }], `add ${by}`)));
    expect(await overlay.get(key)).toMatchObject({ n: 7 });
  });
});
