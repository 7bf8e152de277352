import { type Message, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { QueueName } from '../../functions/platform/ports.ts';
import { putOnBus } from '../../local/owning-system.ts';
import type { LocalStage } from '../../local/stage.ts';
import { deployedStage, eventually } from './deployed.ts';

let stage: LocalStage;

beforeAll(async () => {
  stage = await deployedStage();
});

/** The dead letter whose body has a text; it stays where it is. */
function deadLetter(queue: QueueName, text: string): Promise<Message> {
  return eventually(`a dead letter with ${text}`, async () => {
    const { Messages: messages = [] } = await stage.aws.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: stage.deployment.queues[queue].deadLetterUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 0,
        MessageAttributeNames: ['All'],
      }),
    );
    return messages.find(({ Body }) => Body?.includes(text));
  });
}

function reasonOf(message: Message): string | undefined {
  return message.MessageAttributes?.reason?.StringValue;
}

async function send(queue: QueueName, body: string): Promise<void> {
  const QueueUrl = stage.deployment.queues[queue].url;
  await stage.aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
}

describe('what nobody can work is in the dead-letter queue with its reason', () => {
  it.each(['notify', 'disable', 'ingest', 'mail-events'] as const)(
    'a message of the %s queue that cannot be parsed, its body untouched',
    async (queue) => {
      await send(queue, 'this is { no JSON');
      const letter = await deadLetter(queue, 'no JSON');
      expect(letter.Body).toBe('this is { no JSON');
      expect(reasonOf(letter)).toBe('not JSON');
      expect(letter.MessageAttributes?.receiveCount?.StringValue).toBe('1');
    },
  );

  it('a message of a kind that nobody knows', async () => {
    const message = {
      v: 1,
      kind: 'dance',
      key: 'acmeCo/a',
      notAfter: Date.now() + 60_000,
      correlationId: 'c',
    };
    await send('disable', JSON.stringify(message));
    expect(reasonOf(await deadLetter('disable', 'dance'))).toMatch(/^kind: /);
  });

  it('an event of a source that is not registered', async () => {
    const detail = { version: 1, task: 'acmeCo/a', at: '2026-01-01T00:00:00Z' };
    await putOnBus(stage, [{ detailType: 'Task Deleted', detail, source: 'somebody.else' }]);
    expect(reasonOf(await deadLetter('ingest', 'somebody.else'))).toContain(
      'somebody.else is not registered',
    );
  });

  it('an event that its schema refuses, with the key', async () => {
    const detail = { version: 1, task: 'acmeCo/refused', at: 'yesterday' };
    await putOnBus(stage, [{ detailType: 'Task Deleted', detail }]);
    expect(reasonOf(await deadLetter('ingest', 'acmeCo/refused'))).toMatch(/\bat\b/);
  });
});
