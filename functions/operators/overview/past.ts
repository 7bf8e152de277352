import type { Instant } from '../../abandonment/time.ts';
import { amount } from '../../platform/amounts.ts';
import { namingsOf } from './mails.ts';
import type { StoredHistory } from './stored-history.ts';
import { instantText } from './time-text.ts';

/** Where a task stood at an instant that is past, as far as its history says. */
export interface PastView {
  state: 'not-known' | 'no-alert' | 'alert-open' | 'disabled' | 'deleted';
  /** In one sentence. */
  says: string;
  /** The alert that was open then. */
  episode: number | null;
}

/** What alerts, audit and mails say of an instant; what they do not keep (statuses, holds that ended) is not guessed. */
export function pastOf(history: StoredHistory, at: Instant): PastView {
  const { record, audit } = history;
  const deletedAt = record?.task.deletedAt;
  if (record && at < record.task.firstSeenAt)
    return { state: 'not-known', says: 'Taskwarden did not know it yet.', episode: null };
  if (deletedAt !== undefined && at >= deletedAt)
    return { state: 'deleted', says: `It was deleted on ${instantText(deletedAt)}.`, episode: null };
  const turned = audit.findLast((entry) => entry.at <= at && ['disabled', 'enabled'].includes(entry.act));
  const isOff = turned?.act === 'disabled' && !firedSince(history, turned.at, at);
  if (isOff) {
    const says = `It was disabled by Taskwarden since ${instantText(turned.at)} (${turned.reason}).`;
    return { state: 'disabled', says, episode: null };
  }
  return openAt(history, at);
}

/** Whether an alert fired between two instants: what fires is on. */
function firedSince({ alerts }: StoredHistory, from: Instant, at: Instant): boolean {
  return alerts.some(({ firedAt }) => firedAt > from && firedAt <= at);
}

function openAt(history: StoredHistory, at: Instant): PastView {
  const alert = history.alerts.findLast(
    ({ firedAt, resolvedAt }) => firedAt <= at && (resolvedAt === null || resolvedAt > at),
  );
  if (!alert) return { state: 'no-alert', says: 'No alert about it was open.', episode: null };
  const { episode, firedAt } = alert;
  const mails = namingsOf(history.digests, history.id).filter(
    (naming) => naming.episode === episode && naming.at <= at && naming.sentAt !== null,
  );
  const date = mails.findLast(({ disableAt }) => disableAt !== null)?.disableAt;
  const named = date === undefined ? '' : `; the newest date that they name is ${date}`;
  const says = `Alert #${episode} was open since ${instantText(firedAt)}; ${amount(mails.length, 'mail')} about it had been accepted${named}.`;
  return { state: 'alert-open', says, episode };
}
