import {
  awakeFrom,
  DAY,
  type Hours,
  type Instant,
  instantText,
  isOnDay,
  isWithin,
  type Json,
  milliseconds,
  roundedUpToMinute,
  scopesOf,
} from './facts.ts';
import {
  type Episode,
  isAlive,
  isEligible,
  isHealthy,
  notPrimarySince,
  observe,
  type Pending,
  type Person,
  Policies,
  type Policy,
  type Task,
  type Told,
  Unknown,
} from './world.ts';

/** What is gathered for one mail of `disabled` notices goes within so long. */
const GATHERED = 15 * 60_000;

/** A `disabled` notice and the span in which its mail is to come. */
export interface DisabledNotice {
  to: string;
  task: string;
  episode: number;
  from: Instant;
  by: Instant;
}

/** What the rules say that people would see. */
export interface Expected {
  /** One text per line of output but mails of what was disabled; instant first. */
  lines: string[];
  disabled: DisabledNotice[];
}

/** The people of today's alert: those whom it is for, and the admins who join them. */
interface Recipients {
  all: Person[];
  /** Those whose warning sustains a date. */
  sustaining: Set<string>;
}

/**
 * A second reading of the contract and of the rules (design.md, section 6), for scenarios without faults: it shares no
 * code with the product, looks at every task at every scan, and keeps everything in memory.
 */
export class ReferenceModel {
  readonly #file: Json;
  readonly #start: Instant;
  readonly #until: Instant;
  readonly #scanEvery: number;
  readonly #policies = new Policies();
  readonly #unknown = new Unknown();
  readonly #paused = new Set<string>();
  readonly #tasks = new Map<string, Task>();
  readonly #people = new Map<string, Person>();
  readonly #undone: { task: Task; episode: Episode }[] = [];
  readonly #deliveries: { at: Instant; to: Person }[] = [];
  readonly #disabledAt: { at: Instant }[] = [];
  readonly #admitted: Instant[] = [];
  readonly #expected: Expected = { lines: [], disabled: [] };
  #now: Instant;

  constructor(file: Json) {
    this.#file = file;
    this.#start = Date.parse(file.start as string);
    this.#until = Date.parse(file.until as string);
    this.#scanEvery = milliseconds(file.scanEvery);
    this.#now = this.#start;
    this.#policies.set('', file.policy as Json);
    for (const [scope, leaves] of Object.entries((file.policies ?? {}) as Record<string, Json>))
      this.#policies.set(scope, leaves);
    for (const [address, chosen] of Object.entries((file.recipients ?? {}) as Record<string, Json>)) {
      const hours = chosen.quietHours as Omit<Hours, 'zone'> | undefined;
      if (hours) this.#person(address).quiet = { ...hours, zone: (chosen.zone as string) ?? 'UTC' };
    }
    for (const task of file.tasks as Json[]) this.#add(task);
  }

  run(): Expected {
    const events = [...(this.#file.events as (Json & { at: string })[])]
      .map((event, place) => ({ event, place, at: Date.parse(event.at) }))
      .sort((a, b) => a.at - b.at || a.place - b.place);
    for (let scan = this.#start; ; scan += this.#scanEvery) {
      const isLast = scan > this.#until;
      const reach = isLast ? this.#until : scan;
      // Delayed work that is due before an event comes before it; at one instant events come first.
      for (;;) {
        const next = events[0]?.at ?? Number.POSITIVE_INFINITY;
        const work = Math.min(...this.#deliveries.map(({ at }) => at), Number.POSITIVE_INFINITY);
        if (next <= work && next <= reach) {
          this.#now = next;
          this.#happen(events.shift()!.event);
        } else if (work < reach || (isLast && work <= reach)) this.#deliverDue(work);
        else break;
      }
      if (isLast) return this.#expected;
      this.#now = scan;
      this.#scan();
      this.#deliverDue(scan);
    }
  }

  #say(text: string): void {
    this.#expected.lines.push(`${instantText(this.#now)} ${text}`);
  }

  #person(address: string): Person {
    const key = address.trim().normalize('NFC').toLowerCase();
    const known = this.#people.get(key);
    if (known) return known;
    const person: Person = {
      address: key,
      dead: false,
      declined: false,
      quiet: null,
      lastMailAt: null,
      lastWarnedAt: null,
      admittedAt: null,
      pending: new Map(),
    };
    this.#people.set(key, person);
    return person;
  }

  #policyOf(task: Task): Policy {
    return this.#policies.of(task.id);
  }

  // ---- what happens to the fleet ----

