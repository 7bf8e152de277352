import { triedSince } from '../../abandonment/healthy-spells.ts';
import { staleness } from '../../abandonment/judge-news.ts';
import { judgeNotice, judgeStopping, type StoppingVerdict } from '../../abandonment/judge-notice.ts';
import { restorableUntil } from '../../abandonment/restorable.ts';
import type { Instant } from '../../abandonment/time.ts';
import { withoutNoticeOf } from '../../episodes/notice-taken-back.ts';
import { isOpen, type OpenTask } from '../../episodes/open-task.ts';
import { recipientKey } from '../../platform/addresses.ts';
import type { System } from '../../platform/system.ts';
import type { DigestItem } from '../../store/digests.ts';
import type { FleetView } from '../../store/fleet-view.ts';
import {
  factsOf,
  type NoticeRecord,
  noticeClosed,
  type PendingNotice,
  type PendingPast,
  STOPPING_EPISODE,
} from '../../store/notices.ts';
import { loadTasks, type TaskRecord, taskWrite } from '../../store/tasks.ts';
import { triedOf } from './digest-facts.ts';
import { storeOnTask } from './unchangeable.ts';
import type { Waiting } from './waiting.ts';

/** A notice that goes now, with what it will say. */
export interface Chosen {
  notice: Waiting;
  record: TaskRecord | undefined;
  item: DigestItem;
}

/** Decides each notice again on fresh state; those that no longer hold go, with their reason. */
export async function judgeNotices(
  system: System,
  view: FleetView,
  key: string,
  notices: Waiting[],
  now: Instant,
): Promise<Chosen[]> {
  const tasks = await loadTasks(
    system.table,
    notices.map((notice) => notice.task),
  );
  await view.loadRecipients([key]);
  const chosen: Chosen[] = [];
  for (const notice of notices) {
    const record = tasks.get(notice.task);
    const { pending } = notice;
    if ('facts' in pending) {
      const stale = stalenessOf(view, notice, record, now);
      if (stale === undefined) chosen.push({ notice, record, item: pastItem(notice, pending) });
      else await skip(system, view, notice, record, stale);
      continue;
    }
    if (pending.notice === 'stopping') {
      chosen.push(...(await stoppingOf(system, view, notice, record, now)));
      continue;
    }
    const open = record && isOpen(record) && record.open.number === notice.episode ? record : undefined;
    const verdict = open
      ? judgeNotice(await view.caseOf(open), key, pending.notice, now, isAgain(pending))
      : ({ verdict: 'void', reason: 'over' } as const);
    if (verdict.verdict === 'send' && open) {
      chosen.push({ notice, record, item: presentItem(notice, open, verdict) });
    } else if (verdict.verdict === 'void') {
      await skip(system, view, notice, record, verdict.reason);
    }
  }
  return chosen;
}

/** The notice of a task's own deadline, where it still holds; it is of no episode. */
async function stoppingOf(
  system: System,
  view: FleetView,
  notice: Waiting,
  record: TaskRecord | undefined,
  now: Instant,
): Promise<Chosen[]> {
  const verdict = record
    ? judgeStopping(await view.caseOf(record), notice.recipient, now)
    : ({ verdict: 'void', reason: 'gone' } as const);
  if (verdict.verdict === 'send' && record)
    return [{ notice, record, item: stoppingItem(notice, record, verdict) }];
  if (verdict.verdict === 'void') await skip(system, view, notice, record, verdict.reason);
  return [];
}

function stoppingItem(
  { task, episode, pending }: Waiting,
  { evidence }: TaskRecord,
  { deadline, moves, binds }: Extract<StoppingVerdict, { verdict: 'send' }>,
): DigestItem {
  return {
    task,
    episode,
    notice: 'stopping',
    grace: moves,
    disableAt: deadline,
    since: deadline,
    ...triedSince(evidence),
    asked: pending.since,
    ...(binds && { binds }),
  };
}

