import { describe, expect, it } from 'vitest';
import { parseSesEvent } from '../../../../functions/notices/ses/ses-events.ts';

const AT = '2026-01-29T00:00:05.123Z';
const INSTANT = Date.parse(AT);
const DIGEST = '01JH0000000000000000000001';

/** The `mail` object of a configuration-set event. */
const mail = {
  timestamp: '2026-01-29T00:00:00.000Z',
  source: 'Taskwarden <tasks@platform.test>',
  messageId: 'ses-1',
  destination: ['Ana@Acme.test'],
  headersTruncated: false,
  headers: [
    { name: 'From', value: 'Taskwarden <tasks@platform.test>' },
    { name: 'x-taskwarden-digest', value: `${DIGEST}` },
  ],
  commonHeaders: { subject: 'x' },
  tags: { 'ses:configuration-set': ['taskwarden'], digest: [DIGEST] },
};

/** The `mail` object of an identity notification without headers. */
const { headers: _headers, tags: _tags, ...bareMail } = mail;

const bounce = (bounceType: string, bounceSubType: string) => ({
  bounceType,
  bounceSubType,
  bouncedRecipients: [{ emailAddress: 'Ana@Acme.test', action: 'failed', status: '5.1.1' }],
  timestamp: AT,
  feedbackId: 'f',
});

const complaint = {
  complainedRecipients: [{ emailAddress: 'ana@acme.test' }],
  timestamp: AT,
  complaintSubType: null,
};
const delivery = { timestamp: AT, recipients: ['ana@acme.test'], smtpResponse: '250 ok' };

const inSns = (record: unknown) => ({
  Type: 'Notification',
  MessageId: 'sns-1',
  TopicArn: 'arn:aws:sns:eu-west-1:000000000000:mail',
  Message: JSON.stringify(record),
  Timestamp: AT,
});
const inBridge = (record: unknown) => ({
  version: '0',
  id: 'e',
  'detail-type': 'Email Bounced',
  source: 'aws.ses',
  time: AT,
  detail: record,
});

function one(body: unknown) {
  const parsed = parseSesEvent(body);
  if (!parsed.ok) throw new Error(parsed.reason);
  expect(parsed.events).toHaveLength(1);
  return parsed.events[0]!;
}

