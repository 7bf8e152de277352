import { isHeldBySpike } from './approval.ts';
import { dateByStopping, NOTHING_ANNOUNCED, ownDeadline } from './deadlines.ts';
import {
  countedTime,
  ineligibility,
  instantAtCounted,
  isEligible,
  lastAliveAt,
  notPrimarySince,
  openStaleness,
  unknownTime,
} from './evidence.ts';
import { hasLasted, isAlive, recoversAt } from './healthy-spells.ts';
import type { EffectivePolicy } from './policy.ts';
import { noDisablingUntil } from './quiet-hours.ts';
import { refusedUntil } from './refused.ts';
import { isOfBeforeRestore, type Restored, unheardSinceRestore } from './restored.ts';
import { isReverted } from './reverted.ts';
import type {
  Episode,
  Evidence,
  HoldReason,
  Keep,
  Mode,
  Pauses,
  RecipientPart,
  ResolveReason,
  Stopping,
  Task,
} from './task.ts';
import { DAY, type Duration, type Instant, type Interval } from './time.ts';

/** A reachable recipient of today's warnings. */
export interface Recipient {
  key: string;
  address: string;
  /** Reminders are declined. */
  declined: boolean;
  /** An admin who joined the reachable recipients before the date (`escalateAt`): their warning alone sustains none. */
  joined?: true;
}

/** A span in which health could not be known, and why. */
export interface Unknown extends Interval {
  why: 'data-plane' | 'outage' | 'paused' | 'no-scan' | 'stale';
}

/** All that a decision rests on. */
export interface Case extends Restored {
  task: Task;
  evidence: Evidence;
  keep: Keep | null;
  episode: Episode | null;
  /** The one by which it is judged: of an overdue task not all that is written (`judgedPolicy`). */
  policy: EffectivePolicy;
  /** What is written, where it is judged by another. @default `policy` */
  written?: EffectivePolicy;
  /** Every span of unknown health that touches the task (but for evidence too old, which `decide` works out). */
  unknown: readonly Unknown[];
  pauses: Pauses;
  /** Whether SES says nothing of mails, so that nobody knows whether a warning arrived. @default false */
  feedbackSilent?: boolean;
  /** Reachable recipients of warnings today; may be empty where there is no episode. */
  recipients: readonly Recipient[];
  /** Reachable admins who are to join the reachable recipients some time before the date. @default none */
  admins?: readonly Recipient[];
  /** What was announced of its own deadlines. @default nothing */
  stopping?: Stopping | null;
  /** Reachable recipients of that. @default none */
  hearers?: readonly Recipient[];
}

/** The mode that is written for the task of a case. */
export function modeOf({ policy, written }: Pick<Case, 'policy' | 'written'>): Mode {
  return (written ?? policy).mode;
}

type WaitReason = 'under-threshold' | 'detecting' | 'told' | 'grace' | 'notice-pending' | 'disabling';

/** What the decision rested on; instants as epoch milliseconds. */
interface Facts {
  notPrimarySince: Instant;
  counted: Duration;
  /** When the threshold is or was reached, were nothing more unknown from now on. */
  abandonedAt: Instant;
  /** Where a grace runs. */
  disableAt: Instant | null;
  /** Of a task in a spell that has not lasted yet: when it will have; else null. */
  recoversAt: Instant | null;
  /** Holders of a date that no longer holds because the mode went down. */
  withdraw: string[];
  /** The task's own deadline, where it has one. */
  deadline?: Instant;
  /** It is past, and something is to be done about that. */
  late?: true;
}

