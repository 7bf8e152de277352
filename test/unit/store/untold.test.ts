import { describe, expect, it } from 'vitest';
import { type AlertRecord, alertWrite, loadAlert } from '../../../functions/store/alerts.ts';
import { keys } from '../../../functions/store/keys.ts';
import { loadNotice, noticeWrite, type PendingNotice } from '../../../functions/store/notices.ts';
import type { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import { writeListedNotices } from '../../../functions/store/untold.ts';
import { apply, tableWith, writingOn } from './applied.ts';
import { anAlert } from './filled-table.ts';

const T = Date.parse('2026-01-15T00:00:00Z');
const TASK = 'acmeCo/a';
const PENDING: PendingNotice = {
  notice: 'disabled',
  since: T,
  notBefore: T,
  facts: { since: T, restarts: 0 },
};

const alertOf = (untold: AlertRecord['untold']): AlertRecord =>
  anAlert({ resolvedAt: T, reason: 'disabled', untold });
const names = (count: number) => Array.from({ length: count }, (_, place) => `r${place}`);
const alertFor = (count: number) =>
  alertOf(names(count).map((key) => ({ key, address: `${key}@acme.test`, pending: PENDING })));

/** Notes how many writes each transaction has. */
function counted(table: MemoryTable, meanwhile: () => Promise<unknown> = async () => {}) {
  const transact = table.transact.bind(table);
  const sizes: number[] = [];
  table.transact = async (writes, writer) => {
    sizes.push(writes.length);
    await meanwhile();
    return transact(writes, writer);
  };
  return sizes;
}

const tellers = async (table: MemoryTable, count: number) => {
  const found = await Promise.all(names(count).map((name) => loadNotice(table, name, TASK, 1)));
  return found.filter((notice) => notice !== undefined).length;
};

describe('the notices that an alert lists', () => {
  it('are all written, in parts that a transaction takes, and go off its list', async () => {
    const table = await tableWith(alertWrite(alertFor(200)));
    const sizes = counted(table);
    await writeListedNotices(writingOn(table, T), alertFor(200));
    // The alert itself beside each.
    expect(sizes).toEqual([91, 91, 21]);
    expect(await tellers(table, 200)).toBe(200);
    expect(await loadNotice(table, 'r199', TASK, 1)).toMatchObject({
      recipient: 'r199',
      address: 'r199@acme.test',
      task: TASK,
      episode: 1,
      pending: PENDING,
    });
    expect(await loadAlert(table, TASK, 1)).toEqual(alertFor(0));
  });

  it('of those who need none are deleted', async () => {
    const listed = alertOf([
      { key: 'r0', pending: null },
      { key: 'r1', address: 'r1@acme.test', pending: PENDING },
    ]);
    const notice = { recipient: 'r0', address: 'r0@acme.test', task: TASK, episode: 1, pending: PENDING };
    const table = await tableWith(noticeWrite(notice), alertWrite(listed));
    await writeListedNotices(writingOn(table, T), listed);
    expect(await loadNotice(table, 'r0', TASK, 1)).toBeUndefined();
    expect(await loadNotice(table, 'r1', TASK, 1)).toBeDefined();
  });

  it.each<[string, AlertRecord | null]>([
    ['the alert is gone', null],
    ['its list is empty', alertFor(0)],
  ])('are none where %s', async (_, stored) => {
    const table = await tableWith(...(stored ? [alertWrite(stored)] : []));
    const sizes = counted(table);
    await writeListedNotices(writingOn(table, T), alertFor(3));
    expect(sizes).toEqual([]);
  });

  it('are those that the row lists, whatever was read before', async () => {
    const table = await tableWith(alertWrite(alertFor(2)));
    await writeListedNotices(writingOn(table, T), alertFor(5));
    expect(await tellers(table, 5)).toBe(2);
  });

  it('are left to who changed the list meanwhile', async () => {
    const table = await tableWith(alertWrite(alertFor(3)));
    const before = await table.get(keys.alert(TASK, 1));
    let others = 0;
    const sizes = counted(table, async () => {
      if (others++ === 0) await apply(table, alertWrite(alertFor(3)));
    });
    await writeListedNotices(writingOn(table, T), alertFor(3));
    expect(await tellers(table, 3)).toBe(0);
    expect((await table.get(keys.alert(TASK, 1)))?.w).not.toBe(before?.w);
    expect(sizes).toEqual([4, 1]);
  });

  it('are left to the next scan where the table is busy', async () => {
    const table = await tableWith(alertWrite(alertFor(3)));
    table.transact = async () => ({ outcome: 'busy', reason: 'throttled' });
    await writeListedNotices(writingOn(table, T), alertFor(3));
    expect((await loadAlert(table, TASK, 1))?.untold).toHaveLength(3);
  });
});
