import type { Instant } from '../../abandonment/time.ts';
import { METRIC } from '../../platform/names.ts';
import type { System } from '../../platform/system.ts';
import type { DigestRecord } from '../../store/digests.ts';
import { noteMailEvent } from '../../store/heard.ts';
import { type MailNews, recordEvent, recordUnsent } from '../send/record-digest.ts';
import type { MailEvent } from '../ses/ses-events.ts';
import { takeCanaryAnswer } from './feedback-canary.ts';
import { recordDelivery, recordSoftBounce } from './soft-bounces.ts';
import { boundedAt, whoseMail } from './whose-mail.ts';

/** What an event says of its mail (promise 4); undefined where SES took it and did not send it. */
function newsIn(event: MailEvent, at: Instant): MailNews | undefined {
  switch (event.kind) {
    case 'sent':
      return { state: 'sent' };
    case 'delivered':
    // Taken out of the spam folder: it arrived, and is welcome.
    case 'not-spam':
      return { state: 'delivered' };
    case 'delayed':
      return { state: 'sent', delayedAt: at };
    case 'complained':
      return { state: 'complained', dead: 'complaint' };
    case 'bounced':
      if (event.bounceType !== 'permanent') return { state: 'sent' };
      return { state: 'bounced', dead: isSuppressed(event) ? 'suppressed' : 'bounce' };
    case 'rejected':
    case 'rendering-failed':
      return undefined;
  }
}

function isSuppressed({ subType }: MailEvent): boolean {
  return subType !== undefined && /suppress/i.test(subType);
}

/** What became of an event: `unknown digest`: nobody knows yet whether it is about a mail of ours. */
export type Heard = 'recorded' | 'unknown digest' | 'not ours';

/** Takes in what SES says of a mail. What is not provably about one of ours changes nothing (see `whoseMail`). */
export async function recordMailEvent(system: System, event: MailEvent): Promise<Heard> {
  const answer = await takeCanaryAnswer(system, event);
  if (answer) return answer;
  const whose = await whoseMail(system.table, event);
  if (whose === 'unsettled') return 'unknown digest';
  if (whose === 'not ours') return whose;
  system.telemetry.metric(METRIC.mailEvent, 1, 'Count', { kind: event.kind, bounceType: event.bounceType });
  await noteMailEvent(system);
  for (const digest of whose.ours) await recordAbout(system, digest, event);
  return 'recorded';
}

async function recordAbout(system: System, digest: DigestRecord, event: MailEvent): Promise<void> {
  const { id } = digest;
  const { kind, subType } = event;
  const at = boundedAt(event, digest, system.clock.now());
  const news = newsIn(event, at);
  if (!news) return recordUnsent(system, id, kind);
  await recordEvent(system, id, news);
  if (kind === 'delivered') await recordDelivery(system, id, at);
  if (kind === 'bounced' && !('dead' in news)) await recordSoftBounce(system, id, at);
  if (kind === 'delayed') system.telemetry.log('info', 'a mail is delayed', { digest: id, subType });
}