type Answer =
  | { answer: 'ignore'; reason: 'deleted' | 'disabled' | 'kind-without-shards' | 'dekaf' | 'job' }
  | { answer: 'healthy'; reason: 'alive' }
  | { answer: 'unknown'; reason: Unknown['why'] }
  | { answer: 'waiting'; reason: WaitReason }
  | { answer: 'fire'; reason: 'abandoned' | 'overdue' }
  | {
      answer: 'warn';
      reason: 'not-warned' | 'joined' | 'grace-taken-back' | 'restored';
      to: Recipient[];
      newGrace: boolean;
    }
  | { answer: 'remind'; reason: 'rung-due'; to: Recipient[]; lead: Duration; deadline: Instant }
  | { answer: 'disable'; reason: 'grace-over'; disableAt: Instant }
  | { answer: 'hold'; reason: HoldReason }
  | { answer: 'resolve'; reason: ResolveReason };

export type Decision = Answer & {
  facts: Facts;
  /** When to look again, `now` meaning at the next scan; null where only an event can change it. */
  nextLookAt: Instant | null;
};

/** Where the date of an episode comes from. */
export interface Deadline {
  disableAt: Instant;
  /** The length of time it promised. */
  after: Duration;
}

/** The shortest lead that can ever be due; a day (or the grace, where that is shorter) where there is none. */
export function shortestLead({ reminders, disableAfter }: EffectivePolicy): Duration {
  const due = reminders.filter((lead) => lead < disableAfter);
  return Math.min(...(due.length > 0 ? due : [DAY, disableAfter]));
}

/** The reachable recipients whose warning of the present grace SES took; with a date where one is announced. */
export function warnedOf(
  episode: Episode,
  recipients: readonly Recipient[],
): { recipient: Recipient; part: RecipientPart }[] {
  const warned: { recipient: Recipient; part: RecipientPart }[] = [];
  for (const recipient of recipients) {
    const part = episode.told[recipient.key];
    if (part && !part.left && part.grace === episode.grace && part.warning === 'accepted') {
      warned.push({ recipient, part });
    }
  }
  return warned;
}

/** The warnings that sustain a date: not those of admins alone, while somebody else lives. */
export function sustaining(
  episode: Episode,
  recipients: readonly Recipient[],
): { recipient: Recipient; part: RecipientPart }[] {
  return warnedOf(
    episode,
    recipients.filter(({ joined }) => !joined),
  );
}

/**
 * The case with those who are its recipients now (docs/rules.md#recipients): from `disableAt` − `escalateAt` on
 * the admins beside those who live. While no date stands none is to be escalated.
 */
export function withJoined(taskCase: Case, now: Instant, unknown = unknownOf(taskCase, now)): Case {
  const joining = joiningAt(taskCase, unknown, now);
  if (joining === null || now < joining) return taskCase;
  const admins = (taskCase.admins ?? []).map((admin) => ({ ...admin, joined: true as const }));
  return { ...taskCase, admins: [], recipients: [...taskCase.recipients, ...admins] };
}

/** From when on the admins are recipients beside the reachable ones; null where that is never, or they are already. */
function joiningAt(taskCase: Case, unknown: readonly Unknown[], now: Instant): Instant | null {
  const { episode, policy, recipients, admins } = taskCase;
  const { escalateAt } = policy;
  if (!episode || !admins?.length || escalateAt === null || policy.mode !== 'disable') return null;
  if (!sustaining(episode, recipients).some(({ part }) => part.dated)) return null;
  const deadline = deadlineOf(episode, recipients, policy, unknown, now);
  return deadline && deadline.disableAt - escalateAt;
}

/**
 * The date of an episode (docs/rules.md#dates): the latest of all dates printed in any mail and of the first
 * accepted warning of a reachable recipient + `disableAfter`, each moved later by the unknown time since; null where
 * there is none.
 */
export function deadlineOf(
  episode: Episode,
  recipients: readonly Recipient[],
  policy: EffectivePolicy,
  unknown: readonly Interval[],
  now: Instant,
): Deadline | null {
  let latest: Deadline | null = null;
  const consider = (from: Instant, disableAt: Instant, after: Duration) => {
    const moved = disableAt + unknownTime(from, now, unknown);
    if (!latest || moved > latest.disableAt) latest = { disableAt: moved, after };
  };
  for (const date of episode.dates) consider(date.at, date.disableAt, date.after);
  const accepted = sustaining(episode, recipients)
    .filter(({ part }) => part.dated)
    .map(({ part }) => part.acceptedAt as Instant);
  if (accepted.length > 0) {
    const first = Math.min(...accepted);
    const after = Math.max(policy.disableAfter, episode.disableAfter);
    consider(first, first + after, after);
  }
  return latest;
}

