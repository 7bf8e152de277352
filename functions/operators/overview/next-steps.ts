import { type Case, type Decision, deadlineOf } from '../../abandonment/decide.ts';
import type { EffectivePolicy } from '../../abandonment/policy.ts';
import { restorableUntil, stillOffAt } from '../../abandonment/restorable.ts';
import { formatDuration, type Instant, roundUpToMinute } from '../../abandonment/time.ts';
import type { TaskRecord } from '../../store/tasks.ts';
import { instantText } from './time-text.ts';

/** What happens next, and when: with the first scan from then on. */
export interface NextStep {
  /** RFC 3339; null where only an event brings it about. */
  at: string | null;
  what: string;
}

/**
 * What follows from a decision if nothing else is heard.
 *
 * @param taskCase the case that was decided
 * @param at the instant of the decision
 */
export function nextSteps(taskCase: Case, decision: Decision, at: Instant): NextStep[] {
  const { recoversAt } = decision.facts;
  if (recoversAt !== null && decision.answer !== 'ignore') {
    return [step(recoversAt, 'it has recovered, if it stays alive until then')];
  }
  switch (decision.answer) {
    case 'ignore':
      if (decision.reason === 'job') return [step(null, 'nothing else: a job is never abandoned')];
      return [step(null, `nothing: it is not watched (${decision.reason})`)];
    case 'healthy':
      return [
        step(null, `nothing while it is alive; ${afterText(taskCase.policy)} without it an alert fires`),
      ];
    case 'unknown':
      return [step(null, `its clock stands still until its health is known again (${decision.reason})`)];
    case 'fire':
      if (decision.reason === 'overdue') return [step(at, 'an alert fires (it is past its own deadline)')];
      return firing(taskCase, at);
    case 'waiting':
      return waiting(taskCase, decision, at);
    case 'warn':
      return [step(at, `${decision.to.length} of its recipients are warned (${decision.reason})`)];
    case 'remind':
      return [step(at, `a reminder (${formatDuration(decision.lead)} before)`), disabled(decision.deadline)];
    case 'disable':
      return [step(at, 'it is disabled, as soon as the rate limit (perRun, perDay) allows')];
    case 'hold':
      return [held(decision, at)];
    case 'resolve':
      return [step(at, `its episode ends (${decision.reason})`)];
  }
}

/** What follows of a task that we disabled, while it stays off; nothing of any other. */
export function afterDisabling(
  { task, disabledByUs }: TaskRecord,
  { policy }: Case,
  at: Instant,
): NextStep[] {
  if (task.enabled || task.deletedAt !== undefined || !disabledByUs) return [];
  const until = restorableUntil(disabledByUs.at, disabledByUs.restorableUntil);
  const due = policy.mode === 'detect' ? null : stillOffAt(disabledByUs, policy);
  const reminder = `its recipients are reminded that it is still off (stillOff, from ${policy.source.stillOff})`;
  return [
    ...(due === null || at >= until ? [] : [step(Math.max(at, due), reminder)]),
    ...(at >= until ? [] : [step(until, 'until then it can be enabled again as it was')]),
  ];
}

function step(at: Instant | null, what: string): NextStep {
  return { at: instantText(at), what };
}

function disabled(at: Instant): NextStep {
  return step(at, 'it is disabled, unless somebody or something prevents it');
}

function afterText(policy: EffectivePolicy): string {
  return `after ${formatDuration(policy.warnAfter)} of counted time`;
}

function held(decision: Extract<Decision, { answer: 'hold' }>, at: Instant): NextStep {
  const { nextLookAt, reason } = decision;
  const ends = nextLookAt !== null && nextLookAt > at;
  return ends
    ? step(nextLookAt, `the hold ends (${reason})`)
    : step(null, `nothing while it is held (${reason})`);
}

function waiting(
  taskCase: Case,
  decision: Extract<Decision, { answer: 'waiting' }>,
  at: Instant,
): NextStep[] {
  const { disableAt, abandonedAt } = decision.facts;
  switch (decision.reason) {
    case 'under-threshold':
      return firing(taskCase, firesAt(taskCase, abandonedAt));
    case 'detecting':
      return [step(null, 'nothing: mode detect records only')];
    case 'told':
      return [step(null, 'nothing: mode notify announces nothing, and all were notified')];
    case 'notice-pending':
      return [
        step(
          at,
          'the mail to its recipients goes out, as soon as digestEvery and the warm-up limit (rampPerDay) allow',
        ),
      ];
    case 'disabling':
      return [step(null, 'its owning system is asked to disable it and has not confirmed yet')];
    case 'grace':
      return disableAt === null ? [] : graceSteps(taskCase, disableAt, at);
  }
}

/** When a candidate fires: at its threshold, or when what people asked for ends. */
function firesAt({ keep, task, policy }: Case, abandonedAt: Instant): Instant {
  const published = task.publishedByUserAt;
  const vetoUntil = published === undefined ? 0 : published + policy.publicationVeto;
  return Math.max(abandonedAt, keep?.until ?? 0, vetoUntil);
}

/** From the firing on: the warning and what it announces, as far as the mode goes. */
function firing({ policy }: Case, firedAt: Instant): NextStep[] {
  const fire = step(firedAt, `an alert fires (${afterText(policy)})`);
  if (policy.mode === 'detect') return [fire, step(null, 'then nothing: mode detect records only')];
  const warn = step(firedAt, 'its recipients are warned');
  if (policy.mode === 'notify') return [fire, warn];
  const deadline = roundUpToMinute(firedAt + policy.disableAfter);
  return [fire, warn, ...reminders(policy, deadline, policy.disableAfter, firedAt), disabled(deadline)];
}

function graceSteps(taskCase: Case, disableAt: Instant, at: Instant): NextStep[] {
  const { episode, recipients, policy, unknown } = taskCase;
  const after = episode && deadlineOf(episode, recipients, policy, unknown, at)?.after;
  return [...reminders(policy, disableAt, after ?? policy.disableAfter, at), disabled(disableAt)];
}

/** The reminders still to come: of leads shorter than the grace. */
function reminders(policy: EffectivePolicy, deadline: Instant, grace: number, from: Instant): NextStep[] {
  return policy.reminders
    .filter((lead) => lead < grace && deadline - lead > from)
    .sort((a, b) => b - a)
    .map((lead) => step(deadline - lead, `a reminder (${formatDuration(lead)} before)`));
}
