import { type Case, isOverdue } from '../abandonment/decide.ts';
import type { Episode, Informed, ReminderStep } from '../abandonment/task.ts';
import { type Duration, type Instant, MINUTE } from '../abandonment/time.ts';
import { newestReminderStep, partsWithDate, type Topic } from '../abandonment/topics.ts';
import { noticeWrites, type PendingNotice } from '../store/notices.ts';
import { factsAtEnd } from './evidence-of.ts';
import { type OpenTask, withEpisode } from './open-task.ts';
import type { Basis, OpenStep } from './transition.ts';

/** A topic repeats what people hear: by then their mail was most likely taken. */
const FOLLOWS_AFTER: Duration = MINUTE;

/** What one topic is to hear next, and how it stands then. */
interface Step {
  key: string;
  next: Informed;
  pending: PendingNotice;
}

/**
 * Asks for what topics are to hear of an open episode: the warning of the present grace, each reminder step after it,
 * and that a date no longer holds. It follows the notices that were asked for people and changes nothing about it
 * (promises 1, 4).
 */
export function inform(record: OpenTask, { taskCase, room, now }: Basis, topics: readonly Topic[]): OpenStep {
  const { task, open } = record;
  const all = [...withdrawals(open, taskCase, now), ...warnings(open, taskCase, topics, now)];
  const steps = all.slice(0, room);
  const isCut = steps.length < all.length;
  const standing = stillSubscribed(open, taskCase, topics);
  const before = Object.keys(open.informed ?? {}).length;
  if (steps.length === 0 && standing.length === before) return { record, isCut };
  const notices = steps.map(({ key, next, pending }) => ({ key, address: next.topic, pending }));
  const informed = Object.fromEntries([...standing, ...steps.map(({ key, next }) => [key, next] as const)]);
  return {
    record: withEpisode(record, { informed }),
    beside: noticeWrites(task.id, open.number, notices),
    told: steps.map(({ key }) => key),
    isCut,
  };
}

/** The mode went down: topics that heard of a date hear that it does not hold. */
function withdrawals(open: Episode, taskCase: Case, now: Instant): Step[] {
  if (taskCase.policy.mode === 'disable') return [];
  const facts = factsAtEnd(taskCase, open, 'policy');
  return partsWithDate(open).map(([key, part]) => ({
    key,
    next: { ...part, heard: 'undated' },
    pending: { notice: 'withdrawn', since: now, notBefore: now, facts },
  }));
}

function warnings(open: Episode, taskCase: Case, topics: readonly Topic[], now: Instant): Step[] {
  if (taskCase.policy.mode === 'detect' || open.grace === 0) return [];
  const step = newestReminderStep(open);
  const notice = isOverdue(open) ? 'overdue' : 'warning';
  const steps: Step[] = [];
  for (const { key, topic } of topics) {
    const part = open.informed?.[key];
    if (part?.grace !== open.grace) {
      const next = { topic, grace: open.grace, ...(step && { rung: step }) };
      steps.push({ key, next, pending: { notice, since: now, notBefore: now + FOLLOWS_AFTER } });
    } else if (step && !isSame(step, part.rung)) {
      steps.push({ key, next: { ...part, rung: step }, pending: reminderOf(step, now) });
    }
  }
  return steps;
}

function reminderOf({ lead, deadline }: ReminderStep, now: Instant): PendingNotice {
  return { notice: 'reminder', since: now, notBefore: now + FOLLOWS_AFTER, lead, by: deadline };
}

function isSame(step: ReminderStep, newest: ReminderStep | undefined): boolean {
  return step.lead === newest?.lead && step.deadline === newest.deadline;
}

/** Without those that are subscribed no more, or suppressed: one that comes back hears the warning again. */
function stillSubscribed(open: Episode, taskCase: Case, topics: readonly Topic[]): [string, Informed][] {
  const entries = Object.entries(open.informed ?? {});
  if (taskCase.policy.mode === 'detect') return entries;
  return entries.filter(([key]) => topics.some((topic) => topic.key === key));
}
