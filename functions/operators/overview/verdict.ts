import { ownDeadline } from '../../abandonment/deadlines.ts';
import { type Case, type Decision, isOverdue, modeOf, warnedOf } from '../../abandonment/decide.ts';
import type { EffectivePolicy } from '../../abandonment/policy.ts';
import { formatDuration, type Instant } from '../../abandonment/time.ts';
import { argument } from '../../platform/shell-word.ts';
import type { DataPlaneRecord } from '../../store/data-planes.ts';
import type { TaskRecord } from '../../store/tasks.ts';
import type { DisablingDecision } from './disabling-decision.ts';
import type { HoldView } from './holds.ts';
import type { StoredHistory } from './stored-history.ts';
import { instantText, spanText } from './time-text.ts';

/** Where a task stands between running and being disabled. */
export const STATES = [
  'healthy',
  'failing',
  'unknown',
  'recovering',
  'kept',
  'snoozed',
  'vetoed',
  'reverted',
  'undone',
  'fires',
  'recorded',
  'notified',
  'being-warned',
  'warned',
  'reminded',
  'due',
  'held',
  'disabling',
  'ending',
  'disabled-by-us',
  'disabled-by-owner',
  'disabled-by-others',
  'undo-asked',
  'parked',
  'deleted',
  'not-watched',
  'job',
] as const;
export type State = (typeof STATES)[number];

/** Why a task was disabled, or was not. */
export interface Verdict {
  state: State;
  disabled: boolean;
  /** In one or two sentences; other people's words among them. */
  says: string;
  /** What takes it back, or ends what holds it; null where there is nothing of the kind. */
  command: string | null;
}

/** What a verdict rests on. */
export interface VerdictFacts {
  record: TaskRecord;
  taskCase: Case;
  decision: Decision;
  holds: readonly HoldView[];
  plane: DataPlaneRecord | undefined;
  /** The newest disabling by us. */
  disabling: DisablingDecision | undefined;
  history: StoredHistory;
  at: Instant;
}

type Said = Omit<Verdict, 'disabled'>;

/** Says first of all why a task was disabled, or why it was not. */
export function verdictOf(facts: VerdictFacts): Verdict {
  const { task, open } = facts.record;
  if (task.deletedAt !== undefined) return { ...deleted(facts), disabled: false };
  const isAsked = open?.disabling?.state === 'requested';
  if (!task.enabled && !isAsked) return { ...disabled(facts), disabled: true };
  return { ...enabled(facts), disabled: false };
}

const saying = (state: State, says: string, command: string | null = null): Said => ({
  state,
  says,
  command,
});
const when = (at: Instant | undefined | null): string => instantText(at) ?? 'an instant that is not known';

function deleted({ record: { task }, disabling }: VerdictFacts): Said {
  const before = disabling ? ` Taskwarden had disabled it on ${disabling.confirmedAt ?? disabling.at}.` : '';
  return saying('deleted', `It was deleted on ${when(task.deletedAt)}: nothing is decided of it.${before}`);
}

function disabled(facts: VerdictFacts): Said {
  const { record, disabling } = facts;
  const { task, disabledByUs, undo } = record;
  if (!disabledByUs) return saying('disabled-by-others', byOthers(facts));
  const undoCommand = `taskwarden undo --task ${argument(task.id)}`;
  const asked = disabledByUs.undoneAt ?? disabledByUs.enabling?.at;
  if (asked !== undefined) {
    const by = disabledByUs.enabling?.by ?? undo?.by ?? 'a person';
    const says = `It is disabled, and ${by} asked on ${when(asked)} for it to be enabled again: its owning system has not done so yet.`;
    return saying('undo-asked', says);
  }
  const at = when(disabledByUs.at);
  if (disabledByUs.run === null)
    return saying(
      'disabled-by-owner',
      `It was disabled on ${at} because ${disabling?.by ?? 'its owner'} asked for it.`,
      undoCommand,
    );
  return saying(
    'disabled-by-us',
    `Taskwarden disabled it on ${at}: ${disabling?.reason ?? 'its grace was over'}.${whyDisabled(disabling)}`,
    undoCommand,
  );
}

