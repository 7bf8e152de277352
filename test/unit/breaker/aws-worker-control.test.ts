import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
  type GetQueueAttributesCommandInput,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { takenOf } from '../../../functions/breaker/aws-trial.ts';
import { AwsWorkerControl } from '../../../functions/breaker/aws-worker-control.ts';
import { readWorkers } from '../../../functions/breaker/breaker-environment.ts';
import { byQueue } from '../../../functions/platform/queues.ts';
import type { TrialAnswer } from '../../../functions/work/trial.ts';

const lambda = mockClient(LambdaClient);
const sqs = mockClient(SQSClient);
const place = (name: string) => ({
  functionName: name,
  mapping: `${name}-mapping`,
  queueUrl: `https://q/${name}`,
  timeoutSeconds: 30,
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
    [undefined, false],
  ])('whose mapping is %s: paused %s', async (State, paused) => {
    lambda.on(GetEventSourceMappingCommand, { UUID: 'd-mapping' }).resolves(State ? { State } : {});
    expect(await control.isPaused('disable')).toBe(paused);
  });

  it('has the version of its live alias', async () => {
    lambda.on(GetAliasCommand, { FunctionName: 'd', Name: 'live' }).resolves({ FunctionVersion: '12' });
    expect(await control.version('disable')).toBe('12');
  });

  it('is not taken for any version where its alias names none', async () => {
    lambda.on(GetAliasCommand).resolves({});
    await expect(control.version('disable')).rejects.toThrow('the alias live of d names no version');
  });

  it.each([
    ['{"probe":"passed","worked":4}', 4],
    ['{"probe":"passed","worked":"4"}', 0],
    ['{"probe":"passed","worked":null}', 0],
  ])('says with %s how many attempts went well: %i', async (text, worked) => {
    lambda.on(InvokeCommand).resolves({ Payload: payload(text) });
    expect(await control.probe('disable')).toEqual({ outcome: 'passed', worked });
  });

  it.each(['{"probe":"failed"}', '"passed"', 'null', '7', 'passed', ''])(
    'fails a probe with an answer that is none: %s',
    async (text) => {
      lambda.on(InvokeCommand).resolves(text ? { Payload: payload(text) } : {});
      expect(await control.probe('disable')).toEqual({
        outcome: 'failed',
        reason: `an answer that is none: ${text}`,
      });
    },
  );

  it('is quoted with 300 characters at most, however much it says', async () => {
    const long = 'x'.repeat(10_000);
    const reasonOf = async () => {
      const result = await control.probe('disable');
      return result.outcome === 'failed' ? result.reason : undefined;
    };
    lambda.on(InvokeCommand).resolves({ Payload: payload(long) });
    expect(await reasonOf()).toBe(`an answer that is none: ${'x'.repeat(276)}`);
    lambda.on(InvokeCommand).resolves({ FunctionError: 'Unhandled', Payload: payload(long) });
    expect(await reasonOf()).toBe(`Unhandled: ${'x'.repeat(289)}`);
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
    [{}, false],
    [{ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' }, false],
    [{ ApproximateNumberOfMessages: '1', ApproximateNumberOfMessagesNotVisible: '0' }, true],
    [{ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '3' }, true],
    [{ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesDelayed: '2' }, true],
  ])('has work where messages wait, are in flight or delayed: %j %s', async (counts, waits) => {
    // SQS says what it is asked for.
    sqs.on(GetQueueAttributesCommand).callsFake(({ AttributeNames }: GetQueueAttributesCommandInput) => ({
      Attributes: Object.fromEntries(
        Object.entries(counts).filter(([name]) => AttributeNames?.some((asked) => asked === name)),
      ),
    }));
    expect(await control.isWaiting('ingest')).toBe(waits);
    expect(sqs.commandCalls(GetQueueAttributesCommand)[0]?.args[0].input.QueueUrl).toBe('https://q/i');
  });

  it('has no work where SQS says nothing of it', async () => {
    sqs.on(GetQueueAttributesCommand).resolves({});
    expect(await control.isWaiting('ingest')).toBe(false);
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
  const NO_LISTS = { stringListValues: [], binaryListValues: [] };
  const taken = async (message: object) => {
    sqs.on(ReceiveMessageCommand).resolves({ Messages: [message] });
    const found = await control.take('disable');
    if (!found) throw new Error('none');
    return found;
  };

  it('is received alone, and there is none where SQS has none', async () => {
    sqs.on(ReceiveMessageCommand).resolves({});
    expect(await control.take('disable')).toBeUndefined();
    // With all that it says of itself, and so that every server of the queue is asked.
    expect(sqs.commandCalls(ReceiveMessageCommand)[0]?.args[0].input).toEqual({
      QueueUrl: 'https://q/d',
      MaxNumberOfMessages: 1,
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
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
    expect(JSON.parse(String(call?.args[0].input.Payload))).toEqual({
      trial: true,
      Records: [
        {
          messageId: 'm1',
          receiptHandle: 'r1',
          body: '{"key":"a"}',
          attributes: {
            ApproximateReceiveCount: '3',
            SentTimestamp: '1000',
            SenderId: '',
            ApproximateFirstReceiveTimestamp: '2000',
            MessageGroupId: 'acmeCo',
          },
          messageAttributes: { theirs: { ...NO_LISTS, dataType: 'String', stringValue: 'x' } },
          md5OfBody: '',
          eventSource: 'aws:sqs',
          eventSourceARN: '',
          awsRegion: '',
        },
      ],
    });
  });

  it('is handed over whole where SQS says nothing of it, or it says of itself what is no text', async () => {
    lambda.on(InvokeCommand).resolves({ Payload: payload('{"batchItemFailures":[]}') });
    const MessageAttributes = { key: { DataType: 'Binary', BinaryValue: Buffer.from('x') }, bare: {} };
    const message = await taken({ MessageAttributes });
    expect(message).toMatchObject({ messageId: '', receiptHandle: '', body: '' });
    expect(message).toMatchObject({ firstSentAt: 0, trials: 0, attempts: 0 });
    await control.hand('disable', message);
    const [call] = lambda.commandCalls(InvokeCommand);
    const [record] = JSON.parse(String(call?.args[0].input.Payload)).Records;
    expect(record).toMatchObject({
      messageAttributes: {
        key: { ...NO_LISTS, dataType: 'Binary' },
        bare: { ...NO_LISTS, dataType: 'String' },
      },
      attributes: {
        ApproximateReceiveCount: '',
        SentTimestamp: '',
        SenderId: '',
        ApproximateFirstReceiveTimestamp: '',
      },
    });
    expect(record.messageAttributes.key).not.toHaveProperty('stringValue');
  });

  it.each(['', 'x2', '2x', '-2', '2.5', ' 2', '1'.repeat(16)])(
    'counts as never tried where somebody else gave it a history that is none: "%s"',
    async (StringValue) => {
      const attribute = { DataType: 'Number', StringValue };
      const MessageAttributes = { earlierAttempts: attribute, trials: attribute, firstSentAt: attribute };
      expect(await taken({ ...SENT, MessageAttributes })).toMatchObject({
        attempts: 3,
        trials: 0,
        firstSentAt: 1_000,
      });
    },
  );

  it.each(['passed', 'failed', 'nothing', 'later'])('says how it fared: %s', async (verdict) => {
    const message = await taken(SENT);
    for (const trial of [
      { verdict, reason: 'so' },
      { verdict, reason: 'so', delaySeconds: 20 },
    ]) {
      // What is to come again is a failed record of the batch, too.
      const answer = { batchItemFailures: [{ itemIdentifier: 'm1' }], trial };
      lambda.on(InvokeCommand).resolves({ Payload: payload(JSON.stringify(answer)) });
      expect(await control.hand('disable', message)).toEqual(trial);
    }
  });

  it.each<[string, TrialAnswer]>([
    ['{"batchItemFailures":[]}', { verdict: 'passed', reason: 'worked' }],
    ['{"batchItemFailures":[{"itemIdentifier":"m1"}]}', { verdict: 'failed', reason: 'not worked' }],
    ...[
      'null',
      '',
      'worked',
      '{}',
      '{"batchItemFailures":[],"trial":{"verdict":"perhaps","reason":"so"}}',
      '{"batchItemFailures":[],"trial":{"verdict":"passed"}}',
      '{"batchItemFailures":[],"trial":{"verdict":"later","reason":"so","delaySeconds":"20"}}',
    ].map((text): [string, TrialAnswer] => [text, { verdict: 'failed', reason: 'an answer that is none' }]),
  ])('worked by older code, or code that answers otherwise: %s', async (text, answer) => {
    lambda.on(InvokeCommand).resolves({ Payload: payload(text) });
    expect(await control.hand('disable', await taken(SENT))).toEqual(answer);
  });

  it('failed where its worker dies, does not answer, or none is free', async () => {
    const message = await taken(SENT);
    lambda.on(InvokeCommand).resolvesOnce({ FunctionError: 'Unhandled', Payload: payload('exit') });
    expect(await control.hand('disable', message)).toEqual({ verdict: 'failed', reason: 'Unhandled: exit' });
    for (const [name, reason] of [
      ['TimeoutError', 'no answer in time'],
      ['TooManyRequestsException', 'no worker is free'],
    ] as const) {
      lambda.on(InvokeCommand).rejects(Object.assign(new Error('x'), { name }));
      expect(await control.hand('disable', message)).toEqual({ verdict: 'failed', reason });
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

  it('is sent again without a group where it was in none, and after whole seconds', async () => {
    sqs.on(SendMessageCommand).resolves({});
    const { MessageGroupId: _, ...Attributes } = SENT.Attributes;
    await control.copy('disable', await taken({ ...SENT, Attributes }), 20_400);
    expect(sqs.commandCalls(SendMessageCommand)[0]?.args[0].input).toMatchObject({
      DelaySeconds: 20,
      MessageGroupId: undefined,
    });
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

describe('a worker that takes its time', () => {
  const ANSWER = JSON.stringify({ batchItemFailures: [], trial: { verdict: 'passed', reason: 'done' } });
  const server = createServer((_, response) => void setTimeout(() => response.end(ANSWER), 200));

  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => void server.close(resolve)));

  it('is waited for with a message for as long as it may run, and with a probe no longer than usual', async () => {
    lambda.restore();
    const { port } = server.address() as AddressInfo;
    const client = new LambdaClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 's' },
      endpoint: `http://127.0.0.1:${port}`,
      requestHandler: { requestTimeout: 50, throwOnRequestTimeout: true },
      maxAttempts: 1,
    });
    const slow = { ...PLACES, disable: { ...PLACES.disable, timeoutSeconds: 90 } };
    const patient = new AwsWorkerControl(client, new SQSClient({}), slow);
    expect(await patient.probe('disable')).toEqual({ outcome: 'failed', reason: 'no answer in time' });
    expect(await patient.hand('disable', takenOf({ MessageId: 'm1' }))).toEqual({
      verdict: 'passed',
      reason: 'done',
    });
  });
});

describe('what the breaker is told', () => {
  it('names the worker of each queue', () => {
    expect(readWorkers({ TASKWARDEN_WORKERS: JSON.stringify(PLACES) })).toEqual(PLACES);
  });

  it('says how long a worker may run, where it says so at all', () => {
    const { timeoutSeconds: _, ...notify } = PLACES.notify;
    expect(readWorkers({ TASKWARDEN_WORKERS: JSON.stringify({ ...PLACES, notify }) }).notify).toEqual(notify);
    const variables = {
      TASKWARDEN_WORKERS: JSON.stringify({ ...PLACES, notify: { ...notify, timeoutSeconds: 0 } }),
    };
    expect(() => readWorkers(variables)).toThrow('TASKWARDEN_WORKERS.notify.timeoutSeconds: ');
  });

  it('is refused where it says nothing', () => {
    expect(() => readWorkers({})).toThrow('environment: TASKWARDEN_WORKERS is missing');
  });

  it.each([
    ['functionName', {}],
    ['functionName', { ...place('n'), functionName: '' }],
    ['mapping', { ...place('n'), mapping: '' }],
    ['mapping', { functionName: 'n', queueUrl: 'https://q/n' }],
    ['queueUrl', { ...place('n'), queueUrl: '' }],
  ])('is refused where it does not say the %s of a worker: %j', (missing, notify) => {
    const variables = { TASKWARDEN_WORKERS: JSON.stringify({ ...PLACES, notify }) };
    expect(() => readWorkers(variables)).toThrow(`environment: TASKWARDEN_WORKERS.notify.${missing}: `);
  });

  it('is refused where a queue is missing', () => {
    const { webhook: _, ...others } = PLACES;
    const variables = { TASKWARDEN_WORKERS: JSON.stringify(others) };
    expect(() => readWorkers(variables)).toThrow('environment: TASKWARDEN_WORKERS.webhook: ');
  });
});
