import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { SERVICES } from '../../functions/platform/names.ts';
import { QUEUE_NAMES } from '../../functions/platform/queues.ts';
import { loadConfig, parseConfig } from '../../lib/config.ts';
import { configSchema } from '../../lib/config-schema.ts';
import { placeOf } from '../../lib/deployment-place.ts';
import { CHILD_LIMIT } from '../child-limit.ts';
import { appOf, LEAST } from './synth.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const ON_EMULATOR = { AWS_ENDPOINT_URL: 'http://localhost:4566' };

const SOURCE = { name: 'fleet', prefixes: ['acmeCo/'], dataPlanes: ['*'] };
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:chat';
const domain = (certificate: string) => ({
  ownerPage: { domain: { name: 'tasks.example.com', certificateArn: certificate } },
});
const CERTIFICATE = 'arn:aws:acm:eu-west-1:123456789012:certificate/12345678-aaaa-bbbb-cccc-1234567890ab';

const refusal =
  (document: object, stage = 'prod') =>
  () =>
    parseConfig(stage, { ...LEAST, ...document });

describe('the older name of a key', () => {
  const warning =
    'config/prod.json: stageCeiling is the older name of modeCeiling; it is read, and should be renamed';

  it('is read, with a warning at synth', () => {
    const config = parseConfig('prod', { ...LEAST, stageCeiling: 'notify' });
    expect(config.modeCeiling).toBe('notify');
    const { service } = appOf('prod', { stageCeiling: 'notify' });
    Annotations.fromStack(service).hasWarning('*', Match.stringLikeRegexp(warning));
    expect(parseConfig('prod', { ...LEAST, modeCeiling: 'notify' }).warnings).toEqual([]);
  });

  it('is refused beside the newer one with another value', () => {
    expect(refusal({ modeCeiling: 'notify', stageCeiling: 'disable' })).toThrow(
      'config/prod.json: stageCeiling is "disable", allowed: the same as modeCeiling ("notify"), which is the same key; or leave it out',
    );
    expect(refusal({ modeCeiling: 'notify', stageCeiling: 'notify' })).not.toThrow();
  });

  it('is judged like the newer one', () => {
    expect(refusal({ stageCeiling: 'delete' })).toThrow(
      'modeCeiling is "delete", allowed: one of detect, notify, disable',
    );
  });
});

