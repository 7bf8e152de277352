import {
  covered,
  type Days,
  type Hours,
  type Instant,
  type Json,
  milliseconds,
  type Span,
  scopesOf,
} from './facts.ts';

/** The policy of one task, as the design names its keys; lengths in milliseconds. */
export interface Policy {
  stage: 'detect' | 'notify' | 'disable';
  warnAfter: number;
  disableAfter: number;
  reminders: number[];
  publicationVeto: number;
  aliveStatuses: string[];
  recoveryMail: boolean;
  keepMax: number;
  minHealthy: number;
  escalateAt: number | null;
  quietHours: Hours | null;
  quietDays: Days | null;
}

const DEFAULTS: Json = {
  stage: 'detect',
  warnAfter: '14d',
  disableAfter: '7d',
  reminders: ['3d', '1d'],
  publicationVeto: '14d',
  aliveStatuses: ['PRIMARY'],
  recoveryMail: false,
  keepMax: '90d',
  minHealthy: '0s',
  escalateAt: null,
  quietHours: null,
  quietDays: null,
  digestEvery: '1h',
};

/** Policies by scope as written, and what they come to for a task. */
export class Policies {
  readonly #documents = new Map<string, Json>();

  set(scope: string, leaves: Json): void {
    this.#documents.set(scope, { ...this.#documents.get(scope), ...leaves });
  }

  of(id: string): Policy {
    const merged: Json = { ...DEFAULTS };
    for (const scope of ['', ...scopesOf(id)]) {
      for (const [key, value] of Object.entries(this.#documents.get(scope) ?? {}))
        merged[key] = value ?? DEFAULTS[key];
    }
    const length = (key: string) => milliseconds(merged[key]);
    return {
      ...(merged as unknown as Policy),
      warnAfter: length('warnAfter'),
      disableAfter: length('disableAfter'),
      reminders: (merged.reminders as string[]).map(milliseconds),
      publicationVeto: length('publicationVeto'),
      keepMax: length('keepMax'),
      minHealthy: length('minHealthy'),
      escalateAt: merged.escalateAt === null ? null : length('escalateAt'),
    };
  }

  global(key: string): unknown {
    return this.#documents.get('')?.[key] ?? DEFAULTS[key];
  }
}

/** What a person was told of one episode. */
export interface Told {
  grace: number;
  state: 'pending' | 'accepted' | 'failed';
  dated: boolean;
  acceptedAt: Instant;
  reminder: { lead: number; deadline: Instant; pending: boolean } | null;
  left: boolean;
}

export interface Episode {
  number: number;
  firedAt: Instant;
  since: Instant;
  warnAfter: number;
  grace: number;
  graceStage: Policy['stage'];
  /** The raise of the stage that the grace knows of. */
  raisedAt: Instant;
  longestAfter: number;
  told: Map<string, Told>;
  dates: { at: Instant; disableAt: Instant; after: number }[];
  rungs: { grace: number; lead: number; deadline: Instant }[];
}

/** A task, its health and its episode. */
export interface Task {
  id: string;
  kind: string;
  dekaf: boolean;
  owners: string[];
  dataPlane: string;
  enabled: boolean;
  createdAt: Instant;
  enabledAt: Instant | null;
  firstSeenAt: Instant;
  publishedByUserAt: Instant | null;
  deleted: boolean;
  cameBackAt: Instant;
  statuses: string[];
  spellFrom: Instant | null;
  /** When the newest healthy spell that is over ended. */
  healthyTo: Instant | null;
  restarts: number;
  restartsAtLoss: number;
  keep: { until: Instant; kind: 'kept' | 'snoozed'; by: string } | null;
  episodes: number;
  open: Episode | null;
  hold: string | null;
  raisedAt: Instant;
  /** The episode we turned it off in, until it is on again; and who is to hear of an undoing. */
  ours: { episode: Episode; reverting: Instant } | null;
}

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
  dead: boolean;
  declined: boolean;
  quiet: Hours | null;
  lastMailAt: Instant | null;
  lastWarnedAt: Instant | null;
  admittedAt: Instant | null;
  pending: Map<string, Pending>;
}

const ELIGIBLE = ['capture', 'materialization', 'derivation', 'service', 'connector'];

/** Why a task is not watched. */
export function isEligible(task: Task): boolean {
  return !task.deleted && task.enabled && ELIGIBLE.includes(task.kind) && !task.dekaf;
}

export function isAlive(task: Task, policy: Policy): boolean {
  return task.statuses.some((status) => policy.aliveStatuses.includes(status));
}

/** Alive, and for so long that it counts as healthy. */
export function isHealthy(task: Task, policy: Policy, now: Instant): boolean {
  return isAlive(task, policy) && task.spellFrom !== null && now - task.spellFrom >= policy.minHealthy;
}

/** Takes a health check in: spells begin, and end as healthy ones or as twitches. */
export function observe(task: Task, statuses: string[], policy: Policy, now: Instant): void {
  const was = isAlive(task, policy);
  task.statuses = statuses;
  const is = isAlive(task, policy);
  if (is && !was) task.spellFrom = now;
  if (!was || is) return;
  if (now - (task.spellFrom ?? now) >= policy.minHealthy) {
    task.healthyTo = now;
    task.restartsAtLoss = task.restarts;
  }
  task.spellFrom = null;
}

export function notPrimarySince(task: Task, policy: Policy, now: Instant): Instant {
  if (isHealthy(task, policy, now)) return now;
  const seen = task.healthyTo ?? Math.max(task.createdAt, task.firstSeenAt);
  return Math.max(seen, task.enabledAt ?? seen);
}

/** Spans in which nothing can be known: of planes, and of pauses. */
export class Unknown {
  readonly #planes = new Map<string, Span[]>();
  readonly #paused: Span[] = [];

  plane(name: string, up: boolean, now: Instant): void {
    const spans = this.#planes.get(name) ?? [];
    this.#planes.set(name, spans);
    turn(spans, !up, now);
  }

  pause(paused: boolean, now: Instant): void {
    turn(this.#paused, paused, now);
  }

  of(task: Task): Span[] {
    return [...(this.#planes.get(task.dataPlane) ?? []), ...this.#paused];
  }

  isOpen(task: Task): boolean {
    return this.of(task).some(({ to }) => to === null);
  }

  within(task: Task, from: Instant, to: Instant): number {
    return covered(this.of(task), from, to);
  }
}

function turn(spans: Span[], open: boolean, now: Instant): void {
  const last = spans.at(-1);
  const isOpen = last !== undefined && last.to === null;
  if (open && !isOpen) spans.push({ from: now, to: null });
  if (!open && isOpen) last.to = now;
}
