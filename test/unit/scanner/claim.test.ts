import { expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../../functions/abandonment/time.ts';
import { runScan } from '../../../functions/scanner/scan.ts';
import type { TransactResult } from '../../../functions/store/table/table.port.ts';
import { START, workStage } from '../work/stage.ts';

test('a tick that meets a busy table fails, so that it is counted and tried again; it is not taken for a second one', async () => {
  const { table, scan } = workStage();
  table.transact = async () => ({ outcome: 'busy', reason: 'throttled' });
  await expect(scan()).rejects.toThrow('the scan could not be claimed: the table is busy (throttled)');
});

const tick = (scheduledAt: number) => ({ scheduledAt, remainingMs: () => 900_000 });

test('a tick of the future is refused, and the ticks after it are not taken for older ones', async () => {
  const { system, pass } = workStage();
  expect(await runScan(system, tick(START + HOUR))).toMatchObject({
    outcome: 'skipped',
    reason: 'a tick of the future',
  });
  pass(15 * MINUTE);
  expect(await runScan(system, tick(START + 15 * MINUTE))).toMatchObject({ outcome: 'completed' });
});

test.each([
  [5 * MINUTE, 'completed'],
  [5 * MINUTE + 1, 'skipped'],
])('a tick that is %d ms ahead of the clock is %s', async (ahead, outcome) => {
  const { system } = workStage();
  expect(await runScan(system, tick(START + ahead))).toMatchObject({ outcome });
});

test('a tick of the future that was claimed once holds no tick up', async () => {
  const { system, table } = workStage();
  await table.transact(
    [
      {
        put: {
          pk: 'META',
          sk: 'SCANS',
          claimed: START + HOUR,
          leaseUntil: null,
          completedAt: START,
          gaps: [],
          rev: 1,
        },
      },
    ],
    'old',
  );
  expect(await runScan(system, tick(START))).toMatchObject({ outcome: 'completed' });
});

/** Lets one kind of write to the scans row fail, from the second on: the first claims the run. */
function failingCompletion(stage: ReturnType<typeof workStage>, answer: TransactResult) {
  const { table } = stage;
  const transact = table.transact.bind(table);
  table.transact = async (writes, writer) => {
    const completes = writes.some(
      (write) => 'put' in write && write.put.sk === 'SCANS' && write.put.completedAt,
    );
    return completes ? answer : transact(writes, writer);
  };
  return () => stage.metrics.filter(({ name }) => name === 'ScanCompleted');
}

test('a scan whose completion the table does not take fails, and does not count as completed', async () => {
  const stage = workStage();
  const completed = failingCompletion(stage, { outcome: 'busy', reason: 'throttled' });
  await expect(runScan(stage.system, tick(START))).rejects.toThrow('too busy for the end of a scan');
  expect(completed()).toEqual([]);
});

test('a scan that took longer than its lease, so that another was claimed, does not count as completed', async () => {
  const stage = workStage();
  const completed = failingCompletion(stage, { outcome: 'refused', index: 0 });
  expect(await runScan(stage.system, tick(START))).toMatchObject({ outcome: 'interrupted' });
  expect(completed()).toEqual([]);
});