describe('a configuration', () => {
  it('needs little: the rest has defaults', () => {
    const config = parseConfig('prod', LEAST);
    expect(config).toMatchObject({
      stage: 'prod',
      modeCeiling: 'detect',
      controlPlane: 'fed',
      scanEvery: 900,
      schedulerMaxAge: 600,
      replyTo: 'warden@example.com',
      demoClock: false,
      queues: { notify: { maxReceiveCount: 10, timeoutSeconds: 30 } },
    });
  });

  it.each(['local', 'dev'])('is shipped for stage %s', (stage) => {
    expect(loadConfig({ stage }, ROOT, ON_EMULATOR).stage).toBe(stage);
  });

  it.each(['minimal', 'full'])('has an example: %s', (example) => {
    const file = `config/${example}.example.json`;
    expect(() => parseConfig('prod', JSON.parse(readFileSync(join(ROOT, file), 'utf8')), file)).not.toThrow();
  });

  it('has an example with every key', () => {
    const example = JSON.parse(readFileSync(join(ROOT, 'config/full.example.json'), 'utf8'));
    expect(Object.keys(example).sort()).toEqual(Object.keys(configSchema.shape).sort());
    expect(Object.keys(example.reservedConcurrency).sort()).toEqual([...SERVICES].sort());
    expect(Object.keys(example.ses)).toEqual(Object.keys(configSchema.shape.ses.shape));
    expect(Object.keys(example.ownerPage).sort()).toEqual(['domain', 'linkBaseUrl', 'throttle']);
    expect(Object.keys(example.queues)).toEqual(QUEUE_NAMES);
  });

  it('takes the scan period and the schedule from the command line', () => {
    const context = { stage: 'local', scanEvery: '5m', schedule: 'off' };
    expect(loadConfig(context, ROOT, ON_EMULATOR)).toMatchObject({
      scanEvery: 300,
      schedule: 'off',
    });
  });

  it('takes control planes from the command line, as JSON, and says what is wrong with them', () => {
    const plane = {
      type: 'kafka-connect',
      name: 'kafka-prod',
      prefix: 'kafka/prod/',
      dataPlane: 'connect-prod',
      url: 'http://127.0.0.1:8083',
    };
    const loaded = (controlPlanes: unknown) =>
      loadConfig({ stage: 'local', controlPlanes: JSON.stringify(controlPlanes) }, ROOT, ON_EMULATOR);
    expect(loaded([plane]).controlPlanes).toMatchObject([
      { ...plane, disableBy: 'stop', pollEvery: 600_000 },
    ]);
    expect(() => loaded([{ ...plane, type: 'nomad' }])).toThrow('controlPlanes.0');
    expect(() => loadConfig({ stage: 'local', controlPlanes: '[{' }, ROOT, ON_EMULATOR)).toThrow(
      'controlPlanes is "[{", allowed: a list of control planes',
    );
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
    [{ modeCeiling: 'delete' }, 'modeCeiling is "delete", allowed: one of detect, notify, disable'],
    [{ logRetentionDays: 8 }, 'logRetentionDays is 8, allowed: one of 1, 3, 5'],
    [{ alarmEmails: ['ops'] }, 'alarmEmails.0 is "ops", allowed: a mail address'],
    [{ allowedDomains: [] }, 'allowedDomains is [], allowed: a domain at least'],
    [{ contact: undefined }, 'contact is not given, allowed: a text on one line'],
    // What deployment would refuse.
    [
      { alarmEmails: ['ops@example.com', 'ops@example.com'] },
      'alarmEmails.1 is "ops@example.com", allowed: each once; alarmEmails.0 is the same',
    ],
    [
      { alarmEmails: ['ops@example.com', 'a@example.com', 'Ops@Example.com'] },
      'alarmEmails.2 is "Ops@Example.com", allowed: each once; alarmEmails.0 is the same',
    ],
    [
      { channels: { topics: [TOPIC, TOPIC] } },
      `channels.topics.1 is "${TOPIC}", allowed: each once; channels.topics.0 is the same`,
    ],
    [
      { channels: { topics: [TOPIC, TOPIC.replace('eu-west-1', 'us-east-1')] } },
      'channels.topics.1 is "arn:aws:sns:us-east-1:123456789012:chat", allowed: an ARN of region eu-west-1, as in channels.topics.0',
    ],
    [
      {
        ...domain(CERTIFICATE.replace('eu-west-1', 'us-east-1')),
        channels: { topics: [TOPIC] },
      },
      'channels.topics.0 is "arn:aws:sns:eu-west-1:123456789012:chat", allowed: an ARN of region us-east-1, as in ownerPage.domain.certificateArn',
    ],
    [
      { channels: { topics: ['arn:aws:sns:cn-north-1:123456789012:chat'] } },
      'allowed: an ARN that begins with arn:aws-cn: in region cn-north-1',
    ],
    [
      { ses: { identity: 'example.com', configurationSet: 'my set' } },
      'ses.configurationSet is "my set", allowed: a name of SES: letters, digits, dashes and underscores, at most 64',
    ],
    [
      { ses: { identity: 'example.com', configurationSet: 'x'.repeat(65) } },
      'ses.configurationSet is "xxxxx',
    ],
    [{ ses: { identity: 'example-.com' } }, 'ses.identity is "example-.com", allowed: a domain'],
    [{ ses: { identity: `${'x'.repeat(64)}.com` } }, 'allowed: a domain'],
    [
      { ownerPage: { linkBaseUrl: 'https://example.com/<a>/' } },
      'ownerPage.linkBaseUrl is "https://example.com/<a>/", allowed: an https URL with a slash at its end',
    ],
    [{ ownerPage: { linkBaseUrl: 'https://example.com/?a=/' } }, 'allowed: an https URL'],
    [
      { contact: 'us {{resolve:ssm:/a}}' },
      'contact is "us {{resolve:ssm:/a}}", allowed: a text without {{, which SSM and CloudFormation resolve',
    ],
    // What would be deployed and do nothing.
    ...['acmeCo', 'acmeCo/*', 'acmeCo*', '*/orders', '/acmeCo/', 'acmeCo//orders', ''].map(
      (prefix): [object, string] => [
        { sources: [{ ...SOURCE, prefixes: ['ok/', prefix] }] },
        `sources.0.prefixes.1 is "${prefix}", allowed: a prefix with its slash like acmeCo/, a task id with a slash like acmeCo/orders, or * alone`,
      ],
    ),
    [
      { sources: [{ ...SOURCE, dataPlanes: ['aws-*'] }] },
      'sources.0.dataPlanes.0 is "aws-*", allowed: the name of a data plane, or * alone for all',
    ],
    [
      { sources: [{ ...SOURCE, name: 'taskwarden' }] },
      'sources.0.name is "taskwarden", allowed: a name of at most 256 characters',
    ],
    [{ sources: [{ ...SOURCE, name: 'aws.ec2' }] }, 'sources.0.name is "aws.ec2", allowed: a name'],
    [{ sources: [{ ...SOURCE, name: 'x'.repeat(257) }] }, 'allowed: a name of at most 256 characters'],
    [
      { sources: [SOURCE, { ...SOURCE, prefixes: ['other/'] }] },
      'sources.1.name is "fleet", allowed: each once; sources.0.name is the same',
    ],
    [
      { sources: [{ ...SOURCE, prefixes: ['a/', 'b/', 'a/'] }] },
      'sources.0.prefixes.2 is "a/", allowed: each once; sources.0.prefixes.0 is the same',
    ],
    [
      { sources: [{ ...SOURCE, prefixes: [], dataPlanes: [] }] },
      'sources.0.prefixes is [], allowed: a prefix at least where there is no data plane either',
    ],
    [
      { sources: [{ ...SOURCE, account: '1234' }] },
      'sources.0.account is "1234", allowed: the twelve digits of an AWS account',
    ],
    [
      { ownerPage: { throttle: { burst: 5 } } },
      'ownerPage.throttle is {"burst":5}, allowed: no throttle without ownerPage.domain',
    ],
    [{ retention: { alerts: '89d' } }, 'retention.alerts is "89d", allowed: a duration from 90d to 3650d'],
    [{ retention: { tasks: '399d' } }, 'retention.tasks is "399d", allowed: a duration from 400d to 3650d'],
    [{ retention: { waiting: '30d' } }, 'retention.waiting'],
    [{ retention: { audit: '500d' } }, 'allowed: not longer than retention.tasks (400d), on which it rests'],
    [
      { retention: { recipients: '90d' } },
      'retention.recipients is "90d", allowed: not shorter than retention.mails (400d), which rests on it',
    ],
    [{ alarmEmails: [] }, 'alarmEmails is [], allowed: an address at least outside stage local'],
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
    expect(refusal({ modeCeiling: 'disable' }, stage)).not.toThrow();
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

  it.each([
    ['local', {}],
    ['local', { alarmEmails: [] }],
    [
      'prod',
      {
        sources: [
          { ...SOURCE, prefixes: ['*'] },
          { ...SOURCE, name: 'b', prefixes: ['a/b/c', 'a/'] },
        ],
      },
    ],
    ['prod', { sources: [{ ...SOURCE, account: '210987654321', dataPlanes: [] }] }],
    ['prod', { alarmEmails: ['a@example.com', 'b@example.com'] }],
    ['prod', { reservedConcurrency: { 'owner-page': null } }],
    [
      'prod',
      { ...domain(CERTIFICATE), channels: { topics: [TOPIC.replace('123456789012', '210987654321')] } },
    ],
  ])('is taken on stage %s: %j', (stage, document) => {
    expect(refusal(document, stage)).not.toThrow();
  });

  it('ends synth with that line and no stack trace', () => {
    const env = { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ stage: 'nowhere' }) };
    try {
      execFileSync(process.execPath, [join(ROOT, 'bin/taskwarden.ts')], {
        env,
        stdio: 'pipe',
        ...CHILD_LIMIT,
      });
      expect.unreachable();
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: Buffer };
      expect(status).toBe(1);
      expect(stderr.toString()).toMatch(/^config\/nowhere\.json cannot be read[^\n]*\n$/);
    }
  });
});

