import {
  type Case,
  type Deadline,
  type Decision,
  deadlineOf,
  decide,
  type Recipient,
  shortestLead,
  sustaining,
  unknownOf,
  withJoined,
} from './decide.ts';
import type { Episode, Notice, Told } from './task.ts';
import { type Instant, roundUpToMinute } from './time.ts';
import { judgeInformation } from './topics.ts';
import type { Verdict } from './verdict.ts';

/**
 * Decides again, on fresh state, about one recipient's warning or reminder just before it is mailed (promises 1, 2,
 * 9). `given` is the case of the notice's task; the date it may print follows docs/rules.md#dates.
 *
 * @param again whether a warning that SES took already is to be told once more, with the date that stands
 */
export function judgeNotice(case_: Case, key: string, notice: Notice, now: Instant, again = false): Verdict {
  const given = withJoined(case_, now);
  const { episode, pauses } = given;
  const decision = decide(case_, now);
  if (!episode || decision.answer === 'ignore' || decision.answer === 'resolve') {
    return { verdict: 'void', reason: decision.reason };
  }
  if (pauses.evaluate || pauses.notify) return { verdict: 'wait', reason: 'paused' };
  const held = ofHold(decision);
  if (held) return held;
  // The owning system was asked already: no mail may name a date after what it is about to do (promise 2).
  if (episode.disabling?.state === 'requested') return { verdict: 'wait', reason: 'disabling' };
  if (decision.answer === 'warn' && decision.newGrace) return { verdict: 'wait', reason: 'new-grace' };
  const informed = episode.informed?.[key];
  if (informed) return judgeInformation(given, episode, informed, notice, now, again);
  const recipient = given.recipients.find((one) => one.key === key);
  const told = episode.told[key];
  if (!recipient || !told) return { verdict: 'void', reason: 'no-recipient' };
  return notice === 'reminder'
    ? judgeReminder(given, episode, recipient, told, now)
    : judgeWarning(given, episode, told, now, again);
}

/** What a hold of the whole episode means for each of its notices. */
function ofHold({ answer, reason }: Decision): Verdict | undefined {
  if (answer !== 'hold') return undefined;
  if (reason === 'unknown' || reason === 'recovering') return { verdict: 'wait', reason };
  return reason === 'reverted' ? { verdict: 'void', reason } : undefined;
}

function judgeWarning(given: Case, episode: Episode, told: Told, now: Instant, again: boolean): Verdict {
  if (given.policy.mode === 'detect') return { verdict: 'void', reason: 'stage' };
  if (told.grace !== episode.grace || (told.warning === 'accepted' && !again))
    return { verdict: 'void', reason: 'told' };
  if (given.policy.mode !== 'disable') return { verdict: 'send', disableAt: null };
  return { verdict: 'send', ...dateOfWarning(given, episode, now) };
}

/** The standing date, where an accepted warning stands; else a full grace from now on. */
function dateOfWarning(given: Case, episode: Episode, now: Instant): Deadline {
  const { policy, recipients } = given;
  const standing = deadlineOf(episode, recipients, policy, unknownOf(given, now), now);
  const stands = sustaining(episode, recipients).some(({ told }) => told.dated);
  const least = stands ? shortestLead(policy) : policy.disableAfter;
  const earliest = { disableAt: roundUpToMinute(now + least), after: least };
  return standing && standing.disableAt >= now + least ? standing : earliest;
}

function judgeReminder(
  given: Case,
  episode: Episode,
  recipient: Recipient,
  told: Told,
  now: Instant,
): Verdict {
  const { policy, recipients } = given;
  if (policy.mode !== 'disable') return { verdict: 'void', reason: 'stage' };
  if (recipient.declined) return { verdict: 'void', reason: 'declined' };
  if (told.warning !== 'accepted' || told.grace !== episode.grace)
    return { verdict: 'void', reason: 'not-warned' };
  if (!told.reminder || told.reminder.state === 'done') return { verdict: 'void', reason: 'reminded' };
  const deadline = deadlineOf(episode, recipients, policy, unknownOf(given, now), now);
  if (!deadline) return { verdict: 'void', reason: 'no-date' };
  if (now < deadline.disableAt) return { verdict: 'send', ...deadline };
  const lead = shortestLead(policy);
  return { verdict: 'send', disableAt: roundUpToMinute(now + lead), after: lead };
}
