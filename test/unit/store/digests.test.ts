import { expect, it } from 'vitest';
import { type DigestRecord, digestWrite, loadDigest, newDigest } from '../../../functions/store/digests.ts';
import { BUCKETS, index } from '../../../functions/store/keys.ts';
import { eachRow } from '../../../functions/store/rows.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';

const CLAIMED = Date.parse('2026-01-15T00:00:00Z');

const digest = newDigest({
  id: 'digest-1',
  recipient: 'ana',
  address: 'ana@acme.test',
  claimedAt: CLAIMED,
  leaseUntil: CLAIMED + 60_000,
});

async function openDigests(table: MemoryTable): Promise<string[]> {
  const open: string[] = [];
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    for await (const row of eachRow(table, { index: 'g1', pk: index.openDigests(bucket) })) open.push(row.pk);
  }
  return open;
}

it('a digest is no longer looked at once it is applied, so that scans do not read every mail ever sent', async () => {
  const table = new MemoryTable();
  await table.transact([digestWrite(digest, { lookAt: digest.leaseUntil })], 'claim');
  expect(await openDigests(table)).toEqual(['G#digest-1']);
  const claimed = (await loadDigest(table, 'digest-1')) as DigestRecord;
  await table.transact(
    [digestWrite({ ...claimed, state: 'sent', applied: true }, { doneAt: digest.leaseUntil })],
    'apply',
  );
  expect(await openDigests(table)).toEqual([]);
});
