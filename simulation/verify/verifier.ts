import { type AlertType, isWindowed, type Notice } from '../../functions/abandonment/task.ts';
import { DAY, type Duration, formatInstant, type Instant } from '../../functions/abandonment/time.ts';
import type { DigestItem } from '../../functions/store/digests.ts';
import { type DisabledTask, episodeOf } from '../engine/effects.ts';
import type { AcceptedMail } from '../engine/sim-mail.ts';
import { isAsleep, isQuietDay } from '../engine/sleep.ts';
import type { OwnerAction } from '../scenario/scenario-types.ts';
import { AuditVerifier } from './audit-verifier.ts';
import type { BrokenPromise, Checks, VerifierParts } from './checks.ts';
import { DeadlineVerifier } from './deadline-verifier.ts';
import { DeletionVerifier } from './deletion-verifier.ts';
import { type FleetFacts, sameAddress, type TrueTask } from './fleet-facts.ts';
import { RateLimitVerifier } from './rate-limit-verifier.ts';
import { RefusalVerifier } from './refusal-verifier.ts';
import { noticeName, Repeats } from './repeats.ts';
import { SoftSuppressions } from './soft-suppressions.ts';
import { SpacingVerifier } from './spacing-verifier.ts';

interface Warned {
  to: string;
  at: Instant;
  disableAt: Instant | null;
}

/** Notices that say how a task is now. */
const TELLS_STATE: readonly Notice[] = ['disabled', 'enabled', 'still-off'];

/** Notices after which no other must follow. */
const HELD_BY_NOBODY: readonly Notice[] = ['recovered', 'withdrawn', 'still-off'];

const DECLINABLE: readonly Notice[] = ['recovered', 'reminder', 'still-off'];

/** Nothing in a scenario says how long a task can be enabled as it was (docs/rules.md#after-the-disabling). */
const RESTORABLE_FOR: Duration = 90 * DAY;

/**
 * Checks the promises after each step. It knows the scenario's inputs, what SES accepted and reported, and what the
 * owning system was asked and did; of the table it reads the audit rows alone.
 */
export class Verifier implements Checks {
  readonly broken: BrokenPromise[] = [];
  /** What was mailed, and what may be mailed again. */
  readonly repeats = new Repeats();
  readonly softSuppressions = new SoftSuppressions();
  readonly audits: AuditVerifier;
  /** How often each promise was at stake and checked. */
  readonly checks = new Map<number, number>();
  readonly #facts: FleetFacts;
  readonly #now: () => Instant;
  readonly #skew: Duration;
  readonly #isBehind: () => boolean;
  readonly #isFaulty: boolean;
  readonly #rateLimit: RateLimitVerifier;
  readonly spacing: SpacingVerifier;
  readonly deadlines: DeadlineVerifier;
  readonly refusals: RefusalVerifier;
  readonly deletions: DeletionVerifier;
  /** Address -> the digest that SES refused it for; null where SES reported it. */
  readonly #suppressed = new Map<string, string | null>();
  /** When an address was suppressed last, and how often operators revived it. */
  readonly #suppressedAt = new Map<string, Instant>();
  readonly #revivals = new Map<string, number>();
  /** Tasks that somebody with a say wanted off at once. */
  readonly #wantedOff = new Set<string>();
  /** Suppressed addresses of which Taskwarden cannot know: SES's answer to it was lost. */
  readonly #unheard = new Set<string>();
  readonly #warnings = new Map<string, Warned[]>();
  readonly #newestWarnings = new Map<string, Instant>();
  readonly #latestOfTask = new Map<string, Instant>();
  readonly #latestDate = new Map<string, Instant>();
  /** The mails that say them. */
  readonly #latestDigest = new Map<string, string>();
  readonly #disabledAt = new Map<string, Instant>();
  /** Tasks that operators enabled again after we disabled them. */
  readonly #undone = new Set<string>();
  /** `episode address` of those whom a mail of ours notified of a date or of the disabling. */
  readonly #holders = new Set<string>();
  #suppressions = 0;