/** Whether an operator wants a warning sent again. */
function isAgain(pending: PendingNotice): boolean {
  return (pending.notice === 'warning' || pending.notice === 'overdue') && pending.again === true;
}

function stalenessOf(
  view: FleetView,
  notice: Waiting,
  record: TaskRecord | undefined,
  now: Instant,
): string | undefined {
  const { notice: kind, since } = notice.pending;
  const newsCase = record && { ...record, policy: view.policies.for(notice.task) };
  const declined = view.hasDeclined(notice.recipient);
  const isOver = isTooLate(notice.pending, now) || isTakenBack(notice.pending, record);
  return staleness(newsCase, { notice: kind, asked: since, declined, isOver });
}

/** Whether what was disabled can no longer be enabled as it was. */
function isTooLate(pending: PendingNotice, now: Instant): boolean {
  const facts = factsOf(pending);
  return facts?.disabledAt !== undefined && now >= restorableUntil(facts.disabledAt, facts.restorableUntil);
}

/** Whether who said that a task is not theirs took that back. */
function isTakenBack(pending: PendingNotice, record: TaskRecord | undefined): boolean {
  const by = factsOf(pending)?.disclaimed?.by;
  return by !== undefined && !record?.task.disclaimed?.includes(recipientKey(by));
}

async function skip(
  system: System,
  view: FleetView,
  notice: Waiting,
  record: TaskRecord | undefined,
  reason: string,
): Promise<void> {
  const about = { task: notice.task, notice: notice.pending.notice, reason };
  system.telemetry.log('info', 'notice skipped', about);
  await dropNotice(system, view, notice, record);
}

/** Takes back a notice that no longer holds, so that the next look can ask for another. */
export async function dropNotice(
  system: System,
  view: FleetView,
  notice: Waiting,
  record: TaskRecord | undefined,
): Promise<void> {
  const writer = () => system.random.id(system.clock.now());
  const { recipient, pending, episode } = notice;
  const isAsked =
    !('facts' in pending) && (pending.notice === 'stopping' || record?.open?.number === episode);
  const changed = isAsked
    ? withoutNoticeOf(record, recipient, pending.notice, system.clock.now())
    : undefined;
  if (changed) {
    let isApplied = false;
    const isStored = await storeOnTask(system, notice, async () => {
      const write = taskWrite(changed, view.policies.for(notice.task));
      isApplied = (await system.table.transact([write], writer())).outcome === 'applied';
    });
    if (isStored && !isApplied) return;
  }
  // Refused where another notice stands there by now, or busy: what still waits is judged again with the next mail.
  await system.table.transact([noticeClosed(notice, wasNotified(changed ?? record, notice))], writer());
}

/** Whether the recipient of a notice was notified of its episode, or of the task's deadline, and what becomes of them matters. */
function wasNotified(record: TaskRecord | undefined, { recipient, episode }: NoticeRecord): boolean {
  if (episode === STOPPING_EPISODE) return record?.stopping?.told[recipient] !== undefined;
  return record?.open?.number === episode && record.open.told[recipient] !== undefined;
}

function presentItem(
  notice: Waiting,
  { open, evidence }: OpenTask,
  verdict: { disableAt: Instant | null; after?: number },
): DigestItem {
  const { pending } = notice;
  return {
    task: notice.task,
    episode: notice.episode,
    notice: notice.pending.notice,
    ...(open.alert && { alert: open.alert }),
    grace: open.grace,
    disableAt: verdict.disableAt,
    ...(verdict.after === undefined ? {} : { after: verdict.after }),
    since: open.since,
    ...triedSince(evidence),
    asked: notice.pending.since,
    ...(pending.notice === 'reminder' && { lead: pending.lead }),
  };
}

/** A notice of what is past says what was frozen when it came to be. */
function pastItem({ task, episode }: Waiting, { notice, since: asked, facts }: PendingPast): DigestItem {
  const past = { grace: 0, disableAt: null, since: facts.since, ...triedOf(facts) };
  return { task, episode, ...(facts.alert && { alert: facts.alert }), notice, ...past, asked };
}
