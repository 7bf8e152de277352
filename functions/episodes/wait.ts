import { withoutOldestLeft } from '../abandonment/bounded-episode.ts';
import type { Case, Decision } from '../abandonment/decide.ts';
import { recovered, recoversAt } from '../abandonment/healthy-spells.ts';
import { type NextEvaluation, nextEvaluation } from '../abandonment/next-look.ts';
import type { Episode } from '../abandonment/task.ts';
import type { Duration, Instant } from '../abandonment/time.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { withHold } from './holds.ts';
import { withVeto } from './veto.ts';

/** The record as it waits: its hold, and the instant to evaluate it again. The same record where nothing changes. */
export function waitFor(
  record: TaskRecord,
  decision: Decision,
  taskCase: Case,
  now: Instant,
  confirmWithin: Duration,
): TaskRecord {
  const hold = holdOf(record, decision, taskCase, now);
  let next: TaskRecord['next'] = nextEvaluation(decision, record.open, now, confirmWithin);
  if (record.next && next && sameEvaluation(record.next, next, now)) next = record.next;
  const held = decision.answer === 'hold' ? withVeto(record, decision.reason, taskCase) : record;
  const open =
    held.open && taskCase.policy.mode !== 'detect'
      ? keepLongest(markLeft(held.open, taskCase), taskCase)
      : held.open;
  const same = hold === held.hold && next === held.next && open === held.open;
  if (same) return held;
  return { ...held, hold, next, open: open && hold !== held.hold ? withHold(open, hold, now) : open };
}

/** The hold that a decision asks for; since when, stays. In `detect` nobody would be notified, so nothing is held. */
function holdOf(record: TaskRecord, decision: Decision, { policy }: Case, now: Instant): TaskRecord['hold'] {
  if (decision.answer !== 'hold' || policy.mode === 'detect') return null;
  const { reason, facts } = decision;
  const late = !record.open && facts.late ? { late: true as const } : {};
  const since = record.hold?.reason === reason ? record.hold.since : now;
  const same = record.hold?.reason === reason && record.hold.late === late.late;
  return same ? record.hold : { reason, since, ...late };
}

/**
 * Marks those who are no longer recipients, so that one who comes back is warned again. An admin whose time to join
 * moved later did not leave.
 */
function markLeft(episode: Episode, { recipients, admins = [] }: Case): Episode {
  const present = new Set([...recipients, ...admins].map(({ key }) => key));
  const gone = Object.entries(episode.told).filter(([key, part]) => !part.left && !present.has(key));
  if (gone.length === 0) return episode;
  const left = gone.map(([key, part]) => [key, { ...part, left: true as const }] as const);
  return { ...episode, told: withoutOldestLeft({ ...episode.told, ...Object.fromEntries(left) }) };
}

/** Whether the look that is noted will do: one that is due stays where it is. */
function sameEvaluation(noted: NextEvaluation, wanted: NextEvaluation, now: Instant): boolean {
  return noted.why === wanted.why && (noted.at === wanted.at || (noted.at <= now && wanted.at <= now));
}

/** Keeps the longest grace that today's policy gave, so that a date moves only later (promise 2). */
function keepLongest(episode: Episode, { policy }: Case): Episode {
  return policy.disableAfter > episode.disableAfter
    ? { ...episode, disableAfter: policy.disableAfter }
    : episode;
}

/** Without an episode, a spell that has lasted by today's policy is a recovery for good, whatever follows. */
export function withSpellJudged(record: TaskRecord, { policy }: Case, now: Instant): TaskRecord {
  const { evidence, open } = record;
  const lastsAt = open ? null : recoversAt(evidence, policy);
  return lastsAt !== null && now >= lastsAt ? { ...record, evidence: recovered(evidence, policy) } : record;
}
