import { expect, it } from 'vitest';
import { DAY, type Instant, SECOND } from '../../../functions/abandonment/time.ts';
import { resolveOops } from '../../../functions/operators/oops.ts';
import { keys } from '../../../functions/store/keys.ts';
import { listOops, storeOops } from '../../../functions/store/oops.ts';
import type { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { Key, TransactResult, Write } from '../../../functions/store/table/table.port.ts';
import { recordDeath, recordOops } from '../../../functions/work/oops.ts';
import { START, workStage } from '../work/stage.ts';

const failure = { worker: 'notify', item: 'item', attempt: 1, cause: 'bug', error: new Error('no') } as const;

async function endOf(table: MemoryTable, key: Key): Promise<Instant> {
  return Number((await table.get(key))?.ttl) * SECOND;
}

it('an attempt that is found to have died, days later, is kept for 5 days from then: its message may come back', async () => {
  const stage = workStage();
  const key = keys.work('notify', 'item', 'message');
  const work = { queue: 'notify', item: 'item', messageId: 'message', attempt: 1, functionVersion: '7' };
  const began = { ...key, ...work, startedAt: START, endsBy: START, endedAt: null, ttl: START / SECOND + 1 };
  await stage.table.transact([{ put: began }], 'w');
  stage.pass(3 * DAY);
  expect(await recordDeath(stage.system, { ...began, w: 'w' })).toBe(true);
  expect(await endOf(stage.table, key)).toBe(START + 8 * DAY);
});

it('a kind of failure that is resolved is kept for 400 days from then', async () => {
  const stage = workStage();
  const fingerprint = await recordOops(stage.system, failure);
  stage.pass(100 * DAY);
  await resolveOops(stage.system, fingerprint, 'op');
  expect(await endOf(stage.table, keys.oops(fingerprint))).toBe(START + 500 * DAY);
});

it('a kind of failure that is only counted up, for others count it too, is kept from the newest one', async () => {
  const stage = workStage();
  const fingerprint = await recordOops(stage.system, failure);
  const [kind] = await listOops(stage.table);
  const refusing = {
    get: (key: Key) => stage.table.get(key),
    transact: async (writes: Write[], writer: string): Promise<TransactResult> =>
      writes.some((write) => 'put' in write && write.put.pk === 'OOPS')
        ? { outcome: 'refused', index: 0 }
        : stage.table.transact(writes, writer),
  };
  const table = Object.assign(Object.create(stage.table), refusing);
  const at = START + 50 * DAY;
  const occurrence = { fingerprint, at, worker: 'notify', item: 'item', attempt: 2, version: '7' };
  await storeOops({ ...stage.system, table }, kind!, { ...occurrence, attempts: 1, feedsBreaker: false });
  expect(await stage.table.get(keys.oops(fingerprint))).toMatchObject({ count: 2 });
  expect(await endOf(stage.table, keys.oops(fingerprint))).toBe(at + 400 * DAY);
});
