import { setTimeout as wait } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import type { EmulatorName } from './emulator-kind.ts';
import { ACCOUNT } from './local-aws.ts';
import type { MailSink, RawMail } from './mail-sink.ts';
import { LocalProblem } from './progress.ts';

/** A mail as the emulator's SES took it. */
export interface SentMail {
  /** The id that SES gave it. */
  messageId: string;
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
  /** The message itself; where the emulator keeps no more than its parts, nothing. */
  raw?: RawMail;
}

/** Gives all mails that SES took, the oldest first. */
export type ReadMails = () => Promise<SentMail[]>;

/** Where the mails of an emulator that was started here can be read. */
export interface Mailbox {
  /** What the emulator must be told for it, before it starts. */
  variables: Record<string, string>;
  readMails: ReadMails;
  /** Tells of each mail from now on. */
  onMail(listener: (mail: RawMail) => void): void;
  close(): void;
}

/** Relays of the emulator come a moment after SES took the mail. */
const RELAYED_WITHIN_MS = 10_000;

/** Reads a message as a mail program does; `Message-ID` is the one of SES. */
export async function parseMail(raw: RawMail): Promise<SentMail> {
  const mail = await PostalMime.parse(raw);
  return {
    messageId: (mail.messageId ?? '').replace(/^<|>$/g, ''),
    from: mail.from?.address ?? '',
    to: (mail.to ?? []).flatMap(({ address }) => address ?? []),
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html ?? '',
    raw,
  };
}

/** The mails of a MiniStack that relays them to a sink, in the order in which its SES took them. */
export function relayedMails(endpoint: string, sink: MailSink): ReadMails {
  return async () => {
    const taken = (await miniStackMails(endpoint)) ?? [];
    const giveUpAt = performance.now() + RELAYED_WITHIN_MS;
    while (sink.mails.length < taken.length && performance.now() < giveUpAt) await wait(20);
    const relayed = new Map<string, SentMail>();
    for (const mail of await Promise.all(sink.mails.map(parseMail))) relayed.set(mail.messageId, mail);
    return taken.map((mail) => {
      const whole = relayed.get(mail.messageId);
      if (!whole) throw new Error(`SES took mail ${mail.messageId}, and the emulator did not relay it`);
      return whole;
    });
  };
}

/** Where the mails of an emulator can be looked at by hand. */
export const MAILS_URL: Record<EmulatorName, string> = {
  ministack: `/_ministack/ses/messages?account=${ACCOUNT}`,
  localstack: '/_aws/ses',
};

/** The mails of an emulator that runs by itself: LocalStack keeps the message, MiniStack its parts. */
export function keptMails(endpoint: string): ReadMails {
  return async () => {
    const mails = (await miniStackMails(endpoint)) ?? (await localStackMails(endpoint));
    if (!mails) throw new LocalProblem(`the emulator at ${endpoint} does not show the mails it took`);
    return mails;
  };
}

/** How long a mail may lie there before somebody is notified of it. */
const LOOK_EVERY_MS = 1_000;

/** The mails of an emulator that relays none, but keeps each whole: it is asked again and again. */
export function keptMailbox(endpoint: string): Mailbox {
  const readMails = keptMails(endpoint);
  let count = 0;
  let looking: NodeJS.Timeout | undefined;
  const onMail = (listener: (mail: RawMail) => void) => {
    const look = async () => {
      const mails = await readMails();
      for (const { raw } of mails.slice(count)) if (raw !== undefined) listener(raw);
      count = mails.length;
    };
    looking = setTimeout(async function again() {
      // One that is busy, or has just ended, is asked again.
      await look().catch(() => {});
      looking?.refresh();
    }, LOOK_EVERY_MS);
  };
  return {
    variables: {},
    readMails,
    onMail,
    close: () => {
      clearTimeout(looking);
      looking = undefined;
    },
  };
}

interface MiniStackMail {
  MessageId: string;
  Source: string;
  To: string[];
  Subject: string;
  BodyText: string;
  BodyHtml: string | null;
}

async function miniStackMails(endpoint: string): Promise<SentMail[] | undefined> {
  const answer = await fetch(`${endpoint}${MAILS_URL.ministack}`);
  if (!answer.ok) return undefined;
  const { messages } = (await answer.json()) as { messages: Record<string, MiniStackMail[]> };
  return (messages[ACCOUNT] ?? []).map(({ MessageId, Source, To, Subject, BodyText, BodyHtml }) => ({
    messageId: MessageId,
    from: Source,
    to: To,
    subject: Subject,
    text: BodyText,
    html: BodyHtml ?? '',
  }));
}

interface LocalStackMail {
  Id: string;
  RawData?: string;
}

async function localStackMails(endpoint: string): Promise<SentMail[] | undefined> {
  const answer = await fetch(`${endpoint}${MAILS_URL.localstack}`);
  if (!answer.ok) return undefined;
  const { messages } = (await answer.json()) as { messages: LocalStackMail[] };
  return Promise.all(
    messages.map(async ({ Id, RawData = '' }) => ({
      ...(await parseMail(Buffer.from(RawData))),
      messageId: Id,
    })),
  );
}