  #add(given: Json): void {
    const before = this.#tasks.get(given.id as string);
    const instant = (key: string) =>
      given[key] === undefined ? undefined : Date.parse(given[key] as string);
    const task: Task = {
      id: given.id as string,
      kind: given.kind as string,
      dekaf: (given.dekaf as boolean) ?? false,
      owners: given.owners as string[],
      dataPlane: given.dataPlane as string,
      enabled: (given.enabled as boolean) ?? true,
      createdAt: instant('createdAt') ?? this.#now,
      enabledAt: instant('enabledAt') ?? null,
      firstSeenAt: instant('observedSince') ?? this.#now,
      publishedByUserAt: null,
      deleted: false,
      cameBackAt: before ? this.#now : 0,
      statuses: [],
      spellFrom: null,
      healthyTo: instant('lastPrimaryAt') ?? null,
      restarts: 0,
      restartsAtLoss: 0,
      keep: before?.keep ?? null,
      episodes: before?.episodes ?? 0,
      open: before?.open ?? null,
      hold: null,
      raisedAt: before?.raisedAt ?? 0,
      ours: null,
    };
    this.#tasks.set(task.id, task);
    observe(task, statusesOf(given.shards), this.#policyOf(task), this.#now);
  }

  #happen(event: Json): void {
    const task = this.#tasks.get(event.task as string);
    switch (event.type) {
      case 'created':
        return this.#add(event.task as Json);
      case 'shards':
        return observe(task!, statusesOf(event.shards), this.#policyOf(task!), this.#now);
      case 'restarted':
        task!.restarts += (event.times as number) ?? 1;
        return;
      case 'published':
        return this.#published(task!, event.by as string, event.enabled as boolean | undefined);
      case 'deleted':
        task!.deleted = true;
        return;
      case 'owners':
        task!.owners = event.owners as string[];
        return;
      case 'data-plane':
        return this.#unknown.plane(event.dataPlane as string, event.state === 'up', this.#now);
      case 'mail-event':
        return this.#mailEvent(event);
      case 'policy':
        return this.#setPolicy(event.scope as string, event.set as Json);
      case 'operator':
        return this.#operate(event);
      case 'action':
        return this.#act(task!, event);
      default:
        throw new Error(`the model knows no event ${String(event.type)}`);
    }
  }

