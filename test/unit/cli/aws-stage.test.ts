import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DescribeParametersCommand,
  GetParameterCommand,
  ParameterNotFound,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openAwsStage } from '../../../cli/aws-stage.ts';
import { pointAtEmulator } from '../../../cli/local-emulator.ts';

const ssm = mockClient(SSMClient);
const lambda = mockClient(LambdaClient);
const sts = mockClient(STSClient);

const queue = { url: 'https://sqs.test/q', deadLetterUrl: 'https://sqs.test/d', mapping: 'mapping-1' };
const DEPLOYMENT = {
  version: 1,
  stage: 'dev',
  region: 'eu-west-1',
  table: 'table',
  bus: 'bus',
  operatorsTopic: 'arn:operators',
  mailEventsTopic: 'arn:mails',
  configurationSet: 'set',
  sender: 'taskwarden@dev.example.com',
  ses: { identity: 'dev.example.com', mailsPerSecond: 10 },
  schedule: 'schedule',
  canaries: true,
  contact: 'the platform team',
  controlPlane: 'fed',
  modeCeiling: 'notify',
  allowedDomains: null,
  demoClock: false,
  queues: {
    ingest: queue,
    notify: queue,
    disable: queue,
    'mail-events': queue,
    listing: queue,
    webhook: queue,
  },
  functions: {
    scanner: 'arn:scanner:live',
    notifier: 'n',
    disabler: 'd',
    ingest: 'i',
    'mail-events': 'm',
    lister: 'l',
    'webhook-sender': 'w',
    breaker: 'b',
  },
};

function deployed(changes: Record<string, unknown> = {}) {
  ssm
    .on(GetParameterCommand, { Name: '/taskwarden/dev/deployment' })
    .resolves({ Parameter: { Value: JSON.stringify({ ...DEPLOYMENT, ...changes }) } });
}

const payload = (value: unknown) => Buffer.from(JSON.stringify(value)) as never;

beforeEach(() => {
  ssm.reset();
  lambda.reset();
  sts.reset();
  vi.stubEnv('AWS_REGION', 'eu-west-1');
});
afterEach(() => vi.unstubAllEnvs());

describe('finding a stage', () => {
  it('takes it from what its deployment left', async () => {
    deployed();
    const stage = await openAwsStage('dev');
    expect(stage).toMatchObject({ name: 'dev', modeCeiling: 'notify' });
    expect(stage.system.config).toMatchObject({ stage: 'dev', controlPlane: 'fed', allowedDomains: null });
  });

  it('learns which topics subscriptions may name; one deployed before there were any names none', async () => {
    deployed();
    expect((await openAwsStage('dev')).system.config.topics).toEqual([]);
    deployed({ topics: ['arn:aws:sns:eu-west-1:123456789012:chat'] });
    expect((await openAwsStage('dev')).system.config.topics).toEqual([
      'arn:aws:sns:eu-west-1:123456789012:chat',
    ]);
  });

  it('finds what was deployed while the ceiling had its older name', async () => {
    deployed({ modeCeiling: undefined, stageCeiling: 'disable' });
    expect((await openAwsStage('dev')).modeCeiling).toBe('disable');
  });

  it('names the region and the command to deploy where there is none', async () => {
    ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ message: '', $metadata: {} }));
    await expect(openAwsStage('dev')).rejects.toThrow(
      /^no stage 'dev' in region eu-west-1: name another with --stage, or deploy it with `npm run deploy -- --context stage=dev`$/,
    );
  });

  it('names the stages that there are, where it may list them', async () => {
    ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ message: '', $metadata: {} }));
    const names = ['/taskwarden/prod/deployment', '/taskwarden/prod/link-keys', '/taskwarden/eu/deployment'];
    ssm.on(DescribeParametersCommand).resolves({ Parameters: names.map((Name) => ({ Name })) });
    await expect(openAwsStage('dev')).rejects.toThrow(
      "no stage 'dev' in region eu-west-1 (there is: eu, prod): name another with --stage",
    );
    ssm.on(DescribeParametersCommand).rejects(new Error('not authorised'));
    await expect(openAwsStage('dev')).rejects.toThrow("no stage 'dev' in region eu-west-1: name another");
  });

  it('takes region and profile of a configuration file', async () => {
    vi.stubEnv('AWS_PROFILE', undefined);
    deployed();
    await openAwsStage('dev', { region: 'eu-central-1', profile: 'operators' });
    expect(process.env).toMatchObject({ AWS_REGION: 'eu-central-1', AWS_PROFILE: 'operators' });
  });

  it('asks STS whose credentials act, only when it is asked itself', async () => {
    deployed();
    const stage = await openAwsStage('dev');
    expect(sts.calls()).toHaveLength(0);
    const arn = 'arn:aws:sts::123456789012:assumed-role/operators/ana@acme.test';
    sts.on(GetCallerIdentityCommand).resolves({ Arn: arn });
    expect(await stage.identity()).toBe(arn);
  });

  it('refuses what another version of the program deployed', async () => {
    deployed({ version: 2 });
    await expect(openAwsStage('dev')).rejects.toThrow(
      "stage 'dev' was deployed by another version of Taskwarden (version is 2; allowed: 1); deploy it again",
    );
  });

  it('passes faults of AWS on', async () => {
    ssm.on(GetParameterCommand).rejects(new Error('not authorised'));
    await expect(openAwsStage('dev')).rejects.toThrow('not authorised');
  });
});

