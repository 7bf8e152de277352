import { formatInstant, type Instant, MINUTE } from '../../functions/abandonment/time.ts';
import type { Clock, Mailer, OutgoingMail, SendResult } from '../../functions/platform/ports.ts';
import type { DigestItem, DigestRecord } from '../../functions/store/digests.ts';
import { sameAddress } from '../verify/fleet-facts.ts';
import { instantsIn, tasksIn } from './read-mail.ts';

/** A mail that SES took. */
export interface AcceptedMail {
  at: Instant;
  to: string;
  digest: string;
  messageId: string;
  /** What it says, as frozen when it was claimed. */
  items: readonly DigestItem[];
  /** Of a weekly mail: what it reports. */
  report?: DigestRecord['report'];
  mail: OutgoingMail;
}

/** A mail that SES did not take for the recipient's sake. */
export interface RefusedMail {
  at: Instant;
  to: string;
  digest: string;
  reason: 'rejected' | 'suppressed' | 'undeliverable';
}

/** What can go wrong at SES. */
export interface MailFaults {
  /**
   * Asked for each attempt. `refused` and `unknown` are answered as they are and nothing is sent;
   * `timeout-after-accept`: taken, and the answer is lost.
   */
  onSend?(
    mail: OutgoingMail,
  ): Exclude<SendResult, { outcome: 'accepted' }> | 'timeout-after-accept' | undefined;
}

/** Who hears what became of mails. */
export interface MailListener {
  accepted(mail: AcceptedMail): void;
  refused(mail: RefusedMail): void;
  /** SES took a mail, and its sender will never hear of it. */
  answerLost?(digest: string): void;
  /** SES took a canary, a mail to its own mailbox simulator: nobody's mail. By default it is not answered. */
  canary?(mail: { at: Instant; to: string; digest: string; messageId: string }): void;
  /** A mail went out whose digest row was never claimed, or which does not say what the row says. */
  untrue(mail: OutgoingMail, what: string): void;
}

const LOST_ANSWER: SendResult = { outcome: 'unknown', code: 'TimeoutError', message: 'no answer in time' };

/** SES in memory: takes every mail that no fault stops, and remembers what each recipient heard. */
export class SimMail implements Mailer {
  readonly faults: MailFaults = {};
  /** Whether each mail's text is compared with its digest row. */
  readonly readsTexts: boolean;
  /** Attempts that ended without an accepted mail, whatever the cause. */
  failedAttempts = 0;
  readonly #clock: Clock;
  readonly #digest: (id: string) => Promise<DigestRecord | undefined>;
  readonly #listener: MailListener;
  readonly #newest = new Map<string, AcceptedMail>();
  #accepted = 0;

  constructor(parts: {
    clock: Clock;
    /** Reads the digest row that a mail was made from. */
    digest: (id: string) => Promise<DigestRecord | undefined>;
    listener: MailListener;
    readsTexts?: boolean;
  }) {
    this.#clock = parts.clock;
    this.#digest = parts.digest;
    this.#listener = parts.listener;
    this.readsTexts = parts.readsTexts ?? true;
  }

  /** How many mails were taken. */
  get accepted(): number {
    return this.#accepted;
  }

  /** The newest mail that was taken for an address. */
  newestTo(address: string): AcceptedMail | undefined {
    return this.#newest.get(sameAddress(address));
  }

  async send(mail: OutgoingMail): Promise<SendResult> {
    const fault = this.faults.onSend?.(mail);
    if (fault !== undefined && fault !== 'timeout-after-accept') return this.#fail(mail, fault);
    const messageId = mail.isCanary ? this.#takeCanary(mail) : (await this.#accept(mail)).messageId;
    if (fault === undefined) return { outcome: 'accepted', messageId };
    this.failedAttempts += 1;
    this.#listener.answerLost?.(mail.digest);
    return LOST_ANSWER;
  }

  #takeCanary({ to, digest }: OutgoingMail): string {
    const messageId = `ses-${digest}-${to}`;
    this.#listener.canary?.({ at: this.#clock.now(), to, digest, messageId });
    return messageId;
  }

  #fail(mail: OutgoingMail, result: SendResult): SendResult {
    this.failedAttempts += 1;
    if (result.outcome === 'refused' && result.cause === 'recipient') {
      this.#listener.refused({ at: this.#clock.now(), to: mail.to, digest: mail.digest, reason: 'rejected' });
    }
    return result;
  }

  async #accept(mail: OutgoingMail): Promise<AcceptedMail> {
    const row = await this.#digest(mail.digest);
    if (!row) this.#listener.untrue(mail, 'its digest row was never claimed');
    this.#accepted += 1;
    const accepted: AcceptedMail = {
      at: this.#clock.now(),
      to: mail.to,
      digest: mail.digest,
      messageId: `ses-${this.#accepted}`,
      items: row?.items ?? [],
      ...(row?.report && { report: row.report }),
      mail,
    };
    if (this.readsTexts) this.#compare(mail, accepted.items);
    this.#newest.set(sameAddress(mail.to), accepted);
    this.#listener.accepted(accepted);
    return accepted;
  }

  #compare(mail: OutgoingMail, items: readonly DigestItem[]): void {
    const tasks = tasksIn(mail.text);
    const instants = instantsIn(mail.text);
    for (const item of items) {
      if (!tasks.has(item.task)) this.#listener.untrue(mail, `it does not name ${item.task}`);
      if (item.disableAt !== null && !instants.has(Math.floor(item.disableAt / MINUTE) * MINUTE)) {
        this.#listener.untrue(mail, `it does not say ${formatInstant(item.disableAt)} for ${item.task}`);
      }
    }
  }
}
