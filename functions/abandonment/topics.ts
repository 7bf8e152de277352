import { type Case, deadlineOf, unknownOf, warnedOf } from './decide.ts';
import {
  type Episode,
  type Informed,
  isOpening,
  type Notice,
  type ReminderStep,
  type TopicArn,
} from './task.ts';
import type { Instant } from './time.ts';
import type { Verdict } from './verdict.ts';

/** A topic that is subscribed to an alert about a task. */
export interface Topic {
  key: string;
  topic: TopicArn;
}

/** Whether who is to be notified is a topic, and no person at a mail address, known or not. */
export function isTopic(target: string | null): target is TopicArn {
  return target?.startsWith('arn:') ?? false;
}

/** The topics that heard of a date of the episode. */
export function topicsWithDate(episode: Episode): string[] {
  return partsWithDate(episode).map(([key]) => key);
}

/** The topics that heard of a date of the episode, each with its part of it. */
export function partsWithDate({ informed = {} }: Episode): [string, Informed][] {
  return Object.entries(informed).filter(([, { heard }]) => heard === 'dated');
}

/** The topics that heard the warning of the episode. */
export function topicsThatHeard(episode: Episode): string[] {
  return Object.entries(episode.informed ?? {})
    .filter(([, { heard }]) => heard !== undefined)
    .map(([key]) => key);
}

/** The newest reminder step of the present grace. */
export function newestReminderStep({ rungs, grace }: Episode): ReminderStep | undefined {
  return rungs.findLast((step) => step.grace === grace);
}

/**
 * Decides about a topic's warning or reminder just before it is published. A topic repeats what people hear: it
 * waits for an accepted warning, prints the date that stands from there (promise 2), and never makes one.
 */
export function judgeInformation(
  taskCase: Case,
  episode: Episode,
  informed: Informed,
  notice: Notice,
  now: Instant,
  again: boolean,
): Verdict {
  const { policy, recipients } = taskCase;
  if (policy.mode === 'detect') return { verdict: 'void', reason: 'stage' };
  if (informed.grace !== episode.grace || (isOpening(notice) && informed.heard && !again))
    return { verdict: 'void', reason: 'told' };
  if (warnedOf(episode, recipients).length === 0) return { verdict: 'wait', reason: 'nobody-warned' };
  if (policy.mode !== 'disable') {
    return isOpening(notice) ? { verdict: 'send', disableAt: null } : { verdict: 'void', reason: 'stage' };
  }
  const deadline = deadlineOf(episode, recipients, policy, unknownOf(taskCase, now), now);
  return deadline && now < deadline.disableAt
    ? { verdict: 'send', ...deadline }
    : { verdict: 'wait', reason: 'no-date-ahead' };
}