/**
 * Decides what is to happen to one task now (docs/rules.md). Pure and total: the scanner, the workers,
 * `explain` and `simulate` all ask it, and nothing else decides.
 */
export function decide(taskCase: Case, now: Instant): Decision {
  const view = new View(taskCase, now);
  return view.result(answerOf(view, taskCase.episode));
}

function answerOf(view: View, episode: Episode | null): Undated {
  if (!episode) return ofNone(view);
  return isOverdue(episode)
    ? (overdueEnded(view, episode) ?? ofOverdue(view, episode))
    : (ended(view, episode) ?? ofEpisode(view, episode));
}

/** Whether an episode is of a task that outlives its deadline, and of no abandoned one. */
export function isOverdue({ alert }: Pick<Episode, 'alert'>): boolean {
  return alert === 'task_overdue';
}

/** Every span of unknown health that touches the task, with those in which the evidence was too old. */
export function unknownOf(taskCase: Case, now: Instant): readonly Unknown[] {
  const { task, evidence, policy, unknown } = taskCase;
  // What has no shards is not observed.
  if (!isEligible(task)) return unknown;
  const open = openStaleness(task, evidence, policy, now) ?? unheardSinceRestore(evidence, taskCase);
  const stale = [...evidence.stale, ...(open ? [open] : [])].map((span) => ({
    ...span,
    why: 'stale' as const,
  }));
  return stale.length > 0 ? [...unknown, ...stale] : unknown;
}

type Undated = Answer & { nextLookAt?: Instant | null };

/** The case with what follows from it, worked out once. */
class View {
  readonly taskCase: Case;
  readonly now: Instant;
  readonly unknown: readonly Unknown[];
  readonly since: Instant;
  readonly counted: Duration;
  /** In an alive status, in a spell that lasted. */
  readonly healthy: boolean;
  /** When the spell under way will have lasted; null where there is none. */
  readonly recoversAt: Instant | null;

  constructor(taskCase: Case, now: Instant) {
    this.now = now;
    const { task, evidence, policy } = taskCase;
    this.unknown = unknownOf(taskCase, now);
    this.taskCase = withJoined(taskCase, now, this.unknown);
    const alive = isAlive(evidence, policy);
    this.healthy = alive && hasLasted(evidence, policy, now);
    this.recoversAt = this.healthy ? null : recoversAt(evidence, policy);
    this.since = notPrimarySince(task, evidence, policy, now);
    this.counted = countedTime(this.since, now, this.unknown);
  }

  get abandoned(): boolean {
    return !this.healthy && this.counted >= this.taskCase.policy.warnAfter;
  }

  get openUnknown(): Unknown | undefined {
    return this.unknown.find((span) => span.to === null);
  }

  get keepHolds(): boolean {
    return this.taskCase.keep !== null && this.now < this.taskCase.keep.until;
  }

  /** When the veto of the newest user publication ends; null where none holds. */
  get vetoUntil(): Instant | null {
    const at = this.taskCase.task.publishedByUserAt;
    const until = at === undefined ? null : at + this.taskCase.policy.publicationVeto;
    return until !== null && this.now < until ? until : null;
  }

  /** The task's own deadline. */
  get end(): Instant | null {
    return ownDeadline(this.taskCase.task, this.taskCase.policy);
  }

  /** Whether it is past, and something is to be done about that. */
  get isLate(): boolean {
    return this.end !== null && this.now >= this.end && this.taskCase.policy.atDeadline !== 'nothing';
  }

  deadline(): Deadline | null {
    const { episode, recipients, policy } = this.taskCase;
    if (!episode) return null;
    return this.byStopping() ?? deadlineOf(episode, recipients, policy, this.unknown, this.now);
  }

