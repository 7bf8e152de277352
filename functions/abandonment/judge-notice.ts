import { isAnnounced, notAnnounced, ownDeadline, type StoppingCase, stoppingNow } from './deadlines.ts';
import {
  type Case,
  type Deadline,
  type Decision,
  deadlineOf,
  decide,
  isOverdue,
  type Recipient,
  shortestLead,
  sustaining,
  unknownOf,
  withJoined,
} from './decide.ts';
import { isReverted } from './reverted.ts';
import type { Episode, Notice, RecipientPart } from './task.ts';
import { type Duration, type Instant, roundUpToMinute } from './time.ts';
import { judgeInformation } from './topics.ts';
import type { Verdict } from './verdict.ts';

/**
 * Decides again, on fresh state, about one recipient's warning or reminder just before it is mailed (promises 1, 2,
 * 9). `taskCase` is the case of the notice's task; the date it may print follows docs/rules.md#dates.
 *
 * @param again whether a warning that SES took already is to be sent once more, with the date that stands
 */
export function judgeNotice(
  taskCase: Case,
  key: string,
  notice: Notice,
  now: Instant,
  again = false,
): Verdict {
  const joinedCase = withJoined(taskCase, now);
  const { episode, pauses } = joinedCase;
  const decision = decide(taskCase, now);
  if (!episode || decision.answer === 'resolve') {
    return { verdict: 'void', reason: decision.reason };
  }
  if (pauses.evaluate || pauses.notify) return { verdict: 'wait', reason: 'paused' };
  const held = ofHold(decision);
  if (held) return held;
  // The owning system was asked already: no mail may name a date after what it is about to do (promise 2).
  if (episode.disabling?.state === 'requested') return { verdict: 'wait', reason: 'disabling' };
  if (decision.answer === 'warn' && decision.newGrace) return { verdict: 'wait', reason: 'new-grace' };
  const informed = episode.informed?.[key];
  if (informed) return judgeInformation(joinedCase, episode, informed, notice, now, again);
  const recipient = joinedCase.recipients.find((candidate) => candidate.key === key);
  const part = episode.told[key];
  if (!recipient || !part) return { verdict: 'void', reason: 'no-recipient' };
  return notice === 'reminder'
    ? judgeReminder(joinedCase, episode, recipient, part, now)
    : judgeWarning(joinedCase, episode, part, now, again);
}

/** What a hold of the whole episode means for each of its notices. */
function ofHold({ answer, reason }: Decision): Verdict | undefined {
  if (answer !== 'hold') return undefined;
  if (reason === 'unknown' || reason === 'recovering') return { verdict: 'wait', reason };
  return reason === 'reverted' ? { verdict: 'void', reason } : undefined;
}

function judgeWarning(
  taskCase: Case,
  episode: Episode,
  part: RecipientPart,
  now: Instant,
  again: boolean,
): Verdict {
  if (taskCase.policy.mode === 'detect') return { verdict: 'void', reason: 'stage' };
  if (part.grace !== episode.grace || (part.warning === 'accepted' && !again))
    return { verdict: 'void', reason: 'told' };
  if (taskCase.policy.mode !== 'disable') return { verdict: 'send', disableAt: null };
  return { verdict: 'send', ...dateOfWarning(taskCase, episode, now) };
}

/** The standing date, where an accepted warning stands; else a full grace from now on. */
function dateOfWarning(taskCase: Case, episode: Episode, now: Instant): Deadline {
  const { policy, recipients } = taskCase;
  const standing = deadlineOf(episode, recipients, policy, unknownOf(taskCase, now), now);
  const stands = sustaining(episode, recipients).some(({ part }) => part.dated);
  const least = stands ? leastLeft(taskCase, episode, standing, now) : policy.disableAfter;
  const earliest = { disableAt: roundUpToMinute(now + least), after: least };
  return standing && standing.disableAt >= now + least ? standing : earliest;
}

/** So much must be left of a standing date for one who joins; of an overdue task it goes as it stands. */
function leastLeft({ policy }: Case, episode: Episode, standing: Deadline | null, now: Instant): Duration {
  return isOverdue(episode) && standing !== null && standing.disableAt > now ? 0 : shortestLead(policy);
}

/** What a task's announcements rest on, with the moves that a policy made of its deadline since. */
export function stoppingCase(taskCase: Case, now: Instant): StoppingCase {
  const { task, evidence, keep, hearers = [] } = taskCase;
  const policy = taskCase.written ?? taskCase.policy;
  const stopping = stoppingNow(taskCase.stopping, task, policy, now);
  return { task, policy, keep, stopping, hearers, reverted: isReverted(task, evidence, policy, now) };
}

/** What becomes of the notice of a task's own deadline, and what it goes out as. */
export type StoppingVerdict =
  | { verdict: 'send'; deadline: Instant; moves: number; binds: boolean }
  | Exclude<Verdict, { verdict: 'send' }>;

/**
 * Decides again, on fresh state, about one recipient's notice of a task's own deadline just before it is mailed
 * (docs/rules.md#deadlines). Unknown health and a pause of `evaluate` do not hold it.
 */
export function judgeStopping(taskCase: Case, key: string, now: Instant): StoppingVerdict {
  const deadlineCase = stoppingCase(taskCase, now);
  const reason = notAnnounced(deadlineCase, now);
  const deadline = ownDeadline(deadlineCase.task, deadlineCase.policy);
  if (reason !== undefined || deadline === null) return { verdict: 'void', reason: reason ?? 'no-deadline' };
  const { stopping, hearers, policy } = deadlineCase;
  const hearer = hearers.find((candidate) => candidate.key === key);
  if (!hearer) return { verdict: 'void', reason: 'no-recipient' };
  if (hearer.declined) return { verdict: 'void', reason: 'declined' };
  if (isAnnounced(stopping.told[key], deadline, stopping.moves)) return { verdict: 'void', reason: 'told' };
  if (taskCase.pauses.notify) return { verdict: 'wait', reason: 'paused' };
  if (taskCase.episode?.disabling?.state === 'requested') return { verdict: 'wait', reason: 'disabling' };
  const binds = policy.mode === 'disable' && policy.atDeadline === 'disable';
  return { verdict: 'send', deadline, moves: stopping.moves, binds };
}

function judgeReminder(
  taskCase: Case,
  episode: Episode,
  recipient: Recipient,
  part: RecipientPart,
  now: Instant,
): Verdict {
  const { policy, recipients } = taskCase;
  if (policy.mode !== 'disable') return { verdict: 'void', reason: 'stage' };
  if (recipient.declined) return { verdict: 'void', reason: 'declined' };
  if (part.warning !== 'accepted' || part.grace !== episode.grace)
    return { verdict: 'void', reason: 'not-warned' };
  if (!part.reminder || part.reminder.state === 'done') return { verdict: 'void', reason: 'reminded' };
  const deadline = deadlineOf(episode, recipients, policy, unknownOf(taskCase, now), now);
  if (!deadline) return { verdict: 'void', reason: 'no-date' };
  if (now < deadline.disableAt) return { verdict: 'send', ...deadline };
  const lead = shortestLead(policy);
  return { verdict: 'send', disableAt: roundUpToMinute(now + lead), after: lead };
}