describe('an event of a configuration set', () => {
  const record = { eventType: 'Bounce', bounce: bounce('Permanent', 'General'), mail };
  const expected = {
    kind: 'bounced',
    digest: DIGEST,
    messageId: 'ses-1',
    recipients: ['ana@acme.test'],
    destination: ['ana@acme.test'],
    sentAt: Date.parse('2026-01-29T00:00:00Z'),
    bounceType: 'permanent',
    subType: 'General',
    at: INSTANT,
  };

  it.each([
    ['bare', record],
    ['as text', JSON.stringify(record)],
    ['in SNS', inSns(record)],
    ['in SNS, as the body of a queue message', JSON.stringify(inSns(record))],
    ['in EventBridge', inBridge(record)],
    ['in EventBridge, as the body of a queue message', JSON.stringify(inBridge(record))],
  ])('is read %s', (_, body) => {
    expect(one(body)).toEqual(expected);
  });

  it.each([
    ['Send', { send: {} }, 'sent'],
    ['Delivery', { delivery }, 'delivered'],
    ['Complaint', { complaint }, 'complained'],
    ['Reject', { reject: { reason: 'Bad content' } }, 'rejected'],
    [
      'DeliveryDelay',
      { deliveryDelay: { delayType: 'MailboxFull', delayedRecipients: [], timestamp: AT } },
      'delayed',
    ],
    ['Rendering Failure', { failure: { errorMessage: 'x', templateName: 'y' } }, 'rendering-failed'],
    ['RenderingFailure', { failure: { errorMessage: 'x', templateName: 'y' } }, 'rendering-failed'],
  ])('%s', (eventType, part, kind) => {
    expect(one({ eventType, mail, ...part })).toMatchObject({
      kind,
      digest: DIGEST,
      messageId: 'ses-1',
      recipients: ['ana@acme.test'],
    });
  });

  it('without an instant of its own happened when the mail was sent', () => {
    expect(one({ eventType: 'Send', send: {}, mail }).at).toBe(Date.parse('2026-01-29T00:00:00Z'));
  });

  it.each([
    ['Permanent', 'permanent'],
    ['Transient', 'transient'],
    ['Undetermined', 'undetermined'],
    ['SomethingNew', 'undetermined'],
  ])('a bounce of type %s is %s', (type, bounceType) => {
    expect(one({ eventType: 'Bounce', bounce: bounce(type, 'General'), mail })).toMatchObject({
      bounceType,
    });
  });

  it.each(['Suppressed', 'OnAccountSuppressionList'])(
    'a bounce for a suppression list (%s) is permanent',
    (subType) => {
      const event = one({ eventType: 'Bounce', bounce: bounce('Transient', subType), mail });
      expect(event).toMatchObject({ bounceType: 'permanent', subType, reason: 'suppressed' });
    },
  );

  it('a mailbox that is full is no suppression', () => {
    expect(one({ eventType: 'Bounce', bounce: bounce('Transient', 'MailboxFull'), mail })).not.toHaveProperty(
      'reason',
    );
  });

  it('names each recipient once, normalised, without display names and without what is none', () => {
    const bouncedRecipients = ['Ana <ANA@acme.test>', 'ana@acme.test', '<bo@acme.test>', 'no address'].map(
      (emailAddress) => ({ emailAddress }),
    );
    const record = {
      eventType: 'Bounce',
      bounce: { ...bounce('Permanent', 'General'), bouncedRecipients },
      mail,
    };
    expect(one(record).recipients).toEqual(['ana@acme.test', 'bo@acme.test']);
  });

  it.each(['not-spam', 'Not-Spam', 'not_spam'])('a complaint of type %s is none', (complaintFeedbackType) => {
    const record = { eventType: 'Complaint', complaint: { ...complaint, complaintFeedbackType }, mail };
    expect(one(record)).toMatchObject({ kind: 'not-spam', digest: DIGEST });
  });

  it.each(['abuse', 'fraud', 'virus', 'other', 'not-spam-at-all', null])(
    'a complaint of type %s is one',
    (complaintFeedbackType) => {
      const record = { eventType: 'Complaint', complaint: { ...complaint, complaintFeedbackType }, mail };
      expect(one(record).kind).toBe('complained');
    },
  );

  it.each([' notspam ', 'NOT SPAM'])('nor is a complaint of type %j one', (complaintFeedbackType) => {
    const record = { eventType: 'Complaint', complaint: { ...complaint, complaintFeedbackType }, mail };
    expect(one(record).kind).toBe('not-spam');
  });

  it.each(['this is not-spam', 'knot-spam'])('but a complaint of type %j is one', (complaintFeedbackType) => {
    const record = { eventType: 'Complaint', complaint: { ...complaint, complaintFeedbackType }, mail };
    expect(one(record).kind).toBe('complained');
  });

  it('what is no complaint is no word of spam, whatever stands beside it', () => {
    const beside = { complaint: { ...complaint, complaintFeedbackType: 'not-spam' } };
    expect(one({ eventType: 'Delivery', delivery, ...beside, mail }).kind).toBe('delivered');
  });

  it.each<[string, string, object]>([
    ['Bounce', 'bounce', { bounceType: 'Transient', bouncedRecipients: [{ emailAddress: 'bo@acme.test' }] }],
    ['Complaint', 'complaint', { complainedRecipients: [{ emailAddress: 'bo@acme.test' }] }],
    ['Delivery', 'delivery', { recipients: ['bo@acme.test'] }],
    ['DeliveryDelay', 'deliveryDelay', { delayedRecipients: [{ emailAddress: 'bo@acme.test' }] }],
  ])('%s tells when it was, by its own instant, and of whom, by its own list', (eventType, part, of) => {
    const event = (more: object) => one({ eventType, [part]: { ...of, ...more }, mail });
    expect(event({ timestamp: AT })).toMatchObject({ at: INSTANT, recipients: ['bo@acme.test'] });
    for (const timestamp of [undefined, null, 'yesterday'])
      expect(event({ timestamp }).at).toBe(Date.parse('2026-01-29T00:00:00Z'));
    const lists = {
      bouncedRecipients: null,
      complainedRecipients: null,
      recipients: null,
      delayedRecipients: null,
    };
    expect(event(lists).recipients).toEqual(['ana@acme.test']);
  });

  it.each<[string, object, object]>([
    [
      'a complaint',
      { eventType: 'Complaint', complaint: { ...complaint, complaintSubType: 'Fraud' } },
      { subType: 'Fraud' },
    ],
    [
      'a delay',
      { eventType: 'DeliveryDelay', deliveryDelay: { delayType: 'MailboxFull' } },
      { subType: 'MailboxFull' },
    ],
    [
      'a complaint of one on a list',
      { eventType: 'Complaint', complaint: { ...complaint, complaintSubType: 'OnAccountSuppressionList' } },
      { subType: 'OnAccountSuppressionList', reason: 'suppressed' },
    ],
  ])('%s has the kind that SES gives it, and none of bounces', (_what, record, kind) => {
    const event = one({ ...record, mail });
    expect(event).toMatchObject(kind);
    expect(event).not.toHaveProperty('bounceType');
  });

  it.each(['NotSuppressed', 'SuppressedForNow'])('a bounce of kind %s is for no list', (subType) => {
    const event = one({ eventType: 'Bounce', bounce: bounce('Transient', subType), mail });
    expect(event).toMatchObject({ bounceType: 'transient', subType });
    expect(event).not.toHaveProperty('reason');
  });

  it('for a list of a tenant is for good, too', () => {
    const record = { eventType: 'Bounce', bounce: bounce('Transient', 'OnTenantSuppressionList'), mail };
    expect(one(record)).toMatchObject({ bounceType: 'permanent', reason: 'suppressed' });
  });

  it('says only what SES said', () => {
    const bare = { messageId: 'ses-1', timestamp: null, destination: null, tags: null, headers: null };
    const event = one({
      eventType: 'Complaint',
      complaint: { complaintSubType: null, timestamp: AT },
      mail: bare,
    });
    expect(event).toEqual({ kind: 'complained', messageId: 'ses-1', recipients: [], at: INSTANT });
  });

  it('reads an address behind a name though spaces follow, and nothing that is not at the end', () => {
    const recipients = ['Ana <ana@acme.test> ', '<cy@acme.test> bo@acme.test', 'Di <a> <di@acme.test>'];
    const event = one({ eventType: 'Delivery', delivery: { recipients, timestamp: AT }, mail });
    expect(event.recipients).toEqual(['ana@acme.test', 'di@acme.test']);
  });

  it.each(['Open', 'Click', 'Subscription'])('%s says nothing of its fate', (eventType) => {
    expect(parseSesEvent({ eventType, mail })).toEqual({ ok: true, events: [] });
  });
});

