import { HOUR, MINUTE } from '../../functions/abandonment/time.ts';

/**
 * A second reading of docs/rules.md#deadlines, for scenarios without faults, pauses and unknown health whose tasks never
 * fail: what is fired, resolved, turned off and mailed for deadlines alone, as texts.
 */

interface ModelTask {
  id: string;
  kind: 'job' | 'service';
  owners: string[];
  deadline?: number;
  startedAt?: number;
}

export interface ModelPolicy {
  mode: 'detect' | 'notify' | 'disable';
  failAfter: number | null;
  stopNotice: number | null;
  atDeadline: 'nothing' | 'alert' | 'disable';
}

export type ModelEvent = { at: number } & (
  | { type: 'started'; task: string; deadline?: number }
  | { type: 'ended'; task: string }
  | { type: 'deadline'; task: string; deadline: number | null }
  | { type: 'published'; task: string; enabled: boolean }
  | { type: 'keep' | 'snooze'; task: string; by: string; for: number }
  | { type: 'unsubscribe'; by: string }
  | { type: 'policy'; set: Partial<ModelPolicy> }
);

export interface ModelScenario {
  start: number;
  until: number;
  tasks: ModelTask[];
  policy: ModelPolicy;
  subscriptions: { email: string; types: string[] }[];
  events: ModelEvent[];
}

interface Mark {
  last: number;
  armed: boolean;
  at: number;
  binds: boolean;
  spent: boolean;
}

interface RecipientPart {
  grace: number;
  dated: boolean;
  at: number;
}

interface Episode {
  number: number;
  since: number;
  firedAt: number;
  grace: number;
  graceIsDated: boolean;
  raisedAt: number;
  longest: number;
  dates: number[];
  told: Map<string, RecipientPart>;
}

interface State extends ModelTask {
  enabled: boolean;
  ended: boolean;
  enabledAt: number;
  keep: { kind: string; until: number; at: number; by: string } | null;
  seen: number | null;
  marks: Map<string, Mark>;
  episodes: number;
  open: Episode | null;
  /** Notices of an end, for the next scan. */
  parting: string[];
  held: string;
}

class Model {
  readonly #scenario: ModelScenario;
  readonly #policy: ModelPolicy;
  readonly #tasks: Map<string, State>;
  readonly #declined = new Set<string>();
  #raisedAt = 0;
  readonly lines: string[] = [];

  constructor(scenario: ModelScenario) {
    this.#scenario = scenario;
    this.#policy = { ...scenario.policy };
    const fresh = { enabled: true, ended: false, enabledAt: 0, keep: null, seen: null, episodes: 0 };
    this.#tasks = new Map(
      scenario.tasks.map((task): [string, State] => [
        task.id,
        { ...task, ...fresh, marks: new Map(), open: null, parting: [], held: '' },
      ]),
    );
    for (const task of this.#tasks.values()) task.seen = this.#deadline(task);
  }

  run(): string[] {
    const events = this.#scenario.events.toSorted((a, b) => a.at - b.at);
    for (let scan = this.#scenario.start; scan <= this.#scenario.until; scan += HOUR) {
      while (events[0] && events[0].at <= scan) this.#happen(events.shift() as ModelEvent);
      for (const task of this.#tasks.values()) this.#scan(task, scan);
    }
    return this.lines;
  }

  #say(at: number, what: string): void {
    this.lines.push(`${new Date(at).toISOString()} ${what}`);
  }

  #deadline(task: State): number | null {
    if (!task.enabled) return null;
    const ends: number[] = task.deadline === undefined ? [] : [task.deadline];
    if (task.kind === 'job') {
      if (task.startedAt === undefined || task.ended) return null;
      if (this.#policy.failAfter !== null) ends.push(task.startedAt + this.#policy.failAfter);
    }
    return ends.length === 0 ? null : Math.min(...ends);
  }

