import { isWindowed } from '../../functions/abandonment/task.ts';
import { type Duration, formatInstant, type Instant } from '../../functions/abandonment/time.ts';
import type { DigestItem } from '../../functions/store/digests.ts';
import type { TurnedOff } from '../engine/effects.ts';
import type { AcceptedMail } from '../engine/sim-mail.ts';
import { isAsleep, isQuietDay } from '../engine/sleep.ts';
import type { OwnerAction } from '../scenario/scenario-types.ts';
import { AuditVerifier } from './audit-verifier.ts';
import { type FleetFacts, sameAddress, type TrueTask } from './fleet-facts.ts';
import { PaceVerifier } from './pace-verifier.ts';
import { noticeName, Repeats } from './repeats.ts';
import { SoftDeaths } from './soft-deaths.ts';
import { SpacingVerifier } from './spacing-verifier.ts';

/** A promise of docs/promises.md that did not hold. */
export interface BrokenPromise {
  promise: number;
  at: Instant;
  what: string;
}

interface Warned {
  to: string;
  at: Instant;
  disableAt: Instant | null;
}

/** Words for an episode: `acmeCo/a #1`. */
function episodeOf({ task, episode }: { task: string; episode: number }): string {
  return `${task} #${episode}`;
}

export interface VerifierGiven {
  facts: FleetFacts;
  now: () => Instant;
  /** How long what was disabled is gathered for one mail. */
  gathered: Duration;
  /** How far clocks of processes differ from the true one at most. @default 0 */
  skew?: Duration;
  /** Whether Taskwarden may not know yet what the bus and SES told it. By default it does. */
  isBehind?: () => boolean;
  /** Whether anything goes wrong in the scenario, so that what is caused may come later. @default false */
  isFaulty?: boolean;
}

/**
 * Checks the promises after each step. It knows the scenario's inputs, what SES accepted and reported, and what the
 * owning system was asked and did; of the table it reads the audit rows alone.
 */
export class Verifier {
  readonly broken: BrokenPromise[] = [];
  /** What was mailed, and what may be mailed again. */
  readonly repeats = new Repeats();
  readonly softDeaths = new SoftDeaths();
  readonly audits: AuditVerifier;
  /** How often each promise was at stake and checked. */
  readonly checks = new Map<number, number>();
  readonly #facts: FleetFacts;
  readonly #now: () => Instant;
  readonly #skew: Duration;
  readonly #isBehind: () => boolean;
  readonly #isFaulty: boolean;
  readonly #pace: PaceVerifier;
  readonly spacing: SpacingVerifier;
  /** Address -> the digest that SES refused it for; null where SES reported its death. */
  readonly #dead = new Map<string, string | null>();
  /** When an address died last, and how often operators revived it. */
  readonly #diedAt = new Map<string, Instant>();
  readonly #revivals = new Map<string, number>();
  /** Tasks that somebody with a say wanted off at once. */
  readonly #wantedOff = new Set<string>();
  /** Dead addresses of which Taskwarden cannot know: SES's answer to it was lost. */
  readonly #unheard = new Set<string>();
  readonly #warnings = new Map<string, Warned[]>();
  readonly #newestWarnings = new Map<string, Instant>();
  readonly #latestOfTask = new Map<string, Instant>();
  readonly #latestDate = new Map<string, Instant>();
  readonly #turnedOff = new Map<string, Instant>();
  /** Tasks that operators turned on again after we turned them off. */
  readonly #undone = new Set<string>();
  /** `episode address` of those whom a mail of ours told of a date or of the disabling. */
  readonly #holders = new Set<string>();
  #deaths = 0;

