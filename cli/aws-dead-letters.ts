import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { DeadLetters, LookedAt } from '../functions/operators/dead-letters.ts';
import type { QueueName } from '../functions/platform/ports.ts';

/** So long a message is hidden while the rest of its queue is read. */
const HIDDEN_SECONDS = 600;
/** A queue is at its end when it gave nothing so often: one answer comes from some of its servers only. */
const EMPTY_ANSWERS = 3;
/** SQS takes so many in one call. */
const AT_ONCE = 10;

/** The dead-letter queues in SQS. */
export class AwsDeadLetters implements DeadLetters {
  readonly #client: SQSClient;
  readonly #urls: Record<QueueName, string>;

  constructor(client: SQSClient, urls: Record<QueueName, string>) {
    this.#client = client;
    this.#urls = urls;
  }

  async look(isMeant: (text: string) => boolean, removes: boolean): Promise<LookedAt[]> {
    const found: LookedAt[] = [];
    for (const [queue, url] of Object.entries(this.#urls) as [QueueName, string][])
      found.push(await this.#lookAt(queue, url, isMeant, removes));
    return found;
  }

  async #lookAt(
    queue: QueueName,
    url: string,
    isMeant: (text: string) => boolean,
    removes: boolean,
  ): Promise<LookedAt> {
    const before = await this.#count(url);
    const naming = new Set<string>();
    const staying = new Map<string, string>();
    let removed = 0;
    try {
      for await (const batch of this.#received(url)) {
        const meant = batch.filter((one) => isMeant(textOf(one)));
        for (const { MessageId = '' } of meant) naming.add(MessageId);
        if (removes) removed += await this.#remove(url, meant);
        const rest = removes ? batch.filter((one) => !meant.includes(one)) : batch;
        for (const { MessageId = '', ReceiptHandle = '' } of rest) staying.set(MessageId, ReceiptHandle);
      }
    } finally {
      await this.#release(url, [...staying.values()]);
    }
    const looked = staying.size + removed;
    return { queue, looked, naming: [...naming], removed, unseen: Math.max(0, before - looked) };
  }

  async #count(url: string): Promise<number> {
    const { Attributes = {} } = await this.#client.send(
      new GetQueueAttributesCommand({
        QueueUrl: url,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
  }

  /** All messages, batch by batch, until there are no more or one comes again. */
  async *#received(url: string): AsyncGenerator<Message[]> {
    const seen = new Set<string | undefined>();
    for (let empty = 0; empty < EMPTY_ANSWERS; ) {
      const { Messages: batch = [] } = await this.#client.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: AT_ONCE,
          VisibilityTimeout: HIDDEN_SECONDS,
          WaitTimeSeconds: 1,
          MessageAttributeNames: ['All'],
        }),
      );
      empty = batch.length === 0 ? empty + 1 : 0;
      if (batch.length > 0) yield batch;
      if (batch.some(({ MessageId }) => seen.has(MessageId))) return;
      for (const { MessageId } of batch) seen.add(MessageId);
    }
  }

  async #remove(url: string, messages: readonly Message[]): Promise<number> {
    if (messages.length === 0) return 0;
    const Entries = messages.map(({ ReceiptHandle }, place) => ({ Id: String(place), ReceiptHandle }));
    const { Failed = [] } = await this.#client.send(
      new DeleteMessageBatchCommand({ QueueUrl: url, Entries }),
    );
    const [first] = Failed;
    if (first) throw new Error(`${Failed.length} dead letters could not be deleted: ${first.Code}`);
    return messages.length;
  }

  /** Gives what stays back at once; one that cannot be comes back by itself when its time is over. */
  async #release(url: string, handles: readonly string[]): Promise<void> {
    for (let start = 0; start < handles.length; start += AT_ONCE) {
      const Entries = handles.slice(start, start + AT_ONCE).map((ReceiptHandle, place) => ({
        Id: String(place),
        ReceiptHandle,
        VisibilityTimeout: 0,
      }));
      await this.#client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
    }
  }
}

/** All that a message says; body and attributes are texts of their own. */
function textOf({ Body = '', MessageAttributes = {} }: Message): string {
  const attributes = Object.values(MessageAttributes).map(({ StringValue = '' }) => StringValue);
  return JSON.stringify([Body, ...attributes]);
}
