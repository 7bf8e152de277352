import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, parseConfig } from '../../lib/config.ts';
import { LEAST } from './synth.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const refusal =
  (document: object, stage = 'prod') =>
  () =>
    parseConfig(stage, { ...LEAST, ...document });

describe('a configuration', () => {
  it('needs little: the rest has defaults', () => {
    const config = parseConfig('prod', LEAST);
    expect(config).toMatchObject({
      stage: 'prod',
      stageCeiling: 'detect',
      controlPlane: 'fed',
      scanEvery: 900,
      schedulerMaxAge: 600,
      replyTo: 'warden@example.com',
      demoClock: false,
      queues: { notify: { maxReceiveCount: 10, timeoutSeconds: 30 } },
    });
  });

  it.each(['local', 'dev'])('is shipped for stage %s', (stage) => {
    expect(loadConfig({ stage }, ROOT).stage).toBe(stage);
  });

  it('takes the scan period and the schedule from the command line', () => {
    expect(loadConfig({ stage: 'local', scanEvery: '5m', schedule: 'off' }, ROOT)).toMatchObject({
      scanEvery: 300,
      schedule: 'off',
    });
  });

  it.each([
    [{ sendr: 'a@example.com' }, 'sendr is "a@example.com", allowed: no such key'],
    [{ queues: { notify: { retries: 3 } } }, 'queues.notify.retries is 3, allowed: no such key'],
    [{ sender: 'warden' }, 'sender is "warden", allowed: a mail address'],
    [{ sender: 'warden@example.com\nBcc: x@y.test' }, 'allowed: a mail address'],
    ...['wärden', '.warden', 'warden.', 'war..den', 'war\u0007den', 'war(den)'].map(
      (local) =>
        [
          { sender: `${local}@example.com` },
          'allowed: ASCII letters, digits and single dots inside before the @',
        ] as [object, string],
    ),
    [{ sender: `${'w'.repeat(65)}@example.com` }, 'allowed: at most 64 characters before the @'],
    [{ sender: 'warden@mail..example.com' }, 'allowed: a domain in ASCII'],
    [{ sender: 'warden@exämple.com' }, 'allowed: a domain in ASCII'],
    [{ sender: 'warden@example.com.' }, 'allowed: a domain in ASCII'],
    [{ replyTo: 'hélp@example.com' }, 'replyTo is "hélp@example.com", allowed: ASCII letters'],
    [{ contact: 'us\nand them' }, 'allowed: a text on one line'],
    [
      { sender: 'warden@other.com' },
      'sender is "warden@other.com", allowed: an address of the SES identity example.com',
    ],
    [
      { channels: { topics: ['arn:aws:sns:eu-west-1:123456789012:*'] } },
      'channels.topics.0 is "arn:aws:sns:eu-west-1:123456789012:*", allowed: the ARN of a standard SNS topic',
    ],
    [
      { channels: { topics: ['arn:aws:sqs:eu-west-1:123456789012:chat'] } },
      'channels.topics.0 is "arn:aws:sqs:eu-west-1:123456789012:chat", allowed: the ARN of a standard SNS topic',
    ],
    [{ channels: { mail: true } }, 'channels.mail is true, allowed: no such key'],
    [{ scanEvery: '-5m' }, 'scanEvery is "-5m", allowed: a duration from 1m to 1h'],
    [{ scanEvery: '2h' }, 'scanEvery is "2h", allowed: a duration from 1m to 1h'],
    [{ scanEvery: '90s' }, 'scanEvery is "90s", allowed: whole minutes'],
    [{ scanEvery: '1m' }, 'scanEvery is "1m", allowed: at least 2m outside stage local'],
    [
      { scanEvery: '5m', schedulerMaxAge: '5m' },
      'schedulerMaxAge is "5m", allowed: less than scanEvery (300s)',
    ],
    [
      { queues: { notify: { maxReceiveCount: 4 } } },
      'queues.notify.maxReceiveCount is 4, allowed: a whole number from 5',
    ],
    [
      { queues: { notify: { maxConcurrency: 1 } } },
      'queues.notify.maxConcurrency is 1, allowed: a whole number from 2',
    ],
    [
      { queues: { notify: { maxConcurrency: 5 } }, reservedConcurrency: { notifier: 4 } },
      'queues.notify.maxConcurrency is 5, allowed: at most reservedConcurrency.notifier (4)',
    ],
    [{ queues: { ingest: { batchSize: 50 } } }, 'queues.ingest.batchSize is 50, allowed: at most 10 without'],
    [{ stageCeiling: 'delete' }, 'stageCeiling is "delete", allowed: one of detect, notify, disable'],
    [{ logRetentionDays: 8 }, 'logRetentionDays is 8, allowed: one of 1, 3, 5'],
    [{ alarmEmails: ['ops'] }, 'alarmEmails.0 is "ops", allowed: a mail address'],
    [{ allowedDomains: [] }, 'allowedDomains is [], allowed: a domain at least'],
    [{ contact: undefined }, 'contact is not given, allowed: a text on one line'],
  ])('is refused in one line that names key, value and what is allowed: %j', (document, message) => {
    expect(refusal(document)).toThrow(message);
    try {
      refusal(document)();
    } catch (error) {
      expect((error as Error).message.split('\n')).toHaveLength(1);
      expect((error as Error).message).toMatch(/^config\/prod\.json: /);
    }
  });

  it.each(['local', 'dev', 'prod'])('may let policies of stage %s turn tasks off', (stage) => {
    expect(refusal({ stageCeiling: 'disable' }, stage)).not.toThrow();
  });

  it.each(['dev', 'prod'])('may not be told the time on stage %s', (stage) => {
    expect(refusal({ demoClock: true }, stage)).toThrow(
      'demoClock is true, allowed: false outside stage local',
    );
  });

  it('names the stage that has no file', () => {
    expect(() => loadConfig({ stage: 'nowhere' }, ROOT)).toThrow('config/nowhere.json cannot be read');
    expect(() => loadConfig({ stage: '../etc' }, ROOT)).toThrow('--context: stage is "../etc"');
    expect(() => loadConfig({}, ROOT)).toThrow('--context: stage is not given');
  });

  it('ends synth with that line and no stack trace', () => {
    const env = { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ stage: 'nowhere' }) };
    try {
      execFileSync(process.execPath, [join(ROOT, 'bin/taskwarden.ts')], { env, stdio: 'pipe' });
      expect.unreachable();
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: Buffer };
      expect(status).toBe(1);
      expect(stderr.toString()).toMatch(/^config\/nowhere\.json cannot be read[^\n]*\n$/);
    }
  });
});