  #published(task: Task, by: string, enabled: boolean = task.enabled): void {
    if (by === 'user') task.publishedByUserAt = this.#now;
    if (enabled && !task.enabled) this.#turnedOn(task);
    task.enabled = enabled;
  }

  #turnedOn(task: Task): void {
    task.enabled = true;
    task.enabledAt = this.#now;
    task.restartsAtLoss = task.restarts;
    task.ours = null;
  }

  #mailEvent(event: Json): void {
    const kills =
      event.event === 'complaint' || (event.event === 'bounce' && event.bounceType !== 'transient');
    if (!kills) return;
    const person = this.#person(event.recipient as string);
    person.dead = true;
    for (const task of this.#tasks.values()) {
      const told = task.open?.told.get(person.address);
      if (told) told.state = 'failed';
    }
    if (event.event === 'bounce') this.#say(`mail-failed ${person.address} undeliverable`);
  }

  #setPolicy(scope: string, leaves: Json): void {
    const before = new Map([...this.#tasks].map(([id, task]) => [id, this.#policyOf(task).stage]));
    this.#policies.set(scope, leaves);
    for (const [id, task] of this.#tasks) {
      const isRaised = before.get(id) !== 'disable' && this.#policyOf(task).stage === 'disable';
      if (isRaised) task.raisedAt = this.#now;
    }
  }

  // ---- what people do ----

  #operate(event: Json): void {
    const of = event.of as string;
    switch (event.action) {
      case 'pause':
        this.#paused.add(of);
        if (of === 'evaluate') this.#unknown.pause(true, this.#now);
        return;
      case 'resume':
        this.#paused.delete(of);
        if (of === 'evaluate') this.#unknown.pause(false, this.#now);
        return;
      case 'undo':
        return this.#undo(this.#tasks.get(of)!);
      case 'revive':
        this.#person(of).dead = false;
        return;
      default:
        throw new Error(`the model knows no operator's ${String(event.action)}`);
    }
  }

  #undo(task: Task): void {
    if (task.deleted || task.enabled || !task.ours) return;
    this.#undone.push({ task, episode: task.ours.episode });
    this.#say(`task-enabled ${task.id} by operator`);
    this.#turnedOn(task);
  }

  #act(task: Task, event: Json): void {
    const by = this.#person(event.by as string).address;
    if (task.deleted || !this.#mayAct(task, by)) return;
    switch (event.action) {
      case 'unsubscribe':
        this.#person(by).declined = true;
        return;
      case 'disable':
        if (task.open) this.#turnOff(task, task.open, null, null);
        return;
      default: {
        const length = event.for === undefined ? this.#policyOf(task).keepMax : milliseconds(event.for);
        const kind = event.action === 'snooze' ? 'snoozed' : 'kept';
        task.keep = { until: this.#now + length, kind, by };
        const reason = task.open && this.#endOf(task, task.open);
        if (reason) this.#resolve(task, reason);
      }
    }
  }

  #mayAct(task: Task, address: string): boolean {
    const scopes = ['', ...scopesOf(task.id)];
    const admins = (this.#file.admins ?? {}) as Record<string, string[]>;
    return [
      ...task.owners,
      ...this.#subscriptions()
        .filter(({ prefix }) => scopes.includes(prefix))
        .map(({ email }) => email),
      ...scopes.slice(0, -1).flatMap((prefix) => admins[prefix] ?? []),
    ].some((one) => this.#person(one).address === address);
  }

  #subscriptions(): { prefix: string; email: string; alertTypes?: string[] }[] {
    return (this.#file.subscriptions ?? []) as { prefix: string; email: string; alertTypes?: string[] }[];
  }

  // ---- who is told ----

  #recipientsOf(task: Task, alert: string): Recipients {
    const scopes = ['', ...scopesOf(task.id)];
    const addresses = [
      ...task.owners,
      ...this.#subscriptions()
        .filter(
          ({ prefix, alertTypes }) =>
            scopes.includes(prefix) &&
            (alertTypes ?? ['task_abandoned', 'task_auto_disabled']).includes(alert),
        )
        .map(({ email }) => email),
    ];
    const living = this.#living(addresses);
    const admins = this.#nearestAdmins(scopes.slice(0, -1).reverse());
    if (living.length === 0) return { all: admins, sustaining: new Set(admins.map((one) => one.address)) };
    const joined = this.#isEscalated(task, living) ? admins : [];
    return {
      all: [...new Set([...living, ...joined])],
      sustaining: new Set(living.map((one) => one.address)),
    };
  }

  #living(addresses: readonly string[]): Person[] {
    return [...new Set(addresses.map((address) => this.#person(address)))].filter(({ dead }) => !dead);
  }

  #nearestAdmins(prefixes: readonly string[]): Person[] {
    const admins = (this.#file.admins ?? {}) as Record<string, string[]>;
    for (const prefix of prefixes) {
      const living = this.#living(admins[prefix] ?? []);
      if (living.length > 0) return living;
    }
    return [];
  }

  /** From disableAt − `escalateAt` on, admins stand beside living owners. */
  #isEscalated(task: Task, living: readonly Person[]): boolean {
    const { escalateAt, stage } = this.#policyOf(task);
    if (escalateAt === null || stage !== 'disable' || !task.open) return false;
    const sustaining = new Set(living.map(({ address }) => address));
    const deadline = this.#deadlineOf(task, task.open, sustaining);
    return deadline !== null && this.#now >= deadline.disableAt - escalateAt;
  }

  // ---- dates ----

  #warnedOf(episode: Episode, { all, sustaining }: Recipients): { person: Person; told: Told }[] {
    return all.flatMap((person) => {
      const told = episode.told.get(person.address);
      const isWarned = told && !told.left && told.grace === episode.grace && told.state === 'accepted';
      return isWarned && sustaining.has(person.address) ? [{ person, told }] : [];
    });
  }

  #deadlineOf(
    task: Task,
    episode: Episode,
    sustaining: ReadonlySet<string>,
  ): { disableAt: Instant; after: number } | null {
    const found = episode.dates.map(({ at, disableAt, after }) => ({ at, disableAt, after }));
    const accepted = [...episode.told]
      .filter(
        ([address, told]) =>
          sustaining.has(address) &&
          !told.left &&
          told.grace === episode.grace &&
          told.state === 'accepted' &&
          told.dated,
      )
      .map(([, told]) => told.acceptedAt);
    if (accepted.length > 0) {
      const first = Math.min(...accepted);
      const after = Math.max(this.#policyOf(task).disableAfter, episode.longestAfter);
      found.push({ at: first, disableAt: first + after, after });
    }
    let latest: { disableAt: Instant; after: number } | null = null;
    for (const { at, disableAt, after } of found) {
      const moved = disableAt + this.#unknown.within(task, at, this.#now);
      if (!latest || moved > latest.disableAt) latest = { disableAt: moved, after };
    }
    return latest;
  }

  #shortestLead({ reminders, disableAfter }: Policy): number {
    const leads = reminders.filter((lead) => lead < disableAfter);
    return leads.length > 0 ? Math.min(...leads) : Math.min(DAY, disableAfter);
  }

  // ---- the scan ----

  #scan(): void {
    this.#tellUndone();
    for (const task of this.#tasks.values()) this.#look(task);
    this.#turnOffDue();
    this.#queueMails();
  }

  #look(task: Task): void {
    for (let step = 0; step < 10; step += 1) {
      if (task.open) {
        const reason = this.#endOf(task, task.open);
        if (reason) this.#resolve(task, reason);
        else return this.#hold(task, this.#goOn(task, task.open));
      } else {
        const next = this.#candidate(task);
        if (next !== 'fire') return this.#hold(task, next);
        this.#fire(task);
      }
    }
  }

  #hold(task: Task, reason: string | null): void {
    const shown = this.#policyOf(task).stage === 'detect' ? null : reason;
    const name = shown && `${shown} ${task.open?.number ?? null}`;
    if (name && name !== task.hold) this.#say(`held ${task.id} #${task.open?.number ?? null} ${shown}`);
    task.hold = name;
  }

  #isAbandoned(task: Task): boolean {
    const policy = this.#policyOf(task);
    if (isHealthy(task, policy, this.#now)) return false;
    const since = notPrimarySince(task, policy, this.#now);
    const counted = this.#now - since - this.#unknown.within(task, since, this.#now);
    return counted >= policy.warnAfter;
  }

  #isVetoed(task: Task): boolean {
    const at = task.publishedByUserAt;
    return at !== null && this.#now < at + this.#policyOf(task).publicationVeto;
  }

  /** Why an open episode is over; null where it goes on. */
  #endOf(task: Task, episode: Episode): string | null {
    const policy = this.#policyOf(task);
    if (task.deleted || episode.firedAt < task.cameBackAt) return 'deleted';
    if (!isEligible(task)) return 'ineligible';
    const isPaused = this.#paused.has('evaluate');
    const isRecovered =
      isHealthy(task, policy, this.#now) || (task.healthyTo !== null && task.healthyTo > episode.firedAt);
    if (!isPaused && isRecovered) return 'recovered';
    const isPublished = task.publishedByUserAt !== null && task.publishedByUserAt > episode.firedAt;
    if (isPublished || this.#isVetoed(task)) return 'user-published';
    if (task.keep && this.#now < task.keep.until) return task.keep.kind;
    if (isPaused) return null;
    if ((task.enabledAt ?? 0) > episode.firedAt) return 'ineligible';
    return policy.warnAfter > episode.warnAfter && !this.#isAbandoned(task) ? 'policy' : null;
  }

  #candidate(task: Task): 'fire' | string | null {
    if (!isEligible(task) || !this.#isAbandoned(task)) return null;
    if (this.#paused.has('evaluate')) return 'paused';
    if (this.#unknown.isOpen(task)) return 'unknown';
    if (isAlive(task, this.#policyOf(task))) return 'recovering';
    if (task.keep && this.#now < task.keep.until) return 'kept';
    return this.#isVetoed(task) ? 'user-published' : 'fire';
  }

  #fire(task: Task): void {
    const policy = this.#policyOf(task);
    task.episodes += 1;
    const since = notPrimarySince(task, policy, this.#now);
    task.open = {
      number: task.episodes,
      firedAt: this.#now,
      since,
      warnAfter: policy.warnAfter,
      grace: 0,
      graceStage: 'detect',
      raisedAt: 0,
      longestAfter: policy.disableAfter,
      told: new Map(),
      dates: [],
      rungs: [],
    };
    task.hold = null;
    this.#say(`alert-fired ${task.id} #${task.episodes} since ${instantText(since)} ${policy.stage}`);
  }

  #resolve(task: Task, reason: string): void {
    const episode = task.open!;
    task.open = null;
    task.hold = null;
    this.#say(`alert-resolved ${task.id} #${episode.number} ${reason}`);
    for (const person of this.#people.values()) person.pending.delete(`${task.id}#${episode.number}`);
    const facts = { since: episode.since, restarts: task.restarts - task.restartsAtLoss };
    for (const [notice, person] of this.#partingTo(task, episode, reason))
      this.#pend(person, task, episode.number, { notice, notBefore: this.#now, by: null, ...facts });
  }

  #partingTo(task: Task, episode: Episode, reason: string): [string, Person][] {
    const policy = this.#policyOf(task);
    const accepted = [...episode.told].filter(([, told]) => told.state === 'accepted');
    const withDate = accepted.filter(([, told]) => told.dated).map(([address]) => address);
    if (reason === 'policy' || reason === 'user-published')
      return withDate.map((address) => ['withdrawn', this.#person(address)]);
    if (reason === 'kept' || reason === 'snoozed')
      return withDate
        .filter((address) => address !== task.keep!.by)
        .map((address) => ['withdrawn', this.#person(address)]);
    if (reason !== 'recovered' || !policy.recoveryMail || policy.stage === 'detect') return [];
    const heard = new Set(accepted.map(([address]) => address));
    return this.#recipientsOf(task, 'task_abandoned')
      .all.filter((person) => heard.has(person.address) && !person.declined)
      .map((person) => ['recovered', person]);
  }

  #pend(person: Person, task: Task, episode: number, pending: Omit<Pending, 'task' | 'episode'>): void {
    person.pending.set(`${task.id}#${episode}`, { task: task.id, episode, ...pending });
  }

  /** Takes an open episode's steps; answers what holds it. */
  #goOn(task: Task, episode: Episode): string | null {
    const policy = this.#policyOf(task);
    this.#withdraw(task, episode, policy);
    if (this.#paused.has('evaluate')) return 'paused';
    if (this.#unknown.isOpen(task)) return 'unknown';
    if (isAlive(task, policy)) return 'recovering';
    if (policy.stage === 'detect') return null;
    const recipients = this.#recipientsOf(task, 'task_abandoned');
    this.#noteLeft(episode, recipients);
    if (recipients.all.length === 0) return 'no-reachable-owner';
    this.#warn(task, episode, policy, recipients);
    episode.longestAfter = Math.max(episode.longestAfter, policy.disableAfter);
    const waiting = this.#waiting(episode, recipients);
    if (policy.stage === 'notify') return waiting && this.#paused.has('notify') ? 'paused' : null;
    return this.#runGrace(task, episode, policy, recipients, waiting);
  }

  #runGrace(
    task: Task,
    episode: Episode,
    policy: Policy,
    recipients: Recipients,
    waiting: boolean,
  ): string | null {
    const deadline = this.#deadlineOf(task, episode, recipients.sustaining);
    const isDue = deadline !== null && this.#now >= deadline.disableAt;
    if (waiting) {
      if (this.#paused.has('notify') || (isDue && this.#paused.has('disable'))) return 'paused';
      if (isDue || this.#warnedOf(episode, recipients).length === 0) return null;
    }
    if (!deadline) return null;
    if (!isDue) {
      this.#remind(task, episode, policy, recipients, deadline);
      return this.#waiting(episode, recipients) && this.#paused.has('notify') ? 'paused' : null;
    }
    if (this.#paused.has('disable')) return 'paused';
    const isQuiet = isWithin(policy.quietHours, this.#now) || isOnDay(policy.quietDays, this.#now);
    return isQuiet ? 'quiet-hours' : null;
  }

  /** The stage went down: who holds a date is told that it does not hold. */
  #withdraw(task: Task, episode: Episode, policy: Policy): void {
    if (episode.graceStage !== 'disable' || policy.stage === 'disable') return;
    const facts = { since: episode.since, restarts: task.restarts - task.restartsAtLoss };
    for (const [address, told] of episode.told) {
      told.reminder = null;
      if (!told.dated || told.state !== 'accepted') continue;
      told.dated = false;
      const pending = { notice: 'withdrawn', notBefore: this.#now, by: null, ...facts };
      this.#pend(this.#person(address), task, episode.number, pending);
    }
    episode.graceStage = policy.stage;
  }

  #noteLeft(episode: Episode, { all }: Recipients): void {
    const present = new Set(all.map(({ address }) => address));
    for (const [address, told] of episode.told) if (!present.has(address)) told.left = true;
  }

  #isNewGrace(episode: Episode, policy: Policy, task: Task, recipients: Recipients): boolean {
    if (episode.grace === 0) return true;
    if (policy.stage !== 'disable') return episode.graceStage === 'detect';
    if (episode.graceStage !== 'disable' || task.raisedAt > episode.raisedAt) return true;
    const began = [...episode.told.values()].some(
      (told) => told.grace === episode.grace && told.acceptedAt > 0,
    );
    return began && this.#warnedOf(episode, recipients).length === 0;
  }

  #warn(task: Task, episode: Episode, policy: Policy, recipients: Recipients): void {
    const dated = policy.stage === 'disable';
    const isNew = this.#isNewGrace(episode, policy, task, recipients);
    const to = recipients.all.filter((person) => isNew || isUntold(episode, person, dated));
    if (to.length === 0) return;
    if (isNew) {
      episode.grace += 1;
      episode.longestAfter = policy.disableAfter;
      episode.raisedAt = task.raisedAt;
    }
    episode.graceStage = policy.stage;
    for (const person of to) {
      episode.told.set(person.address, {
        grace: episode.grace,
        state: 'pending',
        dated,
        acceptedAt: 0,
        reminder: null,
        left: false,
      });
      const pending = {
        notice: 'warning',
        notBefore: this.#now,
        by: null,
        since: episode.since,
        restarts: 0,
      };
      this.#pend(person, task, episode.number, pending);
    }
  }

  #waiting(episode: Episode, { all }: Recipients): boolean {
    return all.some(({ address }) => {
      const told = episode.told.get(address);
      return told && !told.left && (told.state === 'pending' || told.reminder?.pending);
    });
  }

  #remind(
    task: Task,
    episode: Episode,
    policy: Policy,
    recipients: Recipients,
    { disableAt, after }: { disableAt: Instant; after: number },
  ): void {
    const open = policy.reminders.filter((lead) => lead < after && disableAt - lead <= this.#now);
    if (open.length === 0) return;
    const lead = Math.min(...open);
    const isGiven = (rung: { lead: number; deadline: Instant }) =>
      rung.lead <= lead && disableAt - rung.deadline < DAY;
    if (episode.rungs.some((rung) => rung.grace === episode.grace && isGiven(rung))) return;
    episode.rungs.push({ grace: episode.grace, lead, deadline: disableAt });
    const everybody = { all: recipients.all, sustaining: new Set(recipients.all.map((one) => one.address)) };
    for (const { person, told } of this.#warnedOf(episode, everybody)) {
      if (person.declined || (told.reminder && isGiven(told.reminder))) continue;
      told.reminder = { lead, deadline: disableAt, pending: true };
      const pending = { notice: 'reminder', notBefore: this.#now, by: disableAt };
      this.#pend(person, task, episode.number, { ...pending, since: episode.since, restarts: 0 });
    }
  }

  // ---- turning off ----

  #turnOffDue(): void {
    const due = [...this.#tasks.values()].flatMap((task) => {
      const disableAt = this.#dueSince(task);
      return disableAt === null ? [] : [{ task, disableAt, since: task.open!.since }];
    });
    due.sort((a, b) => a.disableAt - b.disableAt || a.since - b.since || (a.task.id < b.task.id ? -1 : 1));
    const { perRun = 50, perDay = 200 } = (this.#policies.global('blastRadius') ?? {}) as Record<
      string,
      number
    >;
    const today = this.#disabledAt.filter(({ at }) => at > this.#now - DAY).length;
    for (const { task, disableAt } of due.slice(0, Math.max(0, Math.min(perRun, perDay - today)))) {
      this.#disabledAt.push({ at: this.#now });
      this.#turnOff(task, task.open!, this.#now, disableAt);
    }
  }

  /** The date of a task that nothing keeps from being turned off now; else null. */
  #dueSince(task: Task): Instant | null {
    if (!task.open || task.hold) return null;
    const policy = this.#policyOf(task);
    if (policy.stage !== 'disable' || this.#endOf(task, task.open)) return null;
    const recipients = this.#recipientsOf(task, 'task_abandoned');
    if (this.#waiting(task.open, recipients)) return null;
    const deadline = this.#deadlineOf(task, task.open, recipients.sustaining);
    return deadline && this.#now >= deadline.disableAt ? deadline.disableAt : null;
  }

  #turnOff(task: Task, episode: Episode, run: Instant | null, disableAt: Instant | null): void {
    const text = (instant: Instant | null) => instant && instantText(instant);
    this.#say(`task-disabled ${task.id} #${episode.number} run ${text(run)} due ${text(disableAt)}`);
    const told = this.#disabledTo(task, episode);
    this.#resolve(task, run === null ? 'disabled-by-owner' : 'disabled');
    task.enabled = false;
    task.ours = { episode, reverting: this.#now };
    const facts = { since: episode.since, restarts: task.restarts - task.restartsAtLoss };
    for (const person of told) {
      const notBefore = this.#now + 10 * 60_000;
      this.#pend(person, task, episode.number, { notice: 'disabled', notBefore, by: null, ...facts });
      this.#deliveries.push({ at: notBefore, to: person });
    }
  }

  #disabledTo(task: Task, episode: Episode): Person[] {
    const admins = (this.#file.admins ?? {}) as Record<string, string[]>;
    const scopes = ['', ...scopesOf(task.id)].slice(0, -1);
    const isWarned = ({ address }: Person) => {
      const told = episode.told.get(address);
      return told?.grace === episode.grace && told.state === 'accepted';
    };
    const warned = this.#living(scopes.flatMap((prefix) => admins[prefix] ?? [])).filter(isWarned);
    return [...new Set([...this.#recipientsOf(task, 'task_auto_disabled').all, ...warned])];
  }

  /** What an operator undid is told with the next scan to those who hold a mail of it. */
  #tellUndone(): void {
    for (const { task, episode } of this.#undone.splice(0)) {
      if (task.deleted || !task.enabled) continue;
      const facts = { since: episode.since, restarts: 0 };
      for (const [address, told] of episode.told) {
        const person = this.#person(address);
        const isHolder = told.grace === episode.grace && told.state === 'accepted';
        if (person.dead || (!isHolder && !this.#heardOf(person, task, episode))) continue;
        this.#pend(person, task, episode.number, {
          notice: 'enabled',
          notBefore: this.#now,
          by: null,
          ...facts,
        });
      }
      for (const person of this.#people.values()) {
        if (person.dead || episode.told.has(person.address)) continue;
        if (!this.#heardOf(person, task, episode)) continue;
        this.#pend(person, task, episode.number, {
          notice: 'enabled',
          notBefore: this.#now,
          by: null,
          ...facts,
        });
      }
    }
  }

  #heardOf(person: Person, task: Task, episode: Episode): boolean {
    return this.#expected.disabled.some(
      (one) => one.to === person.address && one.task === task.id && one.episode === episode.number,
    );
  }

  // ---- mails ----

  #queueMails(): void {
    if (this.#paused.has('notify')) return;
    const ready = [...this.#people.values()].flatMap((person) => {
      if (person.dead) person.pending.clear();
      const at = this.#readyAt(person);
      return at !== null && at < this.#now + this.#scanEvery ? [{ person, at }] : [];
    });
    for (const { person, at } of this.#admit(ready)) this.#deliveries.push({ at, to: person });
  }

  /** The warm-up limit: those whose oldest alert fired first. */
  #admit(ready: { person: Person; at: Instant }[]): { person: Person; at: Instant }[] {
    const isNew = ({ person }: { person: Person }) => hasWarning(person) && !this.#isAdmitted(person);
    const limit = (this.#policies.global('rampPerDay') as number | undefined) ?? 500;
    const used = this.#admitted.filter((at) => at > this.#now - DAY).length;
    const places = ready
      .filter(isNew)
      .map((one) => ({ one, order: this.#oldestWarning(one.person) }))
      .sort((a, b) => (a.order < b.order ? -1 : 1))
      .slice(0, Math.max(0, limit - used));
    for (const _ of places) this.#admitted.push(this.#now);
    const entered = new Set(places.map(({ one }) => one));
    for (const one of ready) {
      if (hasWarning(one.person) && (entered.has(one) || this.#isAdmitted(one.person)))
        one.person.admittedAt = this.#now;
    }
    return ready;
  }

  #isAdmitted({ admittedAt, lastWarnedAt }: Person): boolean {
    return [admittedAt, lastWarnedAt].some((at) => at !== null && at > this.#now - DAY);
  }

  #oldestWarning(person: Person): string {
    const warnings = [...person.pending.values()].filter(({ notice }) => notice === 'warning');
    const orders = warnings.map(({ task, since }) => {
      const fired = this.#tasks.get(task)?.open?.firedAt ?? 0;
      return `${instantText(fired)} ${instantText(since)} ${task} ${person.address}`;
    });
    return orders.sort()[0] ?? '';
  }

  #windowAt(person: Person): Instant {
    if (person.lastMailAt === null) return 0;
    return awakeFrom(person.quiet, person.lastMailAt + milliseconds(this.#policies.global('digestEvery')));
  }

  /** When the first of the notices may go; null where none may. */
  #readyAt(person: Person): Instant | null {
    const instants = [...person.pending.values()]
      .map((one) => this.#noticeReadyAt(person, one, true))
      .filter((at) => at !== null);
    if (instants.length === 0) return null;
    return awakeFrom(person.quiet, Math.max(this.#now, Math.min(...instants)));
  }

  #noticeReadyAt(person: Person, pending: Pending, ignoresRamp = false): Instant | null {
    const isWindowed = pending.notice === 'warning' || pending.notice === 'reminder';
    if (!isWindowed) return pending.notBefore;
    if (this.#paused.has('evaluate')) return null;
    if (!ignoresRamp && pending.notice === 'warning' && !this.#isAdmitted(person)) return null;
    const window = this.#windowAt(person);
    const isUrgent = [...person.pending.values()].some(
      ({ by }) => by !== null && by <= window && by > this.#now,
    );
    return isUrgent ? pending.notBefore : Math.max(pending.notBefore, window);
  }

  #deliverDue(instant: Instant): void {
    this.#now = instant;
    for (;;) {
      const place = this.#deliveries.findIndex(({ at }) => at <= instant);
      if (place < 0) return;
      const [delivery] = this.#deliveries.splice(place, 1);
      if (delivery) this.#deliver(delivery.to);
    }
  }

  #deliver(person: Person): void {
    if (person.dead) person.pending.clear();
    if (this.#paused.has('notify') || awakeFrom(person.quiet, this.#now) > this.#now) return;
    for (;;) {
      const due = [...person.pending.values()].filter((one) => {
        const at = this.#noticeReadyAt(person, one);
        return at !== null && at <= this.#now;
      });
      const others = due.filter(({ notice }) => notice !== 'disabled');
      const batch =
        others.length > 0 || due.length === 0
          ? others
          : [...person.pending.values()].filter(({ notice }) => notice === 'disabled');
      const mailed = batch.filter((one) => this.#mailable(person, one));
      if (mailed.length === 0) return;
      this.#mail(person, mailed);
    }
  }

  /** Decides a notice again as its mail is claimed; one that no longer holds goes. */
  #mailable(person: Person, pending: Pending): boolean {
    const task = this.#tasks.get(pending.task)!;
    const verdict = this.#judge(person, pending, task);
    if (verdict === 'void') {
      person.pending.delete(`${pending.task}#${pending.episode}`);
      const open = task.open?.number === pending.episode ? task.open : null;
      const told = open?.told.get(person.address);
      if (told && pending.notice === 'warning' && told.state === 'pending') open!.told.delete(person.address);
      if (told && pending.notice === 'reminder' && told.reminder) told.reminder.pending = false;
    }
    return verdict === 'send';
  }

  #judge(person: Person, { notice, episode: number }: Pending, task: Task): 'send' | 'wait' | 'void' {
    switch (notice) {
      case 'withdrawn':
        return 'send';
      case 'disabled':
        return task.deleted || task.enabled ? 'void' : 'send';
      case 'enabled':
        return task.deleted || !task.enabled ? 'void' : 'send';
      case 'recovered':
        return isEligible(task) && isHealthy(task, this.#policyOf(task), this.#now) ? 'send' : 'void';
      default: {
        const episode = task.open?.number === number ? task.open : null;
        return episode ? this.#judgeOpen(person, notice, task, episode) : 'void';
      }
    }
  }

  #judgeOpen(person: Person, notice: string, task: Task, episode: Episode): 'send' | 'wait' | 'void' {
    const policy = this.#policyOf(task);
    if (this.#endOf(task, episode)) return 'void';
    if (this.#paused.has('evaluate') || this.#unknown.isOpen(task) || isAlive(task, policy)) return 'wait';
    if (policy.stage === 'detect') return 'void';
    const recipients = this.#recipientsOf(task, 'task_abandoned');
    if (recipients.all.length > 0 && this.#isNewGrace(episode, policy, task, recipients)) return 'wait';
    const told = episode.told.get(person.address);
    if (!told || !recipients.all.includes(person) || told.grace !== episode.grace) return 'void';
    if (notice === 'warning') return told.state === 'accepted' ? 'void' : 'send';
    if (policy.stage !== 'disable' || person.declined || told.state !== 'accepted') return 'void';
    return told.reminder?.pending ? 'send' : 'void';
  }

  #mail(person: Person, batch: Pending[]): void {
    const items = batch.map((pending) => {
      person.pending.delete(`${pending.task}#${pending.episode}`);
      return this.#item(person, pending);
    });
    if (batch.some(({ notice }) => notice === 'warning')) person.lastWarnedAt = this.#now;
    if (batch.some(({ notice }) => notice === 'warning' || notice === 'reminder'))
      person.lastMailAt = this.#now;
    if (batch[0]!.notice === 'disabled') {
      for (const { task, episode, notBefore } of batch) {
        const from = notBefore - 10 * 60_000;
        const by = awakeFrom(person.quiet, from + GATHERED) + (this.#now > from + GATHERED ? DAY : 0);
        this.#expected.disabled.push({
          to: person.address,
          task,
          episode,
          from,
          by: Math.max(by, this.#now),
        });
      }
      return;
    }
    this.#say(`mail ${person.address}: ${items.sort().join(', ')}`);
  }

  #item(person: Person, { task: id, episode: number, notice, since, restarts }: Pending): string {
    const task = this.#tasks.get(id)!;
    const isPresent = notice === 'warning' || notice === 'reminder';
    const disableAt = isPresent ? this.#accept(person, notice, task, task.open!) : null;
    const times = isPresent ? task.restarts - task.restartsAtLoss : restarts;
    const shown = notice === 'enabled' ? '' : ` restarts ${times}`;
    return `${notice} ${id} #${number} until ${disableAt && instantText(disableAt)} since ${instantText(since)}${shown}`;
  }

  /** SES took a warning or a reminder; answers the date in it. */
  #accept(person: Person, notice: string, task: Task, episode: Episode): Instant | null {
    const policy = this.#policyOf(task);
    const told = episode.told.get(person.address)!;
    const date = policy.stage === 'disable' ? this.#dateFor(notice, task, episode, policy) : null;
    if (notice === 'warning') {
      told.state = 'accepted';
      told.acceptedAt = this.#now;
      told.dated = date !== null;
    } else if (told.reminder) {
      told.reminder.pending = false;
      told.reminder.deadline = date!.disableAt;
    }
    if (date) episode.dates.push({ at: this.#now, ...date });
    return date && date.disableAt;
  }

  #dateFor(
    notice: string,
    task: Task,
    episode: Episode,
    policy: Policy,
  ): { disableAt: Instant; after: number } {
    const recipients = this.#recipientsOf(task, 'task_abandoned');
    const standing = this.#deadlineOf(task, episode, recipients.sustaining);
    const lead = this.#shortestLead(policy);
    if (notice === 'reminder') {
      if (standing && this.#now < standing.disableAt) return standing;
      return { disableAt: roundedUpToMinute(this.#now + lead), after: lead };
    }
    const stands = this.#warnedOf(episode, recipients).some(({ told }) => told.dated);
    const least = stands ? lead : policy.disableAfter;
    if (standing && standing.disableAt >= this.#now + least) return standing;
    return { disableAt: roundedUpToMinute(this.#now + least), after: least };
  }
}

function statusesOf(shards: unknown): string[] {
  return (shards as { status: string }[]).map(({ status }) => status);
}

function hasWarning({ pending }: Person): boolean {
  return [...pending.values()].some(({ notice }) => notice === 'warning');
}

function isUntold(episode: Episode, { address }: Person, dated: boolean): boolean {
  const told = episode.told.get(address);
  if (!told || told.left || told.state === 'failed') return true;
  return told.grace < episode.grace || (dated && !told.dated);
}
