import MailComposer from 'nodemailer/lib/mail-composer';
import type { Instant } from '../../abandonment/time.ts';
import { normaliseAddress } from '../../platform/addresses.ts';
import { visible } from '../../platform/escape.ts';
import type { OutgoingMail } from '../../platform/ports.ts';
import { DIGEST_HEADER, DIGEST_ID } from '../ses/digest-mail-marks.ts';

export interface MimeMail extends OutgoingMail {
  /** A plain address or `Name <address>`. */
  from: string;
  replyTo?: string;
  /** Of the `Date` header. */
  date: Instant;
  /** The right side of the Message-ID, whose left side is the digest. */
  messageIdDomain: string;
}

const HEADER_NAME = /^[A-Za-z][A-Za-z0-9-]*$/;
const OWN =
  /^(from|sender|to|cc|bcc|reply-to|subject|date|message-id|mime-version|content-.*|x-taskwarden-digest)$/i;

function extraHeaders(headers: Record<string, string>): { key: string; value: string }[] {
  return Object.entries(headers).map(([key, value]) => {
    if (!HEADER_NAME.test(key) || OWN.test(key))
      throw new RangeError(`not a header a caller may set: ${visible(key)}`);
    return { key, value: visible(value) };
  });
}

function recipientOf(mail: OutgoingMail): { name: string; address: string } {
  if (normaliseAddress(mail.to) === undefined) throw new RangeError('the recipient is not one plain address');
  return { name: '', address: mail.to };
}

/**
 * The raw message: text and HTML as alternatives, all header values free of control characters and line
 * breaks. Throws a RangeError where the recipient is not one plain address, the digest id has other
 * characters than an SES tag may have, or a caller's header is one of those set here.
 */
export async function buildMime(mail: MimeMail): Promise<Uint8Array> {
  if (!DIGEST_ID.test(mail.digest)) throw new RangeError(`not a digest id: ${visible(mail.digest)}`);
  const composer = new MailComposer({
    from: visible(mail.from),
    to: recipientOf(mail),
    ...(mail.replyTo === undefined ? {} : { replyTo: visible(mail.replyTo) }),
    subject: visible(mail.subject),
    date: new Date(mail.date),
    messageId: `<${mail.digest}@${visible(mail.messageIdDomain)}>`,
    headers: [
      ...extraHeaders(mail.headers),
      { key: DIGEST_HEADER, value: mail.digest },
      { key: 'Auto-Submitted', value: 'auto-generated' },
    ],
    text: mail.text,
    html: mail.html,
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}
