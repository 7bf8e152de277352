import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import type { Instant } from '../functions/abandonment/time.ts';
import { formatInstant } from '../functions/abandonment/time.ts';
import { domainOf } from '../functions/notices/addresses.ts';
import { buildMime } from '../functions/notices/mime.ts';
import type { DigestRecord } from '../functions/store/rows.ts';
import { ACCOUNT } from './local-aws.ts';
import { LocalProblem } from './progress.ts';

/** A mail as the emulator's SES took it. */
export interface SentMail {
  messageId: string;
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
}

/** All mails that the emulator's SES took, the oldest first. MiniStack keeps their parts, LocalStack their source. */
export async function readMailbox(endpoint: string): Promise<SentMail[]> {
  const mini = await fetch(`${endpoint}/_ministack/ses/messages?account=${ACCOUNT}`);
  if (mini.ok) {
    const { messages } = (await mini.json()) as { messages: Record<string, MiniStackMail[]> };
    return (messages[ACCOUNT] ?? []).map(ofMiniStack);
  }
  const localStack = await fetch(`${endpoint}/_aws/ses`);
  if (!localStack.ok) throw new LocalProblem(`the emulator at ${endpoint} does not show the mails it took`);
  const { messages } = (await localStack.json()) as { messages: LocalStackMail[] };
  return Promise.all(messages.map(ofLocalStack));
}

interface MiniStackMail {
  MessageId: string;
  Source: string;
  To: string[];
  Subject: string;
  BodyText: string;
  BodyHtml: string | null;
}

function ofMiniStack({ MessageId, Source, To, Subject, BodyText, BodyHtml }: MiniStackMail): SentMail {
  return {
    messageId: MessageId,
    from: Source,
    to: To,
    subject: Subject,
    text: BodyText,
    html: BodyHtml ?? '',
  };
}

interface LocalStackMail {
  Id: string;
  Source: string;
  RawData?: string;
}

async function ofLocalStack({ Id, Source, RawData = '' }: LocalStackMail): Promise<SentMail> {
  const mail = await PostalMime.parse(RawData);
  return {
    messageId: Id,
    from: Source,
    to: (mail.to ?? []).flatMap(({ address }) => address ?? []),
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html ?? '',
  };
}

/** A mail together with the row that says what it is about. */
export interface FiledMail {
  mail: SentMail;
  digest: DigestRecord;
  sentAt: Instant;
  /** Path of its `.eml` file; the `.html` file lies beside it. */
  eml: string;
}

/**
 * Writes each mail as an `.eml` and an `.html` file. Emulators do not keep the message as it was sent, so the `.eml`
 * is made anew from the parts that SES took, by the code that the notifier makes it with.
 */
export async function fileMails(
  folder: string,
  mails: readonly SentMail[],
  digests: ReadonlyMap<string, DigestRecord>,
): Promise<FiledMail[]> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const filed: FiledMail[] = [];
  for (const mail of mails) {
    const digest = digests.get(mail.messageId);
    if (!digest) continue;
    const sentAt = digest.sentAt ?? digest.claimedAt;
    const name = fileName(filed.length + 1, digest, sentAt);
    const eml = join(folder, `${name}.eml`);
    await writeFile(eml, await mimeOf(mail, digest, sentAt));
    await writeFile(join(folder, `${name}.html`), mail.html);
    filed.push({ mail, digest, sentAt, eml });
  }
  return filed;
}

function mimeOf(mail: SentMail, digest: DigestRecord, date: Instant): Promise<Uint8Array> {
  return buildMime({
    from: mail.from,
    to: digest.address,
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    headers: {},
    digest: digest.id,
    date,
    messageIdDomain: domainOf(mail.from),
  });
}

/** `007-2026-01-07T08-00-old-team@acme.test-warning`. */
function fileName(number: number, digest: DigestRecord, sentAt: Instant): string {
  const when = formatInstant(sentAt).slice(0, 16).replace(':', '-');
  const kinds = [...new Set(digest.items.map(({ notice }) => notice))].sort().join('-');
  const to = digest.address.replace(/[^\w.@+-]/g, '_');
  return `${String(number).padStart(3, '0')}-${when}-${to}-${kinds}`;
}
