import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatInstant, type Instant } from '../functions/abandonment/time.ts';
import { buildMime } from '../functions/notices/render/mime.ts';
import { domainOf } from '../functions/platform/addresses.ts';
import type { DigestRecord } from '../functions/store/digests.ts';
import type { SentMail } from './mailbox.ts';

/** A mail together with the row that says what it is about. */
export interface FiledMail {
  mail: SentMail;
  digest: DigestRecord;
  sentAt: Instant;
  /** Path of its `.eml` file; the `.html` file lies beside it. */
  eml: string;
}

/** Writes each mail as an `.eml` and an `.html` file into a folder, which holds nothing else afterwards. */
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
    const kinds = [...new Set(digest.items.map(({ notice }) => notice))].sort().join('-');
    const path = join(folder, mailFileName(filed.length + 1, sentAt, digest.address, kinds));
    await writeFile(`${path}.eml`, mail.raw ?? (await mimeOf(mail, digest, sentAt)));
    await writeFile(`${path}.html`, mail.html);
    filed.push({ mail, digest, sentAt, eml: `${path}.eml` });
  }
  return filed;
}

/** `007-2026-01-07T08-00-old-team@acme.test-warning`. */
export function mailFileName(number: number, at: Instant, to: string, what: string): string {
  const when = formatInstant(at).slice(0, 16).replace(':', '-');
  return `${String(number).padStart(3, '0')}-${when}-${to.replace(/[^\w.@+-]/g, '_')}-${what}`;
}

/** An emulator that keeps only parts: the message is made anew, by the code that the notifier makes it with. */
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
