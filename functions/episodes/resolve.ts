import { type Case, type Decision, dateHolders, decide, type Recipient } from '../abandonment/decide.ts';
import type { Episode, ResolveReason } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { topicsThatHeard, topicsWithDate } from '../abandonment/topics.ts';
import type { NewNotice } from '../store/notices.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { endEpisode } from './end.ts';
import { factsAtEnd } from './evidence-of.ts';
import { isOpen, type OpenTask } from './open-task.ts';
import { type Basis, type EpisodeStep, MOST_BESIDE } from './transition.ts';

/** Ends the open episode for any reason but the task's disabling. */
export function resolve(
  record: OpenTask,
  basis: Basis,
  decision: Extract<Decision, { answer: 'resolve' }>,
): EpisodeStep {
  const { reason } = decision;
  const notices = partingNotices(basis.taskCase, record.open, reason, basis.now);
  return endEpisode(record, basis, decision, { reason, notices, run: null });
}

/**
 * Takes only the step by which a person's act ends the open episode, at once; all that follows from it is for the
 * next scan. Undefined where the decision is no such end.
 */
export function endByPerson(record: TaskRecord, taskCase: Case, now: Instant): EpisodeStep | undefined {
  const decision = decide(taskCase, now);
  if (decision.answer !== 'resolve' || !isOpen(record)) return undefined;
  const resolved = resolve(record, { taskCase, room: MOST_BESIDE, now }, decision);
  return { ...resolved, record: { ...resolved.record, next: { at: now, why: 'look' } } };
}

/** The notices that an episode's end asks for. */
function partingNotices(taskCase: Case, episode: Episode, reason: ResolveReason, now: Instant): NewNotice[] {
  const parting = partingOf(taskCase, episode, reason);
  if (!parting) return [];
  const [notice, keys] = parting;
  const facts = factsAtEnd(taskCase, episode, reason);
  const pending = { notice, since: now, notBefore: now, facts };
  return keys.flatMap((key) => {
    const address = episode.told[key]?.address ?? episode.informed?.[key]?.topic;
    return address === undefined ? [] : [{ key, address, pending }];
  });
}

/** Which notice an end asks for, and who gets it; undefined where nothing was promised or asked for. */
function partingOf(
  taskCase: Case,
  episode: Episode,
  reason: ResolveReason,
): ['withdrawn' | 'recovered', string[]] | undefined {
  switch (reason) {
    case 'policy':
    case 'user-published':
      return ['withdrawn', [...dateHolders(episode), ...topicsWithDate(episode)]];
    case 'kept':
    case 'snoozed':
      return [
        'withdrawn',
        [
          ...dateHolders(episode).filter((key) => episode.told[key]?.address !== taskCase.keep?.by),
          ...topicsWithDate(episode),
        ],
      ];
    case 'recovered':
      if (!taskCase.policy.recoveryMail) return undefined;
      return ['recovered', hearersOf(episode, taskCase.recipients)];
  }
  return undefined;
}

/** Today's recipients whose warning SES took, but for those who declined to hear of recoveries; and topics. */
function hearersOf(episode: Episode, recipients: readonly Recipient[]): string[] {
  const warned = recipients.filter(
    ({ key, declined }) => !declined && episode.told[key]?.warning === 'accepted',
  );
  return [...warned.map(({ key }) => key), ...topicsThatHeard(episode)];
}
