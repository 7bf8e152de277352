import { unknownTime } from './evidence.ts';
import type { AtDeadline, EffectivePolicy, ScopedPolicy } from './policy.ts';
import type { Restored } from './restored.ts';
import type { Announced, Episode, Keep, Mode, Stopping, Task } from './task.ts';
import { type Duration, type Instant, type Interval, roundUpToMinute } from './time.ts';

/** Whether a job is under way: it was started, did not end since, and is on. */
export function isRunningJob({ kind, enabled, deletedAt, startedAt, endedAt }: Task): boolean {
  return (
    kind === 'job' && enabled && deletedAt === undefined && startedAt !== undefined && endedAt === undefined
  );
}

/** Whether a task may have a deadline now: it is on and, where it is a job, running. */
function mayEnd(task: Task): boolean {
  return task.kind === 'job' ? isRunningJob(task) : task.enabled && task.deletedAt === undefined;
}

/** What a task's deadline follows from; undefined where it has none, whatever its policy says. */
export function endsBy(task: Task): Pick<Task, 'deadline' | 'startedAt'> | undefined {
  if (!mayEnd(task)) return undefined;
  const { deadline, startedAt } = task;
  const running = task.kind === 'job' && startedAt !== undefined ? { startedAt } : {};
  const stated = deadline === undefined ? {} : { deadline };
  return 'startedAt' in running || 'deadline' in stated ? { ...stated, ...running } : undefined;
}

/**
 * When a task is to end (docs/rules.md#deadlines): what its owning system says or, of a running job, its start +
 * `failAfter`, whichever is earlier; null where neither is known.
 */
export function ownDeadline(task: Task, { failAfter }: Pick<ScopedPolicy, 'failAfter'>): Instant | null {
  const { deadline, startedAt } = endsBy(task) ?? {};
  const derived = startedAt === undefined || failAfter === null ? undefined : startedAt + failAfter;
  if (deadline === undefined || derived === undefined) return deadline ?? derived ?? null;
  return Math.min(deadline, derived);
}

/** What is done of a task that outlives its deadline, in the words of modes: the notices of an episode follow them. */
function overdueMode(mode: Mode, atDeadline: AtDeadline): Mode {
  return mode === 'disable' && atDeadline !== 'disable' ? 'notify' : mode;
}

/**
 * The policy by which an episode is judged. Of an overdue task the grace is `stopNotice`, there are no reminders, no
 * admins join, and `alert` is mode `notify` (docs/rules.md#deadlines).
 */
export function judgedPolicy(policy: EffectivePolicy, episode: Episode | null): EffectivePolicy {
  if (episode?.alert !== 'task_overdue') return policy;
  return {
    ...policy,
    mode: overdueMode(policy.mode, policy.atDeadline),
    disableAfter: policy.stopNotice ?? policy.disableAfter,
    reminders: [],
    escalateAt: null,
    recoveryMail: false,
  };
}

/** What was announced, as of a task of which nothing was. */
export const NOTHING_ANNOUNCED: Stopping = { moves: 0, seen: null, told: {} };

/** When a deadline moved, and the notice that was asked for then. */
interface Move {
  at: Instant;
  stopNotice: Duration | null;
}

/**
 * What is known of announcements once the deadline moved. One that comes anew, moves earlier, or to an instant more
 * than `stopNotice` away is announced again; back at the one that was announced last, it is as if nothing had moved.
 */
export function afterMove(stopping: Stopping, to: Instant | null, { at, stopNotice }: Move): Stopping {
  const { seen: from } = stopping;
  if (to === from) return stopping;
  const isArmed = to !== null && (from === null || to < from || to - at > (stopNotice ?? 0));
  const moves = stopping.moves + (isArmed ? 1 : 0);
  const announcements = Object.fromEntries(
    Object.entries(stopping.told).map(([key, announced]) => [
      key,
      announced.last && announced.last.deadline === to
        ? { ...announced, last: { ...announced.last, moves } }
        : announced,
    ]),
  );
  return { ...stopping, moves, seen: to, told: announcements };
}

/**
 * What is known of a task's announcements, with the moves of its deadline that a policy made since it was evaluated.
 */
export function stoppingNow(
  stopping: Stopping | null | undefined,
  task: Task,
  policy: EffectivePolicy,
  now: Instant,
): Stopping {
  const to = ownDeadline(task, policy);
  if (!stopping) return { ...NOTHING_ANNOUNCED, seen: to };
  const at = Math.min(policy.deadlinesMovedAt ?? now, now);
  return afterMove(stopping, to, { at, stopNotice: policy.stopNotice });
}

/** A reachable recipient of announcements. */
interface Hearer {
  key: string;
  address: string;
  /** Reminders are declined. */
  declined: boolean;
}

/** What an announcement of a deadline rests on. `policy`: the task's own, whatever episode is open. */
export interface StoppingCase {
  task: Task;
  policy: EffectivePolicy;
  keep: Keep | null;
  stopping: Stopping;
  /** Reachable recipients of announcements. */
  hearers: readonly Hearer[];
  /** Whether our disabling was reverted. */
  reverted: boolean;
}

/** Why no deadline is to be announced to anybody now; undefined where one is. */
export function notAnnounced(
  { task, policy, keep, reverted }: StoppingCase,
  now: Instant,
): string | undefined {
  const deadline = ownDeadline(task, policy);
  const { stopNotice, mode, atDeadline } = policy;
  if (deadline === null) return 'no-deadline';
  if (stopNotice === null || mode === 'detect') return 'stage';
  if (now >= deadline) return 'due';
  if (now < deadline - stopNotice) return 'not-due';
  const isHeld = reverted || (keep !== null && now < keep.until);
  return isHeld && atDeadline === 'disable' ? 'held' : undefined;
}

