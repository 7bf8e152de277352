import type { Duration, Instant } from '../functions/abandonment/time.ts';
import { formatInstant, MINUTE } from '../functions/abandonment/time.ts';
import type { AuditEntry } from '../functions/store/records.ts';
import type { DigestItem } from '../functions/store/rows.ts';
import type { TurnedOff } from './effects.ts';
import { type FleetFacts, sameAddress, type TrueTask } from './fleet-facts.ts';
import type { AcceptedMail } from './sim-mail.ts';

/** A promise of design.md section 2 that did not hold. */
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

interface LastMail {
  warnedAt: Instant | null;
  disabledAt: Instant | null;
}

/** Words for an episode: `acmeCo/a #1`. */
function episodeOf({ task, episode }: { task: string; episode: number }): string {
  return `${task} #${episode}`;
}

/**
 * Checks the promises after each step. It knows the scenario's inputs, what SES accepted and reported, and what the
 * owning system was asked and did; of the table it reads the audit rows alone.
 */
export class Verifier {
  readonly broken: BrokenPromise[] = [];
  /** How often each promise was at stake and checked. */
  readonly checks = new Map<number, number>();
  readonly #facts: FleetFacts;
  readonly #now: () => Instant;
  readonly #gathered: Duration;
  readonly #dead = new Set<string>();
  readonly #warnings = new Map<string, Warned[]>();
  readonly #newestWarnings = new Map<string, Instant>();
  readonly #latestOfTask = new Map<string, Instant>();
  readonly #latestDate = new Map<string, Instant>();
  readonly #given = new Set<string>();
  readonly #last = new Map<string, LastMail>();
  readonly #digests = new Set<string>();
  readonly #turnedOff = new Map<string, Instant>();
  readonly #audits = new Map<string, AuditEntry[]>();
  #unaudited: TurnedOff[] = [];