  /** The date of an overdue task whose deadline was announced in time. */
  byStopping(): Deadline | null {
    const { episode, stopping, hearers = [] } = this.taskCase;
    if (!episode || !isOverdue(episode)) return null;
    const announced = { ...this.taskCase, episode, stopping: stopping ?? NOTHING_ANNOUNCED, hearers };
    return dateByStopping(announced, this.unknown, this.now);
  }

  result({ nextLookAt, ...answer }: Undated): Decision {
    const { episode, policy } = this.taskCase;
    const facts: Facts = {
      notPrimarySince: this.since,
      counted: this.counted,
      abandonedAt: instantAtCounted(this.since, policy.warnAfter, this.now, this.unknown),
      disableAt: this.#threatens() ? (this.deadline()?.disableAt ?? null) : null,
      recoversAt: this.recoversAt,
      withdraw: episode && answer.answer !== 'resolve' ? withdrawn(this.taskCase, episode) : [],
      ...(this.end === null ? {} : { deadline: this.end }),
      ...(this.isLate ? { late: true as const } : {}),
    };
    return { ...answer, facts, nextLookAt: nextLookAt ?? null } as Decision;
  }

  /** Whether a date stands: a warning announces it, or an announced deadline is one. */
  #threatens(): boolean {
    return this.taskCase.episode?.graceMode === 'disable' || this.byStopping() !== null;
  }
}

/** Holders of a date when the mode no longer announces any. */
function withdrawn(taskCase: Case, episode: Episode): string[] {
  if (episode.graceMode !== 'disable' || taskCase.policy.mode === 'disable') return [];
  return dateHolders(episode);
}

/** The recipients who hold a mail with a date of this episode's present grace. */
export function dateHolders(episode: Episode): string[] {
  return Object.entries(episode.told)
    .filter(([, part]) => part.dated && part.warning === 'accepted')
    .map(([key]) => key);
}

/** Whether the episode is over (the first that applies of docs/rules.md#episodes). */
function ended(view: View, episode: Episode): Undated | undefined {
  const { task, pauses } = view.taskCase;
  const ineligible = ineligibility(task);
  return (
    goneFromSight(view, episode, ineligible) ??
    (!pauses.evaluate && recovered(view, episode) ? { answer: 'resolve', reason: 'recovered' } : undefined) ??
    endedByPerson(view, episode) ??
    (pauses.evaluate ? undefined : overByToday(view, episode))
  );
}

function goneFromSight(
  view: View,
  episode: Episode,
  ineligible: ReturnType<typeof ineligibility>,
): Undated | undefined {
  if (ineligible === 'deleted' || episode.firedAt < (view.taskCase.task.cameBackAt ?? 0)) {
    return { answer: 'resolve', reason: 'deleted' };
  }
  if (ineligible === 'disabled' && episode.disabling?.state === 'requested') {
    return { answer: 'waiting', reason: 'disabling' };
  }
  return ineligible ? { answer: 'resolve', reason: 'ineligible' } : undefined;
}

function endedByPerson(view: View, episode: Episode): Undated | undefined {
  const published = view.taskCase.task.publishedByUserAt;
  if (published !== undefined && (published > episode.firedAt || view.vetoUntil !== null)) {
    return { answer: 'resolve', reason: 'user-published' };
  }
  return endedByKeep(view);
}

function endedByKeep(view: View): Undated | undefined {
  if (!view.keepHolds) return undefined;
  return { answer: 'resolve', reason: view.taskCase.keep?.kind === 'snooze' ? 'snoozed' : 'kept' };
}

