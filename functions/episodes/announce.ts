import { BOUNDS } from '../abandonment/bounds.ts';
import { hearersDue, nextDeadlineEvaluation, type StoppingCase } from '../abandonment/deadlines.ts';
import { stoppingCase } from '../abandonment/judge-notice.ts';
import type { Announced, Stopping } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import type { DigestItem } from '../store/digests.ts';
import { noticeWrite, STOPPING_EPISODE } from '../store/notices.ts';
import type { TaskRecord } from '../store/tasks.ts';
import type { MailOutcome } from './mail.ts';
import type { Basis, EpisodeStep } from './transition.ts';

/**
 * Asks for the notices of a task's own deadline that are due, for as many recipients as one transaction takes, whatever
 * episode is open; and says when the deadline is to be evaluated next.
 */
export function announce(before: TaskRecord, { taskCase, room, now }: Basis): EpisodeStep {
  const deadlineCase = stoppingCase(taskCase, now);
  const { deadline, to } = hearersDue(deadlineCase, now) ?? { deadline: 0, to: [] };
  const some = to.slice(0, room);
  const isCut = some.length < to.length;
  const { task } = before;
  const pending = { notice: 'stopping', since: now, notBefore: now, by: deadline } as const;
  const episode = STOPPING_EPISODE;
  const writes = some.map(({ key, address }) =>
    noticeWrite({ recipient: key, address, task: task.id, episode, pending, until: deadline }),
  );
  const asked = { deadline, moves: deadlineCase.stopping.moves };
  const announcements = withoutOldestGone(deadlineCase.stopping.told, deadlineCase.hearers);
  for (const { key, address } of some)
    announcements[key] = { ...announcements[key], address, pending: asked };
  const stopping =
    some.length > 0 ? { ...deadlineCase.stopping, told: announcements } : deadlineCase.stopping;
  const lookAt = isCut
    ? now
    : nextDeadlineEvaluation({ ...deadlineCase, stopping }, before.open !== null, now);
  const next = stoppingToStore(before.stopping, stopping, lookAt, now);
  const record = next === before.stopping ? before : { ...before, stopping: next };
  return { record, beside: writes, told: some.map(({ key }) => key), isCut };
}

/** Who was notified, without those too many who hear of it no more: first those whose notice is the oldest. */
function withoutOldestGone(
  announcements: Stopping['told'],
  hearers: StoppingCase['hearers'],
): Stopping['told'] {
  const present = new Set(hearers.map(({ key }) => key));
  const gone = Object.entries(announcements)
    .filter(([key]) => !present.has(key))
    .sort(([, a], [, b]) => (a.acceptedAt ?? 0) - (b.acceptedAt ?? 0));
  const dropped = new Set(gone.slice(0, Math.max(0, gone.length - BOUNDS.toldLeft.most)).map(([key]) => key));
  return Object.fromEntries(Object.entries(announcements).filter(([key]) => !dropped.has(key)));
}

/** What is stored of announcements: nothing of a task that is found by its deadline and was never announced. */
function stoppingToStore(
  before: Stopping | null,
  after: Stopping,
  wanted: Instant | null | undefined,
  now: Instant,
): Stopping | null {
  if (wanted === undefined && Object.keys(after.told).length === 0) return null;
  const lookAt = sameInstant(before?.lookAt, wanted, now);
  if (after === before && lookAt === before.lookAt) return before;
  const { lookAt: _, ...rest } = after;
  return lookAt === undefined ? rest : { ...rest, lookAt };
}

/** A look that is due stays where it is, so that a hold writes nothing. */
function sameInstant<At extends Instant | null | undefined>(noted: At, wanted: At, now: Instant): At {
  const isDue = typeof noted === 'number' && typeof wanted === 'number' && noted <= now && wanted <= now;
  return isDue ? noted : wanted;
}

/**
 * The task once it is known what became of a mail with a notice of its deadline; the same where that changes nothing.
 */
export function withAnnouncementOutcome(
  record: TaskRecord,
  mail: MailOutcome,
  item: DigestItem,
  now: Instant,
): TaskRecord {
  const { stopping } = record;
  const announced = stopping?.told[mail.recipient];
  if (!stopping || !announced) return record;
  if (mail.standing === 'accepted') {
    const accepted = acceptedOf(announced, mail, item);
    return accepted ? { ...record, stopping: withAnnounced(stopping, mail.recipient, accepted) } : record;
  }
  const isMine = announced.digest === mail.digest;
  if (mail.standing !== 'failed' || (!isMine && !announced.pending)) return record;
  // Nobody was notified: it is due anew, for them or for who is notified in their stead.
  const { pending: _, ...rest } = announced;
  const withoutMail = withAnnounced(stopping, mail.recipient, isMine ? { address: announced.address } : rest);
  return { ...record, stopping: { ...withoutMail, lookAt: now } };
}

/** The marker after SES took a notice; undefined where it, or a later one, is known already. */
function acceptedOf(
  { address, digest, acceptedAt }: Announced,
  mail: MailOutcome,
  { disableAt, grace, binds }: DigestItem,
): Announced | undefined {
  const isKnown = acceptedAt !== undefined && (digest === mail.digest || acceptedAt > mail.acceptedAt);
  if (isKnown || disableAt === null) return undefined;
  const last = { deadline: disableAt, moves: grace };
  return { address, last, acceptedAt: mail.acceptedAt, digest: mail.digest, ...(binds && { binds }) };
}

function withAnnounced(stopping: Stopping, key: string, announced: Announced): Stopping {
  return { ...stopping, told: { ...stopping.told, [key]: announced } };
}

/**
 * The task without a notice of its deadline that was asked for and no longer holds; undefined where it is as before.
 */
export function withoutAnnouncement(record: TaskRecord | undefined, key: string): TaskRecord | undefined {
  const announced = record?.stopping?.told[key];
  if (!record?.stopping || !announced?.pending) return undefined;
  const { pending: _, ...rest } = announced;
  return { ...record, stopping: withAnnounced(record.stopping, key, rest) };
}
