import { expect, it } from 'vitest';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { TransactResult } from '../../../functions/store/table/table.port.ts';
import { TableBusy } from '../../../functions/store/table-busy.ts';
import { writeUnlessRefused } from '../../../functions/store/write-unless-refused.ts';
import { apply, writingOn } from './applied.ts';

const WRITE = { put: { pk: 'a', sk: 'b' }, if: [{ absent: true as const }] };

/** A table that is busy so many times; `lost`: it writes, and its answer does not come. */
function busy(times: number, { lost = false } = {}) {
  const table = new MemoryTable();
  const transact = table.transact.bind(table);
  const writers: string[] = [];
  table.transact = async (writes, writer): Promise<TransactResult> => {
    writers.push(writer);
    if (writers.length > times) return transact(writes, writer);
    if (lost) await transact(writes, writer);
    return { outcome: 'busy', reason: 'throttled' };
  };
  return { table, writers, write: () => writeUnlessRefused(writingOn(table, 0), [WRITE], 'the mark of a') };
}

it('says whether it was written, or what it rests on does not hold', async () => {
  const { write } = busy(0);
  expect(await write()).toBe(true);
  expect(await write()).toBe(false);
});

it('tries a busy table three times, by one name: an answer of its own that was lost is no refusal', async () => {
  const twice = busy(2);
  expect(await twice.write()).toBe(true);
  expect(new Set(twice.writers).size).toBe(1);
  expect(await busy(2, { lost: true }).write()).toBe(true);
});

it('says false at once where it is refused, and does not try again', async () => {
  const { table, writers, write } = busy(0);
  await apply(table, WRITE);
  expect(await write()).toBe(false);
  expect(writers).toHaveLength(2);
});

it('is a fault that passes, and names what it was about, where the table stays busy', async () => {
  const always = busy(9);
  const failed = always.write();
  await expect(failed).rejects.toThrow(TableBusy);
  await expect(failed).rejects.toThrow('the table is too busy for the mark of a');
  expect(always.writers).toHaveLength(3);
});
