import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetAccountCommand, GetEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import type { AwsAccount } from '../../../cli/doctor/aws-account.port.ts';
import type { Check } from '../../../cli/doctor/check.ts';
import { sdkAccount } from '../../../cli/doctor/sdk-account.ts';
import { DAY, HOUR } from '../../../functions/abandonment/time.ts';
import { keys } from '../../../functions/store/keys.ts';
import { type CliStage, cliStage, T, taskLine } from './cli-stage.ts';

/** A round of the feedback canary. */
const ANSWERED = { id: 'c', since: T, askedAt: T, messages: [], rev: 1 };

/** A stage `prod` that nothing is wrong with at `T` + days. */
async function healthy({ days = 0, name = 'prod' } = {}) {
  const stage = cliStage({ name });
  const now = T + days * DAY;
  stage.setNow(now);
  const put = (row: { pk: string; sk: string }, more: object) => ({ put: { ...row, v: 1, ...more } });
  await stage.table.transact(
    [
      put(keys.scans(), { claimed: now, leaseUntil: null, completedAt: now, gaps: [], rev: 1 }),
      put(keys.feed(), { at: now }),
      put(keys.feedbackCanary(), { ...ANSWERED, sentAt: now, deliveredAt: now, bouncedAt: now }),
    ],
    'test',
  );
  return stage;
}

async function checksOf(stage: CliStage, name = 'prod') {
  const ran = await stage.taskwarden(['doctor', name, '--json']);
  const [run] = ran.json as { green: boolean; checks: Check[] }[];
  const found = Object.fromEntries(run!.checks.map((check) => [check.name, check]));
  return { ...ran, green: run!.green, found };
}

const denied = (name: string) => async () => {
  throw Object.assign(new Error('User is not authorized'), { name, $metadata: {} });
};

