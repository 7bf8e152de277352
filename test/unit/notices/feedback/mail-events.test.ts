import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../../functions/abandonment/time.ts';
import { recordMailEvent } from '../../../../functions/notices/feedback/mail-events.ts';
import { mailEventsConsumer } from '../../../../functions/notices/feedback/mail-events-consumer.ts';
import type { MailEvent } from '../../../../functions/notices/ses/ses-events.ts';
import { recipientKey } from '../../../../functions/platform/addresses.ts';
import { type DigestItem, digestWrite, loadDigest, newDigest } from '../../../../functions/store/digests.ts';
import { keys } from '../../../../functions/store/keys.ts';
import { noticeWrite } from '../../../../functions/store/notices.ts';
import { loadRecipient, newRecipient, recipientWrite } from '../../../../functions/store/recipients.ts';
import { processMessage } from '../../../../functions/work/pipeline.ts';
import { START, workStage } from '../../work/stage.ts';

const ANA = recipientKey('ana@acme.test');

/** A mail to ana whose answer never came. */
const SENDING = newDigest({
  id: 'digest-1',
  recipient: ANA,
  address: 'ana@acme.test',
  claimedAt: START,
  leaseUntil: START + MINUTE,
});

/** Of an event: what differs from the delivery of that mail. */
type Said = Omit<Partial<MailEvent>, 'digest'> & { digest?: string | undefined };

async function unknownOutcome({ canaries = false } = {}) {
  const stage = workStage({ queue: 'mail-events', canaries });
  const ana = { ...newRecipient(ANA, 'ana@acme.test'), sending: SENDING.id };
  await stage.table.transact([digestWrite(SENDING, { lookAt: START }), recipientWrite(ana)], 'test');
  const says = (event: Said) =>
    recordMailEvent(stage.system, {
      kind: 'delivered',
      digest: SENDING.id,
      messageId: 'm',
      recipients: ['ana@acme.test'],
      at: START + MINUTE,
      ...event,
    } as MailEvent);
  return { ...stage, says };
}

it.each<[string, Partial<MailEvent>, string, boolean]>([
  ['a delivery', { kind: 'delivered' }, 'delivered', false],
  ['a delay', { kind: 'delayed' }, 'sent', false],
  ['a soft bounce', { kind: 'bounced', bounceType: 'transient' }, 'sent', false],
  ['a bounce of no clear kind', { kind: 'bounced', bounceType: 'undetermined' }, 'sent', false],
  ['a permanent bounce', { kind: 'bounced', bounceType: 'permanent' }, 'bounced', true],
  ['a complaint', { kind: 'complained' }, 'complained', true],
  ['a complaint that the mail is no spam', { kind: 'not-spam' }, 'delivered', false],
  ['a rejection of the content', { kind: 'rejected' }, 'unsent', false],
  ['a failed rendering', { kind: 'rendering-failed' }, 'unsent', false],
])('%s settles a mail whose answer never came', async (_what, event, state, dies) => {
  const { table, says } = await unknownOutcome();
  expect(await says(event)).toBe('recorded');
  expect(await loadDigest(table, SENDING.id)).toMatchObject({ state, applied: true });
  const ana = await loadRecipient(table, ANA);
  expect(ana?.sending).toBeNull();
  expect(ana?.dead !== null).toBe(dies);
});

it('the first delay of a mail is noted on it', async () => {
  const { table, says, pass } = await unknownOutcome();
  pass(2 * MINUTE);
  await says({ kind: 'delayed', at: START + MINUTE });
  await says({ kind: 'delayed', at: START + 2 * MINUTE });
  expect(await loadDigest(table, SENDING.id)).toMatchObject({ state: 'sent', delayedAt: START + MINUTE });
});

it('a mail that SES did not send leaves one record and rings its alarm, however often SES says so', async () => {
  const { says, count, rows } = await unknownOutcome();
  await says({ kind: 'rejected' });
  await says({ kind: 'rejected' });
  expect(count('MailUnsent')).toBe(1);
  expect(await rows({ pk: 'OOPS#' })).toHaveLength(1);
});

