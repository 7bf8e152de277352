import { type MessageAttributeValue, PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { SendResult, TopicMessage, Topics } from './ports.ts';
import { cut } from './queue-text.ts';
import { snsSubject } from './sns-subject.ts';

/** Asked to slow down, or not asked at all: no message has left. */
const LATER =
  /^(Throttl(ed|ing)(Exception)?|TooManyRequests(Exception)?|RequestThrottled(Exception)?|KMSThrottling(Exception)?)$/;
/** Nothing, or nothing valid, to sign with: no topic would take a message. */
const UNSIGNED =
  /^(CredentialsProviderError|ProviderError|TokenProviderError|InvalidClientTokenId|SignatureDoesNotMatch|ExpiredToken(Exception)?|RequestExpired|InvalidSecurity(Exception)?)$/;
const NOT_CONNECTED = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

/** Topics in SNS. The client makes one attempt: its own second one would be a second message. */
export class AwsTopics implements Topics {
  readonly #client: SNSClient;

  constructor(client: SNSClient) {
    this.#client = client;
  }

  async publish({ topic, subject, text, attributes }: TopicMessage): Promise<SendResult> {
    try {
      const { MessageId } = await this.#client.send(
        new PublishCommand({
          TopicArn: topic,
          Subject: snsSubject(subject),
          Message: text,
          MessageAttributes: Object.fromEntries(
            Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)]),
          ),
        }),
      );
      return { outcome: 'accepted', messageId: MessageId ?? '' };
    } catch (error) {
      return classifySnsError(error);
    }
  }
}

function attributeOf(value: string | number | string[]): MessageAttributeValue {
  if (Array.isArray(value)) return { DataType: 'String.Array', StringValue: JSON.stringify(value) };
  return { DataType: typeof value === 'number' ? 'Number' : 'String', StringValue: String(value) };
}

/**
 * What became of a message whose publishing failed. What SNS answers with a no is the topic's own affair (it is gone,
 * its policy or its key refuses us) and stops no other; what cannot be shown to be unsent is `unknown`.
 */
function classifySnsError(error: unknown): SendResult {
  const fault = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const code = typeof fault.name === 'string' && fault.name !== 'Error' ? fault.name : String(fault.code);
  const message = cut(typeof fault.message === 'string' ? fault.message : '', 300);
  const refused = (cause: 'rate' | 'environment' | 'recipient'): SendResult => ({
    outcome: 'refused',
    cause,
    code,
    message,
  });
  if (LATER.test(code) || NOT_CONNECTED.test(String(fault.code))) return refused('rate');
  if (UNSIGNED.test(code)) return refused('environment');
  return fault.$fault === 'client' ? refused('recipient') : { outcome: 'unknown', code, message };
}
