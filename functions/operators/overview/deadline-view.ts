import { endsBy, ownDeadline } from '../../abandonment/deadlines.ts';
import type { Case } from '../../abandonment/decide.ts';
import { stoppingCase } from '../../abandonment/judge-notice.ts';
import type { EffectivePolicy } from '../../abandonment/policy.ts';
import { formatDuration, type Instant } from '../../abandonment/time.ts';
import type { NextStep } from './next-steps.ts';
import { instantText } from './time-text.ts';

/** A task's own deadline, where it comes from, and who was notified of which; instants are RFC 3339. */
export interface DeadlineView {
  /** Null where it has none now. */
  deadline: string | null;
  from: 'owning system' | 'failAfter' | null;
  startedAt: string | null;
  endedAt: string | null;
  announced: { address: string; deadline: string | null; acceptedAt: string | null; declined: boolean }[];
}

/** What there is to say of a task's deadline; null of one that is no job and for which none was ever said. */
export function deadlineView(taskCase: Case, at: Instant): DeadlineView | null {
  const { task } = taskCase;
  if (task.kind !== 'job' && task.deadlineSetAt === undefined) return null;
  const { policy, stopping, hearers } = stoppingCase(taskCase, at);
  const deadline = ownDeadline(task, policy);
  const isSaid = deadline !== null && endsBy(task)?.deadline === deadline;
  return {
    deadline: instantText(deadline),
    from: deadline === null ? null : isSaid ? 'owning system' : 'failAfter',
    startedAt: instantText(task.startedAt),
    endedAt: instantText(task.endedAt),
    announced: hearers.map(({ key, address, declined }) => {
      const announced = stopping.told[key];
      const acceptedAt = instantText(announced?.acceptedAt);
      return { address, deadline: instantText(announced?.last?.deadline), acceptedAt, declined };
    }),
  };
}

/** What follows from a deadline ahead if nothing else is heard: its announcement, and what is done at it. */
export function deadlineSteps(taskCase: Case, at: Instant): NextStep[] {
  const { task, policy, stopping } = stoppingCase(taskCase, at);
  const deadline = ownDeadline(task, policy);
  if (deadline === null || at >= deadline) return [];
  return [...announcement(policy, deadline, stopping.told, at), ...atItsEnd(policy, deadline)];
}

function announcement(
  { stopNotice, mode }: EffectivePolicy,
  deadline: Instant,
  announcements: ReturnType<typeof stoppingCase>['stopping']['told'],
  at: Instant,
): NextStep[] {
  if (stopNotice === null || mode === 'detect') return [];
  if (Object.values(announcements).some(({ last }) => last?.deadline === deadline)) return [];
  const when = Math.max(at, deadline - stopNotice);
  return [
    { at: instantText(when), what: `its deadline is announced (${formatDuration(stopNotice)} before)` },
  ];
}

function atItsEnd({ atDeadline, mode }: EffectivePolicy, deadline: Instant): NextStep[] {
  const what = {
    nothing: 'its deadline: its owning system ends it, and nothing is asked of Taskwarden',
    alert: 'its deadline: an alert fires',
    disable:
      mode === 'disable'
        ? 'its deadline: an alert fires, and it is disabled once its notice is over'
        : 'its deadline: an alert fires',
  };
  return [{ at: instantText(deadline), what: what[atDeadline] }];
}