  constructor(parts: VerifierParts) {
    this.#facts = parts.facts;
    this.#now = parts.now;
    this.#skew = parts.skew ?? 0;
    this.#isBehind = parts.isBehind ?? (() => false);
    this.#isFaulty = parts.isFaulty ?? false;
    this.audits = new AuditVerifier(this, parts.now, this.#isFaulty);
    this.spacing = new SpacingVerifier(this, parts);
    this.#rateLimit = new RateLimitVerifier(this, parts.facts, parts.now);
    this.deadlines = new DeadlineVerifier(this, parts);
    this.refusals = new RefusalVerifier(this, parts);
    this.deletions = new DeletionVerifier(this, parts);
  }

  /** All checks so far. */
  get total(): number {
    let total = 0;
    for (const count of this.checks.values()) total += count;
    return total;
  }

  isSuppressed(address: string): boolean {
    return this.#suppressed.has(sameAddress(address));
  }

  /** Whether an address is suppressed, and Taskwarden knows it. */
  isKnownSuppressed(address: string): boolean {
    return this.isSuppressed(address) && !this.#unheard.has(sameAddress(address));
  }

  /** The newest warning of a task that SES took for an address. */
  newestWarning(task: string, address: string): Instant | null {
    return this.#newestWarnings.get(`${task} ${sameAddress(address)}`) ?? null;
  }

  /** The latest date that any mail about any episode of a task says. */
  latestDateOf(task: string): Instant | null {
    return this.#latestOfTask.get(task) ?? null;
  }

  /** Counts a check of a promise, and notes it as broken where it does not hold. */
  check(promise: number, holds: boolean, what: () => string): void {
    this.#count(promise);
    if (!holds) this.broken.push({ promise, at: this.#now(), what: what() });
  }

  /** Checks a promise; counted only where it was at stake. */
  checkWhere(atStake: boolean, promise: number, holds: boolean, what: () => string): void {
    if (atStake) this.#count(promise);
    if (!holds) this.broken.push({ promise, at: this.#now(), what: what() });
  }

  /** SES reported what suppresses an address for good, or refused it in its answer to a digest. */
  addressSuppressed(address: string, answeredTo: string | null = null): void {
    const to = sameAddress(address);
    if (this.#suppressed.has(to) && answeredTo !== null) return;
    if (!this.#suppressed.has(to)) this.#suppressedAt.set(to, this.#now());
    this.#suppressed.set(to, answeredTo);
    this.#suppressions += 1;
    this.#unheard.delete(to);
  }

  /** An operator wanted an address revived; `wasSuppressed`: what Taskwarden made of it. */
  addressRevived(address: string, wasSuppressed: boolean): void {
    const to = sameAddress(address);
    const isRight = wasSuppressed || !this.isKnownSuppressed(to) || this.#isBehind();
    this.check(4, isRight, () => 'a suppressed address was not revived by an operator');
    if (!wasSuppressed) return;
    this.#suppressed.delete(to);
    this.#unheard.delete(to);
    this.softSuppressions.revived(to, this.#now());
    this.#revivals.set(to, (this.#revivals.get(to) ?? 0) + 1);
  }

  /** A person acted on a task; `done`: whether Taskwarden did what they wanted. */
  personRequested({ action, task, by }: OwnerAction, done: boolean): void {
    const hasSay = this.#facts.hasSay(task, by);
    const about = `somebody's ${action} of ${task}`;
    const isBehind = this.#isBehind();
    this.check(9, hasSay || !done || isBehind, () => `${about} counted, who has no say in it`);
    const mayBeIgnored = !hasSay || action === 'disable' || isBehind;
    this.check(9, done || mayBeIgnored, () => `${about} was ignored, who has a say in it`);
    if (action === 'disable' && done) this.#wantedOff.add(task);
    if (action === 'unsubscribe' && done) this.#facts.declined.add(sameAddress(by));
  }

  /** The answer to a digest, or what was to be written of it, is lost. */
  answerLost(digest: string): void {
    this.repeats.recordLost(digest);
    this.spacing.answerLost(digest);
    for (const [to, refusedFor] of this.#suppressed) if (refusedFor === digest) this.#unheard.add(to);
  }

  /** SES took a mail. */
  mailAccepted(mail: AcceptedMail): void {
    const to = sameAddress(mail.to);
    const isMailable = !this.isKnownSuppressed(to) || this.#isBehind();
    this.checkWhere(
      this.#suppressed.size > 0,
      4,
      isMailable,
      () => `mail ${mail.digest} went to a suppressed address`,
    );
    if (this.#unheard.delete(to)) this.#suppressed.delete(to);
    this.check(
      7,
      mail.items.length > 0 || mail.report !== undefined,
      () => `mail ${mail.digest} told of nothing`,
    );
    this.audits.mailed(mail.digest);
    for (const item of mail.items) this.#checkItem(to, item, mail.digest);
    this.spacing.accepted(to, mail);
  }

  /** A mail was not what its digest row says, or had none. */
  mailUntrue(digest: string, what: string): void {
    this.check(what.includes('claimed') ? 11 : 7, false, () => `mail ${digest}: ${what}`);
  }

  /** A mail's text was compared with its digest row. */
  mailRead(): void {
    this.#count(7);
    this.#count(11);
  }

  /** Taskwarden asks the owning system to disable a task: its decision is made. */
  disableAsked(request: DisabledTask): void {
    const task = this.#facts.tasks.get(request.task);
    if (!task) return;
    this.refusals.asked(request);
    if (request.disableAt === null) {
      const isWanted = this.#wantedOff.has(task.id);
      this.check(9, isWanted, () => `${episodeOf(request)} is to be disabled, which nobody wanted`);
      return;
    }
    const now = this.#now();
    const about = `${episodeOf(request)} is to be disabled at ${formatInstant(now)}`;
    const isOverdue = this.#isAnnouncedInFull(task, request);
    this.check(
      1,
      isOverdue || this.#isWarnedInFull(task, request),
      () => `${about} without an accepted warning a full grace ago`,
    );
    const latest = this.#latestDate.get(episodeOf(request)) ?? 0;
    const inTime = now + this.#skew >= latest;
    this.check(2, inTime, () => `${about}, before the date ${formatInstant(latest)} that a mail says`);
    const mode = this.#facts.policy(task.id, 'mode');
    this.check(3, mode === 'disable', () => `${about} in mode ${mode}`);
    const hasUnknown = this.#facts.unknownOf(task).length > 0;
    const isKnown = !this.#facts.isUnknown(task) || this.#isBehind();
    this.checkWhere(hasUnknown, 5, isKnown, () => `${about} while its health cannot be known`);
    const isHeld = this.#isReverted(task) && !this.#isBehind();
    this.checkWhere(
      task.revertedAt !== null,
      15,
      !isHeld,
      () => `${about} although its disabling was reverted`,
    );
    if (!isOverdue) this.#allWarned(task, request, about);
    this.#humanWins(task, about, now, isOverdue);
    this.#rateLimit.asked(task, request);
  }

  /** The owning system disabled a task on our request. */
  disabled(done: DisabledTask): void {
    const key = episodeOf(done);
    this.check(11, !this.#disabledAt.has(key), () => `${key} was disabled twice in one episode`);
    this.#disabledAt.set(key, this.#now());
    this.audits.disabled(done);
    this.#rateLimit.disabled(done);
  }

  /** The owning system enabled a task again because an operator undid our disabling. */
  undone(task: string): void {
    this.#undone.add(task);
  }

  /** All that was caused at an instant is through. */
  instantOver(): void {
    this.audits.instantOver();
  }

  #checkItem(to: string, item: DigestItem, digest: string): void {
    if (item.notice === 'stopping') {
      this.#checkStopping(to, item, digest);
      return;
    }
    const key = episodeOf(item);
    const now = this.#now();
    const departures = this.#facts.departures.get(`${item.task} ${to}`) ?? 0;
    const comings =
      departures +
      this.softSuppressions.countOf(to) +
      (this.#revivals.get(to) ?? 0) +
      this.#stirs(item.task, to);
    const mode = this.#facts.disableModeSince(item.task);
    const name = noticeName(to, item, { comings, mode, latest: this.#latestDate.get(key) });
    // The scanner's clock says when the mail's time is over, the notifier's when it began.
    const settleAfter = this.#facts.policy('', 'settleAfter') - 2 * this.#skew;
    const isNew = this.repeats.isNew(name, digest, now, settleAfter);
    this.check(6, isNew, () => `the ${item.notice} of ${key} was mailed again to the same recipient`);
    if (item.notice === 'warning') {
      const warned = this.#warnings.get(key) ?? [];
      warned.push({ to, at: now, disableAt: item.disableAt });
      this.#warnings.set(key, warned);
      this.#newestWarnings.set(`${item.task} ${to}`, now);
      this.#isAbandoned(item);
    }
    if (item.notice === 'overdue') this.deadlines.overdue(to, item, key);
    if (item.notice === 'warning' || item.notice === 'reminder') this.#isFailing(item);
    if (isWindowed(item.notice)) this.#notReverted(item);
    if (item.disableAt !== null) this.#dated(item, item.disableAt, digest);
    this.#checkNews(to, item);
  }

  /** A notice of a task's own deadline is of no episode. */
  #checkStopping(to: string, item: DigestItem, digest: string): void {
    this.deadlines.announced(to, item, digest);
    const isWelcome = !this.#facts.declined.has(to);
    this.check(
      9,
      isWelcome,
      () => `the deadline of ${item.task} was announced to somebody who declined that`,
    );
  }

  /** Whether the task is to be disabled for a deadline that was announced in time to somebody who can be reached. */
  #isAnnouncedInFull(task: TrueTask, request: DisabledTask): boolean {
    const recipientsOf = (alert: 'task_stopping' | 'task_overdue') =>
      this.#recipientsAsFarAsKnown(task, alert);
    return this.deadlines.isAnnouncedInFull(task, episodeOf(request), recipientsOf);
  }

  /** What a notice of something past, or that may be declined, must be true to. */
  #checkNews(to: string, item: DigestItem): void {
    const key = episodeOf(item);
    if (item.notice === 'disabled') {
      this.check(8, this.#disabledAt.has(key), () => `a mail says that ${key} was disabled before it was`);
    }
    if (item.notice === 'recovered') this.#recovered(item);
    if (item.notice === 'still-off') this.#stillOff(item);
    if (TELLS_STATE.includes(item.notice)) this.#isStillNews(to, item);
    if (!HELD_BY_NOBODY.includes(item.notice)) this.#holders.add(`${key} ${to}`);
    if (!DECLINABLE.includes(item.notice)) return;
    const isWelcome = !this.#facts.declined.has(to);
    this.check(9, isWelcome, () => `a ${item.notice} of ${key} went to somebody who declined it`);
  }

  /** Promise 8: it is reminded of what a scan disabled, where its policy asks for it, and in the time for that. */
  #stillOff({ task, episode }: DigestItem): void {
    const key = episodeOf({ task, episode });
    const lead = this.#facts.policy(task, 'stillOff');
    const disabledAt = this.#disabledAt.get(key);
    const ends = disabledAt === undefined ? null : disabledAt + RESTORABLE_FOR;
    const isTimely =
      ends !== null &&
      lead !== null &&
      this.#now() + 2 * this.#skew >= ends - lead &&
      this.#now() - 2 * this.#skew < ends;
    this.check(8, isTimely, () => `${key} is reminded of at a time that its policy does not ask for`);
  }

  /** Promise 15: nobody is notified each round of what a system enables again. */
  #notReverted(item: DigestItem): void {
    const task = this.#facts.tasks.get(item.task);
    if (!task || this.#isBehind()) return;
    const isReverted = this.#isReverted(task);
    const what = () => `a ${item.notice} of ${episodeOf(item)}, whose disabling was reverted`;
    this.checkWhere(task.revertedAt !== null, 15, !isReverted, what);
  }

  /** Among faults observations of one instant may be heard in either order, and a spell of no length may last. */
  #isReverted(task: TrueTask): boolean {
    const mayHaveRecovered = this.#isFaulty && this.#facts.hadTwoStatesAtOnce(task, task.revertedAt ?? 0);
    return this.#facts.isReverted(task) && !mayHaveRecovered;
  }

  /** Promise 9: of what runs, and be it for a short spell, nobody is warned nor reminded. */
  #isFailing({ task: id, episode, notice }: DigestItem): void {
    const task = this.#facts.tasks.get(id);
    if (!task || this.#isFaulty) return;
    this.check(9, !this.#facts.isAlive(task), () => `a ${notice} of ${id} #${episode} although it runs`);
  }

  /** An admin is a recipient by what others do: with each change of that they may come back, and are warned again. */
  #stirs(id: string, to: string): number {
    const task = this.#facts.tasks.get(id);
    const isAdmin = task !== undefined && !this.#facts.baseOf(task, 'task_abandoned').includes(to);
    return isAdmin ? this.#facts.stirs + this.#suppressions + this.softSuppressions.total : 0;
  }

  /** Promise 8: news is judged again before it is mailed. */
  #isStillNews(to: string, item: DigestItem): void {
    if (this.#isBehind()) return;
    const phrase = item.notice === 'still-off' ? 'is still off' : `was ${item.notice}`;
    const about = `a mail says that ${episodeOf(item)} ${phrase}`;
    const task = this.#facts.tasks.get(item.task);
    const isOn = task?.enabled === true && !task.deleted;
    const isOff = task !== undefined && !task.enabled && !task.deleted;
    const holds = item.notice === 'enabled' ? isOn : isOff;
    this.check(8, holds, () => `${about}, which holds no more`);
    if (item.notice !== 'enabled') return;
    this.check(8, this.#undone.has(item.task), () => `${about}, which no operator did`);
    const isHolder = this.#holders.has(`${episodeOf(item)} ${to}`) || this.deadlines.hasHeard(item.task, to);
    this.check(6, isHolder, () => `${about} to somebody who was never notified of it`);
  }

  #dated(item: DigestItem, disableAt: Instant, digest: string): void {
    const key = episodeOf(item);
    const mode = this.#facts.policy(item.task, 'mode');
    this.check(3, mode === 'disable', () => `a ${item.notice} of ${key} has a date in mode ${mode}`);
    const latest = this.#latestDate.get(key);
    // Whoever mails somebody else at once cannot know of a later date whose sender died. It binds all the same.
    const isUnheard = this.repeats.isUnheard(this.#latestDigest.get(key) ?? '');
    const isLater = latest === undefined || disableAt + this.#skew >= latest || isUnheard;
    this.checkWhere(
      latest !== undefined,
      2,
      isLater,
      () => `a ${item.notice} of ${key} moves its date earlier`,
    );
    if (disableAt > (latest ?? 0)) this.#latestDigest.set(key, digest);
    this.#latestDate.set(key, Math.max(disableAt, latest ?? 0));
    this.#latestOfTask.set(item.task, Math.max(disableAt, this.#latestOfTask.get(item.task) ?? 0));
  }

  #recovered(item: DigestItem): void {
    const task = this.#facts.tasks.get(item.task);
    const aliveAt = task ? this.#facts.lastAliveAt(task, this.#now()) : null;
    const true_ = aliveAt !== null && aliveAt > item.since && !this.#disabledAt.has(episodeOf(item));
    this.check(8, true_, () => `a mail says that ${episodeOf(item)} recovered, which it did not`);
    const holds = task?.enabled === true && !task.deleted && this.#facts.isAlive(task);
    // A failing that is heard before the recovery it follows changes nothing, and is stored with a later observation.
    const unheardFor = this.#isFaulty ? this.#facts.policy(item.task, 'evidenceMaxAge') / 2 : 0;
    const isUnheard = aliveAt !== null && this.#now() - aliveAt < unheardFor;
    this.check(
      8,
      holds || isUnheard || this.#isBehind(),
      () => `${episodeOf(item)} fails again when its recovery is mailed`,
    );
  }

  /** Promises 1 and 3: warned with a date, in this episode and mode, since it was last enabled, a full grace ago. */
  #isWarnedInFull(task: TrueTask, request: DisabledTask): boolean {
    const now = this.#now();
    const recipients = this.#recipientsAsFarAsKnown(task, 'task_abandoned');
    const since = Math.max(this.#facts.disableModeSince(task.id) ?? now, task.enabledAt ?? 0);
    const grace = this.#facts.policy(task.id, 'disableAfter');
    return (this.#warnings.get(episodeOf(request)) ?? []).some(
      ({ to, at, disableAt }) =>
        disableAt !== null &&
        disableAt <= now + this.#skew &&
        at >= since &&
        this.#stands(to, at) &&
        (recipients.includes(to) || this.#isOwnerAsFarAsKnown(task, to)) &&
        this.#facts.counted(task, at, now) + 2 * this.#skew >= grace,
    );
  }

  /** Who is to be notified, by what is true and by what Taskwarden may know of it: who is suppressed changes that. */
  #recipientsAsFarAsKnown(task: TrueTask, alert: AlertType): string[] {
    const recipientsOf = (isSuppressed: (address: string) => boolean) =>
      this.#facts.recipientsOf(task, alert, isSuppressed);
    return [
      ...recipientsOf((address) => this.isSuppressed(address)),
      ...recipientsOf((address) => this.isKnownSuppressed(address) && !this.#isBehind()),
      ...recipientsOf(
        (address) => this.isSuppressed(address) || this.softSuppressions.isSuppressed(address, this.#now()),
      ),
    ];
  }

  /** Whether somebody owned a task, and Taskwarden may not know yet that they left. */
  #isOwnerAsFarAsKnown({ id }: TrueTask, address: string): boolean {
    return this.#isBehind() && this.#facts.departures.has(`${id} ${address}`);
  }

  /** A suppression takes back what was accepted before it, also for who was revived since. */
  #stands(to: string, at: Instant): boolean {
    return this.#suppressed.has(to) || at >= (this.#suppressedAt.get(to) ?? 0);
  }

  /**
   * Promise 7: nobody's notice is taken for sent that was not: whoever is to be notified was warned of this episode.
   */
  #allWarned(task: TrueTask, request: DisabledTask, about: string): void {
    if (this.#isBehind()) return;
    const warnings = this.#warnings.get(episodeOf(request)) ?? [];
    const warned = new Set(warnings.filter(({ to, at }) => this.#stands(to, at)).map(({ to }) => to));
    for (const owner of task.owners.map(sameAddress)) {
      if (this.isSuppressed(owner) || this.softSuppressions.isSuppressed(owner, this.#now())) continue;
      this.check(7, warned.has(owner), () => `${about}, and an owner was never warned of it`);
    }
  }

  /** Promise 5: only time in which health could be known makes a task abandoned. */
  #isAbandoned({ task: id, episode }: DigestItem): void {
    const task = this.#facts.tasks.get(id);
    if (!task || this.#isBehind()) return;
    const now = this.#now();
    const counted = this.#facts.counted(task, this.#facts.failingSince(task, now), now);
    const abandoned = counted + 2 * this.#skew >= this.#facts.policy(id, 'warnAfter');
    const hasUnknown = this.#facts.unknownOf(task).length > 0;
    this.checkWhere(hasUnknown, 5, abandoned, () => `${id} #${episode} is warned about before its time`);
  }

  #humanWins(task: TrueTask, about: string, now: Instant, isOverdue: boolean): void {
    const { paused, keptUntil } = this.#facts;
    this.check(9, !paused.has('disable'), () => `${about} while disabling is paused`);
    this.#quiet(task, about, now);
    const kept = keptUntil.get(task.id);
    const isKept = kept !== undefined && now + this.#skew < kept;
    this.checkWhere(kept !== undefined, 9, !isKept, () => `${about} although somebody keeps it`);
    if (this.#isBehind()) return;
    const published = task.publishedByUserAt;
    const vetoed = published !== null && now < published + this.#facts.policy(task.id, 'publicationVeto');
    this.check(9, task.enabled && !task.deleted, () => `${about} although it is off`);
    // Neither a publication nor its health says anything of a task that outlives its deadline.
    if (isOverdue) return;
    this.check(9, !vetoed, () => `${about} within the veto of a user's publication`);
    this.check(9, !this.#facts.isAlive(task), () => `${about} although it runs`);
  }

  /** Nothing is disabled in quiet hours and on quiet days, by any clock that is not more than `skew` off. */
  #quiet(task: TrueTask, about: string, now: Instant): void {
    const hours = this.#facts.policy(task.id, 'quietHours');
    const days = this.#facts.policy(task.id, 'quietDays');
    const isQuiet = (at: Instant) => isAsleep(hours ?? undefined, at) || isQuietDay(days, at);
    const held = [now - this.#skew, now, now + this.#skew].every(isQuiet);
    this.checkWhere(
      hours !== null || days !== null,
      9,
      !held,
      () => `${about} in quiet hours or on a quiet day`,
    );
  }

  #count(promise: number): void {
    this.checks.set(promise, (this.checks.get(promise) ?? 0) + 1);
  }
}
