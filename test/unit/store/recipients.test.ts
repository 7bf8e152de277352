import { describe, expect, expectTypeOf, it } from 'vitest';
import type { claimRecipient } from '../../../functions/notices/send/send-digest.ts';
import { bucketOf } from '../../../functions/store/keys.ts';
import { noticeWrite } from '../../../functions/store/notices.ts';
import {
  loadRecipient,
  loadRecipients,
  loadRecipientWithNotices,
  newRecipient,
  type ReachableRecipient,
  type RecipientRecord,
  recipientFromRow,
  recipientWrite,
} from '../../../functions/store/recipients.ts';
import { apply, queriesOf, tableWith } from './applied.ts';

const T = Date.parse('2026-01-15T00:00:00Z');
const ANA = newRecipient('ana', 'ana@acme.test');
const aRow = (record: RecipientRecord) => {
  const write = recipientWrite(record);
  if (!('put' in write)) throw new Error('not a row');
  return write.put;
};

describe('somebody of whom nothing is known yet', () => {
  it('may be mailed, chose nothing, and waits for nothing', () => {
    expect(ANA).toEqual({
      key: 'ana',
      address: 'ana@acme.test',
      soft: [],
      mailedAt: [],
      quietHours: null,
      dead: null,
      declined: false,
      lastMailAt: null,
      lastWarnedAt: null,
      lastDigest: null,
      sending: null,
      retryAt: null,
      admittedAt: null,
      queuedFor: null,
      gatheringUntil: null,
      rev: 0,
    });
  });

  it('has a row without what there is nothing of, from which the same is read', async () => {
    const table = await tableWith(recipientWrite(ANA));
    const row = await table.get({ pk: 'R#ana', sk: 'R' });
    for (const name of ['soft', 'mailedAt', 'quietHours']) expect(row).not.toHaveProperty(name);
    expect(await loadRecipient(table, 'ana')).toEqual({ ...ANA, rev: 1 });
    expect(await loadRecipient(table, 'bob')).toBeUndefined();
  });

  it('may have no address yet: earlier versions read a text there', () => {
    const row = aRow(newRecipient('ana', null));
    expect(row.address).toBe('');
    expect(recipientFromRow(row).address).toBeNull();
  });
});

describe('the row of a recipient', () => {
  const full: RecipientRecord = {
    ...ANA,
    soft: [{ digest: 'd', at: T }],
    mailedAt: [T],
    quietHours: { from: '22:00', to: '06:00' },
    zone: 'Europe/Berlin',
  };

  it('says all that is known of them', () => {
    expect(recipientFromRow(aRow(full))).toEqual({ ...full, rev: 1 });
  });

  it('is in the list of all, the suppressed together', () => {
    const place = (record: RecipientRecord) => {
      const { g2pk, g2sk } = aRow(record);
      return [g2pk, g2sk];
    };
    expect(place(ANA)).toEqual([`R#${bucketOf('ana')}`, 'alive#ana']);
    expect(place({ ...ANA, dead: { at: T, reason: 'bounce' } })).toEqual([
      `R#${bucketOf('ana')}`,
      'dead#ana',
    ]);
  });

  it('is stored over what was read', async () => {
    const table = await tableWith(recipientWrite(ANA));
    expect(await table.transact([recipientWrite(ANA)], 'late')).toMatchObject({ outcome: 'refused' });
    await apply(table, recipientWrite({ ...ANA, rev: 1 }));
  });
});

describe('recipients are read', () => {
  const filled = () =>
    tableWith(...['ana', 'bob'].map((key) => recipientWrite(newRecipient(key, `${key}@acme.test`))));

  it('by their keys, each once, without those that nobody knows', async () => {
    const found = await loadRecipients(await filled(), ['bob', 'eve', 'ana', 'bob']);
    expect([...found].map(([key, { address }]) => [key, address]).sort()).toEqual([
      ['ana', 'ana@acme.test'],
      ['bob', 'bob@acme.test'],
    ]);
  });

  it('with all their notices, as they stand at that moment', async () => {
    const table = await filled();
    const notice = { recipient: 'ana', address: 'ana@acme.test', episode: 1, pending: null };
    for (const task of ['acmeCo/a', 'acmeCo/b']) await apply(table, noticeWrite({ ...notice, task }));
    const asked = queriesOf(table);
    const { recipient, notices } = await loadRecipientWithNotices(table, 'ana');
    expect(recipient?.address).toBe('ana@acme.test');
    expect(notices.map(({ task }) => task)).toEqual(['acmeCo/a', 'acmeCo/b']);
    expect(await loadRecipientWithNotices(table, 'eve')).toEqual({ recipient: undefined, notices: [] });
    expect(asked.map(({ consistent }) => consistent)).toEqual([true, true]);
  });
});

/** The compiler holds these: they fail in `tsc`. */
describe('no recipient can be written who', () => {
  type With<State> = Omit<ReachableRecipient, keyof State> & State;

  it('is suppressed without a reason, or without the instant of it', () => {
    expectTypeOf<With<{ dead: { reason: 'bounce'; at: number } }>>().toExtend<RecipientRecord>();
    expectTypeOf<With<{ dead: { at: number } }>>().not.toExtend<RecipientRecord>();
    expectTypeOf<With<{ dead: { reason: 'bounce' } }>>().not.toExtend<RecipientRecord>();
    expectTypeOf<With<{ dead: true }>>().not.toExtend<RecipientRecord>();
  });

  it('is suppressed for a time without its end', () => {
    expectTypeOf<
      With<{ dead: { reason: 'soft-bounce'; at: number; until: number } }>
    >().toExtend<RecipientRecord>();
    expectTypeOf<With<{ dead: { reason: 'soft-bounce'; at: number } }>>().not.toExtend<RecipientRecord>();
  });

  it('is mailed though they are suppressed', () => {
    type Mailed = Parameters<typeof claimRecipient>[1];
    expectTypeOf<ReachableRecipient>().toExtend<Mailed>();
    expectTypeOf<With<{ dead: { reason: 'bounce'; at: number } }>>().not.toExtend<Mailed>();
  });
});