  constructor(given: VerifierGiven) {
    this.#facts = given.facts;
    this.#now = given.now;
    this.#skew = given.skew ?? 0;
    this.#isBehind = given.isBehind ?? (() => false);
    this.#isFaulty = given.isFaulty ?? false;
    this.audits = new AuditVerifier(this, given.now, this.#isFaulty);
    this.spacing = new SpacingVerifier(this, given);
    this.#pace = new PaceVerifier(this, given.facts, given.now);
  }

  /** All checks so far. */
  get total(): number {
    let total = 0;
    for (const count of this.checks.values()) total += count;
    return total;
  }

  isDead(address: string): boolean {
    return this.#dead.has(sameAddress(address));
  }

  /** Whether an address is dead, and Taskwarden was told so. */
  isKnownDead(address: string): boolean {
    return this.isDead(address) && !this.#unheard.has(sameAddress(address));
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

  /** SES reported what kills an address for good, or refused it in its answer to a digest. */
  addressDied(address: string, answeredTo: string | null = null): void {
    const to = sameAddress(address);
    if (this.#dead.has(to) && answeredTo !== null) return;
    if (!this.#dead.has(to)) this.#diedAt.set(to, this.#now());
    this.#dead.set(to, answeredTo);
    this.#deaths += 1;
    this.#unheard.delete(to);
  }

  /** An operator wanted an address revived; `wasDead`: what Taskwarden made of it. */
  addressRevived(address: string, wasDead: boolean): void {
    const to = sameAddress(address);
    const isRight = wasDead || !this.isKnownDead(to) || this.#isBehind();
    this.check(4, isRight, () => 'a dead address was not revived by an operator');
    if (!wasDead) return;
    this.#dead.delete(to);
    this.#unheard.delete(to);
    this.softDeaths.revived(to, this.#now());
    this.#revivals.set(to, (this.#revivals.get(to) ?? 0) + 1);
  }

  /** A person acted on a task; `done`: whether Taskwarden did what they wanted. */
  personActed({ action, task, by }: OwnerAction, done: boolean): void {
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
    for (const [to, refusedFor] of this.#dead) if (refusedFor === digest) this.#unheard.add(to);
  }

  /** SES took a mail. */
  mailAccepted(mail: AcceptedMail): void {
    const to = sameAddress(mail.to);
    const isAlive = !this.isKnownDead(to) || this.#isBehind();
    this.checkWhere(this.#dead.size > 0, 4, isAlive, () => `mail ${mail.digest} went to a dead address`);
    if (this.#unheard.delete(to)) this.#dead.delete(to);
    this.check(7, mail.items.length > 0, () => `mail ${mail.digest} told of nothing`);
    this.audits.mailed(mail.digest);
    for (const item of mail.items) this.#itemTold(to, item, mail.digest);
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

  /** Taskwarden asks the owning system to turn a task off: its decision is made. */
  disableAsked(request: TurnedOff): void {
    const task = this.#facts.tasks.get(request.task);
    if (!task) return;
    if (request.disableAt === null) {
      const isWanted = this.#wantedOff.has(task.id);
      this.check(9, isWanted, () => `${episodeOf(request)} is to be disabled, which nobody wanted`);
      return;
    }
    const now = this.#now();
    const about = `${episodeOf(request)} is to be disabled at ${formatInstant(now)}`;
    this.check(
      1,
      this.#isWarnedInFull(task, request),
      () => `${about} without an accepted warning a full grace ago`,
    );
    const latest = this.#latestDate.get(episodeOf(request)) ?? 0;
    const inTime = now + this.#skew >= latest;
    this.check(2, inTime, () => `${about}, before the date ${formatInstant(latest)} that a mail says`);
    const stage = this.#facts.policy(task.id, 'stage');
    this.check(3, stage === 'disable', () => `${about} in stage ${stage}`);
    const hasUnknown = this.#facts.unknownOf(task).length > 0;
    const isKnown = !this.#facts.isUnknown(task) || this.#isBehind();
    this.checkWhere(hasUnknown, 5, isKnown, () => `${about} while its health cannot be known`);
    const isHeld = this.#facts.isReverted(task) && !this.#isBehind();
    this.checkWhere(
      task.revertedAt !== null,
      15,
      !isHeld,
      () => `${about} although its disabling was reverted`,
    );
    this.#allWarned(task, request, about);
    this.#humanWins(task, about, now);
    this.#pace.asked(task, request);
  }

  /** The owning system turned a task off on our request. */
  turnedOff(done: TurnedOff): void {
    const key = episodeOf(done);
    this.check(11, !this.#turnedOff.has(key), () => `${key} was disabled twice in one episode`);
    this.#turnedOff.set(key, this.#now());
    this.audits.turnedOff(done);
    this.#pace.turnedOff(done);
  }

  /** The owning system turned a task on again because an operator undid our disabling. */
  undone(task: string): void {
    this.#undone.add(task);
  }

  /** All that was caused at an instant is through. */
  instantOver(): void {
    this.audits.instantOver();
  }

  #itemTold(to: string, item: DigestItem, digest: string): void {
    const key = episodeOf(item);
    const now = this.#now();
    const departures = this.#facts.departures.get(`${item.task} ${to}`) ?? 0;
    const comings =
      departures + this.softDeaths.countOf(to) + (this.#revivals.get(to) ?? 0) + this.#stirs(item.task, to);
    const stage = this.#facts.disableStageSince(item.task);
    const name = noticeName(to, item, { comings, stage, latest: this.#latestDate.get(key) });
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
    if (isWindowed(item.notice)) {
      this.#isFailing(item);
      this.#notReverted(item);
    }
    if (item.disableAt !== null) this.#dated(item, item.disableAt);
    this.#newsTold(to, item);
  }

  /** What a notice of something past, or that may be declined, must be true to. */
  #newsTold(to: string, item: DigestItem): void {
    const key = episodeOf(item);
    if (item.notice === 'disabled') {
      this.check(8, this.#turnedOff.has(key), () => `a mail says that ${key} was disabled before it was`);
    }
    if (item.notice === 'recovered') this.#recovered(item);
    if (item.notice === 'disabled' || item.notice === 'enabled') this.#isStillNews(to, item);
    if (item.notice !== 'recovered' && item.notice !== 'withdrawn') this.#holders.add(`${key} ${to}`);
    if (item.notice !== 'recovered' && item.notice !== 'reminder') return;
    const isWelcome = !this.#facts.declined.has(to);
    this.check(9, isWelcome, () => `a ${item.notice} of ${key} went to somebody who declined it`);
  }

  /** Promise 15: of what a system turns on again nobody is told each round. */
  #notReverted(item: DigestItem): void {
    const task = this.#facts.tasks.get(item.task);
    if (!task || this.#isBehind()) return;
    const isReverted = this.#facts.isReverted(task);
    const what = () => `a ${item.notice} of ${episodeOf(item)}, whose disabling was reverted`;
    this.checkWhere(task.revertedAt !== null, 15, !isReverted, what);
  }

  /** Promise 9: who lives, and be it for a short spell, is neither warned nor reminded. */
  #isFailing({ task: id, episode, notice }: DigestItem): void {
    const task = this.#facts.tasks.get(id);
    if (!task || this.#isFaulty) return;
    this.check(9, !this.#facts.isAlive(task), () => `a ${notice} of ${id} #${episode} although it runs`);
  }

  /** An admin is a recipient by what others do: with each change of that they may come back, and are warned again. */
  #stirs(id: string, to: string): number {
    const task = this.#facts.tasks.get(id);
    const isAdmin = task !== undefined && !this.#facts.baseOf(task, 'task_abandoned').includes(to);
    return isAdmin ? this.#facts.stirs + this.#deaths + this.softDeaths.total : 0;
  }

  /** Promise 8: news is judged again before it is mailed. */
  #isStillNews(to: string, item: DigestItem): void {
    if (this.#isBehind()) return;
    const about = `a mail says that ${episodeOf(item)} was ${item.notice}`;
    const task = this.#facts.tasks.get(item.task);
    const isOn = task?.enabled === true && !task.deleted;
    const isOff = task !== undefined && !task.enabled && !task.deleted;
    const holds = item.notice === 'enabled' ? isOn : isOff;
    this.check(8, holds, () => `${about}, which holds no more`);
    if (item.notice !== 'enabled') return;
    this.check(8, this.#undone.has(item.task), () => `${about}, which no operator did`);
    const key = `${episodeOf(item)} ${to}`;
    this.check(6, this.#holders.has(key), () => `${about} to somebody who was told nothing of it`);
  }

  #dated(item: DigestItem, disableAt: Instant): void {
    const key = episodeOf(item);
    const stage = this.#facts.policy(item.task, 'stage');
    this.check(3, stage === 'disable', () => `a ${item.notice} of ${key} has a date in stage ${stage}`);
    const latest = this.#latestDate.get(key);
    const isLater = latest === undefined || disableAt + this.#skew >= latest;
    this.checkWhere(
      latest !== undefined,
      2,
      isLater,
      () => `a ${item.notice} of ${key} moves its date earlier`,
    );
    this.#latestDate.set(key, Math.max(disableAt, this.#latestDate.get(key) ?? 0));
    this.#latestOfTask.set(item.task, Math.max(disableAt, this.#latestOfTask.get(item.task) ?? 0));
  }

  #recovered(item: DigestItem): void {
    const task = this.#facts.tasks.get(item.task);
    const aliveAt = task ? this.#facts.lastAliveAt(task, this.#now()) : null;
    const true_ = aliveAt !== null && aliveAt > item.since && !this.#turnedOff.has(episodeOf(item));
    this.check(8, true_, () => `a mail says that ${episodeOf(item)} recovered, which it did not`);
    const holds = task?.enabled === true && !task.deleted && this.#facts.isAlive(task);
    // A failing that is heard before the recovery it follows changes nothing, and is stored with a later observation.
    const unheardFor = this.#isFaulty ? this.#facts.policy(item.task, 'evidenceMaxAge') / 2 : 0;
    const isUnheard = aliveAt !== null && this.#now() - aliveAt < unheardFor;
    this.check(
      8,
      holds || isUnheard || this.#isBehind(),
      () => `${episodeOf(item)} fails again when its recovery is told`,
    );
  }

  /** Promises 1 and 3: warned with a date, in this episode and stage, since it was last turned on, a full grace ago. */
  #isWarnedInFull(task: TrueTask, request: TurnedOff): boolean {
    const now = this.#now();
    const told = (isDead: (address: string) => boolean) =>
      this.#facts.recipientsOf(task, 'task_abandoned', isDead);
    const recipients = [
      ...told((address) => this.isDead(address)),
      ...told((address) => this.isKnownDead(address) && !this.#isBehind()),
      ...told((address) => this.isDead(address) || this.softDeaths.isDead(address, now)),
    ];
    const since = Math.max(this.#facts.disableStageSince(task.id) ?? now, task.enabledAt ?? 0);
    const grace = this.#facts.policy(task.id, 'disableAfter');
    return (this.#warnings.get(episodeOf(request)) ?? []).some(
      ({ to, at, disableAt }) =>
        disableAt !== null &&
        disableAt <= now + this.#skew &&
        at >= since &&
        this.#stands(to, at) &&
        recipients.includes(to) &&
        this.#facts.counted(task, at, now) + 2 * this.#skew >= grace,
    );
  }

  /** A death takes back what was accepted before it, also for one who was revived since. */
  #stands(to: string, at: Instant): boolean {
    return this.#dead.has(to) || at >= (this.#diedAt.get(to) ?? 0);
  }

  /** Promise 7: nobody's notice is taken for sent that was not: whoever is to be told was warned of this episode. */
  #allWarned(task: TrueTask, request: TurnedOff, about: string): void {
    if (this.#isBehind()) return;
    const warnings = this.#warnings.get(episodeOf(request)) ?? [];
    const warned = new Set(warnings.filter(({ to, at }) => this.#stands(to, at)).map(({ to }) => to));
    for (const owner of task.owners.map(sameAddress)) {
      if (this.isDead(owner) || this.softDeaths.isDead(owner, this.#now())) continue;
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

  #humanWins(task: TrueTask, about: string, now: Instant): void {
    const { paused, keptUntil } = this.#facts;
    this.check(9, !paused.has('disable'), () => `${about} while disabling is paused`);
    this.#quiet(task, about, now);
    const kept = keptUntil.get(task.id);
    const isKept = kept !== undefined && now + this.#skew < kept;
    this.checkWhere(kept !== undefined, 9, !isKept, () => `${about} although somebody keeps it`);
    if (this.#isBehind()) return;
    const published = task.publishedByUserAt;
    const vetoed = published !== null && now < published + this.#facts.policy(task.id, 'publicationVeto');
    this.check(9, !vetoed, () => `${about} within the veto of a user's publication`);
    this.check(9, !this.#facts.isAlive(task), () => `${about} although it runs`);
    this.check(9, task.enabled && !task.deleted, () => `${about} although it is off`);
  }

  /** Nothing is turned off in quiet hours and on quiet days, by any clock that is not more than `skew` off. */
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