  /** `gathered`: how long what was disabled is gathered for one mail. */
  constructor(given: { facts: FleetFacts; now: () => Instant; gathered: Duration }) {
    this.#facts = given.facts;
    this.#now = given.now;
    this.#gathered = given.gathered;
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

  /** SES reported what kills an address for good. */
  addressDied(address: string): void {
    this.#dead.add(sameAddress(address));
  }

  /** SES took a mail. */
  mailAccepted(mail: AcceptedMail): void {
    const to = sameAddress(mail.to);
    this.check(4, !this.#dead.has(to), () => `mail ${mail.digest} went to a dead address`);
    this.check(7, mail.items.length > 0, () => `mail ${mail.digest} told of nothing`);
    this.#digests.add(mail.digest);
    for (const item of mail.items) this.#itemTold(to, item);
    this.#paced(to, mail);
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
    if (!task || request.disableAt === null) return;
    const now = this.#now();
    const about = `${episodeOf(request)} is to be disabled at ${formatInstant(now)}`;
    this.check(
      1,
      this.#isWarnedInFull(task, request),
      () => `${about} without an accepted warning a full grace ago`,
    );
    const latest = this.#latestDate.get(episodeOf(request)) ?? 0;
    this.check(2, now >= latest, () => `${about}, before the date ${formatInstant(latest)} that a mail says`);
    const stage = this.#facts.policy(task.id, 'stage');
    this.check(3, stage === 'disable', () => `${about} in stage ${stage}`);
    this.check(5, !this.#facts.isUnknown(task), () => `${about} while its health cannot be known`);
    this.#humanWins(task, about, now);
  }

  /** The owning system turned a task off on our request. */
  turnedOff(done: TurnedOff): void {
    const key = episodeOf(done);
    this.check(11, !this.#turnedOff.has(key), () => `${key} was disabled twice in one episode`);
    this.#turnedOff.set(key, this.#now());
    this.#unaudited.push(done);
  }

  /** An audit row was written. */
  audited(entry: AuditEntry): void {
    const known = this.#audits.get(entry.task);
    if (known) known.push(entry);
    else this.#audits.set(entry.task, [entry]);
  }

  /** All that was caused at an instant is through. */
  instantOver(): void {
    for (const done of this.#unaudited) this.#auditOf(done);
    this.#unaudited = [];
  }

  #itemTold(to: string, item: DigestItem): void {
    const key = episodeOf(item);
    const now = this.#now();
    const name = noticeName(to, item, this.#facts, this.#latestDate.get(key));
    this.check(
      6,
      !this.#given.has(name),
      () => `the ${item.notice} of ${key} was mailed again to the same recipient`,
    );
    this.#given.add(name);
    if (item.notice === 'warning') {
      const warned = this.#warnings.get(key) ?? [];
      warned.push({ to, at: now, disableAt: item.disableAt });
      this.#warnings.set(key, warned);
      this.#newestWarnings.set(`${item.task} ${to}`, now);
    }
    if (item.disableAt !== null) this.#dated(item, item.disableAt);
    if (item.notice === 'disabled') {
      this.check(8, this.#turnedOff.has(key), () => `a mail says that ${key} was disabled before it was`);
    }
    if (item.notice === 'recovered') this.#recovered(item);
  }

  #dated(item: DigestItem, disableAt: Instant): void {
    const key = episodeOf(item);
    const stage = this.#facts.policy(item.task, 'stage');
    this.check(3, stage === 'disable', () => `a ${item.notice} of ${key} has a date in stage ${stage}`);
    this.#latestDate.set(key, Math.max(disableAt, this.#latestDate.get(key) ?? 0));
    this.#latestOfTask.set(item.task, Math.max(disableAt, this.#latestOfTask.get(item.task) ?? 0));
  }

  #recovered(item: DigestItem): void {
    const task = this.#facts.tasks.get(item.task);
    const aliveAt = task ? this.#facts.lastAliveAt(task, this.#now()) : null;
    const true_ = aliveAt !== null && aliveAt > item.since && !this.#turnedOff.has(episodeOf(item));
    this.check(8, true_, () => `a mail says that ${episodeOf(item)} recovered, which it did not`);
  }

  #paced(to: string, mail: AcceptedMail): void {
    const last = this.#last.get(to) ?? { warnedAt: null, disabledAt: null };
    this.#last.set(to, last);
    const urging = mail.items.filter(({ notice }) => notice === 'warning' || notice === 'reminder');
    if (urging.length > 0) {
      const next = (last.warnedAt ?? Number.NEGATIVE_INFINITY) + this.#facts.policy('', 'digestEvery');
      const ok = mail.at >= next || urging.some((item) => this.#windowCloses(item, mail.at, next));
      this.check(
        6,
        ok,
        () => `a second mail of warnings or reminders went to one recipient within digestEvery`,
      );
      last.warnedAt = mail.at;
    }
    if (mail.items.some(({ notice }) => notice === 'disabled')) {
      const next = (last.disabledAt ?? Number.NEGATIVE_INFINITY) + this.#gathered;
      this.check(6, mail.at >= next, () => 'what was disabled went out in two mails where one gathers it');
      last.disabledAt = mail.at;
    }
  }

  /** Whether a rung's window would close before the next mail may go. */
  #windowCloses(item: DigestItem, now: Instant, next: Instant): boolean {
    if (item.disableAt === null) return false;
    const edges = [0, ...this.#facts.policy(item.task, 'reminders')].map(
      (lead) => (item.disableAt ?? 0) - lead,
    );
    return edges.some((edge) => edge > now && edge <= next);
  }

  /** Promises 1 and 3: warned with a date, in this episode and stage, since it was last turned on, a full grace ago. */
  #isWarnedInFull(task: TrueTask, request: TurnedOff): boolean {
    const now = this.#now();
    const recipients = this.#facts.recipientsOf(task, 'task_abandoned', (address) => this.isDead(address));
    const since = Math.max(this.#facts.disableStageSince(task.id) ?? now, task.enabledAt ?? 0);
    const grace = this.#facts.policy(task.id, 'disableAfter');
    return (this.#warnings.get(episodeOf(request)) ?? []).some(
      ({ to, at, disableAt }) =>
        disableAt !== null &&
        disableAt <= now &&
        at >= since &&
        recipients.includes(to) &&
        this.#facts.counted(task, at, now) >= grace,
    );
  }

  #humanWins(task: TrueTask, about: string, now: Instant): void {
    const published = task.publishedByUserAt;
    const vetoed = published !== null && now < published + this.#facts.policy(task.id, 'publicationVeto');
    this.check(9, !vetoed, () => `${about} within the veto of a user's publication`);
    this.check(9, !this.#facts.isAlive(task), () => `${about} although it runs`);
    this.check(9, task.enabled && !task.deleted, () => `${about} although it is off`);
  }

  #auditOf(done: TurnedOff): void {
    const since = (this.#turnedOff.get(episodeOf(done)) ?? 0) - MINUTE;
    const row = (this.#audits.get(done.task) ?? []).find(
      ({ act, at }) => act.includes('disable') && at >= since,
    );
    const complete = row !== undefined && row.by !== '' && row.reason !== '';
    this.check(16, complete, () => `the disabling of ${episodeOf(done)} has no full audit row`);
    const mailed = done.disableAt === null || (row?.mails ?? []).some((digest) => this.#digests.has(digest));
    this.check(16, mailed, () => `the audit row of ${episodeOf(done)} names none of its mails`);
  }

  #count(promise: number): void {
    this.checks.set(promise, (this.checks.get(promise) ?? 0) + 1);
  }
}

/** What must not be mailed twice: (episode, rung, announced deadline, recipient), where he did not leave and come back. */
function noticeName(to: string, item: DigestItem, facts: FleetFacts, latest: Instant | undefined): string {
  const announced = item.notice === 'withdrawn' ? latest : item.disableAt;
  const comings = facts.departures.get(`${item.task} ${to}`) ?? 0;
  return [to, item.task, item.episode, item.notice, item.grace, item.lead, announced, comings].join(' ');
}
