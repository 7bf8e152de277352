import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type DigestRecord,
  digestFromRow,
  digestWrite,
  isAccepted,
  isSuppressing,
  loadDigest,
  loadDigests,
  newDigest,
  type SendingDigest,
} from '../../../functions/store/digests.ts';
import { BUCKETS, bucketOf, index } from '../../../functions/store/keys.ts';
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

it('a digest is no longer read once it is applied, so that scans do not read every mail ever sent', async () => {
  const table = new MemoryTable();
  await table.transact([digestWrite(digest, { lookAt: digest.leaseUntil })], 'claim');
  expect(await openDigests(table)).toEqual(['G#digest-1']);
  const claimed = (await loadDigest(table, 'digest-1')) as SendingDigest;
  const sent = { ...claimed, state: 'sent', sentAt: CLAIMED, messageId: 'ses-1', applied: true } as const;
  await table.transact([digestWrite(sent, { doneAt: digest.leaseUntil })], 'apply');
  expect(await openDigests(table)).toEqual([]);
});

it('a mail that is claimed says nothing yet, may be sent within its lease, and is of nobody else', async () => {
  const table = new MemoryTable();
  await table.transact([digestWrite(digest, { lookAt: CLAIMED })], 'claim');
  expect(await loadDigest(table, 'digest-1')).toEqual({
    id: 'digest-1',
    recipient: 'ana',
    address: 'ana@acme.test',
    claimedAt: CLAIMED,
    leaseUntil: CLAIMED + 60_000,
    notAfter: CLAIMED + 60_000,
    acts: 0,
    state: 'sending',
    sentAt: null,
    messageId: null,
    retryAt: null,
    unsettled: false,
    items: [],
    applied: false,
    rev: 1,
  });
  expect(await loadDigest(table, 'digest-2')).toBeUndefined();
});

it('mails are found by their ids, each once, and all by when they were claimed, with their recipient', async () => {
  const table = new MemoryTable();
  const mails = ['a', 'b', 'c'].map((id) => ({ ...digest, id, acts: 2 }));
  await table.transact(
    mails.map((mail) => digestWrite(mail, { lookAt: CLAIMED })),
    'w',
  );
  const found = await loadDigests(table, ['c', 'gone', 'a', 'c']);
  expect(found.map(({ id, acts }) => [id, acts]).sort()).toEqual([
    ['a', 2],
    ['c', 2],
  ]);
  const { rows } = await table.query({ index: 'g2', pk: index.mails(bucketOf('b')) });
  expect(rows.map(({ g2sk }) => g2sk)).toContain('2026-01-15T00:00:00.000Z#b#ana');
  const open = await table.query({ index: 'g1', pk: index.openDigests(bucketOf('b')) });
  expect(open.rows.map(({ g1sk }) => g1sk)).toContain('2026-01-15T00:00:00.000Z#b');
});

it.each<[DigestRecord['state'], boolean, boolean]>([
  ['sending', false, false],
  ['superseded', false, false],
  ['unsent', false, false],
  ['sent', true, false],
  ['delivered', true, false],
  ['bounced', false, true],
  ['complained', false, true],
  ['rejected', false, true],
])('a mail that is %s: it went %s; its address is suppressed %s', (state, went, dead) => {
  const mail = { ...digest, state } as DigestRecord;
  expect([isAccepted(mail), isSuppressing(mail)]).toEqual([went, dead]);
});

it('the row of a mail has room for what is rare only where it is so, and says it then', () => {
  const rowOf = (mail: DigestRecord) => (digestWrite(mail, { doneAt: CLAIMED }) as { put: Row }).put;
  expect(rowOf(digest)).not.toHaveProperty('unsettled');
  expect(rowOf(digest)).not.toHaveProperty('acts');
  const rare = { ...digest, state: 'superseded', unsettled: true, acts: 1 } as const;
  expect(digestFromRow(rowOf(rare))).toEqual({ ...rare, rev: 1 });
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
    'says of one that is %s why its address is suppressed',
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

  it('shows a suppressed address without its reason, or a reason in another state', () => {
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
