import * as z from 'zod/mini';
import { type Instant, parseInstant } from '../../abandonment/time.ts';
import { normaliseAddress } from '../../platform/addresses.ts';
import { DIGEST_HEADER, DIGEST_ID, DIGEST_TAG } from './digest-mail-marks.ts';
import { type EventKind, kindOf, unwrap } from './ses-events-envelope.ts';

/** What became of a mail, as SES tells it. */
export interface MailEvent {
  kind: EventKind;
  /** From the tag, or where there are no tags (identity notifications) from the header. */
  digest?: string;
  /** The id SES gave when it took the mail. */
  messageId: string;
  /** Whom it is about; normalised. */
  recipients: string[];
  /** Whom the mail went to, where it says so; normalised. */
  destination?: string[];
  /** When SES took the mail, by its clock. */
  sentAt?: Instant;
  bounceType?: 'permanent' | 'transient' | 'undetermined';
  /** As SES gives it: `General`, `MailboxFull`. */
  subType?: string;
  /** `suppressed`: the address stands on a suppression list, and SES did not try. */
  reason?: 'suppressed';
  /** By SES's clock. */
  at: Instant;
}

export type ParsedSesEvent = { ok: true; events: MailEvent[] } | { ok: false; reason: string };

const text = z.optional(z.nullable(z.string()));
const addressed = z.optional(z.nullable(z.array(z.object({ emailAddress: z.string() }))));

const record = z.object({
  mail: z.object({
    messageId: z.string().check(z.minLength(1)),
    timestamp: text,
    destination: z.optional(z.nullable(z.array(z.string()))),
    tags: z.optional(z.nullable(z.record(z.string(), z.array(z.string())))),
    headers: z.optional(z.nullable(z.array(z.object({ name: z.string(), value: z.string() })))),
  }),
  bounce: z.optional(
    z.object({
      bounceType: z.string(),
      bounceSubType: text,
      bouncedRecipients: addressed,
      timestamp: text,
    }),
  ),
  complaint: z.optional(
    z.object({
      complaintFeedbackType: text,
      complaintSubType: text,
      complainedRecipients: addressed,
      timestamp: text,
    }),
  ),
  delivery: z.optional(
    z.object({ recipients: z.optional(z.nullable(z.array(z.string()))), timestamp: text }),
  ),
  deliveryDelay: z.optional(z.object({ delayedRecipients: addressed, delayType: text, timestamp: text })),
});
type SesRecord = z.infer<typeof record>;

function digestOf(mail: SesRecord['mail']): string | undefined {
  const header = mail.headers?.find((each) => each.name.toLowerCase() === DIGEST_HEADER.toLowerCase());
  const digest = mail.tags?.[DIGEST_TAG]?.[0] ?? header?.value.trim();
  return digest !== undefined && DIGEST_ID.test(digest) ? digest : undefined;
}

function addressesOf({ mail, bounce, complaint, delivery, deliveryDelay }: SesRecord): string[] {
  const named =
    bounce?.bouncedRecipients ?? complaint?.complainedRecipients ?? deliveryDelay?.delayedRecipients;
  const raw = named?.map((each) => each.emailAddress) ?? delivery?.recipients ?? [];
  return plain(raw.length > 0 ? raw : (mail.destination ?? []));
}

/** Each address once, without display names; what is none is left out. */
function plain(mailboxes: readonly string[]): string[] {
  const addresses = mailboxes.flatMap((each) => {
    const address = normaliseAddress(/<([^<>]*)>\s*$/.exec(each)?.[1] ?? each);
    return address === undefined ? [] : [address];
  });
  return [...new Set(addresses)];
}

function instantOf({ mail, bounce, complaint, delivery, deliveryDelay }: SesRecord): Instant | undefined {
  for (const timestamp of [bounce, complaint, delivery, deliveryDelay, mail].map((each) => each?.timestamp)) {
    const instant = timestamp ? parseInstant(timestamp) : undefined;
    if (instant !== undefined) return instant;
  }
  return undefined;
}

const SUPPRESSED = /^(OnAccountSuppressionList|OnTenantSuppressionList|Suppressed)$/;

function bounceTypeOf(bounceType: string, suppressed: boolean): NonNullable<MailEvent['bounceType']> {
  if (suppressed || bounceType === 'Permanent') return 'permanent';
  return bounceType === 'Transient' ? 'transient' : 'undetermined';
}

/** A report that the mail is no spam is none that it is; providers spell it in their own ways. */
function isNotSpam({ complaint }: SesRecord): boolean {
  return /^\s*not[-_ ]?spam\s*$/i.test(complaint?.complaintFeedbackType ?? '');
}

function eventOf(kind: EventKind, ses: SesRecord, at: Instant): MailEvent {
  const digest = digestOf(ses.mail);
  const sentAt = ses.mail.timestamp ? parseInstant(ses.mail.timestamp) : undefined;
  const subType =
    ses.bounce?.bounceSubType ?? ses.complaint?.complaintSubType ?? ses.deliveryDelay?.delayType;
  const suppressed = subType !== undefined && subType !== null && SUPPRESSED.test(subType);
  return {
    kind: kind === 'complained' && isNotSpam(ses) ? 'not-spam' : kind,
    ...(digest === undefined ? {} : { digest }),
    messageId: ses.mail.messageId,
    recipients: addressesOf(ses),
    ...(ses.mail.destination ? { destination: plain(ses.mail.destination) } : {}),
    ...(sentAt === undefined ? {} : { sentAt }),
    ...(ses.bounce ? { bounceType: bounceTypeOf(ses.bounce.bounceType, suppressed) } : {}),
    ...(subType ? { subType } : {}),
    ...(suppressed ? { reason: 'suppressed' as const } : {}),
    at,
  };
}

const NEEDS: Partial<Record<EventKind, 'bounce' | 'complaint'>> = {
  bounced: 'bounce',
  complained: 'complaint',
};

/**
 * Reads what SES says of a mail: an event of a configuration set or a notification of an identity, bare, in
 * an SNS envelope or in one of EventBridge, as text or parsed. Gives no events for what says nothing of a
 * mail's fate (opens, clicks, the test messages of a new topic), and a reason where it cannot be read.
 */
export function parseSesEvent(body: unknown): ParsedSesEvent {
  const unwrapped = unwrap(body);
  if (!unwrapped.ok) return unwrapped;
  if ('test' in unwrapped) return { ok: true, events: [] };
  const kind = kindOf(unwrapped.record);
  if (kind === 'of-no-interest') return { ok: true, events: [] };
  if (kind === undefined) return { ok: false, reason: 'no eventType or notificationType that is known' };
  const parsed = record.safeParse(unwrapped.record);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return {
      ok: false,
      reason: `${issue?.path.join('.') || 'the record'}: ${issue?.message ?? 'unreadable'}`,
    };
  }
  const needed = NEEDS[kind];
  if (needed && !parsed.data[needed]) return { ok: false, reason: `${needed}: missing` };
  const at = instantOf(parsed.data);
  if (at === undefined) return { ok: false, reason: 'no timestamp that is an instant' };
  return { ok: true, events: [eventOf(kind, parsed.data, at)] };
}
