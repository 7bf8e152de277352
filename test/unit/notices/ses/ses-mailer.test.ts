import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SESClient, SendRawEmailCommand, type SendRawEmailCommandInput } from '@aws-sdk/client-ses';
import { mockClient } from 'aws-sdk-client-mock';
import PostalMime from 'postal-mime';
import { afterEach, describe, expect, it } from 'vitest';
import { createSesClient, SesMailer } from '../../../../functions/notices/ses/ses-mailer.ts';
import { CountedMailer } from '../../../../functions/platform/counted-mailer.ts';
import { TokenBucket } from '../../../../functions/platform/token-bucket.ts';

class SetClock {
  time = Date.parse('2026-01-29T00:00:00Z');
  now = () => this.time;
}

const mail = {
  to: 'ana@acme.test',
  subject: 'acmeCo/a is not running',
  text: 'text',
  html: '<p>html</p>',
  headers: {},
  digest: '01JH0000000000000000000001',
};

function mailer(
  client: Pick<SESClient, 'send'>,
  more: { replyTo?: string; configurationSet?: string; perSecond?: number } = {},
) {
  const clock = new SetClock();
  const sleep = async (milliseconds: number) => {
    clock.time += milliseconds;
  };
  const { perSecond = 100, ...options } = more;
  const bucket = new TokenBucket({ perSecond, clock, sleep });
  return {
    clock,
    mailer: new SesMailer(client, { clock, bucket, sender: 'Taskwarden <Tasks@platform.test>', ...options }),
  };
}

describe('what SES is given', () => {
  it('is the raw mail, its sender, one recipient, the digest as a tag, and the configuration set', async () => {
    const ses = mockClient(SESClient);
    ses.on(SendRawEmailCommand).resolves({ MessageId: 'm-1' });
    const client = new SESClient({ region: 'eu-west-1' });
    const result = await mailer(client, { configurationSet: 'taskwarden-dev' }).mailer.send(mail);
    expect(result).toEqual({ outcome: 'accepted', messageId: 'm-1' });
    const input = ses.commandCalls(SendRawEmailCommand)[0]!.args[0].input as SendRawEmailCommandInput;
    expect(input).toMatchObject({
      Source: 'tasks@platform.test',
      Destinations: ['ana@acme.test'],
      Tags: [{ Name: 'digest', Value: '01JH0000000000000000000001' }],
      ConfigurationSetName: 'taskwarden-dev',
    });
    const read = await PostalMime.parse(input.RawMessage!.Data!);
    expect(read.from).toMatchObject({ name: 'Taskwarden' });
    expect(read.date).toBe('2026-01-29T00:00:00.000Z');
    expect(read.messageId).toBe('<01JH0000000000000000000001@platform.test>');
    ses.restore();
  });

  it('is the message that was made before, where one was', async () => {
    const ses = mockClient(SESClient);
    ses.on(SendRawEmailCommand).resolves({ MessageId: 'm-1' });
    const { mailer: behind, clock } = mailer(new SESClient({ region: 'eu-west-1' }));
    const counted = new CountedMailer(behind, { log: () => {}, metric: () => {} });
    const written = await counted.write(mail);
    clock.time += 5_000;
    await counted.send(written);
    const input = ses.commandCalls(SendRawEmailCommand)[0]!.args[0].input as SendRawEmailCommandInput;
    expect(input.RawMessage?.Data).toBe(written.raw);
    expect((await PostalMime.parse(input.RawMessage!.Data!)).date).toBe('2026-01-29T00:00:00.000Z');
    await expect(counted.write({ ...mail, to: 'a;b@acme.test' })).rejects.toThrow(RangeError);
    ses.restore();
  });

  it('is nothing where the sender or the reply address is none', () => {
    const client = { send: () => Promise.reject(new Error('not called')) } as Pick<SESClient, 'send'>;
    const clock = new SetClock();
    const bucket = new TokenBucket({ perSecond: 1, clock });
    expect(() => new SesMailer(client, { clock, bucket, sender: 'Taskwarden' })).toThrow(RangeError);
    expect(() => new SesMailer(client, { clock, bucket, sender: 'a@b.test', replyTo: 'x' })).toThrow(
      RangeError,
    );
  });
});

it.each(['wärden@b.test', '.warden@b.test', 'warden.@b.test', 'war..den@b.test', 'war\u0007den@b.test'])(
  'a sender that SES would not read (%s) is refused before any recipient is blamed for it',
  (address) => {
    const client = { send: () => Promise.reject(new Error('not called')) } as Pick<SESClient, 'send'>;
    const clock = new SetClock();
    const options = { clock, bucket: new TokenBucket({ perSecond: 1, clock }) };
    expect(() => new SesMailer(client, { ...options, sender: `Warden <${address}>` })).toThrow(RangeError);
    expect(() => new SesMailer(client, { ...options, sender: 'a@b.test', replyTo: address })).toThrow(
      RangeError,
    );
  },
);

