import {
  ChangeMessageVisibilityCommand,
  type MessageAttributeValue,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { cut, cutToBytes, queueText } from './queue-text.ts';
import type { ReceivedMessage, Receiver } from './receiver.port.ts';

/** SQS hides a message for 12 hours at most. */
const LONGEST_DELAY_SECONDS = 43_200;

/** The longest reason that is worth its place on a message. */
const REASON_LENGTH = 1_000;

/** SQS's limit of a message, its attributes included. */
const MESSAGE_BYTES = 1_048_576;

/** A queue in SQS as its worker sees it. */
export class AwsReceiver implements Receiver {
  readonly #client: SQSClient;
  readonly #queueUrl: string;
  readonly #deadLetterUrl: string;

  constructor(client: SQSClient, urls: { queue: string; deadLetters: string }) {
    this.#client = client;
    this.#queueUrl = urls.queue;
    this.#deadLetterUrl = urls.deadLetters;
  }

  async postpone(message: ReceivedMessage, delaySeconds: number): Promise<void> {
    await this.#client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: this.#queueUrl,
        ReceiptHandle: message.receiptHandle,
        VisibilityTimeout: Math.max(0, Math.min(LONGEST_DELAY_SECONDS, Math.round(delaySeconds))),
      }),
    );
  }

  async deadLetter(message: ReceivedMessage, reason: string): Promise<void> {
    const { MessageGroupId: group, SentTimestamp, ApproximateReceiveCount } = message.attributes;
    const about: [name: string, value: string][] = [
      ['messageId', message.messageId],
      ['receiveCount', ApproximateReceiveCount],
      ['sentAt', SentTimestamp],
      ['reason', reason],
    ];
    await this.#client.send(
      new SendMessageCommand({
        QueueUrl: this.#deadLetterUrl,
        MessageBody: message.body,
        MessageAttributes: fitting(about, MESSAGE_BYTES - bytesOf(message.body)),
        ...(group !== undefined && { MessageGroupId: group }),
      }),
    );
  }
}

/** As many attributes as there is room for beside the body; the last one is cut where it is too long. */
function fitting(about: readonly [name: string, value: string][], room: number) {
  const attributes: Record<string, MessageAttributeValue> = {};
  let left = room;
  for (const [name, value] of about) {
    const spare = left - bytesOf(name) - bytesOf(TEXT);
    const text = cutToBytes(attributeText(value), spare);
    if (text === '') continue;
    attributes[name] = { DataType: TEXT, StringValue: text };
    left = spare - bytesOf(text);
  }
  return attributes;
}

const TEXT = 'String';

/** One line, not empty, of what SQS takes. */
function attributeText(value: string): string {
  const clean = cut(queueText(value.replace(/\p{Cc}/gu, ' ')), REASON_LENGTH);
  return clean === '' ? 'none' : clean;
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
