import { setTimeout } from 'node:timers/promises';
import PostalMime from 'postal-mime';
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
    while (sink.mails.length < taken.length && performance.now() < giveUpAt) await setTimeout(20);
    const relayed = new Map<string, SentMail>();
    for (const mail of await Promise.all(sink.mails.map(parseMail))) relayed.set(mail.messageId, mail);
    return taken.map((mail) => {
      const whole = relayed.get(mail.messageId);
      if (!whole) throw new Error(`SES took mail ${mail.messageId}, and the emulator did not relay it`);
      return whole;
    });
  };
}

/** The mails of an emulator that runs by itself: LocalStack keeps the message, MiniStack its parts. */
export function keptMails(endpoint: string): ReadMails {
  return async () => {
    const mails = (await miniStackMails(endpoint)) ?? (await localStackMails(endpoint));
    if (!mails) throw new LocalProblem(`the emulator at ${endpoint} does not show the mails it took`);
    return mails;
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
  const answer = await fetch(`${endpoint}/_ministack/ses/messages?account=${ACCOUNT}`);
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
  const answer = await fetch(`${endpoint}/_aws/ses`);
  if (!answer.ok) return undefined;
  const { messages } = (await answer.json()) as { messages: LocalStackMail[] };
  return Promise.all(
    messages.map(async ({ Id, RawData = '' }) => ({
      ...(await parseMail(Buffer.from(RawData))),
      messageId: Id,
    })),
  );
}
