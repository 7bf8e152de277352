import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type DigestRecord,
  digestFromRow,
  digestWrite,
  loadDigest,
  newDigest,
  type SendingDigest,
} from '../../../functions/store/digests.ts';
import { BUCKETS, index } from '../../../functions/store/keys.ts';
import { eachRow } from '../../../functions/store/rows.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { Row } from '../../../functions/store/table/table.port.ts';

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
  const claimed = (await loadDigest(table, 'digest-1')) as SendingDigest;
  const sent = { ...claimed, state: 'sent', sentAt: CLAIMED, messageId: 'ses-1', applied: true } as const;
  await table.transact([digestWrite(sent, { doneAt: digest.leaseUntil })], 'apply');
  expect(await openDigests(table)).toEqual([]);
});

describe('the row of a mail', () => {
  const row = (more: object) => {
    const { put } = digestWrite(digest, { lookAt: CLAIMED }) as { put: Row };
    return { ...put, ...more };
  };

  it.each(['sent', 'delivered'])('says of one that is %s when it went, at the latest its claim', (state) => {
    expect(digestFromRow(row({ state }))).toMatchObject({ sentAt: CLAIMED, messageId: null });
    expect(digestFromRow(row({ state, sentAt: CLAIMED + 1 }))).toMatchObject({ sentAt: CLAIMED + 1 });
  });

  it.each(['sending', 'superseded', 'unsent', 'bounced'])('says of one that is %s no instant', (state) => {
    expect(digestFromRow(row({ state }))).toMatchObject({ sentAt: null });
  });

  it.each(['bounced', 'complained', 'rejected'])(
    'says of one that is %s why its address is dead',
    (state) => {
      expect(digestFromRow(row({ state }))).toMatchObject({ dead: 'rejected' });
      expect(digestFromRow(row({ state, dead: 'complaint' }))).toMatchObject({ dead: 'complaint' });
    },
  );
});

/** The compiler holds these: they fail in `tsc`. */
describe('no mail can be made that', () => {
  type With<State> = Omit<SendingDigest, keyof State> & State;

  it('went without an instant, or has a name of its channel without one', () => {
    expectTypeOf<With<{ state: 'sent'; sentAt: number; messageId: string }>>().toExtend<DigestRecord>();
    expectTypeOf<With<{ state: 'sent'; messageId: string }>>().not.toExtend<DigestRecord>();
    expectTypeOf<With<{ state: 'delivered' }>>().not.toExtend<DigestRecord>();
    expectTypeOf<With<{ state: 'unsent'; messageId: string }>>().not.toExtend<DigestRecord>();
    expectTypeOf<
      With<{ state: 'sending'; sentAt: number; messageId: string }>
    >().not.toExtend<DigestRecord>();
  });

  it('shows a dead address without its reason, or a reason in another state', () => {
    type Dead = { dead: 'bounce' };
    expectTypeOf<With<{ state: 'bounced' } & Dead>>().toExtend<DigestRecord>();
    expectTypeOf<With<{ state: 'bounced'; dead?: never }>>().not.toExtend<DigestRecord>();
    expectTypeOf<With<{ state: 'unsent' } & Dead>>().not.toExtend<DigestRecord>();
    expectTypeOf<With<{ state: 'sending' } & Dead>>().not.toExtend<DigestRecord>();
  });

  it('is to be sent and has been given up', () => {
    expectTypeOf<With<{ state: 'superseded'; unsettled: true }>>().toExtend<DigestRecord>();
    expectTypeOf<With<{ state: 'sending'; unsettled: true }>>().not.toExtend<DigestRecord>();
    expectTypeOf<With<{ state: 'sending'; retryAt: number }>>().not.toExtend<DigestRecord>();
  });
});