/** Whether one was notified of a deadline, or of one before it that moved without being armed again. */
export function isAnnounced(announced: Announced | undefined, deadline: Instant, moves: number): boolean {
  return isOf(announced?.last, deadline, moves);
}

function isOf(
  mark: { deadline: Instant; moves: number } | undefined,
  deadline: Instant,
  moves: number,
): boolean {
  return mark !== undefined && (mark.deadline === deadline || mark.moves === moves);
}

/** Who is to be notified of the deadline now, and was not asked to be. */
export function hearersDue(
  deadlineCase: StoppingCase,
  now: Instant,
): { deadline: Instant; to: Hearer[] } | undefined {
  const deadline = ownDeadline(deadlineCase.task, deadlineCase.policy);
  if (deadline === null || notAnnounced(deadlineCase, now) !== undefined) return undefined;
  const { told, moves } = deadlineCase.stopping;
  const to = deadlineCase.hearers.filter(({ key, declined }) => {
    const announced = told[key];
    return !declined && !isOf(announced?.last, deadline, moves) && !isOf(announced?.pending, deadline, moves);
  });
  return { deadline, to };
}

/** From when on a task's deadline asks for anything, by its policy; null: never. */
export function reachOf({ mode, stopNotice, atDeadline }: EffectivePolicy): { lead: Duration } | null {
  if (stopNotice !== null && mode !== 'detect') return { lead: stopNotice };
  return atDeadline === 'nothing' ? null : { lead: 0 };
}

/**
 * When to evaluate a task's deadline next, once it was evaluated: undefined where it is found by the deadline itself,
 * null where only a change can matter.
 */
export function nextDeadlineEvaluation(
  { task, policy, keep, hearers, stopping, reverted }: StoppingCase,
  isOpen: boolean,
  now: Instant,
): Instant | null | undefined {
  const deadline = ownDeadline(task, policy);
  const reach = reachOf(policy);
  if (deadline === null) return undefined;
  const from = deadline - (reach?.lead ?? 0);
  if (now < from) return undefined;
  const kept = keep !== null && now < keep.until ? keep.until : null;
  const isEnd = policy.atDeadline !== 'nothing';
  if (now < deadline) {
    const atHand = { task, policy, keep, hearers, stopping, reverted };
    const ends = [isEnd ? deadline : null, notAnnounced(atHand, now) === 'held' ? kept : null];
    const instants = ends.filter((instant) => instant !== null);
    return instants.length > 0 ? Math.min(...instants) : null;
  }
  if (!isEnd || isOpen) return null;
  return kept ?? now;
}

/** What the date of an overdue task rests on where its deadline was announced. */
interface ByStopping extends Restored {
  task: Task;
  policy: EffectivePolicy;
  keep: Keep | null;
  episode: Episode;
  stopping: Stopping;
  hearers: readonly Hearer[];
}

/**
 * The date of an overdue task that a reachable recipient was notified of: the later of the deadline and of `stopNotice`
 * after SES took that, in counted time (docs/rules.md#deadlines). Null where no announcement counts.
 */
export function dateByStopping(
  overdue: ByStopping,
  unknown: readonly Interval[],
  now: Instant,
): { disableAt: Instant; after: Duration } | null {
  const { task, policy, episode, stopping, hearers } = overdue;
  const deadline = ownDeadline(task, policy);
  const { stopNotice } = policy;
  if (deadline === null || stopNotice === null || policy.mode !== 'disable' || episode.grace > 0) return null;
  const accepted = hearers
    .map(({ key }) => acceptanceOf(stopping.told[key], deadline, overdue))
    .filter((at) => at !== undefined);
  if (accepted.length === 0) return null;
  const first = Math.min(...accepted);
  const disableAt = roundUpToMinute(Math.max(deadline, first + stopNotice));
  return { disableAt: disableAt + unknownTime(first, now, unknown), after: stopNotice };
}

/** When SES took a notice of this very deadline that still counts. */
function acceptanceOf(
  announced: Announced | undefined,
  deadline: Instant,
  { task, keep, policy, restoredAt = 0 }: ByStopping,
): Instant | undefined {
  if (announced?.last?.deadline !== deadline || !announced.binds || announced.spent) return undefined;
  const { acceptedAt } = announced;
  const since = Math.max(task.enabledAt ?? 0, keep?.at ?? 0, policy.modeRaisedAt ?? 0, restoredAt);
  return acceptedAt !== undefined && acceptedAt >= since ? acceptedAt : undefined;
}

/** Who holds a notice of the deadline that a task was disabled at. */
export function holdersOfStopping(stopping: Stopping | null, deadline: Instant): string[] {
  return Object.entries(stopping?.told ?? {})
    .filter(([, announced]) => announced.last?.deadline === deadline && announced.acceptedAt !== undefined)
    .map(([key]) => key);
}

/** What was announced, once the episode of a deadline is over: a later one of the same asks for a notice of its own. */
export function afterOverdue(stopping: Stopping | null, now: Instant): Stopping | null {
  if (!stopping) return null;
  const announcements = Object.fromEntries(
    Object.entries(stopping.told).map(([key, announced]): [string, Announced] => [
      key,
      announced.last && announced.last.deadline <= now ? { ...announced, spent: true } : announced,
    ]),
  );
  return { ...stopping, told: announcements };
}