describe('the size of what a configuration becomes', () => {
  const synthOf = (document: object) => () => appOf('prod', document);
  const lineOf = (document: object): string => {
    try {
      synthOf(document)();
    } catch (error) {
      if ((error as Error).name === 'ConfigError') return (error as Error).message;
      throw error;
    }
    return 'taken';
  };
  const sources = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      name: `fleet.control-plane-${at}`,
      prefixes: [`tenant-${at}/`],
      dataPlanes: ['*'],
    }));

  it('is measured against the 4 KB of environment of the one function that reads it', () => {
    // Each source is some 110 bytes, quotes escaped: 40 of them alone are more than there is.
    expect(lineOf({ sources: sources(40) })).toMatch(
      /^config\/prod\.json: sources is \d,\d{3} bytes in the environment of function ingest, which has \d,\d{3}, allowed: 4,096 bytes for all its variables as JSON, a limit of Lambda$/,
    );
    expect(lineOf({ sources: sources(12) })).toBe('taken');
  });

  it('names the key that takes most, and counts bytes, not characters', () => {
    const allowedDomains = Array.from({ length: 200 }, (_, at) => `department-${at}.example.com`);
    expect(lineOf({ allowedDomains })).toMatch(
      /^config\/prod\.json: allowedDomains is \d,\d{3} bytes in the env/,
    );
    // 1,000 letters of three bytes each.
    expect(lineOf({ contact: '課'.repeat(1_000) })).toMatch(
      /^config\/prod\.json: contact is 3,002 bytes in the environment of function/,
    );
  });

  it('is measured against the policy of a bus, where many accounts are let in', () => {
    const many = Array.from({ length: 60 }, (_, at) => ({
      name: `s${at}`,
      account: String(100_000_000_000 + at),
      prefixes: ['*'],
      dataPlanes: [],
    }));
    expect(lineOf({ sources: many })).toMatch(
      /^config\/prod\.json: sources is \d\d,\d{3} bytes of policy on the bus, for 60 other accounts, allowed: 10,240 bytes, a limit of EventBridge$/,
    );
  });
});