describe('scanning', () => {
  it('invokes the live scanner with the instant, and gives its report', async () => {
    deployed();
    const report = { outcome: 'completed', run: '2026-01-01T00:00:00Z', figures: { fired: 1 } };
    lambda.on(InvokeCommand).resolves({ Payload: payload(report) });
    const stage = await openAwsStage('dev');
    expect(await stage.scan(Date.parse('2026-01-01T00:00:00Z'))).toEqual(report);
    const [call] = lambda.commandCalls(InvokeCommand);
    expect(call?.args[0].input.FunctionName).toBe('arn:scanner:live');
    expect(JSON.parse(String(call?.args[0].input.Payload))).toEqual({ scheduledAt: '2026-01-01T00:00:00Z' });
  });

  it('tells the error of a scanner that failed', async () => {
    deployed();
    const failure = { errorType: 'Error', errorMessage: 'environment: TASKWARDEN_TABLE: missing' };
    lambda.on(InvokeCommand).resolves({ FunctionError: 'Unhandled', Payload: payload(failure) });
    const stage = await openAwsStage('dev');
    await expect(stage.scan(0)).rejects.toThrow(
      'the scanner failed: Error: environment: TASKWARDEN_TABLE: missing',
    );
  });
});

describe('the stage local', () => {
  it('is looked for on the emulator, never with the credentials at hand', () => {
    const env: Record<string, string | undefined> = {
      AWS_ACCESS_KEY_ID: 'real',
      AWS_SECRET_ACCESS_KEY: 'real',
      AWS_SESSION_TOKEN: 'real',
      AWS_PROFILE: 'work',
      AWS_REGION: 'us-east-1',
    };
    pointAtEmulator(env);
    expect(env).toEqual({
      AWS_ENDPOINT_URL: 'http://localhost:4566',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'eu-west-1',
    });
  });

  it('is not looked for in AWS itself, where the environment names an endpoint of it', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'https://ssm.eu-west-1.amazonaws.com');
    await expect(openAwsStage('local')).rejects.toThrow(
      'AWS_ENDPOINT_URL is "https://ssm.eu-west-1.amazonaws.com", which is no emulator',
    );
    expect(ssm.calls()).toEqual([]);
  });

  it('keeps the endpoint that is named', () => {
    const env: Record<string, string | undefined> = {
      AWS_ENDPOINT_URL: 'http://localhost:5000',
      AWS_REGION: 'eu-1',
    };
    pointAtEmulator(env);
    expect(env).toMatchObject({
      AWS_ENDPOINT_URL: 'http://localhost:5000',
      AWS_REGION: 'eu-1',
      AWS_ACCESS_KEY_ID: 'test',
    });
  });
});
