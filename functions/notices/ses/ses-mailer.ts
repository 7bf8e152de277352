import {
  GetAccountSendingEnabledCommand,
  GetSendQuotaCommand,
  SESClient,
  SendRawEmailCommand,
} from '@aws-sdk/client-ses';
import type { Duration } from '../../abandonment/time.ts';
import { domainOf, normaliseAddress } from '../../platform/addresses.ts';
import { visible } from '../../platform/escape.ts';
import { freshlyConnected } from '../../platform/fresh-connections.ts';
import type { Clock, Mailer, OutgoingMail, SendResult } from '../../platform/ports.ts';
import type { TokenBucket } from '../../platform/token-bucket.ts';
import { buildMime } from '../render/mime.ts';
import { DIGEST_TAG } from './digest-mail-marks.ts';
import { classifySesError } from './ses-errors.ts';

export interface SesClientOptions {
  /** Of an emulator; the SDK's own where absent. */
  endpoint?: string;
  region?: string;
  /** Milliseconds until an unanswered request is given up; below the lease of a mail's claim. */
  requestTimeoutMs: number;
}

/**
 * The client for `SesMailer`. One attempt, for the SDK's own retry of a time-out is a second mail; and a
 * time-out that throws, for without `throwOnRequestTimeout` the SDK only logs a warning and waits on.
 */
export function createSesClient(options: SesClientOptions): SESClient {
  return freshlyConnected(
    (agents) =>
      new SESClient({
        ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
        ...(options.region === undefined ? {} : { region: options.region }),
        maxAttempts: 1,
        requestHandler: {
          requestTimeout: options.requestTimeoutMs,
          connectionTimeout: Math.min(options.requestTimeoutMs, 3_000),
          throwOnRequestTimeout: true,
          ...agents,
        },
      }),
  );
}

export interface SesMailerOptions {
  clock: Clock;
  bucket: TokenBucket;
  /** A verified address, or `Name <address>`. */
  sender: string;
  replyTo?: string;
  /** Whose events come back; none are asked for where absent. */
  configurationSet?: string;
  /** How long a mail may wait for its turn before the rate is said to be exceeded; default 5 s. */
  longestWaitMs?: Duration;
}

/** ASCII without spaces, and dots inside and single: SES reads no other. */
const READABLE = /^(?!\.)(?!.*\.\.)[\x21-\x7e]+(?<!\.)@[\x21-\x7e]+$/;

/** The address in `Name <address>`, or the text itself; undefined where it is none that SES reads. */
function bareAddress(from: string): string | undefined {
  const address = normaliseAddress(/<([^<>]*)>\s*$/.exec(from)?.[1] ?? from);
  return address !== undefined && READABLE.test(address) ? address : undefined;
}

/** Mail through SES: one attempt each, paced, every answer classified. */
export class SesMailer implements Mailer {
  readonly #client: Pick<SESClient, 'send'>;
  readonly #options: SesMailerOptions;
  readonly #source: string;

  /**
   * Throws a RangeError where `sender` or `replyTo` holds no address that SES reads: it would blame every recipient.
   */
  constructor(client: Pick<SESClient, 'send'>, options: SesMailerOptions) {
    const source = bareAddress(options.sender);
    if (source === undefined) throw new RangeError(`not a sender's address: ${visible(options.sender)}`);
    if (options.replyTo !== undefined && bareAddress(options.replyTo) === undefined) {
      throw new RangeError(`not an address to reply to: ${visible(options.replyTo)}`);
    }
    this.#client = client;
    this.#options = options;
    this.#source = source;
  }

  /** Throws a RangeError for a mail that is none (see `buildMime`). */
  async write(mail: OutgoingMail): Promise<OutgoingMail> {
    const { clock, sender, replyTo } = this.#options;
    const raw = await buildMime({
      ...mail,
      from: sender,
      ...(replyTo === undefined ? {} : { replyTo }),
      date: clock.now(),
      messageIdDomain: domainOf(this.#source),
    });
    return { ...mail, raw };
  }

  /** Never throws for what SES answers; throws as `write` where the message is not made yet. */
  async send(mail: OutgoingMail): Promise<SendResult> {
    const { bucket, longestWaitMs = 5_000 } = this.#options;
    if (!(await bucket.take(longestWaitMs))) {
      return {
        outcome: 'refused',
        cause: 'rate',
        code: 'OwnRate',
        message: 'the rate of this worker is used up',
      };
    }
    const command = await this.#command(mail);
    try {
      const answer = await this.#client.send(command);
      if (answer.MessageId) return { outcome: 'accepted', messageId: answer.MessageId };
      return { outcome: 'unknown', code: 'NoMessageId', message: 'SES answered without a message id' };
    } catch (error) {
      return classifySesError(error, mail.to);
    }
  }

  /** Asks for the quota and whether the account may send; what may not be asked says nothing. */
  async check(): Promise<void> {
    const { Max24HourSend = -1, SentLast24Hours = 0 } = await askedOf(
      this.#client.send(new GetSendQuotaCommand()),
    );
    if (Max24HourSend >= 0 && SentLast24Hours >= Max24HourSend) {
      throw environmentError(`the quota of ${Max24HourSend} mails in 24 h is used up`);
    }
    const { Enabled = true } = await askedOf(this.#client.send(new GetAccountSendingEnabledCommand()));
    if (!Enabled) throw environmentError('the account may not send');
  }

  async #command(mail: OutgoingMail): Promise<SendRawEmailCommand> {
    const { configurationSet } = this.#options;
    const { raw } = mail.raw ? mail : await this.write(mail);
    return new SendRawEmailCommand({
      Source: this.#source,
      Destinations: [mail.to],
      RawMessage: { Data: raw },
      Tags: [{ Name: DIGEST_TAG, Value: mail.digest }],
      ...(configurationSet === undefined ? {} : { ConfigurationSetName: configurationSet }),
    });
  }
}

/** The answer to a question that a deployment need not allow; empty where it does not. */
async function askedOf<Answer extends object>(answer: Promise<Answer>): Promise<Partial<Answer>> {
  try {
    return await answer;
  } catch (error) {
    if (
      error instanceof Error &&
      /AccessDenied|NotImplemented|InvalidAction|UnknownOperation/.test(error.name)
    )
      return {};
    throw error;
  }
}

function environmentError(message: string): Error {
  const error = new Error(`SES: ${message}`);
  error.name = 'SesNotAuthorized';
  return error;
}
