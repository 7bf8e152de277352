import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../../functions/abandonment/time.ts';
import { boundedAt, whoseMail } from '../../../../functions/notices/feedback/whose-mail.ts';
import type { MailEvent } from '../../../../functions/notices/ses/ses-events.ts';
import { recipientKey } from '../../../../functions/platform/addresses.ts';
import { type DigestRecord, digestWrite, newDigest } from '../../../../functions/store/digests.ts';
import {
  newRecipient,
  type RecipientRecord,
  recipientWrite,
} from '../../../../functions/store/recipients.ts';
import { MemoryTable } from '../../../../functions/store/table/memory-table.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');
const ANA = 'ana@acme.test';
const BO = 'bo@acme.test';

/** A mail that SES took, by its own id, and by the id that SES gave it. */
function mail(id: string, more: Partial<DigestRecord> = {}, address = ANA): DigestRecord {
  const claim = { id, recipient: recipientKey(address), address, claimedAt: NOON, leaseUntil: NOON + MINUTE };
  return {
    ...newDigest(claim),
    state: 'sent',
    sentAt: NOON,
    messageId: `ses-${id}`,
    ...more,
  } as DigestRecord;
}

/** What was mailed, and to whom. */
async function tableOf(mails: DigestRecord[], recipients: Record<string, Partial<RecipientRecord>> = {}) {
  const table = new MemoryTable();
  const people = Object.entries(recipients).map(
    ([address, more]) => ({ ...newRecipient(recipientKey(address), address), ...more }) as RecipientRecord,
  );
  const writes = [
    ...mails.map((digest) => digestWrite(digest, { doneAt: NOON })),
    ...people.map(recipientWrite),
  ];
  await table.transact(writes, 'test');
  return table;
}

const eventOf = (more: Partial<MailEvent>): MailEvent => ({
  kind: 'delivered',
  messageId: 'ses-1',
  recipients: [ANA],
  at: NOON,
  ...more,
});

/** The ids of our mails that an event is about, or that it is about none. */
async function whose(table: MemoryTable, event: Partial<MailEvent>) {
  const answer = await whoseMail(table, eventOf(event));
  return typeof answer === 'string' ? answer : answer.ours.map(({ id }) => id);
}

describe('an event that names our mail', () => {
  it.each<[string, Partial<MailEvent>, string | string[]]>([
    ['is about it', {}, ['1']],
    ['is about it where it says nothing of whom it went to', { recipients: [] }, ['1']],
    ['is about it in whatever form the address stands', { recipients: ['ANA@acme.test'] }, ['1']],
    ['is about it where one of several is whom it is for', { recipients: [BO, ANA] }, ['1']],
    ['is about it where a mailbox forwards it', { recipients: [BO], destination: [ANA] }, ['1']],
    ['is none of ours where it went to another', { recipients: [BO] }, 'not ours'],
    [
      'is none of ours where it went from another to another',
      { recipients: [BO], destination: [BO] },
      'not ours',
    ],
    ['is none of ours where nobody knows the mail', { digest: '9' }, 'not ours'],
    ['is none of ours whatever id SES gave it', { digest: '9', messageId: 'ses-1' }, 'not ours'],
  ])('%s', async (_what, event, ours) => {
    const table = await tableOf([mail('1')], { [ANA]: { lastDigest: '1', sending: '1' } });
    expect(await whose(table, { digest: '1', ...event })).toEqual(ours);
  });

  it('is about it where its address is stored as it was written, and known by another key', async () => {
    const table = await tableOf([mail('1', { recipient: 'a key of an older version' })]);
    expect(await whose(table, { digest: '1' })).toEqual(['1']);
  });
});

describe('an event that names a mail by the id of SES alone', () => {
  it('is about the newest mail of its recipient', async () => {
    const table = await tableOf([mail('1')], { [ANA]: { lastDigest: '1' } });
    expect(await whose(table, {})).toEqual(['1']);
    expect(await whose(table, { messageId: 'ses-9' })).toBe('not ours');
    expect(await whose(table, { recipients: [BO] })).toBe('not ours');
    expect(await whose(table, { recipients: [] })).toBe('not ours');
  });

  it.each<[string, number, boolean]>([
    ['at that instant', 0, true],
    ['an hour before', -HOUR, true],
    ['more than an hour before', -HOUR - 1, false],
    ['an hour after', HOUR, true],
    ['more than an hour after', HOUR + 1, false],
  ])(
    'is about an older one that was claimed when SES took it, by its clock: %s',
    async (_what, apart, ours) => {
      const old = mail('1', { claimedAt: NOON + apart });
      const other = mail('3', { claimedAt: NOON + apart });
      const table = await tableOf([other, old, mail('2')], { [ANA]: { lastDigest: '2' } });
      expect(await whose(table, { sentAt: NOON })).toEqual(ours ? ['1'] : 'not ours');
    },
  );

  it('is about no older mail where SES does not say when it took it', async () => {
    const table = await tableOf([mail('1'), mail('2')], { [ANA]: { lastDigest: '2' } });
    expect(await whose(table, {})).toBe('not ours');
  });

  it('is about no mail to another that SES took then', async () => {
    const table = await tableOf([mail('1', {}, BO)], { [ANA]: {}, [BO]: { lastDigest: '1' } });
    expect(await whose(table, { sentAt: NOON })).toBe('not ours');
  });

  it('may be about one that is under way', async () => {
    const table = await tableOf([mail('1')], { [ANA]: { sending: '2' }, [BO]: { lastDigest: '1' } });
    expect(await whose(table, { messageId: 'ses-2' })).toBe('unsettled');
    expect(await whose(table, { messageId: 'ses-2', recipients: [BO, ANA] })).toBe('unsettled');
    expect(await whose(table, { messageId: 'ses-2', recipients: [BO], destination: [ANA] })).toBe(
      'unsettled',
    );
    expect(await whose(table, { messageId: 'ses-2', recipients: [BO] })).toBe('not ours');
  });

  it('is about the mail of each whom it names, though others have one under way', async () => {
    const same = { messageId: 'ses-1' } as Partial<DigestRecord>;
    const table = await tableOf([mail('1'), mail('2', same, BO)], {
      [ANA]: { lastDigest: '1', sending: '8' },
      [BO]: { lastDigest: '2' },
      'cy@acme.test': { sending: '9' },
    });
    expect(await whose(table, { recipients: [ANA, BO, 'cy@acme.test'], destination: [ANA] })).toEqual([
      '1',
      '2',
    ]);
  });
});

it.each([
  ['before the mail was claimed counts from there', NOON - 1, NOON],
  ['between counts as it is', NOON + 3, NOON + 3],
  ['that is still to come counts as now', NOON + HOUR, NOON + MINUTE],
])('an instant %s', (_what, at, noted) => {
  expect(boundedAt(eventOf({ at }), mail('1'), NOON + MINUTE)).toBe(noted);
});
