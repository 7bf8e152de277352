import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import {
  GetQueueAttributesCommand,
  type QueueAttributeName,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENV, LIVE_ALIAS } from '../../functions/platform/names.ts';
import type { LocalStage } from '../../local/stage.ts';
import { deployedStage, eventually } from './deployed.ts';

const QUEUE = 'mail-events';
type Variables = Record<string, string>;

let stage: LocalStage;
let worker: string;
/** Of the queue as it is deployed, in seconds. */
let visibility: number;

beforeAll(async () => {
  stage = await deployedStage();
  worker = stage.deployment.functions[QUEUE].replace(/:[^:]+$/, '');
  [visibility = 0] = await attributes('VisibilityTimeout');
  await hideFor(10);
});

afterAll(() => hideFor(visibility));

/** How long a message that was received and not worked stays away. */
async function hideFor(seconds: number): Promise<void> {
  const QueueUrl = stage.deployment.queues[QUEUE].url;
  const Attributes = { VisibilityTimeout: String(seconds) };
  await stage.aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
}

/** Deploys the worker with other variables: a new version, to which the alias points. */
async function deploy(variables: Variables): Promise<void> {
  const { lambda } = stage.aws;
  const Environment = { Variables: variables };
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: worker, Environment }));
  const { Version } = await lambda.send(new PublishVersionCommand({ FunctionName: worker }));
  await lambda.send(
    new UpdateAliasCommand({ FunctionName: worker, Name: LIVE_ALIAS, FunctionVersion: Version }),
  );
}

/** Has the breaker look now, and answers whether the queue is worked. */
async function look(): Promise<boolean> {
  const { lambda } = stage.aws;
  const { FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: stage.deployment.functions.breaker, Payload: '{}' }),
  );
  expect(FunctionError).toBeUndefined();
  const mapping = new GetEventSourceMappingCommand({ UUID: stage.deployment.queues[QUEUE].mapping });
  return (await lambda.send(mapping)).State === 'Enabled';
}

async function attributes(...names: QueueAttributeName[]): Promise<number[]> {
  const QueueUrl = stage.deployment.queues[QUEUE].url;
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: names });
  return Object.values((await stage.aws.sqs.send(command)).Attributes ?? {}).map(Number);
}

async function waiting(): Promise<number> {
  const counts = await attributes('ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible');
  return counts.reduce((sum, count) => sum + count, 0);
}

describe('one message of a worker whose deployment is broken', () => {
  const without = ({ [ENV.table]: _, ...others }: Variables): Variables => others;
  const astray = (variables: Variables): Variables => ({ ...variables, [ENV.table]: 'no-such-table' });

  it.each([
    ['dies before its first line', without],
    ['finds no table', astray],
  ])('waits while the worker %s, and is worked once that is mended', async (_, broken) => {
    const { Environment } = await stage.aws.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: worker }),
    );
    const sound = Environment?.Variables as Variables;
    await deploy(broken(sound));
    try {
      const { url } = stage.deployment.queues[QUEUE];
      const delivery = { eventType: 'Delivery', mail: { messageId: 'm', destination: [], tags: {} } };
      await stage.aws.sqs.send(
        new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify(delivery) }),
      );
      await eventually('the queue is off', async () => ((await look()) ? undefined : true), 60_000);
      expect(await waiting()).toBe(1);
    } finally {
      await deploy(sound);
    }
    await eventually('the queue is on', async () => ((await look()) ? true : undefined), 60_000);
    await eventually(
      'the message is worked',
      async () => ((await waiting()) === 0 ? true : undefined),
      60_000,
    );
  });
});