describe('a sender', () => {
  const client = { send: async () => ({ MessageId: 'm' }) } as unknown as Pick<SESClient, 'send'>;
  const made = (options: { sender: string; replyTo?: string }) => {
    const clock = new SetClock();
    return new SesMailer(client, { clock, bucket: new TokenBucket({ perSecond: 1, clock }), ...options });
  };

  it('is an address, or one behind a name, also before a space', () => {
    for (const sender of ['a@b.test', 'Warden <a@b.test>', 'Warden <a@b.test> ', '<a@b.test>'])
      expect(() => made({ sender })).not.toThrow();
  });

  it('is refused by its name where it is none, and so is whom to reply to', () => {
    expect(() => made({ sender: 'Warden <a@b.test> x' })).toThrow(
      new RangeError("not a sender's address: Warden <a@b.test> x"),
    );
    expect(() => made({ sender: 'a@b.test', replyTo: 'nobody\r\n' })).toThrow(
      new RangeError('not an address to reply to: nobody'),
    );
  });
});

it('an answer without the name of the mail leaves open whether it went', async () => {
  const client = { send: async () => ({}) } as unknown as Pick<SESClient, 'send'>;
  expect(await mailer(client).mailer.send(mail)).toEqual({
    outcome: 'unknown',
    code: 'NoMessageId',
    message: 'SES answered without a message id',
  });
});