describe('doctor', () => {
  it('is green where everything is there, and says so', async () => {
    const stage = await healthy();
    const { code, green, found } = await checksOf(stage);
    expect({ code, green }).toEqual({ code: 0, green: true });
    expect(Object.values(found).filter(({ result }) => result !== 'ok')).toEqual([]);
    expect(Object.keys(found)).toEqual([
      ...['identity', 'dkim', 'sandbox', 'sending', 'quota', 'rate', 'feedback'],
      ...['schedule', 'scans', 'feed', 'alarms-heard', 'alarms-quiet', 'queues', 'pauses', 'dead-letters'],
    ]);
    const { out } = await stage.taskwarden(['doctor', 'prod']);
    expect(out).toContain('ok  identity      acme.test is verified\n');
    expect(out).toContain('\nstage prod is green\n');
    const { rows } = await stage.table.query({ pk: 'AUDIT#operators', sk: { prefix: 'L#' } });
    expect(rows[0]).toMatchObject({ act: 'doctor', by: 'olga', evidence: { green: true } });
  });

  const sending = {
    production: true,
    enabled: true,
    standing: 'HEALTHY',
    perDay: 50_000,
    sentLastDay: 0,
    perSecond: 14,
  };
  it.each<[string, Partial<AwsAccount>, string, string]>([
    [
      'identity',
      { identity: async () => ({ name: 'acme.test', verified: false, dkim: 'SUCCESS' }) },
      'fail',
      'DNS',
    ],
    [
      'dkim',
      { identity: async () => ({ name: 'acme.test', verified: true, dkim: 'PENDING' }) },
      'fail',
      'CNAME',
    ],
    ['sandbox', { sending: async () => ({ ...sending, production: false }) }, 'fail', 'production access'],
    ['sending', { sending: async () => ({ ...sending, enabled: false }) }, 'fail', 'Support Center'],
    ['sending', { sending: async () => ({ ...sending, standing: 'PROBATION' }) }, 'warn', 'SES console'],
    ['rate', { sending: async () => ({ ...sending, perSecond: 1 }) }, 'warn', 'ses.mailsPerSecond to 1'],
    ['schedule', { schedule: async () => ({ on: false }) }, 'fail', 'schedule to "on"'],
    ['alarms-heard', { operators: async () => ({ confirmed: 0, pending: 1 }) }, 'fail', 'alarmEmails'],
    ['alarms-heard', { operators: async () => ({ confirmed: 1, pending: 1 }) }, 'warn', 'link'],
    [
      'alarms-quiet',
      { ringing: async () => ['taskwarden/prod/notify-stalled'] },
      'fail',
      'runbook.md#notify-stalled',
    ],
    [
      'dead-letters',
      { deadLetters: async () => [{ queue: 'notify', messages: 2 }] },
      'fail',
      '#notify-dead-letters',
    ],
  ])('%s that is not in order (%j) is told as %s, with what to do', async (name, answers, result, todo) => {
    const stage = await healthy();
    Object.assign(stage.account, answers);
    const { code, green, found, err } = await checksOf(stage);
    expect(found[name]).toMatchObject({ result, todo: expect.stringContaining(todo) });
    expect({ code, green }).toEqual(result === 'fail' ? { code: 1, green: false } : { code: 0, green: true });
    expect(err).toBe(result === 'fail' ? `error: stage prod is not ready: ${name}\n` : '');
  });

  it('names the permission that is missing, and goes on', async () => {
    const stage = await healthy();
    Object.assign(stage.account, {
      sending: denied('AccessDeniedException'),
      operators: denied('AuthorizationErrorException'),
    });
    const { found } = await checksOf(stage);
    const failed = Object.values(found).filter(({ result }) => result === 'fail');
    expect(failed.map(({ name, todo }) => [name, /[a-z]+:[A-Z]\w+/.exec(todo ?? '')?.[0]])).toEqual([
      ['sandbox', 'ses:GetAccount'],
      ['sending', 'ses:GetAccount'],
      ['quota', 'ses:GetAccount'],
      ['rate', 'ses:GetAccount'],
      ['alarms-heard', 'sns:ListSubscriptionsByTopic'],
    ]);
  });

  it('skips on the emulator what it does not answer', async () => {
    const stage = await healthy({ name: 'local' });
    Object.assign(stage.account, { sending: denied('UnknownOperation') });
    const { code, found } = await checksOf(stage, 'local');
    expect(code).toBe(0);
    expect(found.sandbox).toEqual({
      name: 'sandbox',
      result: 'skipped',
      found: 'the emulator gives no answer to ses:GetAccount (UnknownOperation: User is not authorized)',
      todo: null,
    });
  });

  it('asks of the emulator neither signed mail nor somebody who is called for alarms', async () => {
    const stage = await healthy({ name: 'local' });
    Object.assign(stage.account, {
      identity: async () => ({ name: 'a@acme.test', verified: true, dkim: 'NOT_STARTED' }),
      operators: async () => ({ confirmed: 0, pending: 0 }),
    });
    const { code, found } = await checksOf(stage, 'local');
    expect(code).toBe(0);
    expect(found.dkim?.result).toBe('skipped');
    expect(found['alarms-heard']).toMatchObject({
      result: 'skipped',
      found: "subscriptions of the operators' topic: 0 confirmed, 0 not; nobody is called for a laptop",
    });
  });

  it('compares the quota with those whom the next day concerns', async () => {
    const stage = await healthy();
    const lines = Array.from({ length: 4 }, (_, at) =>
      taskLine(`acmeCo/${at}`, { owners: [`o${at}@acme.test`] }),
    );
    await stage.taskwarden(['tasks', 'import', '-'], lines.join('\n'));
    const quota = async (days: number, perDay: number) => {
      stage.setNow(T + days * DAY);
      stage.account.sending = async () => ({ ...sending, perDay });
      return (await checksOf(stage)).found.quota;
    };
    expect(await quota(12, 3)).toMatchObject({
      result: 'ok',
      found: expect.stringContaining('0 recipients'),
    });
    expect(await quota(13, 3)).toMatchObject({
      result: 'fail',
      found: expect.stringContaining('4 recipients'),
    });
    expect((await quota(13, 7))?.result).toBe('warn');
    expect((await quota(13, 8))?.result).toBe('ok');
    await stage.taskwarden(['policy', 'set', '--yes', 'global', 'rampPerDay=3']);
    expect((await quota(13, 3))?.result).toBe('warn');
  });

  it('sees a feedback path that is silent, was never asked, or has not answered yet', async () => {
    const stage = await healthy();
    const feedback = async (row: { pk: string; sk: string }, more: object) => {
      await stage.table.transact([{ put: { ...row, v: 1, ...more } }], `test ${JSON.stringify(more)}`);
      return (await checksOf(stage)).found.feedback;
    };
    const out = { ...ANSWERED, sentAt: T, deliveredAt: T, bouncedAt: null };
    expect(await feedback(keys.feedbackCanary(), out)).toMatchObject({
      result: 'fail',
      found: 'the canary of 2026-01-01T00:00:00Z is not answered yet',
    });
    expect((await feedback(keys.feedbackCanary(), { ...out, sentAt: null }))?.found).toBe(
      'no canary was sent yet',
    );
    const pauses = { evaluate: null, notify: null, disable: null, evaluatePaused: [], rev: 1 };
    expect(await feedback(keys.pauses(), { ...pauses, feedbackSilent: T })).toMatchObject({
      result: 'fail',
      found: 'SES does not answer the daily canary since 2026-01-01T00:00:00Z',
      todo: 'see docs/runbook.md#feedback-silent',
    });
  });

  it('sees scans, events, feedback, queues and pauses that are not in order', async () => {
    const stage = await healthy();
    await stage.workers.pause('disable');
    await stage.taskwarden(['pause', 'notify']);
    stage.setNow(T + 2 * HOUR + 1);
    const late = (await checksOf(stage)).found;
    expect(late.scans?.result).toBe('fail');
    expect(late.feed?.result).toBe('ok');
    expect(late.queues).toMatchObject({ result: 'fail', found: 'not worked: disable' });
    expect(late.pauses).toMatchObject({ result: 'warn', todo: 'taskwarden resume notify' });
    stage.setNow(T + DAY + 1);
    expect((await checksOf(stage)).found.feed?.result).toBe('fail');
    const bare = cliStage({ name: 'prod' });
    const { found } = await checksOf(bare);
    expect([found.feedback?.result, found.scans?.result, found.feed?.result]).toEqual([
      'fail',
      'fail',
      'warn',
    ]);
  });

  it('refuses two stages at once', async () => {
    const ran = await cliStage({ name: 'prod' }).taskwarden(['doctor', 'dev', '--stage', 'prod']);
    expect(ran.code).toBe(2);
  });
});