/** Whether the episode of an overdue task is over (the first that applies of docs/rules.md#deadlines). */
function overdueEnded(view: View, episode: Episode): Undated | undefined {
  const { task, pauses } = view.taskCase;
  const isPaused = pauses.evaluate;
  if (!isPaused && task.kind === 'job' && task.endedAt !== undefined)
    return { answer: 'resolve', reason: 'ended' };
  if (task.deletedAt !== undefined || episode.firedAt < (task.cameBackAt ?? 0))
    return { answer: 'resolve', reason: 'deleted' };
  if (!task.enabled)
    return episode.disabling?.state === 'requested'
      ? { answer: 'waiting', reason: 'disabling' }
      : { answer: 'resolve', reason: 'ineligible' };
  if (!isPaused && (task.enabledAt ?? 0) > episode.firedAt)
    return { answer: 'resolve', reason: 'ineligible' };
  if (!isPaused && !view.isLate) return { answer: 'resolve', reason: 'policy' };
  return endedByKeep(view);
}

/** Enabled anew since it fired, or no longer abandoned under today's policy. */
function overByToday(view: View, episode: Episode): Undated | undefined {
  if ((view.taskCase.task.enabledAt ?? 0) > episode.firedAt)
    return { answer: 'resolve', reason: 'ineligible' };
  const changed = view.taskCase.policy.warnAfter > episode.warnAfter || view.since !== episode.since;
  return changed && !view.abandoned ? { answer: 'resolve', reason: 'policy' } : undefined;
}

function recovered(view: View, episode: Episode): boolean {
  if (view.healthy) return true;
  const last = lastAliveAt(view.taskCase.evidence, view.taskCase.policy, view.now);
  return last !== undefined && last > episode.firedAt;
}

/** A task without an open episode: where both rules apply, the deadline fires (docs/rules.md#deadlines), or is held. */
function ofNone(view: View): Undated {
  const late = ofLate(view);
  if (late) return late;
  const ineligible = ineligibility(view.taskCase.task);
  return ineligible ? { answer: 'ignore', reason: ineligible } : ofCandidate(view);
}

/** What is to be done of a task that outlives its deadline; undefined where nothing is. */
function ofLate(view: View): Undated | undefined {
  const { pauses, keep } = view.taskCase;
  if (!view.isLate) return undefined;
  if (pauses.evaluate) return hold('paused');
  if (view.openUnknown) return hold('unknown');
  if (view.keepHolds) return hold('kept', keep?.until);
  return { answer: 'fire', reason: 'overdue' };
}

/** An overdue task: disabled where its deadline was announced, else warned as an abandoned one. */
function ofOverdue(view: View, episode: Episode): Undated {
  const { pauses, policy, recipients, task, evidence } = view.taskCase;
  if (pauses.evaluate) return hold('paused', view.now);
  if (view.openUnknown) return hold('unknown', view.now);
  if (policy.mode === 'detect') return { answer: 'waiting', reason: 'detecting' };
  if (isReverted(task, evidence, policy, view.now)) return hold('reverted');
  const announced = view.byStopping();
  if (announced && view.now >= announced.disableAt) return turnOff(view, episode, announced);
  if (announced) return { answer: 'waiting', reason: 'grace', nextLookAt: announced.disableAt };
  if (recipients.length === 0) return hold('no-reachable-owner', view.now);
  return (
    warnings(view, episode) ??
    (policy.mode === 'disable' ? grace(view, episode) : notifiedOnly(view, episode))
  );
}

function ofCandidate(view: View): Undated {
  const { policy, pauses, keep } = view.taskCase;
  if (view.healthy) return { answer: 'healthy', reason: 'alive' };
  const open = view.openUnknown;
  if (!view.abandoned) {
    if (open) return { answer: 'unknown', reason: open.why };
    const at = instantAtCounted(view.since, policy.warnAfter, view.now, view.unknown);
    return { answer: 'waiting', reason: 'under-threshold', nextLookAt: at };
  }
  if (pauses.evaluate) return hold('paused');
  if (open) return hold('unknown');
  if (view.recoversAt !== null) return hold('recovering', view.recoversAt);
  if (view.keepHolds) return hold('kept', keep?.until);
  const vetoUntil = view.vetoUntil;
  if (vetoUntil !== null) return hold('user-published', vetoUntil);
  return { answer: 'fire', reason: 'abandoned' };
}