it('a withdrawal that SES did not send does not go again over the newer warning that waits', async () => {
  const { table, says } = await unknownOutcome();
  const task = 'acmeCo/a';
  const asked = START - 10 * MINUTE;
  const item: DigestItem = {
    task,
    episode: 1,
    notice: 'withdrawn',
    grace: 0,
    disableAt: null,
    since: 0,
    restarts: 0,
    asked,
  };
  const pending = { notice: 'warning', since: START, notBefore: START } as const;
  const mail = { ...SENDING, items: [item], rev: 1 };
  const notice = { recipient: ANA, address: SENDING.address, task, episode: 1, pending };
  await table.transact([digestWrite(mail, { lookAt: START }), noticeWrite(notice)], 'test');
  await says({ kind: 'rejected' });
  expect((await table.get(keys.notice(ANA, task, 1)))?.pending).toMatchObject({ notice: 'warning' });
});

/** What a mail of another application may look like; each would settle or change the mail under way. */
const FOREIGN: [string, Said][] = [
  ['no mark of ours', { digest: undefined }],
  ['a tag of the same name', { digest: 'weekly' }],
  ['the tag of a digest that is gone, or of another stage', { digest: '01JH0000000000000000000009' }],
  ['our tag, for another address', { recipients: ['bo@acme.test'], destination: ['bo@acme.test'] }],
];
const KINDS: Partial<MailEvent>[] = [
  { kind: 'sent' },
  { kind: 'delivered' },
  { kind: 'delayed' },
  { kind: 'bounced', bounceType: 'transient' },
  { kind: 'bounced', bounceType: 'permanent' },
  { kind: 'complained' },
  { kind: 'rejected' },
  { kind: 'rendering-failed' },
];

it.each(
  FOREIGN.flatMap(([what, mark]) => KINDS.map((kind) => [kind.kind, what, { ...kind, ...mark }] as const)),
)(
  '%s with %s changes nothing of a mail under way, its recipient and the watch for silence',
  async (_kind, _what, event) => {
    const { table, says, rows, count } = await unknownOutcome({ canaries: true });
    const before = await rows({});
    expect(await says({ messageId: 'FOREIGN', ...event })).not.toBe('recorded');
    expect(await rows({})).toEqual(before);
    expect(await loadDigest(table, SENDING.id)).toMatchObject({ state: 'sending' });
    expect(count('MailEvent')).toBe(0);
  },
);

it('a foreign event about one whose newest mail is settled changes nothing either', async () => {
  const { table, system, says, rows } = await unknownOutcome();
  const sent = {
    ...SENDING,
    state: 'sent',
    messageId: 'ours',
    sentAt: START,
    applied: true,
    rev: 1,
  } as const;
  const ana = { ...newRecipient(ANA, SENDING.address), lastDigest: SENDING.id, rev: 1 };
  await table.transact([digestWrite(sent, { doneAt: START }), recipientWrite(ana)], 'test');
  const before = await rows({});
  for (const kind of KINDS) {
    expect(await says({ ...kind, digest: undefined, messageId: 'FOREIGN' })).toBe('not ours');
  }
  expect(await rows({})).toEqual(before);
  expect(system.clock.now()).toBe(START);
});

it('an event without tag and header is ours by the id that SES gave the mail, also when newer mails went', async () => {
  const address = 'bea@acme.test';
  const key = recipientKey(address);
  const { table, says, pass } = await unknownOutcome();
  const old = newDigest({ ...SENDING, id: 'digest-2', recipient: key, address });
  const sent = { ...old, state: 'sent', messageId: 'ses-2', sentAt: START, applied: true } as const;
  const newest = { ...sent, id: 'digest-3', messageId: 'ses-3', claimedAt: START + 3 * DAY } as const;
  const bea = { ...newRecipient(key, address), lastDigest: 'digest-3' };
  await table.transact(
    [digestWrite(sent, { doneAt: START }), digestWrite(newest, { doneAt: START }), recipientWrite(bea)],
    'test',
  );
  pass(4 * DAY);
  const bounce: Said = {
    kind: 'bounced',
    bounceType: 'permanent',
    digest: undefined,
    recipients: [address],
  };
  expect(await says({ ...bounce, messageId: 'ses-9', sentAt: START + MINUTE })).toBe('not ours');
  expect((await loadRecipient(table, key))?.dead).toBeNull();
  expect(await says({ ...bounce, messageId: 'ses-2', sentAt: START + MINUTE })).toBe('recorded');
  expect((await loadRecipient(table, key))?.dead).toMatchObject({ reason: 'bounce' });
  expect(await loadDigest(table, 'digest-2')).toMatchObject({ state: 'bounced' });
});