function whyDisabled(disabling: DisablingDecision | undefined): string {
  if (!disabling) return '';
  const { counted, thresholds, announcedFor, deadline } = disabling;
  const date = announcedFor === null ? '' : ` The announced date was ${announcedFor}.`;
  if (deadline !== null) return ` Its own deadline was ${deadline}.${date}`;
  const warnAfter = thresholds.find(({ leaf }) => leaf === 'warnAfter');
  const of = warnAfter ? ` of warnAfter ${warnAfter.value} (from ${warnAfter.from})` : '';
  if (counted.notPrimarySince === null || counted.countedMs === null) return date;
  return ` It had not run since ${counted.notPrimarySince}: ${spanText(counted.countedMs)} were counted${of}.${date}`;
}

/** A task that is off, and that we did not disable as it is now. */
function byOthers({ record: { task, open }, disabling }: VerdictFacts): string {
  const before = disabling
    ? ` Taskwarden had disabled it on ${disabling.confirmedAt ?? disabling.at}, and it was enabled since.`
    : ' Taskwarden never disabled it.';
  const ends = open ? ' Its alert is over with the next scan.' : '';
  return `It is disabled, and not by Taskwarden: its owning system or its people did so (version ${task.version}).${before}${ends}`;
}

function enabled(facts: VerdictFacts): Said {
  const { decision, taskCase, plane } = facts;
  const isParked = plane?.state === 'deleted' && taskCase.unknown.some(({ to }) => to === null);
  if (isParked && decision.answer !== 'ignore') return parked(facts, plane);
  switch (decision.answer) {
    case 'ignore':
      return decision.reason === 'job' ? job(facts) : notWatched(facts);
    case 'healthy':
      return healthy(facts);
    case 'unknown':
    case 'hold':
      return held(facts, decision.reason);
    case 'fire':
      return saying('fires', `It is not disabled: ${failingText(facts)} An alert fires with the next scan.`);
    case 'resolve':
      return saying(
        'ending',
        `It is not disabled: its alert is over with the next scan (${decision.reason}).`,
      );
    case 'warn':
      return beingWarned(facts);
    case 'remind':
      return graceOf(facts);
    case 'disable':
      return due(facts);
    case 'waiting':
      return waiting(facts, decision.reason);
  }
}

function parked(
  { record: { task } }: VerdictFacts,
  { name, since }: Pick<DataPlaneRecord, 'name' | 'since'>,
): Said {
  const says = `It is not disabled: its data plane ${name} was deleted on ${when(since)}, and its clock stands still since.`;
  return saying('parked', says, `taskwarden dismiss ${argument(task.dataPlane)}`);
}

function notWatched({ record: { task }, decision }: VerdictFacts): Said {
  const why = decision.reason === 'dekaf' ? 'it is run by Dekaf' : `a ${task.kind} has no shards`;
  return saying('not-watched', `It is never disabled for being abandoned: ${why}.`);
}

function job({ record: { task }, taskCase: { policy } }: VerdictFacts): Said {
  const deadline = ownDeadline(task, policy);
  const never = 'It is not disabled: a job is never abandoned';
  if (task.endedAt !== undefined)
    return saying('job', `${never}, and its run came to its end on ${when(task.endedAt)}.`);
  if (deadline === null) return saying('job', `${never}, and it has no deadline.`);
  return saying('job', `${never}. Its deadline is ${when(deadline)}; atDeadline is ${policy.atDeadline}.`);
}

