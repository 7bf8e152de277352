import type { Message } from '@aws-sdk/client-sqs';
import type { Instant } from '../functions/abandonment/time.ts';
import type { LetterQueue, ReceivedLetter } from '../functions/operators/dead-letters.ts';
import { fieldsOf, jsonOf } from '../functions/operators/letter-json.ts';
import { recordable } from '../functions/platform/recorded-text.ts';

/** Reads a message of a dead-letter queue as SQS gives it. */
export function letterOf(queue: LetterQueue, message: Message): ReceivedLetter {
  const { MessageId = '', ReceiptHandle = '', Body = '', Attributes = {} } = message;
  const arrivedAt = wholeOf(Attributes.SentTimestamp) ?? 0;
  const group = Attributes.MessageGroupId;
  return {
    queue,
    id: MessageId,
    handle: ReceiptHandle,
    body: Body,
    reason: reasonOf(message),
    sentAt: wholeOf(attributeOf(message, 'sentAt')) ?? arrivedAt,
    arrivedAt,
    messageId: attributeOf(message, 'messageId') ?? MessageId,
    receives: wholeOf(attributeOf(message, 'receiveCount')) ?? null,
    ...(group !== undefined && { group }),
  };
}

/** What a worker said as it gave it up; what EventBridge says of what it could not deliver; what Lambda says of a run. */
function reasonOf(message: Message): string | null {
  const reason = attributeOf(message, 'reason');
  if (reason !== undefined) return recordable(reason);
  const reasons = [attributeOf(message, 'ERROR_CODE'), attributeOf(message, 'ERROR_MESSAGE')].filter(Boolean);
  if (reasons.length > 0) return recordable(reasons.join(': '));
  return runFailure(message.Body ?? '');
}

function runFailure(body: string): string | null {
  const payload = fieldsOf(fieldsOf(jsonOf(body)).responsePayload);
  const reasons = [payload.errorType, payload.errorMessage].filter((part) => typeof part === 'string');
  return reasons.length > 0 ? recordable(reasons.join(': ')) : null;
}

function attributeOf({ MessageAttributes = {} }: Message, name: string): string | undefined {
  return MessageAttributes[name]?.StringValue;
}

/** What a message says of itself may come from anybody. */
function wholeOf(text: string | undefined): Instant | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
