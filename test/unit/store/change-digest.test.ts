import { expect, it } from 'vitest';
import { changeDigest } from '../../../functions/store/change-digest.ts';
import type { Writing } from '../../../functions/store/commit.ts';
import { type DigestRecord, digestWrite, loadDigest, newDigest } from '../../../functions/store/digests.ts';
import { keys } from '../../../functions/store/keys.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import { SeededRandom } from '../../../simulation/engine/seeded-random.ts';
import { day, T0 } from '../abandonment/decide-builders.ts';
import { refusing } from './refusing-table.ts';

const LEASE = T0 + 60_000;

const claimed = newDigest({
  id: 'd1',
  recipient: 'ana',
  address: 'ana@acme.test',
  claimedAt: T0,
  leaseUntil: LEASE,
});

/** A claimed mail on a table, two days later. */
async function stage() {
  const table = new MemoryTable();
  await table.transact([digestWrite(claimed, { lookAt: LEASE })], 'claim');
  const writing: Writing = { table, clock: { now: () => day(2) }, random: new SeededRandom(1) };
  return { table, writing, row: () => table.get(keys.digest('d1')) };
}

const sent = (digest: DigestRecord): DigestRecord =>
  ({ ...digest, state: 'sent', sentAt: T0 + 1, messageId: 'ses-1' }) as DigestRecord;

it('a change of a mail is stored, and it is taken up again after its lease until it is applied', async () => {
  const { writing, table, row } = await stage();
  const changed = await changeDigest(writing, 'd1', sent);
  expect(changed).toMatchObject({ state: 'sent', messageId: 'ses-1', rev: 2 });
  expect(await loadDigest(table, 'd1')).toEqual(changed);
  expect((await row())?.g1sk).toBe('2026-01-01T00:01:00.000Z#d1');
  await changeDigest(writing, 'd1', (digest) => ({ ...digest, applied: true }));
  expect(await row()).not.toHaveProperty('g1sk');
  // 400 days from when it was done.
  expect((await row())?.ttl).toBe(day(402) / 1_000);
});

it('nothing is written where the mail stays as it is, or is not known', async () => {
  const { writing, table } = await stage();
  expect(await changeDigest(writing, 'd1', () => undefined)).toBeUndefined();
  expect(await changeDigest(writing, 'other', sent)).toBeUndefined();
  expect((await table.scan()).rows).toHaveLength(1);
  expect(await loadDigest(table, 'd1')).toEqual({ ...claimed, rev: 1 });
});

it('a change is decided again where the mail changed meanwhile', async () => {
  const { writing, table } = await stage();
  let tries = 0;
  const changed = await changeDigest(writing, 'd1', (digest) => {
    if (++tries === 1) void table.transact([digestWrite(sent(digest), { lookAt: LEASE })], 'other');
    return { ...digest, acts: digest.acts + 1 };
  });
  expect([tries, changed]).toMatchObject([2, { state: 'sent', acts: 1, rev: 3 }]);
});

it('a mail that changes too fast is named in the fault', async () => {
  const { writing, table } = await stage();
  const never = refusing(table, () => true, { times: 100 });
  await expect(changeDigest({ ...writing, table: never }, 'd1', sent)).rejects.toThrow('digest d1');
});