describe('the place of a deployment', () => {
  const at = (document: object, place: object) => () =>
    parseConfig('prod', { ...LEAST, ...document }, 'config/prod.json', place);

  it('is where certificates and topics must be', () => {
    expect(at(domain(CERTIFICATE), { region: 'eu-west-1', account: '123456789012' })).not.toThrow();
    expect(at(domain(CERTIFICATE), { region: 'eu-central-1' })).toThrow(
      `config/prod.json: ownerPage.domain.certificateArn is "${CERTIFICATE}", allowed: an ARN of region eu-central-1, where this deployment goes`,
    );
    expect(at(domain(CERTIFICATE), { account: '210987654321' })).toThrow(
      'allowed: a certificate of account 210987654321, where this deployment goes',
    );
    expect(at({ channels: { topics: [TOPIC] } }, { region: 'us-east-1' })).toThrow(
      'channels.topics.0 is "arn:aws:sns:eu-west-1:123456789012:chat", allowed: an ARN of region us-east-1',
    );
    expect(at({ channels: { topics: [TOPIC] } }, { account: '210987654321' })).not.toThrow();
  });

  it('is what the CDK says, where it says it of an account', () => {
    const cdk = { CDK_DEFAULT_REGION: 'eu-west-1' };
    expect(placeOf(cdk)).toEqual({});
    expect(placeOf({ ...cdk, CDK_DEFAULT_ACCOUNT: '1' })).toEqual({ region: 'eu-west-1', account: '1' });
    expect(placeOf({ ...cdk, AWS_REGION: 'us-east-1' })).toEqual({ region: 'us-east-1' });
  });
});

describe('stage local', () => {
  const loading = (env: Record<string, string>) => () => loadConfig({ stage: 'local' }, ROOT, env);

  it.each([
    [{}, 'AWS_ENDPOINT_URL is not given'],
    [{ AWS_ENDPOINT_URL: '' }, 'AWS_ENDPOINT_URL is not given'],
    [{ AWS_ENDPOINT_URL: 'localhost:4566' }, 'AWS_ENDPOINT_URL is "localhost:4566"'],
    [
      { AWS_ENDPOINT_URL: 'https://sqs.eu-west-1.amazonaws.com' },
      'AWS_ENDPOINT_URL is "https://sqs.eu-west-1',
    ],
    [
      { AWS_ENDPOINT_URL: 'http://localhost.example.com:4566' },
      'AWS_ENDPOINT_URL is "http://localhost.example',
    ],
    [{ AWS_ENDPOINT_URL: 'http://52.1.2.3:4566' }, 'AWS_ENDPOINT_URL is "http://52.1.2.3:4566"'],
    [{ AWS_ENDPOINT_URL: 'http://172.32.0.1' }, 'AWS_ENDPOINT_URL is "http://172.32.0.1"'],
    [
      { ...ON_EMULATOR, AWS_ENDPOINT_URL_CLOUDFORMATION: 'https://cloudformation.eu-west-1.amazonaws.com' },
      'AWS_ENDPOINT_URL_CLOUDFORMATION is "https://cloudformation',
    ],
    [
      { ...ON_EMULATOR, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true, which leads to AWS itself',
    ],
  ])('is never deployed to AWS: %j', (env, message) => {
    expect(loading(env as Record<string, string>)).toThrow(`stage local: ${message}`);
    expect(loading(env as Record<string, string>)).toThrow(/^[^\n]*allowed: an emulator's address[^\n]*$/);
  });

  it.each([
    'http://localhost:4566',
    'http://127.0.0.1:4599',
    'http://[::1]:4566',
    'http://localhost.localstack.cloud:4566',
    'http://localstack:4566',
    'http://host.docker.internal:4566',
    'http://10.1.2.3:4566',
    'http://172.16.0.9:4566',
    'http://192.168.0.5:4566',
  ])('is deployed to %s', (endpoint) => {
    expect(loading({ AWS_ENDPOINT_URL: endpoint })).not.toThrow();
  });

  it('is refused by synth with one line', () => {
    const env: NodeJS.ProcessEnv = { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ stage: 'local' }) };
    for (const name of Object.keys(env)) if (name.startsWith('AWS_')) delete env[name];
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'bin/taskwarden.ts')], {
      env,
      ...CHILD_LIMIT,
    });
    expect(status).toBe(1);
    expect(stderr.toString()).toMatch(/^stage local: AWS_ENDPOINT_URL is not given, allowed: [^\n]*\n$/);
  });
});