describe('a notification of an identity', () => {
  it.each([
    ['Bounce', { bounce: bounce('Permanent', 'General') }, 'bounced'],
    ['Complaint', { complaint }, 'complained'],
    ['Delivery', { delivery }, 'delivered'],
  ])('%s is read without headers, known by its message id', (notificationType, part, kind) => {
    const event = one(JSON.stringify(inSns({ notificationType, mail: bareMail, ...part })));
    expect(event).toMatchObject({ kind, messageId: 'ses-1', recipients: ['ana@acme.test'], at: INSTANT });
    expect(event).not.toHaveProperty('digest');
  });

  it('brings the digest back in the header, however it is spelt', () => {
    const record = { notificationType: 'Delivery', delivery, mail: { ...bareMail, headers: mail.headers } };
    expect(one(record).digest).toBe(DIGEST);
  });

  it.each<[string, object]>([
    ['spaces around it', { tags: null, headers: [{ name: 'X-Taskwarden-Digest', value: ` ${DIGEST} ` }] }],
    ['tags of others alone', { tags: { other: ['x'] }, headers: mail.headers }],
    ['a tag without a value', { tags: { digest: [] }, headers: mail.headers }],
  ])('or finds it in the header with %s', (_what, more) => {
    const record = { notificationType: 'Delivery', delivery, mail: { ...bareMail, ...more } };
    expect(one(record).digest).toBe(DIGEST);
  });

  it('does not take any text for a digest', () => {
    const headers = [{ name: 'X-Taskwarden-Digest', value: 'a b#c' }];
    expect(
      one({ notificationType: 'Delivery', delivery, mail: { ...bareMail, headers } }),
    ).not.toHaveProperty('digest');
  });
});

