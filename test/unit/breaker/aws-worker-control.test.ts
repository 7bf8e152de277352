import {
  GetAliasCommand,
  GetEventSourceMappingCommand,
  InvokeCommand,
  LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { AwsWorkerControl } from '../../../functions/breaker/aws-worker-control.ts';
import { readWorkers } from '../../../functions/breaker/breaker-environment.ts';

const lambda = mockClient(LambdaClient);
const sqs = mockClient(SQSClient);
const place = (name: string) => ({
  functionName: name,
  mapping: `${name}-mapping`,
  queueUrl: `https://q/${name}`,
});
const PLACES = { ingest: place('i'), notify: place('n'), disable: place('d'), 'mail-events': place('m') };
const control = new AwsWorkerControl(new LambdaClient({}), new SQSClient({}), PLACES);
const payload = (text: string) => Buffer.from(text) as never;

beforeEach(() => {
  lambda.reset();
  sqs.reset();
});

describe('a worker in Lambda', () => {
  it('is paused and resumed by its event source mapping', async () => {
    lambda.on(UpdateEventSourceMappingCommand).resolves({});
    await control.pause('notify');
    await control.resume('notify');
    const inputs = lambda.commandCalls(UpdateEventSourceMappingCommand).map(({ args }) => args[0].input);
    expect(inputs).toEqual([
      { UUID: 'n-mapping', Enabled: false },
      { UUID: 'n-mapping', Enabled: true },
    ]);
  });

  it.each([
    ['Enabled', false],
    ['Enabling', false],
    ['Updating', false],
    ['Disabled', true],
    ['Disabling', true],
  ])('whose mapping is %s: paused %s', async (State, paused) => {
    lambda.on(GetEventSourceMappingCommand).resolves({ State });
    expect(await control.isPaused('disable')).toBe(paused);
  });

  it('has the version of its live alias', async () => {
    lambda.on(GetAliasCommand, { FunctionName: 'd', Name: 'live' }).resolves({ FunctionVersion: '12' });
    expect(await control.version('disable')).toBe('12');
  });

  it('is asked to answer a probe through its alias, and passes where it does', async () => {
    lambda.on(InvokeCommand).resolves({ Payload: payload('{"probe":"passed","functionVersion":"12"}') });
    expect(await control.probe('disable')).toEqual({ outcome: 'passed', worked: 0 });
    const [call] = lambda.commandCalls(InvokeCommand);
    expect(call?.args[0].input).toEqual({ FunctionName: 'd', Qualifier: 'live', Payload: '{"probe":true}' });
  });

  it('fails a probe by dying in its first line, and by an answer that older code gives', async () => {
    const error = '{"errorType":"Runtime.ImportModuleError"}';
    lambda.on(InvokeCommand).resolvesOnce({ FunctionError: 'Unhandled', Payload: payload(error) });
    expect(await control.probe('disable')).toEqual({ outcome: 'failed', reason: `Unhandled: ${error}` });
    lambda.on(InvokeCommand).resolves({ Payload: payload('{"batchItemFailures":[]}') });
    expect(await control.probe('disable')).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('batchItemFailures'),
    });
  });

  it('fails a probe that it does not answer in time; one that could not be asked is no answer', async () => {
    lambda.on(InvokeCommand).rejectsOnce(Object.assign(new Error('slow'), { name: 'TimeoutError' }));
    expect(await control.probe('disable')).toEqual({ outcome: 'failed', reason: 'no answer in time' });
    lambda.on(InvokeCommand).rejects(Object.assign(new Error('busy'), { name: 'TooManyRequestsException' }));
    expect(await control.probe('disable')).toEqual({ outcome: 'busy' });
    lambda.on(InvokeCommand).rejects(Object.assign(new Error('gone'), { name: 'ServiceException' }));
    await expect(control.probe('disable')).rejects.toThrow('gone');
  });

  it.each([
    ['0', '0', false],
    ['1', '0', true],
    ['0', '3', true],
  ])('with %s messages and %s in flight has work: %s', async (visible, inFlight, waits) => {
    sqs.on(GetQueueAttributesCommand).resolves({
      Attributes: { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: inFlight },
    });
    expect(await control.isWaiting('ingest')).toBe(waits);
  });
});

describe('what the breaker is told', () => {
  it('names the worker of each queue', () => {
    expect(readWorkers({ TASKWARDEN_WORKERS: JSON.stringify(PLACES) })).toEqual(PLACES);
  });

  it.each([
    [{}, 'TASKWARDEN_WORKERS is missing'],
    [
      { TASKWARDEN_WORKERS: JSON.stringify({ ...PLACES, notify: {} }) },
      'TASKWARDEN_WORKERS.notify.functionName',
    ],
  ])('is refused where something is missing', (variables, message) => {
    expect(() => readWorkers(variables)).toThrow(message);
  });
});
