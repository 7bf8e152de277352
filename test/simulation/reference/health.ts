import { covered, type Instant, type Span } from './facts.ts';
import type { Policy } from './policies.ts';
import type { Task } from './world.ts';

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
