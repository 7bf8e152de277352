import { ChangeMessageVisibilityCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ReceivedMessage, Receiver } from './receiver.port.ts';

/** SQS hides a message for 12 hours at most. */
const LONGEST_DELAY_SECONDS = 43_200;

/** The longest reason that is worth its place on a message. */
const REASON_LENGTH = 1_000;

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
    const { MessageGroupId: group, SentTimestamp: sentAt } = message.attributes;
    await this.#client.send(
      new SendMessageCommand({
        QueueUrl: this.#deadLetterUrl,
        MessageBody: message.body,
        MessageAttributes: {
          reason: text(reason),
          messageId: text(message.messageId),
          receiveCount: text(message.attributes.ApproximateReceiveCount),
          sentAt: text(sentAt),
        },
        ...(group !== undefined && { MessageGroupId: group }),
      }),
    );
  }
}

/** SQS refuses empty values and most control characters. */
function text(value: string) {
  const clean = value.replace(/\p{Cc}/gu, ' ').slice(0, REASON_LENGTH);
  return { DataType: 'String', StringValue: clean === '' ? 'none' : clean };
}