describe('mode disable in production', () => {
  const disable = (stage: CliStage) =>
    stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'stage=disable']);
  const asks = 'error: stage "disable" asks for a green run of "taskwarden doctor prod" in the last 7 days; ';

  it('asks for a green run of the doctor', async () => {
    const stage = await healthy();
    expect(await disable(stage)).toMatchObject({ code: 2, err: `${asks}there was none\n` });
    await stage.taskwarden(['doctor', 'prod']);
    expect((await disable(stage)).code).toBe(0);
  });

  it('of the last 7 days', async () => {
    const stage = await healthy();
    await stage.taskwarden(['doctor', 'prod']);
    stage.setNow(T + 7 * DAY + 1);
    expect((await disable(stage)).err).toBe(`${asks}the newest is of 2026-01-01T00:00:00Z\n`);
    stage.setNow(T + 7 * DAY);
    expect((await disable(stage)).code).toBe(0);
  });

  it('that no later run has contradicted', async () => {
    const stage = await healthy();
    await stage.taskwarden(['doctor', 'prod']);
    stage.account.schedule = async () => ({ on: false });
    await stage.taskwarden(['doctor', 'prod']);
    expect((await disable(stage)).err).toBe(
      `${asks}the newest is of 2026-01-01T00:00:00Z and not green (schedule)\n`,
    );
    expect((await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'stage=notify'])).code).toBe(0);
  });
});

describe('the account', () => {
  it('is asked by the SDK for what the deployment names', async () => {
    const ses = mockClient(SESv2Client);
    ses.on(GetEmailIdentityCommand, { EmailIdentity: 'acme.test' }).resolves({
      VerifiedForSendingStatus: true,
      DkimAttributes: { Status: 'PENDING' },
    });
    ses.on(GetAccountCommand).resolves({
      ProductionAccessEnabled: true,
      SendingEnabled: true,
      EnforcementStatus: 'HEALTHY',
      SendQuota: { Max24HourSend: 200, MaxSendRate: 1, SentLast24Hours: 7 },
    });
    mockClient(SchedulerClient).on(GetScheduleCommand, { Name: 'every' }).resolves({ State: 'DISABLED' });
    mockClient(SNSClient)
      .on(ListSubscriptionsByTopicCommand, { TopicArn: 'arn:t' })
      .resolves({
        Subscriptions: [{ SubscriptionArn: 'arn:aws:sns:x' }, { SubscriptionArn: 'PendingConfirmation' }],
      });
    mockClient(SQSClient)
      .on(GetQueueAttributesCommand, { QueueUrl: 'https://dead' })
      .resolves({ Attributes: { ApproximateNumberOfMessages: '3' } });
    mockClient(CloudWatchClient)
      .on(DescribeAlarmsCommand, { AlarmNamePrefix: 'taskwarden/prod/' })
      .resolves({
        MetricAlarms: [
          { AlarmName: 'taskwarden/prod/feed-silent', StateValue: 'ALARM' },
          { AlarmName: 'taskwarden/prod/mail-refused', StateValue: 'OK' },
          { AlarmName: 'taskwarden/prod/mail-unsent', StateValue: 'INSUFFICIENT_DATA' },
          { AlarmName: 'taskwarden/prod/scanner-not-running', StateValue: 'ALARM' },
          { AlarmName: 'taskwarden/prod/breaker-not-running', StateValue: 'OK' },
        ],
      });
    const account = sdkAccount({
      stage: 'prod',
      ses: { identity: 'acme.test', mailsPerSecond: 1 },
      schedule: 'every',
      operatorsTopic: 'arn:t',
      queues: { notify: { url: '', deadLetterUrl: 'https://dead', mapping: '' } },
    } as never);
    expect(await account.identity()).toEqual({ name: 'acme.test', verified: true, dkim: 'PENDING' });
    expect(await account.sending()).toEqual({
      ...{ production: true, enabled: true, standing: 'HEALTHY' },
      perDay: 200,
      sentLastDay: 7,
      perSecond: 1,
    });
    expect(await account.schedule()).toEqual({ on: false });
    expect(await account.operators()).toEqual({ confirmed: 1, pending: 1 });
    expect(await account.deadLetters()).toEqual([{ queue: 'notify', messages: 3 }]);
    expect(await account.ringing()).toEqual([
      'taskwarden/prod/feed-silent',
      'taskwarden/prod/scanner-not-running',
    ]);
  });
});