function hold(reason: HoldReason, until?: Instant): Undated {
  return { answer: 'hold', reason, nextLookAt: until ?? null };
}

function ofEpisode(view: View, episode: Episode): Undated {
  const { pauses, policy, recipients } = view.taskCase;
  if (pauses.evaluate) return hold('paused', view.now);
  if (view.openUnknown) return hold('unknown', view.now);
  if (view.recoversAt !== null) return hold('recovering', view.recoversAt);
  if (policy.mode === 'detect') return { answer: 'waiting', reason: 'detecting' };
  if (isReverted(view.taskCase.task, view.taskCase.evidence, policy, view.now)) return hold('reverted');
  if (recipients.length === 0) return hold('no-reachable-owner', view.now);
  return (
    warnings(view, episode) ??
    (policy.mode === 'disable' ? grace(view, episode) : notifiedOnly(view, episode))
  );
}

/** Who is to be warned: all where a new grace begins, else those who were not. */
function warnings(view: View, episode: Episode): Undated | undefined {
  const { recipients, policy } = view.taskCase;
  const dated = policy.mode === 'disable';
  const lapsed = dated && episode.graceMode === 'disable' && graceLapsed(episode, recipients);
  const raised = episode.grace === 0 || (dated ? isRaised(episode, policy) : episode.graceMode === 'detect');
  const restored = episode.grace > 0 && isOfBeforeRestore(episode, view.taskCase);
  const newGrace = lapsed || raised || restored;
  const to = newGrace
    ? [...recipients]
    : recipients.filter((recipient) => isUntold(episode, recipient, dated));
  if (to.length === 0) return undefined;
  const kept = raised ? 'not-warned' : 'joined';
  const reason = restored ? 'restored' : lapsed ? 'grace-taken-back' : kept;
  return { answer: 'warn', reason, to, newGrace };
}

/** Whether the mode rose to `disable` since the present grace began, though perhaps no scan saw it lower. */
function isRaised({ graceMode, modeRaisedAt }: Episode, policy: EffectivePolicy): boolean {
  return graceMode !== 'disable' || (policy.modeRaisedAt ?? 0) > (modeRaisedAt ?? 0);
}

function isUntold(episode: Episode, recipient: Recipient, dated: boolean): boolean {
  const part = episode.told[recipient.key];
  if (!part || part.left || part.warning === 'failed') return true;
  return part.grace < episode.grace || (dated && !part.dated);
}

/**
 * Whether the grace had an accepted warning and none is left with a reachable recipient of today (promises 1 and 4).
 */
function graceLapsed(episode: Episode, recipients: readonly Recipient[]): boolean {
  const began = Object.values(episode.told).some(
    (part) => part.grace === episode.grace && part.acceptedAt !== undefined,
  );
  return began && sustaining(episode, recipients).length === 0;
}

function notifiedOnly(view: View, episode: Episode): Undated {
  const waiting = unsent(view, episode);
  if (waiting.length === 0) return { answer: 'waiting', reason: 'told' };
  return view.taskCase.pauses.notify
    ? hold('paused', view.now)
    : { answer: 'waiting', reason: 'notice-pending', nextLookAt: null };
}

/** The reachable recipients' notices that SES did not take yet. */
function unsent(view: View, episode: Episode): ('pending' | 'tried')[] {
  const states: ('pending' | 'tried')[] = [];
  for (const recipient of view.taskCase.recipients) {
    const part = episode.told[recipient.key];
    if (!part || part.left) continue;
    if (part.warning === 'pending' || part.warning === 'tried') states.push(part.warning);
    const reminder = part.reminder?.state;
    if (reminder === 'pending' || reminder === 'tried') states.push(reminder);
  }
  return states;
}

