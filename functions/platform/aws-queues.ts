import { setTimeout } from 'node:timers/promises';
import {
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { OutgoingMessage, QueueName, Queues } from './ports.ts';
import { queueJson } from './queue-text.ts';

/** Of one SendMessageBatch. */
const BATCH = 10;

/** The pauses before what SQS refused is sent again. */
const PAUSES_MS = [50, 200, 800];

/** The queues in SQS. */
export class AwsQueues implements Queues {
  readonly #client: SQSClient;
  readonly #urls: Record<QueueName, string>;

  constructor(client: SQSClient, urls: Record<QueueName, string>) {
    this.#client = client;
    this.#urls = urls;
  }

  /**
   * Sends in batches. Only refused entries are sent again; a batch that fails neither holds up nor repeats
   * the others.
   * @throws Error with the number of messages that could not be sent and the first cause
   */
  async send(queue: QueueName, messages: OutgoingMessage[]): Promise<void> {
    let unsent = 0;
    let cause: unknown;
    for (let start = 0; start < messages.length; start += BATCH) {
      const batch = messages.slice(start, start + BATCH);
      try {
        unsent += await this.#sendBatch(queue, batch);
      } catch (error) {
        unsent += batch.length;
        cause ??= error;
      }
    }
    if (unsent > 0)
      throw new Error(`${unsent} of ${messages.length} messages not sent to ${queue}`, { cause });
  }

  /** Gives the number of messages that SQS would not take. */
  async #sendBatch(queue: QueueName, messages: OutgoingMessage[]): Promise<number> {
    let entries = messages.map(entryOf);
    for (const pause of [0, ...PAUSES_MS]) {
      if (pause > 0) await setTimeout(pause);
      const command = new SendMessageBatchCommand({ QueueUrl: this.#urls[queue], Entries: entries });
      const { Failed: failed = [] } = await this.#client.send(command);
      const refused = new Set(failed.map(({ Id }) => Id));
      entries = entries.filter(({ Id }) => refused.has(Id));
      if (entries.length === 0 || failed.every(({ SenderFault }) => SenderFault)) break;
    }
    return entries.length;
  }
}

function entryOf(message: OutgoingMessage, index: number): SendMessageBatchRequestEntry {
  return {
    Id: String(index),
    MessageBody: queueJson(message.body),
    ...(message.delaySeconds !== undefined && { DelaySeconds: message.delaySeconds }),
    ...(message.group !== undefined && { MessageGroupId: groupOf(message.group) }),
  };
}

/** SQS takes 1 to 128 letters, digits and punctuation as a group. */
function groupOf(name: string): string {
  return name.replace(/[^\x21-\x7e]/g, '_').slice(0, 128) || '_';
}
