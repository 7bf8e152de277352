import type { Case, Decision } from '../abandonment/decide.ts';
import type { Episode } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { alertOf, alertWrite } from '../store/alerts.ts';
import { milestoneWrite } from '../store/milestones.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { cellOf, cellToKeep } from './cell.ts';
import { evidenceOf } from './evidence-of.ts';
import type { Basis, OpenStep } from './transition.ts';

/** Opens the next episode of a task, with its alert in the history. Nobody is warned yet: that is the next step. */
export function fire(record: TaskRecord, { taskCase, now }: Basis, decision: Decision): OpenStep {
  const cell = cellOf(taskCase);
  const kept = cellToKeep(cell);
  const open = { ...firedEpisode(record.episodes + 1, taskCase, decision, now), cell: kept };
  const fired = { ...record, episodes: open.number, open, hold: null, next: null };
  const alert = alertWrite({
    task: record.task.id,
    episode: open.number,
    type: alertOf(open),
    stage: taskCase.policy.mode,
    since: open.since,
    firedAt: now,
    resolvedAt: null,
    reason: null,
    evidence: evidenceOf(taskCase, decision),
    mails: open.mails,
    run: null,
    untold: [],
    holders: [],
  });
  const milestone = milestoneWrite({
    kind: 'fired',
    at: now,
    task: record.task.id,
    episode: open.number,
    cell,
    isOverdue: open.alert !== undefined,
  });
  return { record: fired, beside: [alert, milestone] };
}

/** The digests that announced a deadline. */
function mailsOf(stopping: Case['stopping'], deadline: Instant): string[] {
  const digests = Object.values(stopping?.told ?? {}).flatMap(({ last, digest }) =>
    last?.deadline === deadline && digest !== undefined ? [digest] : [],
  );
  return [...new Set(digests)].sort();
}

/** An episode as it begins: no grace, nobody notified. */
function firedEpisode(number: number, taskCase: Case, { reason, facts }: Decision, now: Instant): Episode {
  const { policy, stopping } = taskCase;
  const deadline = reason === 'overdue' ? facts.deadline : undefined;
  const isLate = deadline !== undefined;
  return {
    number,
    ...(isLate ? { alert: 'task_overdue' as const } : {}),
    firedAt: now,
    since: deadline ?? facts.notPrimarySince,
    warnAfter: policy.warnAfter,
    grace: 0,
    disableAfter: isLate ? (policy.stopNotice ?? policy.disableAfter) : policy.disableAfter,
    graceMode: 'detect',
    told: {},
    dates: [],
    rungs: [],
    mails: deadline === undefined ? [] : mailsOf(stopping, deadline),
  };
}