/** The reminder steps of mode `disable` once everybody was asked to be warned. */
function grace(view: View, episode: Episode): Undated {
  const deadline = view.deadline();
  const waiting = unsent(view, episode);
  const due = deadline !== null && view.now >= deadline.disableAt;
  if (waiting.length > 0) {
    if (view.taskCase.pauses.notify || (due && view.taskCase.pauses.disable)) return hold('paused', view.now);
    if (sustaining(episode, view.taskCase.recipients).length === 0 || due) return untaken(view, waiting);
  }
  if (!deadline) return untaken(view, ['pending']);
  if (due) return turnOff(view, episode, deadline);
  const step = dueLead(view, episode, deadline);
  if (step !== undefined) return remind(view, episode, deadline, step);
  return { answer: 'waiting', reason: 'grace', nextLookAt: nextReminderAt(view, deadline) };
}

function untaken(view: View, states: ('pending' | 'tried')[]): Undated {
  return states.includes('tried')
    ? hold('warning-not-accepted', view.now)
    : { answer: 'waiting', reason: 'notice-pending', nextLookAt: view.now };
}

function turnOff(view: View, episode: Episode, deadline: Deadline): Undated {
  const { pauses, policy, feedbackSilent } = view.taskCase;
  if (pauses.disable) return hold('paused', view.now);
  if (isHeldBySpike(episode.brake, view.now)) return hold('blast-radius', view.now);
  if (feedbackSilent) return hold('feedback-silent', view.now);
  const quiet = noDisablingUntil(policy, view.now);
  if (quiet !== null) return hold('quiet-hours', quiet);
  const refused = refusedUntil(view.taskCase.task, episode.disabling, view.now);
  if (refused !== null) return hold('refused', refused);
  if (episode.disabling && !episode.disabling.refused) return { answer: 'waiting', reason: 'disabling' };
  return { answer: 'disable', reason: 'grace-over', disableAt: deadline.disableAt };
}

/** How far a deadline must move until a reminder step that was given out is due again. */
const REARM_AFTER: Duration = DAY;

/**
 * The reminder step to give out now (docs/rules.md#reminder-steps): the shortest lead whose window is open, unless it
 * was given out in this grace for a deadline less than 24 h earlier; so after missed scans only the latest goes out.
 */
function dueLead(view: View, episode: Episode, deadline: Deadline): Duration | undefined {
  const open = leadsOf(view.taskCase.policy, deadline).filter(
    (lead) => deadline.disableAt - lead <= view.now,
  );
  if (open.length === 0) return undefined;
  const lead = Math.min(...open);
  const isGivenOut = episode.rungs.some(
    (step) =>
      step.grace === episode.grace && step.lead <= lead && deadline.disableAt - step.deadline < REARM_AFTER,
  );
  return isGivenOut ? undefined : lead;
}

function leadsOf(policy: EffectivePolicy, deadline: Deadline): Duration[] {
  return policy.reminders.filter((lead) => lead < deadline.after);
}

function nextReminderAt(view: View, deadline: Deadline): Instant {
  const instants = leadsOf(view.taskCase.policy, deadline).map((lead) => deadline.disableAt - lead);
  const joining = joiningAt(view.taskCase, view.unknown, view.now);
  const next = [...instants, ...(joining === null ? [] : [joining])].filter((instant) => instant > view.now);
  return Math.min(...next, deadline.disableAt);
}

/** Whether the recipient had this reminder step of the same date, or a shorter one: steps differ by recipient. */
function isReminded(episode: Episode, { key }: Recipient, lead: Duration, deadline: Deadline): boolean {
  const reminder = episode.told[key]?.reminder;
  return (
    reminder !== undefined && reminder.lead <= lead && deadline.disableAt - reminder.deadline < REARM_AFTER
  );
}

function remind(view: View, episode: Episode, deadline: Deadline, lead: Duration): Undated {
  const to = warnedOf(episode, view.taskCase.recipients)
    .map(({ recipient }) => recipient)
    .filter((recipient) => !recipient.declined && !isReminded(episode, recipient, lead, deadline));
  return { answer: 'remind', reason: 'rung-due', to, lead, deadline: deadline.disableAt };
}
