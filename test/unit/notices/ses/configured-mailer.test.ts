import { SESClient, SendRawEmailCommand } from '@aws-sdk/client-ses';
import { mockClient } from 'aws-sdk-client-mock';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { configuredMailer } from '../../../../functions/notices/ses/configured-mailer.ts';
import type { Environment } from '../../../../functions/platform/environment.ts';

const ses = mockClient(SESClient);
beforeAll(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
});
beforeEach(() => {
  ses.reset();
  ses.on(SendRawEmailCommand).resolves({ MessageId: 'm-1' });
});
afterAll(() => {
  vi.unstubAllEnvs();
  ses.restore();
});

const ENVIRONMENT = {
  sender: 'Taskwarden <warden@platform.test>',
  replyTo: 'team@platform.test',
  configurationSet: 'taskwarden-dev',
  // One mail, and the next in ten seconds: later than a mail may wait.
  mailsPerSecond: 0.1,
} as Environment;
const MAIL = {
  to: 'ana@acme.test',
  subject: 'a is not running',
  text: 'text',
  html: '<p>html</p>',
  headers: {},
  digest: 'digest-1',
};

const mailer = (mailsPerSecond = ENVIRONMENT.mailsPerSecond) =>
  configuredMailer({ ...ENVIRONMENT, mailsPerSecond }, { now: () => Date.parse('2026-01-29T00:00:00Z') });

test('mails go out as the environment says, dated by the clock of the stage', async () => {
  expect(await mailer().send(MAIL)).toEqual({ outcome: 'accepted', messageId: 'm-1' });
  const { input } = ses.commandCalls(SendRawEmailCommand)[0]!.args[0];
  expect(input).toMatchObject({ Source: 'warden@platform.test', ConfigurationSetName: 'taskwarden-dev' });
  const read = await PostalMime.parse(input.RawMessage!.Data!);
  expect(read.from).toMatchObject({ name: 'Taskwarden', address: 'warden@platform.test' });
  expect(read.replyTo).toMatchObject([{ address: 'team@platform.test' }]);
  expect(read.date).toBe('2026-01-29T00:00:00.000Z');
});

test('no faster than this process may, by the time that really passes', async () => {
  const paced = mailer();
  expect(await paced.send(MAIL)).toMatchObject({ outcome: 'accepted' });
  expect(await paced.send(MAIL)).toMatchObject({ outcome: 'refused', cause: 'rate', code: 'OwnRate' });
  expect(ses.commandCalls(SendRawEmailCommand)).toHaveLength(1);
});

test('and waits for its turn where that comes soon', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    const paced = mailer(10);
    for (let count = 0; count < 10; count += 1) await paced.send(MAIL);
    const before = performance.now();
    await paced.send(MAIL);
    expect(performance.now() - before).toBeGreaterThanOrEqual(95);
  } finally {
    vi.useRealTimers();
  }
});

test('an unanswered request is given up well before the claim of its mail ends', async () => {
  await mailer().send(MAIL);
  const client = ses.commandCalls(SendRawEmailCommand)[0]!.thisValue as SESClient;
  expect(await client.config.maxAttempts()).toBe(1);
  const { requestHandler } = client.config as unknown as {
    requestHandler: { configProvider: Promise<object> };
  };
  expect(await requestHandler.configProvider).toMatchObject({
    requestTimeout: 10_000,
    connectionTimeout: 3_000,
    throwOnRequestTimeout: true,
  });
});
