import { type Duration, HOUR, type Instant, MINUTE } from '../abandonment/time.ts';
import type { Recording, Writing } from './commit.ts';
import { keys } from './keys.ts';
import { loadPauses } from './pauses.ts';
import { ROW_VERSION, recordIn, revised } from './rows.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** A process writes no more often than this that events come in. */
const FEED_EVERY: Duration = 5 * MINUTE;

/** Just after SES said something of a mail, the next mail need not be watched. */
const FEEDBACK_REST: Duration = HOUR;

/** When this process last wrote that events come in. */
const written = new WeakMap<Table, Instant>();

interface Feedback {
  /** The oldest mail that SES took and after which it said nothing of any mail. */
  unansweredSince: Instant | null;
  heardAt: Instant | null;
}

/** Notes that an event was taken in; at most one write per process and five minutes. */
export async function noteEvent(system: Recording): Promise<void> {
  const now = system.clock.now();
  const last = written.get(system.table);
  if (last !== undefined && now - last < FEED_EVERY) return;
  await quietly(system, async () => {
    await put(system, { ...keys.feed(), at: now });
    written.set(system.table, now);
  });
}

/** Notes that SES took a mail: from the first on after which nothing is heard, its word is missed. */
export async function noteMail(system: Recording): Promise<void> {
  await quietly(system, async () => {
    const now = system.clock.now();
    const { unansweredSince, heardAt } = await loadFeedback(system.table);
    const rests = heardAt !== null && now - heardAt < FEEDBACK_REST;
    if (unansweredSince === null && !rests)
      await put(system, { ...keys.feedback(), unansweredSince: now, heardAt });
  });
}

/** Notes that SES said something of a mail, whatever it was. */
export async function noteMailEvent(system: Recording): Promise<void> {
  await quietly(system, async () => {
    const now = system.clock.now();
    const { unansweredSince, heardAt } = await loadFeedback(system.table);
    const rests = heardAt !== null && now - heardAt < FEEDBACK_REST;
    if (unansweredSince !== null || !rests)
      await put(system, { ...keys.feedback(), unansweredSince: null, heardAt: now });
  });
}

/** What is known of SES's word on mails. */
export async function loadFeedback(table: Table): Promise<Feedback> {
  const row = await table.get(keys.feedback());
  return row ? feedbackFromRow(row) : NOTHING_HEARD;
}

/** The record in the row of SES's word on mails. */
export const feedbackFromRow = (row: Row): Feedback => ({ ...NOTHING_HEARD, ...recordIn<Feedback>(row) });

const NOTHING_HEARD: Feedback = { unansweredSince: null, heardAt: null };

async function put({ table, random, clock }: Writing, row: Row): Promise<void> {
  // May fail: the next that is heard is noted, and the limits of the watches are hours.
  await table.transact([{ put: { ...row, v: ROW_VERSION } }], random.id(clock.now()));
}

/** What is noted for a watch is only noted where one watches, and must not fail the work. */
async function quietly({ config, telemetry }: Recording, note: () => Promise<void>): Promise<void> {
  if (config.canaries !== true) return;
  try {
    await note();
  } catch (error) {
    telemetry.log('warn', 'not noted for the watches', { error: String(error) });
  }
}

/**
 * One round of the canary of the feedback path: a mail each to the addresses of SES's mailbox simulator that take
 * and that bounce. It ends when SES has said both.
 */
export interface FeedbackCanaryRecord {
  /** The digest id that both mails carry. */
  id: string;
  /** When the round began, and when its mails were last asked for. */
  since: Instant;
  askedAt: Instant;
  /** When SES took both mails; null before. */
  sentAt: Instant | null;
  /** The ids that SES gave them: identity notifications know no other. */
  messages: string[];
  /** When the delivery and the bounce were heard of; null before. */
  deliveredAt: Instant | null;
  bouncedAt: Instant | null;
  rev: number;
}

/** The newest round; undefined before the first. */
export async function loadCanaryRound(table: Table): Promise<FeedbackCanaryRecord | undefined> {
  const row = await table.get(keys.feedbackCanary());
  return row && canaryRoundFromRow(row);
}

/** The record in the row of the newest round. */
export const canaryRoundFromRow = (row: Row): FeedbackCanaryRecord => recordIn(row);

export const canaryRoundWrite = (round: FeedbackCanaryRecord): Write => revised(keys.feedbackCanary(), round);

/** When both answers were in; null while one is out. */
export function answeredAt({ deliveredAt, bouncedAt }: FeedbackCanaryRecord): Instant | null {
  return deliveredAt === null || bouncedAt === null ? null : Math.max(deliveredAt, bouncedAt);
}

/**
 * How the feedback path fares: when the newest round's mails were taken, delivered and bounced (null where that is
 * not so yet, or no canary was ever sent), and since when its silence holds disabling and repeats (null: it does not).
 */
export async function loadFeedbackCanary(table: Table): Promise<{
  sentAt: Instant | null;
  deliveredAt: Instant | null;
  bouncedAt: Instant | null;
  holding: Instant | null;
}> {
  const [round, { feedbackSilent }] = await Promise.all([loadCanaryRound(table), loadPauses(table)]);
  const { sentAt = null, deliveredAt = null, bouncedAt = null } = round ?? {};
  return { sentAt, deliveredAt, bouncedAt, holding: feedbackSilent };
}
