import type { Message, MessageAttributeValue, SendMessageCommandInput } from '@aws-sdk/client-sqs';
import type { SQSMessageAttributes, SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import type { Instant } from '../abandonment/time.ts';
import { HISTORY, type TrialAnswer, type TrialEvent } from '../work/trial.ts';
import type { TakenMessage } from './worker-control.port.ts';

/** A message of SQS that was received for a trial. */
export interface AwsMessage extends TakenMessage {
  receiptHandle: string;
  body: string;
  /** Attempts at its work so far, this one included. */
  attempts: number;
  /** What SQS says of it, and what it says of itself. */
  system: Readonly<Record<string, string>>;
  attributes: Readonly<Record<string, MessageAttributeValue>>;
}

/** Reads a message that SQS gave. */
export function takenOf(message: Message): AwsMessage {
  const { MessageId = '', ReceiptHandle = '', Body = '', Attributes = {}, MessageAttributes = {} } = message;
  const history = (name: string) => wholeOf(MessageAttributes[name]?.StringValue);
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    firstSentAt: history(HISTORY.firstSentAt) || wholeOf(Attributes.SentTimestamp),
    trials: history(HISTORY.trials),
    attempts: history(HISTORY.attempts) + wholeOf(Attributes.ApproximateReceiveCount),
    system: Attributes,
    attributes: MessageAttributes,
  };
}

function wholeOf(text: string | undefined): number {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

/** What a batch always says of a message, where it was not told. */
const NO_ATTRIBUTES: SQSRecord['attributes'] = {
  ApproximateReceiveCount: '',
  SentTimestamp: '',
  SenderId: '',
  ApproximateFirstReceiveTimestamp: '',
};

/** The event that hands it to a worker: a batch of one, as the event source mapping would have given it. */
export function eventOf(message: AwsMessage): TrialEvent {
  const record: SQSRecord = {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: { ...NO_ATTRIBUTES, ...message.system },
    messageAttributes: Object.fromEntries(
      Object.entries(message.attributes).map(([name, value]) => [name, attributeOf(value)]),
    ),
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: '',
    awsRegion: '',
  };
  return { trial: true, Records: [record] };
}

function attributeOf({
  DataType = 'String',
  StringValue,
}: MessageAttributeValue): SQSMessageAttributes[string] {
  return {
    dataType: DataType as SQSMessageAttributes[string]['dataType'],
    stringValue: StringValue,
    stringListValues: [],
    binaryListValues: [],
  };
}

/** What is sent in its place: the same work, with its history. */
export function copyOf(message: AwsMessage): Omit<SendMessageCommandInput, 'QueueUrl'> {
  const { MessageGroupId } = message.system;
  return {
    MessageBody: message.body,
    MessageAttributes: {
      ...message.attributes,
      [HISTORY.attempts]: whole(message.attempts),
      [HISTORY.trials]: whole(message.trials + 1),
      [HISTORY.firstSentAt]: whole(message.firstSentAt),
    },
    MessageGroupId,
  };
}

function whole(value: number | Instant): MessageAttributeValue {
  return { DataType: 'Number', StringValue: String(value) };
}

const answers = z.object({
  batchItemFailures: z.array(z.unknown()),
  trial: z.optional(
    z.object({
      verdict: z.enum(['passed', 'failed', 'nothing', 'later']),
      reason: z.string(),
      delaySeconds: z.exactOptional(z.number()),
    }),
  ),
});

/** Reads a worker's answer to a trial; code that knows no trials answers as to a batch. */
export function trialAnswerOf(payload: string): TrialAnswer {
  const parsed = z.safeParse(answers, jsonOf(payload));
  if (!parsed.success) return { verdict: 'failed', reason: 'an answer that is none' };
  const { batchItemFailures, trial } = parsed.data;
  if (batchItemFailures.length > 0 && trial === undefined) return { verdict: 'failed', reason: 'not worked' };
  return trial ?? { verdict: 'passed', reason: 'worked' };
}

/** What a worker's answer says; undefined where it is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
