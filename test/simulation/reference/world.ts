import { domainToASCII } from 'node:url';
import { type Hours, type Instant, instantText, type Json, milliseconds, type Span } from './facts.ts';
import { lossOf, Unknown } from './health.ts';
import { Policies, type Policy } from './policies.ts';
import type { Episode, Task } from './tasks.ts';

export type { Episode, Notified, Task } from './tasks.ts';

export interface Pending {
  task: string;
  episode: number;
  notice: string;
  notBefore: Instant;
  by: Instant | null;
  since: Instant;
  restarts: number;
}

export interface Person {
  address: string;
  suppressed: boolean;
  declined: boolean;
  quiet: Hours | null;
  lastMailAt: Instant | null;
  lastWarnedAt: Instant | null;
  admittedAt: Instant | null;
  pending: Map<string, Pending>;
}

/** A task that we disabled. */
export interface Disabling {
  at: Instant;
  task: Task;
  by: 'owner' | 'approved' | 'unapproved';
}

/** Most of a plane lost `PRIMARY` together. */
export interface Outage {
  plane: string;
  from: Instant;
  /** Losses up to then are its members. */
  until: Instant;
  /** Each by the instant of its loss. */
  members: Map<Task, Instant>;
  endedAt: Instant | null;
}

export interface OperatorAlert {
  alertedAt: Instant | null;
  /** Whether what it says still holds. */
  lasts: () => boolean;
}

/** A `disabled` notice and the span in which its mail is to come. */
interface DisabledNotice {
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

/** One form of an address: case, Unicode NFC, the domain as punycode. */
function canonical(address: string): string {
  const [local, domain] = address.trim().normalize('NFC').toLowerCase().split('@');
  return `${local}@${domainToASCII(domain!)}`;
}

/** All that the rules evaluate, and what they have come to so far. */
export class World {
  readonly file: Json;
  readonly scanEvery: number;
  readonly policies = new Policies();
  readonly outages: Outage[] = [];
  readonly unknown = new Unknown((task) => this.#outagesOf(task));
  readonly paused = new Set<string>();
  readonly tasks = new Map<string, Task>();
  readonly people = new Map<string, Person>();
  /** What an operator undid since the last scan. */
  readonly undone: { task: Task; episode: Episode }[] = [];
  /** Mails that are to be tried at an instant. */
  readonly deliveries: { at: Instant; to: Person }[] = [];
  /** What we disabled, and how. */
  readonly disablings: Disabling[] = [];
  /** What operators are told of, by code and subject. */
  readonly alerts = new Map<string, OperatorAlert>();
  /** When recipients took a place of the warm-up limit. */
  readonly admitted: Instant[] = [];
  readonly expected: Expected = { lines: [], disabled: [] };
  now: Instant;
  scannedAt = 0;

  constructor(file: Json) {
    this.file = file;
    this.scanEvery = milliseconds(file.scanEvery);
    this.now = Date.parse(file.start as string);
    this.policies.set('', file.policy as Json);
    for (const [scope, leaves] of Object.entries((file.policies ?? {}) as Record<string, Json>))
      this.policies.set(scope, leaves);
    for (const [address, chosen] of Object.entries((file.recipients ?? {}) as Record<string, Json>)) {
      const hours = chosen.quietHours as Omit<Hours, 'zone'> | undefined;
      if (hours) this.person(address).quiet = { ...hours, zone: (chosen.zone as string) ?? 'UTC' };
    }
  }

  say(text: string): void {
    this.expected.lines.push(`${instantText(this.now)} ${text}`);
  }

  /** The person of an address, however it is written. */
  person(address: string): Person {
    const key = canonical(address);
    const existing = this.people.get(key);
    if (existing) return existing;
    const person: Person = {
      address: key,
      suppressed: false,
      declined: false,
      quiet: null,
      lastMailAt: null,
      lastWarnedAt: null,
      admittedAt: null,
      pending: new Map(),
    };
    this.people.set(key, person);
    return person;
  }

  /** The outages that the present loss of a task is a member of. */
  #outagesOf(task: Task): Span[] {
    const lostAt = lossOf(task, this.policyOf(task), this.now);
    return this.outages
      .filter(({ members }) => lostAt !== null && members.get(task) === lostAt)
      .map(({ from, endedAt }) => ({ from, to: endedAt }));
  }

  policyOf(task: Task): Policy {
    return this.policies.of(task.id);
  }

  /** A notice waits for its mail; a newer one of the same episode takes the place of an older one. */
  pend(person: Person, task: Task, episode: number, pending: Omit<Pending, 'task' | 'episode'>): void {
    person.pending.set(`${task.id}#${episode}`, { task: task.id, episode, ...pending });
  }
}
