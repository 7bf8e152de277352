import type { TopicArn } from '../abandonment/task.ts';
import type { Duration, Instant } from '../abandonment/time.ts';
import type { OperatorAlertCode } from './alert-codes.ts';
import type { SecretPlace } from './control-plane-settings.ts';
import type { QueueName } from './queues.ts';

export type { QueueName } from './queues.ts';

/** The only source of the present. */
export interface Clock {
  now(): Instant;
  /** Waits so many milliseconds before something is tried again; absent where time does not pass by itself. */
  pause?(duration: Duration): Promise<void>;
  /**
   * Calls once when so much time has passed, unless it is stopped before; absent as `pause` is. Answers how to stop it.
   */
  timer?(duration: Duration, ring: () => void): () => void;
}

/** The only source of chance. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** 26 characters that sort by the clock's instant and are unique. */
  id(now: Instant): string;
}

export interface OutgoingMessage {
  body: string;
  /** 0 to 900 (SQS's limit). */
  delaySeconds?: number;
  /** The tenant, for fair queues. */
  group?: string;
}

/** Sends to the queues. A refused entry is sent again on its own; throws where it could not be sent at all. */
export interface Queues {
  send(queue: QueueName, messages: OutgoingMessage[]): Promise<void>;
}

/** One mail ready for SES. */
export interface OutgoingMail {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Extra headers, already free of control characters. */
  headers: Record<string, string>;
  /** Travels as an SES message tag and as a header. */
  digest: string;
  /** The message itself, where it was made before (see `Mailer.write`). */
  raw?: Uint8Array;
  /** To SES's mailbox simulator and to nobody: not counted among mails. */
  isCanary?: true;
}

export type SendResult =
  | { outcome: 'accepted'; messageId: string }
  /**
   * Surely not sent. `rate`: slow down; `environment`: nobody's mail would go; `recipient`: this address is refused.
   */
  | { outcome: 'refused'; cause: 'rate' | 'environment' | 'recipient'; code: string; message: string }
  /** A time-out, a cut connection or a 5xx: it may have been sent. */
  | { outcome: 'unknown'; code: string; message: string };

export interface Mailer {
  /** The mail with its message made, so that sending it makes none; throws where none can be made of it. */
  write?(mail: OutgoingMail): Promise<OutgoingMail>;
  send(mail: OutgoingMail): Promise<SendResult>;
  /** Whether a mail would be taken now, as far as can be told without sending one; throws where it would not. */
  check?(): Promise<void>;
}

/** One message for a topic. */
export interface TopicMessage {
  topic: TopicArn;
  subject: string;
  /** Under 256 KiB, SNS's limit. */
  text: string;
  /** For filter policies. */
  attributes: Record<string, string | number | string[]>;
}

/** Publishes to topics (chat tools, pagers); what becomes of a message is not reported back. */
export interface Topics {
  publish(message: TopicMessage): Promise<SendResult>;
}

/** A secret that links are signed with. */
export interface LinkKey {
  /** Stands in each link: lower-case letters and digits. */
  id: string;
  /** 32 bytes. */
  secret: Uint8Array;
}

/** The keys of the links in mails. Throws where they cannot be read. */
export interface LinkKeys {
  /** The key that signs today. */
  current(): Promise<LinkKey>;
  /** A key that links may still be signed with: today's, and one replaced not long ago; undefined else. */
  accepted(id: string): Promise<LinkKey | undefined>;
}

/** What a mail needs to link to the owner's page. */
export interface Links {
  /** `https://…/`: where the page is, with a slash at its end. */
  baseUrl: string;
  keys: LinkKeys;
}

/** Publishes events of Taskwarden on the bus. At least once; throws where it could not. */
export interface EventPublisher {
  publish(detailType: string, detail: Record<string, unknown>): Promise<void>;
}

/** What operators hear: `subject` is what it is about, a task, a plane or a queue. */
export interface OperatorAlert {
  code: OperatorAlertCode;
  subject: string;
  detail: string;
  /** What it says is over. @default false */
  isOver?: true;
}

/** Notifies operators (an SNS topic). Throws where it could not. */
export interface OperatorChannel {
  /** `others`: of the same code, in the same message; what is over stands behind what is not. */
  notify(alert: OperatorAlert, others?: readonly OperatorAlert[]): Promise<void>;
}

/** Calls over HTTP, as `fetch` does. Throws where there is no answer. */
export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** One signed call of a webhook. */
export interface WebhookCall {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** What came of a call: an answer, or why there is none. */
export type WebhookAnswer =
  | {
      outcome: 'answered';
      status: number;
      /** The header `Retry-After`. */
      retryAfter: string | null;
      /** No more than its first kilobyte. */
      body: string;
    }
  | {
      outcome: 'failed';
      reason:
        | 'timed-out'
        | 'not-connected'
        | 'tls-failed'
        | 'name-not-found'
        | 'address-refused'
        | 'not-https';
      detail: string;
    };

/** What the sender of webhooks needs beside the rest; nobody else has it. */
export interface WebhookPorts {
  /** Never throws, and follows no redirect. */
  call(call: WebhookCall): Promise<WebhookAnswer>;
  secrets: Secrets;
}

/** Where the secrets of webhooks are written; only the command line has it. What is written is never read by it. */
export interface WebhookSecretStore {
  /** A new secret that nobody can guess; it is kept nowhere yet. */
  make(): string;
  /** Keeps a first or a further secret of a webhook, and answers its version. */
  write(webhook: string, secret: string): Promise<number>;
  /** Forgets all of them. */
  remove(webhook: string): Promise<void>;
}

/** Secrets by their place. What is read is never logged, stored or put into a message. */
export interface Secrets {
  /** The text of a secret. Throws where there is none, or it cannot be read. */
  read(place: SecretPlace): Promise<string>;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Logs and metrics; never throws. */
export interface Telemetry {
  log(level: LogLevel, message: string, properties?: Record<string, unknown>): void;
  /** Counts and figures under Taskwarden's namespace; `properties` are searchable, never dimensions. */
  metric(
    name: string,
    value: number,
    unit?: 'Count' | 'Milliseconds',
    properties?: Record<string, unknown>,
  ): void;
  /** Several counts in one line, where that is cheaper than a line for each. */
  metrics?(counts: Readonly<Record<string, number>>, properties?: Record<string, unknown>): void;
}