describe('what is no news of a mail', () => {
  it.each([
    [
      'the test of a configuration set',
      { ...inSns(null), Message: 'Successfully validated SNS topic for Amazon SES event publishing.' },
    ],
    ['the test, delivered raw', 'Successfully validated SNS topic for Amazon SES event publishing.'],
    [
      'the test, delivered raw with a line end',
      'Successfully validated SNS topic for Amazon SES event publishing.\n',
    ],
    [
      'the test, delivered raw as JSON text',
      '"Successfully validated SNS topic for Amazon SES event publishing."',
    ],
    [
      'the test of an identity, delivered raw',
      '{"notificationType":"AmazonSnsSubscriptionSucceeded","message":"You have successfully subscribed your Amazon SNS topic."}',
    ],
    [
      'the test of an identity',
      inSns({ notificationType: 'AmazonSnsSubscriptionSucceeded', message: 'You have…' }),
    ],
  ])('%s is passed over', (_, body) => {
    expect(parseSesEvent(body)).toEqual({ ok: true, events: [] });
  });
});

describe('what cannot be read is refused with a reason', () => {
  it.each([
    ['no JSON', '{', 'not JSON'],
    ['text in text', '"\\"x\\""', 'not JSON'],
    ['an empty body', '', 'not JSON'],
    ['nothing', undefined, 'no eventType or notificationType that is known'],
    ['a list', '[]', 'no eventType or notificationType that is known'],
    ['another event', '{"eventType":"Teleport"}', 'no eventType or notificationType that is known'],
    ['an inherited name', '{"eventType":"constructor"}', 'no eventType or notificationType that is known'],
    [
      'a subscription to confirm',
      { Type: 'SubscriptionConfirmation', Message: 'x' },
      'an SNS message of type SubscriptionConfirmation',
    ],
    ['SNS around no JSON', { Type: 'Notification', Message: 'x' }, 'not JSON'],
    ['a bounce without one', { eventType: 'Bounce', mail }, 'bounce: missing'],
    ['a complaint without one', { notificationType: 'Complaint', mail }, 'complaint: missing'],
    [
      'a mail without an instant',
      { eventType: 'Send', mail: { messageId: 'm' } },
      'no timestamp that is an instant',
    ],
  ])('%s', (_, body, reason) => {
    expect(parseSesEvent(body)).toEqual({ ok: false, reason });
  });

  it.each<[string, unknown, RegExp]>([
    ['no mail', { eventType: 'Send' }, /^mail: /],
    ['an empty id', { eventType: 'Send', mail: { ...mail, messageId: '' } }, /^mail\.messageId: /],
    ['a bounce without a type', { eventType: 'Bounce', bounce: {}, mail }, /^bounce\.bounceType: /],
    [
      'a header that is none',
      { eventType: 'Send', mail: { ...mail, headers: [{}] } },
      /^mail\.headers\.0\.name: /,
    ],
    [
      'a tag that is none',
      { eventType: 'Send', mail: { ...mail, tags: { digest: 'x' } } },
      /^mail\.tags\.digest: /,
    ],
    [
      'a recipient that is none',
      { eventType: 'Delivery', delivery: { recipients: [7] }, mail },
      /^delivery\.recipients\.0: /,
    ],
    [
      'a delayed recipient that is none',
      { eventType: 'DeliveryDelay', deliveryDelay: { delayedRecipients: [{}] }, mail },
      /^deliveryDelay\.delayedRecipients\.0\.emailAddress: /,
    ],
    ['a type that is none', { eventType: 7, mail }, /^no eventType or notificationType that is known$/],
    ['SNS around something else', { Type: 'Notification', Message: 7 }, /^no eventType/],
  ])('%s', (_what, body, reason) => {
    expect(parseSesEvent(body)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });

  it('naming the field', () => {
    const parsed = parseSesEvent({ eventType: 'Send', mail: { ...mail, messageId: 7 } });
    expect(parsed).toMatchObject({ ok: false, reason: expect.stringMatching(/^mail\.messageId: /) });
  });
});
