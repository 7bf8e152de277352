import type { OutgoingMail } from '../../platform/ports.ts';
import type { System } from '../../platform/system.ts';
import { commit } from '../../store/commit.ts';
import {
  answeredAt,
  canaryRoundWrite,
  type FeedbackCanaryRecord,
  loadCanaryRound,
} from '../../store/heard.ts';
import type { Delivery, Outcome } from '../../work/consumer.ts';
import { retryDelaySeconds } from '../../work/pipeline.ts';
import { recordUntaken, type Untaken } from '../send/untaken.ts';
import type { MailEvent } from '../ses/ses-events.ts';

/** SES's mailbox simulator: it counts against no quota and no bounce rate. */
const TAKES = 'success@simulator.amazonses.com';
const BOUNCES = 'bounce@simulator.amazonses.com';

const TEXT = 'This mail shows that Amazon SES tells Taskwarden what becomes of its mails. Nobody reads it.\n';

/**
 * Sends the two mails of a round (promise 14). What SES does not take is tried again with this message; the scanner
 * asks anew for a round that nobody answers.
 */
export async function sendFeedbackCanary(system: System, id: string, delivery: Delivery): Promise<Outcome> {
  const round = await loadCanaryRound(system.table);
  if (round?.id !== id || answeredAt(round) !== null) return { outcome: 'skipped', reason: 'over' };
  const messages: string[] = [];
  for (const to of [TAKES, BOUNCES]) {
    const result = await system.mailer.send(canaryMail(id, to));
    if (result.outcome !== 'accepted') return notTaken(system, id, result, delivery);
    messages.push(result.messageId);
  }
  const sentAt = system.clock.now();
  await change(system, id, (newest) => ({ ...newest, sentAt, messages }));
  return { outcome: 'done', reason: 'canary of the feedback path' };
}

function canaryMail(id: string, to: string): OutgoingMail {
  const html = `<p>${TEXT}</p>`;
  return { to, subject: 'Feedback canary', text: TEXT, html, headers: {}, digest: id, isCanary: true };
}

async function notTaken(system: System, id: string, result: Untaken, delivery: Delivery): Promise<Outcome> {
  await recordUntaken(system, { item: id, channel: 'SES', result, delivery });
  if (result.outcome === 'unknown') return { outcome: 'skipped', reason: 'outcome unknown' };
  const delaySeconds = retryDelaySeconds(delivery.receiveCount, system.random.next());
  return { outcome: 'retry', reason: result.code, delaySeconds, failed: true, recorded: true };
}

/**
 * Takes an event about a canary; undefined where it is about no mail of the newest round. Only the delivery of the one
 * mail and the permanent bounce of the other answer it. An identity notification names a mail by the id of SES alone:
 * until that is noted it may be about a canary, and comes again.
 */
export async function takeCanaryAnswer(
  system: System,
  event: MailEvent,
): Promise<'recorded' | 'unknown digest' | undefined> {
  if (!event.recipients.some((address) => address === TAKES || address === BOUNCES)) return undefined;
  const round = await loadCanaryRound(system.table);
  if (!round) return undefined;
  if (event.digest !== round.id && !round.messages.includes(event.messageId)) {
    return event.digest === undefined && isUnderWay(round) ? 'unknown digest' : undefined;
  }
  const now = system.clock.now();
  if (event.kind === 'delivered' && event.recipients.includes(TAKES)) {
    await change(system, round.id, (newest) => ({ ...newest, deliveredAt: newest.deliveredAt ?? now }));
  }
  if (event.kind === 'bounced' && event.bounceType === 'permanent' && event.recipients.includes(BOUNCES)) {
    await change(system, round.id, (newest) => ({ ...newest, bouncedAt: newest.bouncedAt ?? now }));
  }
  return 'recorded';
}

/** Whether its mails were asked for and the ids that SES gave them are not noted yet. */
function isUnderWay(round: FeedbackCanaryRecord): boolean {
  return answeredAt(round) === null && (round.sentAt ?? 0) < round.askedAt;
}

/** Changes the round while it is the newest. */
async function change(
  system: System,
  id: string,
  make: (round: FeedbackCanaryRecord) => FeedbackCanaryRecord,
): Promise<void> {
  await commit(system, 'the canary of the feedback path', async () => {
    const round = await loadCanaryRound(system.table);
    return round?.id === id
      ? { writes: [canaryRoundWrite(make(round))], value: undefined }
      : { value: undefined };
  });
}
