import { describe, expect, it } from 'vitest';
import { readEnvironment, readWorkerEnvironment } from '../../../functions/platform/environment.ts';
import { byQueue, QUEUE_NAMES, queueUrlVariable } from '../../../functions/platform/queues.ts';

const VARIABLES = {
  TASKWARDEN_STAGE: 'dev',
  TASKWARDEN_TABLE: 'table',
  TASKWARDEN_BUS: 'bus',
  TASKWARDEN_OPERATORS_TOPIC: 'arn:topic',
  ...Object.fromEntries(QUEUE_NAMES.map((queue) => [queueUrlVariable(queue), `url of ${queue}`])),
  TASKWARDEN_SENDER: 'warden@example.com',
  TASKWARDEN_REPLY_TO: 'team@example.com',
  TASKWARDEN_CONFIGURATION_SET: 'set',
  TASKWARDEN_MAILS_PER_SECOND: '2.5',
  TASKWARDEN_CONTACT: 'the team',
  TASKWARDEN_CONTROL_PLANE: 'fed',
  TASKWARDEN_STAGE_CEILING: 'notify',
  TASKWARDEN_ALLOWED_DOMAINS: 'example.com,example.org',
  TASKWARDEN_SCAN_EVERY_MS: '900000',
  TASKWARDEN_GATHER_DISABLED_MS: '0',
  TASKWARDEN_CONFIRM_WITHIN_MS: '3600000',
  TASKWARDEN_SEND_LEASE_MS: '60000',
  AWS_LAMBDA_FUNCTION_VERSION: '7',
};

describe('the environment of a function', () => {
  it('is parsed into a model', () => {
    const environment = readEnvironment(VARIABLES);
    expect(environment).toMatchObject({ table: 'table', mailsPerSecond: 2.5, demoClock: false });
    expect(environment.queueUrls).toEqual(byQueue((queue) => `url of ${queue}`));
    expect(environment.config).toMatchObject({
      stage: 'dev',
      functionVersion: '7',
      controlPlane: 'fed',
      gatherDisabled: 0,
      confirmWithin: 3_600_000,
      sendLease: 60_000,
      allowedDomains: ['example.com', 'example.org'],
    });
  });

  it('holds owners to no domain where none is given', () => {
    expect(
      readEnvironment({ ...VARIABLES, TASKWARDEN_ALLOWED_DOMAINS: '' }).config.allowedDomains,
    ).toBeNull();
  });

  it.each([
    [{ TASKWARDEN_TABLE: undefined }, 'TASKWARDEN_TABLE'],
    [{ TASKWARDEN_TABLE: '' }, 'TASKWARDEN_TABLE'],
    [{ TASKWARDEN_MAIL_EVENTS_QUEUE_URL: undefined }, 'TASKWARDEN_MAIL_EVENTS_QUEUE_URL'],
    [{ TASKWARDEN_NOTIFY_QUEUE_URL: '' }, 'TASKWARDEN_NOTIFY_QUEUE_URL'],
    [{ TASKWARDEN_CONTROL_PLANE: 'both' }, 'TASKWARDEN_CONTROL_PLANE'],
    [{ TASKWARDEN_SEND_LEASE_MS: '-1' }, 'TASKWARDEN_SEND_LEASE_MS'],
  ])('is refused with the variable’s name: %j', (change, name) => {
    expect(() => readEnvironment({ ...VARIABLES, ...change })).toThrow(name);
  });

  it('refuses to be told the time anywhere but on stage local', () => {
    const environment = { ...VARIABLES, TASKWARDEN_DEMO_CLOCK: 'on' };
    expect(() => readEnvironment(environment)).toThrow('TASKWARDEN_DEMO_CLOCK is refused on stage dev');
    expect(() => readEnvironment({ ...environment, TASKWARDEN_STAGE: 'prod' })).toThrow(
      'refused on stage prod',
    );
    expect(readEnvironment({ ...environment, TASKWARDEN_STAGE: 'local' }).demoClock).toBe(true);
  });

  it('tells a worker of its queues', () => {
    const worker = {
      TASKWARDEN_SOURCE_QUEUE_URL: 'q',
      TASKWARDEN_DEAD_LETTER_QUEUE_URL: 'dlq',
      TASKWARDEN_MAX_RECEIVES: '10',
    };
    expect(readWorkerEnvironment(worker)).toEqual({
      sourceQueueUrl: 'q',
      deadLetterQueueUrl: 'dlq',
      maxReceives: 10,
    });
    expect(() => readWorkerEnvironment({})).toThrow('TASKWARDEN_SOURCE_QUEUE_URL');
  });
});