  #hasSay(task: State, by: string): boolean {
    return task.owners.includes(by) || this.#scenario.subscriptions.some(({ email }) => email === by);
  }

  #happen(event: ModelEvent): void {
    const isAct = event.type === 'keep' || event.type === 'snooze';
    if (isAct && !this.#hasSay(this.#tasks.get(event.task) as State, event.by)) return;
    if (event.type === 'policy') this.#setPolicy(event);
    else if (event.type === 'unsubscribe') this.#declined.add(event.by);
    else this.#change(this.#tasks.get(event.task) as State, event);
    for (const task of this.#tasks.values()) this.#move(task, event.at);
    if (isAct) {
      const task = this.#tasks.get(event.task) as State;
      const reason = task.open && this.#over(task, task.open, event.at);
      if (reason) this.#resolve(task, task.open as Episode, reason, event.at);
    }
  }

  #setPolicy({ set, at }: ModelEvent & { type: 'policy' }): void {
    if (set.mode === 'disable' && this.#policy.mode !== 'disable') this.#raisedAt = at;
    Object.assign(this.#policy, set);
  }

  #change(task: State, event: Exclude<ModelEvent, { type: 'policy' | 'unsubscribe' }>): void {
    const without = () => {
      delete task.deadline;
    };
    switch (event.type) {
      case 'started':
        task.startedAt = event.at;
        task.ended = false;
        without();
        if (event.deadline !== undefined) task.deadline = event.deadline;
        return;
      case 'ended':
        task.ended = true;
        return;
      case 'deadline':
        without();
        if (event.deadline !== null) task.deadline = event.deadline;
        return;
      case 'published':
        if (event.enabled && !task.enabled) task.enabledAt = event.at;
        task.enabled = event.enabled;
        return;
      default:
        task.keep = { kind: event.type, until: event.at + event.for, at: event.at, by: event.by };
    }
  }

  #move(task: State, at: number): void {
    const to = this.#deadline(task);
    const from = task.seen;
    if (to === from) return;
    task.seen = to;
    const isArmed = to !== null && (from === null || to < from || to - at > (this.#policy.stopNotice ?? 0));
    for (const mark of task.marks.values()) {
      if (mark.last === to) mark.armed = false;
      else if (isArmed) mark.armed = true;
    }
  }

  #recipients(task: State, type: string): string[] {
    const subscribed = this.#scenario.subscriptions.filter(({ types }) => types.includes(type));
    return [...new Set([...task.owners, ...subscribed.map(({ email }) => email)])];
  }

  #kept(task: State, now: number): boolean {
    return task.keep !== null && now < task.keep.until;
  }

  /** Why an open episode is over. */
  #over(task: State, open: Episode, now: number): string | null {
    if (task.kind === 'job' && task.ended) return 'ended';
    if (!task.enabled || task.enabledAt > open.firedAt) return 'ineligible';
    const deadline = this.#deadline(task);
    if (this.#policy.atDeadline === 'nothing' || deadline === null || now < deadline) return 'policy';
    return this.#kept(task, now) ? (task.keep?.kind === 'snooze' ? 'snoozed' : 'kept') : null;
  }

  #resolve(task: State, open: Episode, reason: string, now: number): void {
    this.#say(now, `resolved ${task.id} #${open.number} ${reason}`);
    const holders = [...open.told].filter(([, part]) => part.dated).map(([to]) => to);
    if (reason === 'policy') task.parting.push(...holders.map((to) => this.#withdrawn(task, open, to)));
    if (reason === 'kept' || reason === 'snoozed') {
      const others = holders.filter((to) => to !== task.keep?.by);
      task.parting.push(...others.map((to) => this.#withdrawn(task, open, to)));
    }
    for (const mark of task.marks.values()) if (mark.last <= now) mark.spent = true;
    task.open = null;
  }

  #withdrawn(task: State, open: Episode, to: string): string {
    return `${to}: withdrawn ${task.id} #${open.number}`;
  }

  #scan(task: State, now: number): void {
    const reason = task.open && this.#over(task, task.open, now);
    if (reason) this.#resolve(task, task.open as Episode, reason, now);
    this.#fire(task, now);
    for (const text of task.parting.splice(0)) this.#say(now, text);
    this.#announce(task, now);
    if (task.open) this.#follow(task, task.open, now);
  }

  #fire(task: State, now: number): void {
    const deadline = this.#deadline(task);
    const isLate = deadline !== null && now >= deadline && this.#policy.atDeadline !== 'nothing';
    if (task.open || !isLate) return;
    if (this.#kept(task, now)) return;
    task.episodes += 1;
    const none = { grace: 0, graceIsDated: false, raisedAt: 0, longest: 0, dates: [], told: new Map() };
    task.open = { number: task.episodes, since: deadline, firedAt: now, ...none };
    this.#say(now, `fired ${task.id} #${task.episodes} since ${new Date(deadline).toISOString()}`);
  }

  #announce(task: State, now: number): void {
    const { mode, stopNotice: lead, atDeadline } = this.#policy;
    const deadline = this.#deadline(task);
    if (mode === 'detect' || lead === null || deadline === null) return;
    if (now < deadline - lead || now >= deadline) return;
    if (this.#kept(task, now) && atDeadline === 'disable') return;
    for (const to of this.#recipients(task, 'task_stopping')) {
      const mark = task.marks.get(to);
      if (this.#declined.has(to) || (mark && (mark.last === deadline || !mark.armed))) continue;
      const binds = mode === 'disable' && atDeadline === 'disable';
      task.marks.set(to, { last: deadline, armed: false, at: now, binds, spent: false });
      this.#say(now, `${to}: stopping ${task.id} ${new Date(deadline).toISOString()}`);
    }
  }

  #follow(task: State, open: Episode, now: number): void {
    const { mode, atDeadline } = this.#policy;
    const isDated = mode === 'disable' && atDeadline === 'disable';
    if (open.graceIsDated && !isDated) this.#withdraw(task, open, now);
    if (mode === 'detect') return;
    const announced = isDated && open.grace === 0 ? this.#announcedDate(task) : null;
    if (announced === null) this.#warn(task, open, isDated, now);
    const date = announced ?? (isDated ? this.#date(open) : null);
    if (date !== null && now >= date) this.#turnOff(task, open, date, now);
  }

  #warn(task: State, open: Episode, isDated: boolean, now: number): void {
    const lead = this.#policy.stopNotice ?? 0;
    const isRaised = isDated && (!open.graceIsDated || this.#raisedAt > open.raisedAt);
    const isNew = open.grace === 0 || isRaised;
    if (isNew) Object.assign(open, { grace: open.grace + 1, longest: lead, raisedAt: this.#raisedAt });
    open.longest = Math.max(open.longest, lead);
    open.graceIsDated = isDated;
    this.#tell(task, open, { isDated, isNew, lead }, now);
  }

  #tell(
    task: State,
    open: Episode,
    { isDated, isNew, lead }: { isDated: boolean; isNew: boolean; lead: number },
    now: number,
  ): void {
    const standing = isNew ? null : this.#date(open);
    for (const to of this.#recipients(task, 'task_overdue')) {
      const part = open.told.get(to);
      if (part && part.grace === open.grace && (part.dated || !isDated)) continue;
      const fresh = Math.ceil((now + lead) / MINUTE) * MINUTE;
      const date = standing !== null && standing > now ? standing : fresh;
      const until = isDated ? ` until ${new Date(Math.max(date, this.#latest(open))).toISOString()}` : '';
      if (isDated) open.dates.push(Math.max(date, this.#latest(open)));
      open.told.set(to, { grace: open.grace, dated: isDated, at: now });
      this.#say(now, `${to}: overdue ${task.id} #${open.number}${until}`);
    }
  }

  #latest({ dates }: Episode): number {
    return Math.max(0, ...dates);
  }

  /** The latest printed date, and the whole notice from the first of the present grace. */
  #date(open: Episode): number | null {
    const first = [...open.told.values()].filter(({ grace, dated }) => grace === open.grace && dated);
    if (first.length === 0) return null;
    return Math.max(this.#latest(open), Math.min(...first.map(({ at }) => at)) + open.longest);
  }

  #announcedDate(task: State): number | null {
    const deadline = this.#deadline(task) as number;
    const lead = this.#policy.stopNotice as number;
    const since = Math.max(task.enabledAt, task.keep?.at ?? 0, this.#raisedAt);
    const hearers = this.#recipients(task, 'task_stopping');
    const counting = [...task.marks].filter(
      ([to, mark]) =>
        hearers.includes(to) && mark.last === deadline && mark.binds && !mark.spent && mark.at >= since,
    );
    if (counting.length === 0) return null;
    const first = Math.min(...counting.map(([, { at }]) => at));
    return Math.ceil(Math.max(deadline, first + lead) / MINUTE) * MINUTE;
  }

  #withdraw(task: State, open: Episode, now: number): void {
    for (const [to, part] of open.told) {
      if (!part.dated) continue;
      part.dated = false;
      this.#say(now, this.#withdrawn(task, open, to));
    }
    open.graceIsDated = false;
  }

  #turnOff(task: State, open: Episode, date: number, now: number): void {
    this.#say(now, `disabled ${task.id} #${open.number} due ${new Date(date).toISOString()}`);
    this.#say(now, `resolved ${task.id} #${open.number} disabled`);
    for (const mark of task.marks.values()) if (mark.last <= now) mark.spent = true;
    task.enabled = false;
    task.open = null;
    task.seen = null;
  }
}

/** What a scenario comes to, as texts in the order of time. */
export function deadlineStory(scenario: ModelScenario): string[] {
  return new Model(scenario).run();
}