function healthy({ record, history }: VerdictFacts): Said {
  const { episodes } = record;
  const newest = history.alerts.at(-1);
  const past = newest?.resolvedAt
    ? ` Its newest alert (#${newest.episode}) was over on ${when(newest.resolvedAt)}: ${newest.reason}.`
    : '';
  const never = episodes === 0 ? ' No alert about it ever fired.' : past;
  return saying('healthy', `It is not disabled: it runs.${undoText(history)}${never}`);
}

/** Who took our newest disabling back, where nobody disabled it since. */
function undoText({ audit }: StoredHistory): string {
  const undone = undoIn(audit);
  return undone ? ` ${undone.by} had it enabled again on ${when(undone.at)} (${undone.reason}).` : '';
}

function undoIn(audit: StoredHistory['audit']): StoredHistory['audit'][number] | undefined {
  const newest = audit.findLast(({ act }) => act === 'disabled' || act === 'enabled');
  return newest?.act === 'enabled' ? newest : undefined;
}

/** Since when it fails, and how much of that counts. */
function failingText({ decision: { facts }, taskCase: { policy }, at }: VerdictFacts): string {
  const { notPrimarySince, counted, deadline, late } = facts;
  if (late) return `it is past its own deadline of ${when(deadline)}.`;
  const wall = spanText(Math.max(0, at - notPrimarySince));
  const threshold = `warnAfter ${formatDuration(policy.warnAfter)} (from ${policy.source.warnAfter})`;
  return `it has not run since ${when(notPrimarySince)}, and ${spanText(counted)} of ${wall} count towards ${threshold}.`;
}

const HELD: Partial<Record<string, State>> = {
  recovering: 'recovering',
  'user-published': 'vetoed',
  reverted: 'reverted',
  unknown: 'unknown',
};

/** Something holds it: the first that does, with its numbers. */
function held(facts: VerdictFacts, reason: string): Said {
  const { taskCase, holds, decision } = facts;
  const first = holds.find((hold) => isIt(hold, reason, decision));
  const state = reason === 'kept' ? keptState(taskCase) : (HELD[reason] ?? 'held');
  const isUnknown = decision.answer === 'unknown';
  const ends = first?.until ? ` It ends on ${first.until}.` : '';
  const why = first
    ? `${first.reason}${first.since === null ? '' : ` since ${first.since}`} (${first.says})`
    : reason;
  const text = `It is not disabled: it is held, ${why}.${ends} ${sentence(failingText(facts))}`;
  return saying(isUnknown ? 'unknown' : state, text, first?.command ?? null);
}

/** Whether a hold of the list is the one that the decision names. */
function isIt({ reason: listed }: HoldView, reason: string, { answer }: Decision): boolean {
  if (answer === 'unknown') return listed === `unknown (${reason})`;
  return reason === 'kept' ? /^(kept|snoozed) by /.test(listed) : listed.startsWith(reason);
}

