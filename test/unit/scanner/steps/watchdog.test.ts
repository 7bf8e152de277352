import { expect, it } from 'vitest';
import { type Instant, MINUTE } from '../../../../functions/abandonment/time.ts';
import { watchdogStep } from '../../../../functions/scanner/steps/watchdog.ts';
import { bucketOf, keys, WORK_BUCKETS } from '../../../../functions/store/keys.ts';
import { START as NOW, only, runStage } from '../run-stage.ts';

/** A stage with attempts: by their item until when each may run, and when it ended. */
async function stageOf(attempts: Record<string, { endsBy: Instant; endedAt?: Instant }>) {
  const stage = runStage();
  for (const [item, { endsBy, endedAt = null }] of Object.entries(attempts)) {
    const about = { queue: 'notify', item, messageId: 'm', attempt: 2, startedAt: NOW - 9 * MINUTE };
    await stage.write({
      put: { ...keys.work('notify', item, 'm'), v: 1, ...about, endsBy, endedAt, functionVersion: '7' },
    });
  }
  const take = async (how = {}) => stage.take(watchdogStep, await stage.begin(), how);
  const died = async () => (await stage.rows({ pk: 'OOPS#' })).map(({ item }) => item as string).sort();
  return { ...stage, take, died };
}

it('an attempt counts as died five minutes after its process was stopped, and counted once', async () => {
  const stage = await stageOf({
    dead: { endsBy: NOW - 5 * MINUTE },
    maybe: { endsBy: NOW - 5 * MINUTE + 1 },
    ended: { endsBy: NOW - 9 * MINUTE, endedAt: NOW - 9 * MINUTE },
  });
  expect(await stage.take()).toMatchObject({ cursor: null, figures: only({ died: 1 }) });
  expect(await stage.died()).toEqual(['dead']);
  expect((await stage.rows({ pk: 'OOPS#' }))[0]).toMatchObject({ worker: 'notify', attempt: 2 });
  const writes = stage.writes.length;
  expect((await stage.take()).figures).toEqual({});
  // Neither is what ended tried again.
  expect(stage.writes).toHaveLength(writes);
});

it('one that cannot be recorded leaves its own record, and keeps no other from being found', async () => {
  const stage = await stageOf({ bad: { endsBy: NOW - 9 * MINUTE }, good: { endsBy: NOW - 9 * MINUTE } });
  const { transact } = stage.table;
  stage.table.transact = async (writes, writer) => {
    if (writes.some((write) => 'put' in write && write.put.sk === 'notify#bad#m'))
      throw new Error('unwritable');
    return transact.call(stage.table, writes, writer);
  };
  expect((await stage.take()).figures).toEqual({ died: 1, failed: 1 });
  const failed = (await stage.rows({ pk: 'OOPS#' })).map(({ worker }) => worker);
  expect(failed.sort()).toEqual(['notify', 'scanner/watchdog']);
});

it('attempts are found wherever they stand, and from where a scan stopped', async () => {
  const items = Array.from({ length: 20 }, (_, number) => `item${number}`);
  expect(new Set(items.map((item) => bucketOf(item, WORK_BUCKETS))).size).toBe(WORK_BUCKETS);
  const overdue = Object.fromEntries(items.map((item) => [item, { endsBy: NOW - 9 * MINUTE }]));
  const stage = await stageOf(overdue);
  expect(await stage.take({ budget: { spent: () => true } })).toMatchObject({
    cursor: '0',
    figures: only({}),
  });
  const last = items.filter((item) => bucketOf(item, WORK_BUCKETS) === WORK_BUCKETS - 1);
  expect((await stage.take({ cursor: String(WORK_BUCKETS - 1) })).figures).toEqual({ died: last.length });
  expect((await stage.take()).figures).toEqual({ died: items.length - last.length });
  expect(await stage.died()).toEqual([...items].sort());
});
