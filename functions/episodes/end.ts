import { afterOverdue, holdersOfStopping } from '../abandonment/deadlines.ts';
import { type Case, type Decision, isOverdue, modeOf } from '../abandonment/decide.ts';
import type { Episode, ResolveReason, Stopping } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { topicsThatHeard } from '../abandonment/topics.ts';
import { type AlertRecord, alertOf, alertWrite } from '../store/alerts.ts';
import { type Milestone, milestoneWrite } from '../store/milestones.ts';
import { type NewNotice, noticeDelete, noticeWrites } from '../store/notices.ts';
import type { Write } from '../store/table/table.port.ts';
import { cellOf, restartsSince, wasWarned } from './cell.ts';
import { evidenceOf } from './evidence-of.ts';
import { endedHolds } from './holds.ts';
import type { OpenTask } from './open-task.ts';
import type { Basis, EpisodeStep } from './transition.ts';

/** How an episode ends. */
export interface End {
  reason: ResolveReason;
  /** What its recipients and topics hear of the end. */
  notices: readonly NewNotice[];
  /** The run that disabled the task; null where none did. */
  run: string | null;
}

/**
 * Ends the open episode: the task's row without it, the alert with its end, and the notices that follow; those of the
 * episode that nobody needs any more go. What does not fit into one transaction is listed on the alert, and written
 * from there (`store/untold.ts`).
 */
export function endEpisode(
  record: OpenTask,
  { taskCase, room, now }: Basis,
  decision: Decision,
  end: End,
): EpisodeStep {
  const { task, open } = record;
  const { notices } = end;
  const obsolete = obsoleteIn(open, notices);
  const fits = notices.length + obsolete.length < room;
  const holds = endedHolds(open, now);
  const alert: AlertRecord = {
    task: task.id,
    episode: open.number,
    type: alertOf(open),
    stage: modeOf(taskCase),
    since: open.since,
    firedAt: open.firedAt,
    resolvedAt: now,
    reason: end.reason,
    evidence: evidenceOf(taskCase, decision),
    mails: open.mails,
    run: end.run,
    untold: fits ? [] : [...notices, ...obsolete.map((key) => ({ key, pending: null }))],
    holders: open.disabling ? holdersOf(record) : [],
    ...(holds && { holds }),
  };
  const recorded = [alertWrite(alert), ...milestonesOf(record, taskCase, end.reason, now)];
  const ended = { ...record, open: null, hold: null, next: null, stopping: stoppingAfter(record, now) };
  if (!fits) return { record: ended, beside: recorded, untold: alert };
  const deletes = obsolete.map((key) => noticeDelete(key, task.id, open.number));
  return {
    record: ended,
    beside: [...recorded, ...noticeWrites(task.id, open.number, notices), ...deletes],
    told: notices.map(({ key }) => key),
  };
}

/** What facts count of an end; a disabling is counted where it is confirmed (`end-disabled.ts`). */
function milestonesOf({ task, open }: OpenTask, taskCase: Case, reason: ResolveReason, at: Instant): Write[] {
  if (reason === 'disabled' || reason === 'disabled-by-owner') return [];
  const ended: Milestone = {
    kind: 'ended',
    at,
    task: task.id,
    episode: open.number,
    cell: cellOf(taskCase, open),
    reason,
    wasWarned: wasWarned(open),
    restarts: restartsSince(taskCase.evidence),
  };
  return [milestoneWrite(ended)];
}

/** Whose notices of the episode were asked for, and hears nothing of its end. */
function obsoleteIn(open: Episode, notices: readonly NewNotice[]): string[] {
  const asked = [...Object.keys(open.told), ...Object.keys(open.informed ?? {})];
  const hearing = new Set(notices.map(({ key }) => key));
  return asked.filter((key) => !hearing.has(key));
}

/** What is known of announcements after the episode; a deadline that is past is evaluated again. */
function stoppingAfter({ open, stopping }: OpenTask, now: Instant): Stopping | null {
  const spent = isOverdue(open) ? afterOverdue(stopping, now) : stopping;
  return spent && { ...spent, lookAt: now };
}

/** Who holds the warning of the present grace, or the announced deadline that was its date, recipients still or not. */
function holdersOf({ open, stopping }: OpenTask): string[] {
  const warned = Object.entries(open.told).filter(
    ([, part]) => part.grace === open.grace && part.warning === 'accepted',
  );
  const announced = isOverdue(open) && open.grace === 0 ? holdersOfStopping(stopping, open.since) : [];
  return [...warned.map(([key]) => key), ...announced, ...topicsThatHeard(open)];
}