describe('against a server', () => {
  let server: Server | undefined;
  let requests = 0;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function serve(status: number, body: string, delayMs = 0): Promise<string> {
    requests = 0;
    server = createServer((request, response) => {
      requests += 1;
      request.resume();
      setTimeout(() => response.writeHead(status, { 'content-type': 'text/xml' }).end(body), delayMs);
    });
    await new Promise<void>((ready) => server?.listen(0, '127.0.0.1', ready));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async function sendTo(endpoint: string, requestTimeoutMs = 2_000) {
    const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
    Object.assign(process.env, credentials);
    const client = createSesClient({ endpoint, region: 'eu-west-1', requestTimeoutMs });
    try {
      return await mailer(client).mailer.send(mail);
    } finally {
      client.destroy();
    }
  }

  const errorXml = (code: string, message: string) =>
    `<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`;

  it('an accepted mail has the id of SES', async () => {
    const endpoint = await serve(
      200,
      '<SendRawEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendRawEmailResult><MessageId>m-2</MessageId></SendRawEmailResult></SendRawEmailResponse>',
    );
    expect(await sendTo(endpoint)).toEqual({ outcome: 'accepted', messageId: 'm-2' });
  });

  it.each([
    ['rate', 400, 'Throttling', 'Maximum sending rate exceeded.'],
    ['environment', 400, 'Throttling', 'Daily message quota exceeded.'],
    ['environment', 400, 'MessageRejected', 'Email address is not verified.'],
    [
      'environment',
      400,
      'MessageRejected',
      'Sending paused for this account. For more information, please check the inbox of the email address associated with your AWS account.',
    ],
    [
      'environment',
      400,
      'MessageRejected',
      'Sending suspended for this account. For more information, please check the inbox of the email address associated with your AWS account.',
    ],
    ['environment', 400, 'MessageRejected', 'Something nobody has seen yet about an address.'],
    ['environment', 400, 'ConfigurationSetSendingPausedException', 'paused'],
    ['environment', 400, 'MailFromDomainNotVerifiedException', 'not verified'],
    ['environment', 400, 'InvalidParameterValue', 'Illegal address in the header Reply-To'],
    ['rate', 400, 'Throttling', 'Maximum SigV2 SMTP sending rate exceeded.'],
    ['recipient', 400, 'MessageRejected', 'Address blacklisted.'],
    ['recipient', 400, 'InvalidParameterValue', 'Domain contains illegal character'],
    ['environment', 400, 'AccountSendingPausedException', 'paused'],
    ['environment', 403, 'AccessDenied', 'no'],
  ])('an answer is classified %s by what is on the wire: %d %s %s', async (cause, status, code, message) => {
    const result = await sendTo(await serve(status, errorXml(code, message)));
    expect(result).toMatchObject({ outcome: 'refused', cause, message });
    expect(requests).toBe(1);
  });

  it('a 5xx is unknown, and not tried again', async () => {
    const result = await sendTo(await serve(503, errorXml('ServiceUnavailable', 'later')));
    expect(result).toMatchObject({ outcome: 'unknown' });
    expect(requests).toBe(1);
  });

  it('a server that does not answer in time is unknown, at once, and not tried again', async () => {
    const endpoint = await serve(200, '', 3_000);
    const started = performance.now();
    expect(await sendTo(endpoint, 100)).toMatchObject({ outcome: 'unknown' });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(requests).toBe(1);
  });

  it('a server that is not there is the environment', async () => {
    const endpoint = await serve(200, '');
    await new Promise((closed) => server?.close(closed));
    expect(await sendTo(endpoint)).toMatchObject({
      outcome: 'refused',
      cause: 'environment',
      code: 'ECONNREFUSED',
    });
  });
});

describe('the rate of sending', () => {
  const client = { send: () => Promise.resolve({ MessageId: 'm' }) } as unknown as Pick<SESClient, 'send'>;

  it('lets a burst pass and then one mail per part of a second', async () => {
    const paced = mailer(client, { perSecond: 2 });
    const start = paced.clock.time;
    const times: number[] = [];
    for (let count = 0; count < 5; count += 1) {
      await paced.mailer.send(mail);
      times.push(paced.clock.time - start);
    }
    expect(times).toEqual([0, 0, 500, 1000, 1500]);
  });

  it('calls the rate exceeded rather than wait longer than a mail may', async () => {
    const clock = new SetClock();
    const bucket = new TokenBucket({ perSecond: 0.1, clock, sleep: async () => undefined });
    const slow = new SesMailer(client, { clock, bucket, sender: 'a@b.test' });
    expect(await slow.send(mail)).toMatchObject({ outcome: 'accepted' });
    expect(await slow.send(mail)).toEqual({
      outcome: 'refused',
      cause: 'rate',
      code: 'OwnRate',
      message: 'the rate of this worker is used up',
    });
    clock.time += 10_000;
    expect(await slow.send(mail)).toMatchObject({ outcome: 'accepted' });
  });

  it('queues those who ask at once, each for his own turn', async () => {
    const clock = new SetClock();
    const waits: number[] = [];
    const bucket = new TokenBucket({ perSecond: 1, clock, sleep: async (ms) => void waits.push(ms) });
    await Promise.all([bucket.take(), bucket.take(), bucket.take()]);
    expect(waits).toEqual([1000, 2000]);
  });

  it('does not take a clock set back for lost time, nor a rest for more than a burst', async () => {
    const clock = new SetClock();
    const bucket = new TokenBucket({ perSecond: 10, burst: 1, clock, sleep: async () => undefined });
    expect(await bucket.take(0)).toBe(true);
    clock.time -= 60_000;
    expect(await bucket.take(0)).toBe(false);
    clock.time += 3_600_000;
    expect([await bucket.take(0), await bucket.take(0)]).toEqual([true, false]);
  });

  it.each([0, -1, Number.NaN])('refuses a rate of %d', (perSecond) => {
    expect(() => new TokenBucket({ perSecond, clock: new SetClock() })).toThrow(RangeError);
  });
});

describe('whether a mail would be taken now', () => {
  const QUOTA = { Max24HourSend: 200, SentLast24Hours: 199 };

  /** What SES answers to the two questions: an answer, or an error of this name. */
  function asked(quota: object | string, account: object | string) {
    const answers = [quota, account];
    const questions: unknown[] = [];
    const send = async (command: { constructor: { name: string } }) => {
      questions.push(command.constructor.name);
      const answer = answers[questions.length - 1];
      if (typeof answer === 'string') throw Object.assign(new Error('no'), { name: answer });
      return answer;
    };
    const check = () => mailer({ send } as unknown as Pick<SESClient, 'send'>).mailer.check();
    return { check, questions };
  }

  it.each<[string, object | string, object | string]>([
    ['the account may send and has room', QUOTA, { Enabled: true }],
    ['there is no quota', { Max24HourSend: -1, SentLast24Hours: 5_000 }, { Enabled: true }],
    ['nothing is said', {}, {}],
    ['nothing is said of a quota', { SentLast24Hours: 5 }, {}],
    ['nothing was sent yet', { Max24HourSend: 200 }, {}],
    ['it may not ask', 'AccessDeniedException', 'AccessDenied'],
    ['an emulator does not know the question', 'NotImplemented', 'InvalidAction'],
    ['nor another', 'UnknownOperationException', {}],
  ])('yes, where %s', async (_what, quota, account) => {
    const { check, questions } = asked(quota, account);
    await expect(check()).resolves.toBeUndefined();
    expect(questions).toEqual(['GetSendQuotaCommand', 'GetAccountSendingEnabledCommand']);
  });

  it.each<[string, object | string, object | string, object]>([
    [
      'the quota is used up',
      { Max24HourSend: 200, SentLast24Hours: 200 },
      {},
      { name: 'SesNotAuthorized', message: 'SES: the quota of 200 mails in 24 h is used up' },
    ],
    ['there is none', { Max24HourSend: 0 }, {}, { name: 'SesNotAuthorized' }],
    [
      'the account may not send',
      QUOTA,
      { Enabled: false },
      { name: 'SesNotAuthorized', message: 'SES: the account may not send' },
    ],
    ['SES does not answer', 'TimeoutError', {}, { name: 'TimeoutError' }],
    ['SES does not answer the second question', QUOTA, 'TimeoutError', { name: 'TimeoutError' }],
  ])('no, where %s', async (_what, quota, account, error) => {
    await expect(asked(quota, account).check()).rejects.toMatchObject(error);
  });
});
