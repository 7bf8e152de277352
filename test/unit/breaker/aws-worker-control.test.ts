import {
  GetAliasCommand,
  GetEventSourceMappingCommand,
  InvokeCommand,
  LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { AwsWorkerControl } from '../../../functions/breaker/aws-worker-control.ts';
import { readWorkers } from '../../../functions/breaker/breaker-environment.ts';
import { byQueue } from '../../../functions/platform/queues.ts';

const lambda = mockClient(LambdaClient);
const sqs = mockClient(SQSClient);
const place = (name: string) => ({
  functionName: name,
  mapping: `${name}-mapping`,
  queueUrl: `https://q/${name}`,
});
const PLACES = byQueue((queue) => place(queue.charAt(0)));
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

describe('a message that is tried', () => {
  const SENT = {
    MessageId: 'm1',
    ReceiptHandle: 'r1',
    Body: '{"key":"a"}',
    Attributes: {
      ApproximateReceiveCount: '3',
      SentTimestamp: '1000',
      ApproximateFirstReceiveTimestamp: '2000',
      MessageGroupId: 'acmeCo',
    },
    MessageAttributes: { theirs: { DataType: 'String', StringValue: 'x' } },
  };
  const taken = async (message: object) => {
    sqs.on(ReceiveMessageCommand).resolves({ Messages: [message] });
    const found = await control.take('disable');
    if (!found) throw new Error('none');
    return found;
  };

  it('is received alone, and there is none where SQS has none', async () => {
    sqs.on(ReceiveMessageCommand).resolves({});
    expect(await control.take('disable')).toBeUndefined();
    expect(sqs.commandCalls(ReceiveMessageCommand)[0]?.args[0].input).toMatchObject({
      QueueUrl: 'https://q/d',
      MaxNumberOfMessages: 1,
    });
  });

  it('is handed to the worker as its event source mapping would have', async () => {
    const answer = { batchItemFailures: [], trial: { verdict: 'passed', reason: 'disabled' } };
    lambda.on(InvokeCommand).resolves({ Payload: payload(JSON.stringify(answer)) });
    expect(await control.hand('disable', await taken(SENT))).toEqual({
      verdict: 'passed',
      reason: 'disabled',
    });
    const [call] = lambda.commandCalls(InvokeCommand);
    expect(call?.args[0].input).toMatchObject({ FunctionName: 'd', Qualifier: 'live' });
    expect(JSON.parse(String(call?.args[0].input.Payload))).toMatchObject({
      trial: true,
      Records: [
        {
          messageId: 'm1',
          receiptHandle: 'r1',
          body: '{"key":"a"}',
          attributes: { ApproximateReceiveCount: '3', ApproximateFirstReceiveTimestamp: '2000' },
          messageAttributes: { theirs: { dataType: 'String', stringValue: 'x' } },
        },
      ],
    });
  });

  it.each([
    ['{"batchItemFailures":[]}', { verdict: 'passed', reason: 'worked' }],
    ['{"batchItemFailures":[{"itemIdentifier":"m1"}]}', { verdict: 'failed', reason: 'not worked' }],
    ['null', { verdict: 'failed', reason: 'an answer that is none' }],
  ])('worked by older code, which answers %s', async (text, answer) => {
    lambda.on(InvokeCommand).resolves({ Payload: payload(text) });
    expect(await control.hand('disable', await taken(SENT))).toEqual(answer);
  });

  it('failed where its worker dies, does not answer, or none is free', async () => {
    const message = await taken(SENT);
    lambda.on(InvokeCommand).resolvesOnce({ FunctionError: 'Unhandled', Payload: payload('exit') });
    expect(await control.hand('disable', message)).toEqual({ verdict: 'failed', reason: 'Unhandled: exit' });
    for (const name of ['TimeoutError', 'TooManyRequestsException']) {
      lambda.on(InvokeCommand).rejects(Object.assign(new Error('x'), { name }));
      expect((await control.hand('disable', message)).verdict).toBe('failed');
    }
  });

  it('is sent again with its history, and a copy of a copy keeps when the first was sent', async () => {
    sqs.on(SendMessageCommand).resolves({});
    await control.copy('disable', await taken(SENT), 30_000);
    const first = sqs.commandCalls(SendMessageCommand)[0]?.args[0].input;
    expect(first).toEqual({
      QueueUrl: 'https://q/d',
      DelaySeconds: 30,
      MessageBody: '{"key":"a"}',
      MessageGroupId: 'acmeCo',
      MessageAttributes: {
        theirs: { DataType: 'String', StringValue: 'x' },
        earlierAttempts: { DataType: 'Number', StringValue: '3' },
        trials: { DataType: 'Number', StringValue: '1' },
        firstSentAt: { DataType: 'Number', StringValue: '1000' },
      },
    });
    const again = { ...SENT, MessageAttributes: first?.MessageAttributes };
    expect(await taken(again)).toMatchObject({ firstSentAt: 1_000, trials: 1, attempts: 6 });
  });

  it('is deleted by the receipt that it was taken with', async () => {
    sqs.on(DeleteMessageCommand).resolves({});
    await control.remove('disable', await taken(SENT));
    expect(sqs.commandCalls(DeleteMessageCommand)[0]?.args[0].input).toEqual({
      QueueUrl: 'https://q/d',
      ReceiptHandle: 'r1',
    });
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