it('a bounce that names whom the mailbox forwards to is about the mail that went to the mailbox', async () => {
  const { table, says } = await unknownOutcome();
  const forwarded = { recipients: ['ana.private@home.test'], destination: [SENDING.address] };
  await says({ kind: 'bounced', bounceType: 'permanent', ...forwarded });
  expect((await loadRecipient(table, ANA))?.dead).toMatchObject({ reason: 'bounce' });
});

it('a bounce outlasts a refusal, which may be taken back', async () => {
  const { table, says } = await unknownOutcome();
  const dead = { reason: 'rejected', at: START } as const;
  const ana = { ...newRecipient(ANA, SENDING.address), sending: SENDING.id, rev: 1, dead };
  await table.transact([recipientWrite(ana)], 'test');
  await says({ kind: 'bounced', bounceType: 'permanent' });
  expect((await loadRecipient(table, ANA))?.dead).toMatchObject({ reason: 'bounce' });
});

it.each([
  ['in 2099', Date.parse('2099-01-01T00:00:00Z'), START + 2 * MINUTE],
  ['in 1970', 0, START],
])('an instant %s by SES is bounded by our clock', async (_what, at, noted) => {
  const { table, says, pass } = await unknownOutcome();
  pass(2 * MINUTE);
  await says({ kind: 'delayed', at });
  expect((await loadDigest(table, SENDING.id))?.delayedAt).toBe(noted);
  await says({ kind: 'bounced', bounceType: 'transient', at });
  expect((await loadRecipient(table, ANA))?.soft).toEqual([{ digest: SENDING.id, at: noted }]);
});

it('the test message of a new event destination is acknowledged in every form', async () => {
  const { system, rows } = await unknownOutcome();
  const text = 'Successfully validated SNS topic for Amazon SES event publishing.';
  const bodies = [
    text,
    `${text}\n`,
    JSON.stringify({ Type: 'Notification', Message: text }),
    JSON.stringify({ notificationType: 'AmazonSnsSubscriptionSucceeded', message: 'You have…' }),
  ];
  for (const body of bodies) {
    const delivery = { body, messageId: 'm', receiveCount: 1, maxReceives: 10 };
    expect(await processMessage(system, mailEventsConsumer, delivery)).toMatchObject({ outcome: 'skipped' });
  }
  expect(await rows({ pk: 'OOPS#' })).toEqual([]);
});