function keptState({ keep }: Case): State {
  return keep?.kind === 'snooze' ? 'snoozed' : 'kept';
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function waiting(facts: VerdictFacts, reason: string): Said {
  const { taskCase, record } = facts;
  switch (reason) {
    case 'under-threshold':
      return failing(facts);
    case 'detecting':
      return saying(
        'recorded',
        `It is not disabled: ${firedText(record)} ${modeText(taskCase, 'records only')}`,
      );
    case 'told':
      return saying(
        'notified',
        `It is not disabled: ${firedText(record)} ${modeText(taskCase, 'notifies, and announces no date')}`,
      );
    case 'notice-pending':
      return beingWarned(facts);
    case 'disabling':
      return disablingOf(facts);
    default:
      return graceOf(facts);
  }
}

function firedText({ open }: TaskRecord): string {
  if (!open) return '';
  const since = isOverdue(open) ? 'past its own deadline of' : 'failing since';
  return `alert #${open.number} fired on ${when(open.firedAt)}, ${since} ${when(open.since)}.`;
}

function modeText(taskCase: Case, does: string): string {
  const { source }: EffectivePolicy = taskCase.written ?? taskCase.policy;
  return `Mode ${modeOf(taskCase)} (from ${source.mode}) ${does}.`;
}

/** No alert yet: because people asked for that, after an undo, or because too little time counts. */
function failing(facts: VerdictFacts): Said {
  const { taskCase, decision, history, holds, at } = facts;
  const { keep } = taskCase;
  const text = `It is not disabled: ${failingText(facts)}`;
  const fires = ` An alert fires on ${when(decision.facts.abandonedAt)}, if it does not run before.`;
  if (keep && at < keep.until)
    return saying(
      keptState(taskCase),
      `${text} ${keep.by} had it ${keep.kind === 'keep' ? 'kept' : 'snoozed'} until ${when(keep.until)}.`,
    );
  const veto = holds.find(({ reason }) => reason === 'user-published');
  if (veto)
    return saying(
      'vetoed',
      `${text} A user published it on ${veto.since}: no alert fires before ${veto.until}.`,
    );
  if (undoIn(history.audit)) return saying('undone', `${text}${undoText(history)}${fires}`);
  return saying('failing', `${text}${fires}`);
}

function beingWarned(facts: VerdictFacts): Said {
  const { taskCase, record } = facts;
  const names = taskCase.recipients.map(({ address }) => address).join(', ');
  return saying(
    'being-warned',
    `It is not disabled: ${firedText(record)} A warning to ${names} is on its way, and nothing is disabled before it is accepted and its grace is over.`,
  );
}

/** Who was warned, whether a reminder went, and the date. */
function graceOf(facts: VerdictFacts): Said {
  const { taskCase, record, decision } = facts;
  const { open } = record;
  const warned = open ? warnedOf(open, taskCase.recipients) : [];
  const first = Math.min(...warned.map(({ part }) => part.acceptedAt ?? Number.POSITIVE_INFINITY));
  const names = warned.map(({ recipient }) => recipient.address).join(', ');
  const lead = open?.rungs.findLast(({ grace }) => grace === open.grace)?.lead;
  const since = Number.isFinite(first) ? ` on ${when(first)}` : '';
  const again = lead === undefined ? '' : `, and a reminder was due ${formatDuration(lead)} before the date`;
  const date = when(decision.facts.disableAt);
  const notified =
    warned.length === 0 ? 'That deadline was announced' : `A warning to ${names} was accepted${since}`;
  const says = `It is not disabled yet: ${firedText(record)} ${notified}${again}. It is disabled on ${date}, unless it runs or somebody keeps it.`;
  return saying(lead === undefined ? 'warned' : 'reminded', says);
}

function due({ taskCase: { policy }, decision, record }: VerdictFacts): Said {
  const { perRun, perDay } = policy.blastRadius;
  const says = `It is not disabled yet: ${firedText(record)} It is due since ${when(decision.facts.disableAt)}, and disabled with the next scan as far as the rate limit goes (${perRun} a scan, ${perDay} in 24 h).`;
  return saying('due', says, 'taskwarden pause disable');
}

function disablingOf({ record: { open }, taskCase }: VerdictFacts): Said {
  const disabling = (open ?? taskCase.episode)?.disabling;
  if (!disabling) return saying('disabling', 'It is on its way to be disabled.');
  const { state, asker, queuedAt, requestedAt, attempts, unanswered } = disabling;
  const who = asker.by === 'person' ? ` as ${asker.person} asked` : '';
  if (state === 'queued')
    return saying(
      'disabling',
      `It is not disabled yet: it is queued to be disabled since ${when(queuedAt)}${who}.`,
    );
  const answer = unanswered ? 'could not be asked, or its answer was lost' : 'has not confirmed it';
  return saying(
    'disabling',
    `It is not known to be disabled: its owning system was asked on ${when(requestedAt)}${who} (attempt ${attempts}), and ${answer}.`,
  );
}