describe('what SES says of a mail of ours', () => {
  it('that it was sent settles it, and says nothing of an arrival', async () => {
    const { table, says } = await unknownOutcome();
    const soft = [{ digest: 'digest-0', at: START - DAY }];
    const ana = { ...newRecipient(ANA, SENDING.address), sending: SENDING.id, rev: 1, soft };
    await table.transact([recipientWrite(ana)], 'soft');
    expect(await says({ kind: 'sent' })).toBe('recorded');
    expect(await loadDigest(table, SENDING.id)).toMatchObject({
      state: 'sent',
      sentAt: START,
      applied: true,
    });
    expect(await loadRecipient(table, ANA)).toMatchObject({ sending: null, soft });
  });

  it.each<[string, string | undefined, string]>([
    ['suppressed', 'Suppressed', 'suppressed'],
    ['on the list of the account', 'OnAccountSuppressionList', 'suppressed'],
    ['in another spelling', 'onaccountsuppressionlist', 'suppressed'],
    ['unknown', 'NoEmail', 'bounce'],
    ['not named', undefined, 'bounce'],
  ])(
    'that it bounced for good suppresses the address, for the reason it gives: %s',
    async (_what, subType, reason) => {
      const { table, says } = await unknownOutcome();
      await says({ kind: 'bounced', bounceType: 'permanent', ...(subType && { subType }) });
      expect((await loadRecipient(table, ANA))?.dead?.reason).toBe(reason);
      expect(await loadDigest(table, SENDING.id)).toMatchObject({ dead: reason });
    },
  );

  it('that they complained suppresses the address for that', async () => {
    const { table, says } = await unknownOutcome();
    await says({ kind: 'complained' });
    expect((await loadRecipient(table, ANA))?.dead?.reason).toBe('complaint');
    expect(await loadDigest(table, SENDING.id)).toMatchObject({ state: 'complained', dead: 'complaint' });
  });

  it.each<[string, Said, boolean]>([
    ['a delivery', { kind: 'delivered', at: START }, true],
    ['a delivery of before', { kind: 'delivered', at: START - DAY }, true],
    ['a complaint that it is no spam', { kind: 'not-spam', at: START }, false],
    ['a delay', { kind: 'delayed', at: START }, false],
  ])('forgets what came back before only where it arrived: %s', async (_what, event, forgets) => {
    const { table, says } = await unknownOutcome();
    const soft = [{ digest: 'digest-0', at: START - HOUR }];
    const ana = { ...newRecipient(ANA, SENDING.address), sending: SENDING.id, rev: 1, soft };
    await table.transact([recipientWrite(ana)], 'soft');
    await says(event);
    expect((await loadRecipient(table, ANA))?.soft).toEqual(forgets ? [] : soft);
  });

  it.each<[Said, boolean]>([
    [{ kind: 'bounced', bounceType: 'transient' }, true],
    [{ kind: 'bounced', bounceType: 'undetermined' }, true],
    [{ kind: 'bounced', bounceType: 'permanent' }, false],
    [{ kind: 'delayed' }, false],
    [{ kind: 'complained' }, false],
  ])('counts as come back for the time being, or not: %o', async (event, counts) => {
    const { table, says } = await unknownOutcome();
    await says({ ...event, at: START });
    const { soft } = (await loadRecipient(table, ANA)) ?? {};
    expect(soft).toEqual(counts ? [{ digest: SENDING.id, at: START }] : []);
  });

  it('that it is late is logged, and nothing else is', async () => {
    const { logged, says } = await unknownOutcome();
    await says({ kind: 'delayed', subType: 'MailboxFull' });
    expect(logged).toEqual([
      { message: 'a mail is delayed', properties: { digest: SENDING.id, subType: 'MailboxFull' } },
    ]);
    await says({ kind: 'delivered' });
    expect(logged).toHaveLength(1);
  });

  it('is counted by its kind, and ends the silence', async () => {
    const { metrics, says, rows } = await unknownOutcome({ canaries: true });
    await says({ kind: 'bounced', bounceType: 'transient' });
    expect(metrics).toContainEqual({
      name: 'MailEvent',
      properties: { kind: 'bounced', bounceType: 'transient' },
    });
    expect(await rows({ pk: 'META', sk: 'FEEDBACK' })).toMatchObject([
      { sk: 'FEEDBACK', unansweredSince: null, heardAt: START },
    ]);
  });
});

describe('an event about a mail that may still become known', () => {
  const untagged: Said = { digest: undefined, messageId: 'ses-1' };

  it('is told apart from one that is not ours', async () => {
    const { says } = await unknownOutcome();
    expect(await says(untagged)).toBe('unknown digest');
    expect(await says({ ...untagged, recipients: ['bo@acme.test'] })).toBe('not ours');
  });

  it.each<[number, string, string]>([
    [1, 'retry', 'digest not known yet'],
    [2, 'retry', 'digest not known yet'],
    [3, 'skipped', 'unknown digest'],
  ])('is tried again twice: receive %i', async (receiveCount, outcome, reason) => {
    const { system } = await unknownOutcome();
    const event: MailEvent = {
      kind: 'delivered',
      messageId: 'ses-1',
      recipients: [SENDING.address],
      at: START,
    };
    const delivery = { body: '', messageId: 'm', receiveCount, maxReceives: 10 };
    expect(await mailEventsConsumer.act(system, [event], delivery)).toMatchObject({ outcome, reason });
  });

  it('is done where a part of it is about a mail of ours, and skipped where none is', async () => {
    const { system } = await unknownOutcome();
    const ours: MailEvent = {
      kind: 'delivered',
      digest: SENDING.id,
      messageId: 'm',
      recipients: [],
      at: START,
    };
    const foreign = { ...ours, digest: 'weekly' };
    const delivery = { body: '', messageId: 'm', receiveCount: 1, maxReceives: 10 };
    expect(await mailEventsConsumer.act(system, [foreign, ours], delivery)).toEqual({
      outcome: 'done',
      reason: 'recorded',
    });
    expect(await mailEventsConsumer.act(system, [foreign], delivery)).toEqual({
      outcome: 'skipped',
      reason: 'not ours',
    });
    expect(await mailEventsConsumer.act(system, [], delivery)).toEqual({
      outcome: 'skipped',
      reason: 'no event',
    });
  });
});
