import { covered, type Instant, type Span } from './facts.ts';
import type { Policy } from './policies.ts';
import type { Task } from './tasks.ts';

const ELIGIBLE = ['capture', 'materialization', 'derivation', 'service', 'connector'];

/** Why a task is not watched. */
export function isEligible(task: Task): boolean {
  return !task.deleted && task.enabled && ELIGIBLE.includes(task.kind) && !task.dekaf;
}

/** Whether the newest health check says so, by today's `aliveStatuses`. */
export function isAlive(task: Task, policy: Policy): boolean {
  return saysAlive(task.seen.at(-1)!.statuses, policy);
}

function saysAlive(statuses: readonly string[], policy: Policy): boolean {
  return statuses.some((status) => policy.aliveStatuses.includes(status));
}

/** The beginning of the spell that health check number `place` belongs to. */
function spellFrom({ seen }: Task, policy: Policy, place = seen.length - 1): Instant {
  let first = place;
  while (first > 0 && saysAlive(seen[first - 1]!.statuses, policy)) first -= 1;
  return seen[first]!.at;
}

/** Alive, and for so long that it counts as healthy; what a scan found healthy stays so. */
export function isHealthy(task: Task, policy: Policy, now: Instant): boolean {
  if (!isAlive(task, policy)) return false;
  const from = spellFrom(task, policy);
  return now - from >= policy.minHealthy || task.judgedFrom === from;
}

/** Takes a health check in; the end of a healthy spell begins the count of restarts anew. */
export function observe(task: Task, statuses: string[], policy: Policy, now: Instant): void {
  const isEnd = task.seen.length > 0 && isHealthy(task, policy, now) && !saysAlive(statuses, policy);
  if (isEnd) Object.assign(task, { lostAt: now, restartsAtLoss: task.restarts });
  task.seen.push({ at: now, statuses, least: isEnd ? 0 : policy.minHealthy });
  note(task, policy, now);
}

/** A running total of restarts; one of the instant of a loss is what was counted by then. */
export function restart(task: Task, times: number, now: Instant): void {
  task.restarts += times;
  if (task.lostAt === now) task.restartsAtLoss = task.restarts;
}

/** What is healthy now was so, whatever policy comes. */
export function note(task: Task, policy: Policy, now: Instant): void {
  if (!isHealthy(task, policy, now)) return;
  task.judgedFrom = spellFrom(task, policy);
  task.vetoes = { count: 0, lastAt: 0 };
}

/** The end of the newest healthy spell that is over, judged by the policy at its end; null where none was. */
function healthyTo(task: Task, policy: Policy): Instant | null {
  for (let place = task.seen.length - 1; place > 0; place -= 1) {
    const { at, statuses, least } = task.seen[place]!;
    if (saysAlive(statuses, policy) || !saysAlive(task.seen[place - 1]!.statuses, policy)) continue;
    if (at - spellFrom(task, policy, place - 1) >= least) return at;
  }
  return task.primaryBefore;
}

/** Section 1: since when the task is without `PRIMARY`. */
export function notPrimarySince(task: Task, policy: Policy, now: Instant): Instant {
  if (isHealthy(task, policy, now)) return now;
  const seen = healthyTo(task, policy) ?? Math.max(task.createdAt, task.firstSeenAt);
  return Math.max(seen, task.enabledAt ?? seen);
}

/** Whether it was healthy at some time after an instant. */
export function wasHealthySince(task: Task, policy: Policy, since: Instant, now: Instant): boolean {
  return isHealthy(task, policy, now) || (healthyTo(task, policy) ?? 0) > since;
}

/** When the loss of `PRIMARY` was seen that a task is without it since; null where it is healthy or never was. */
export function lossOf(task: Task, policy: Policy, now: Instant): Instant | null {
  const at = healthyTo(task, policy);
  return isHealthy(task, policy, now) || at === task.primaryBefore ? null : at;
}

/** Whether it was healthy until an instant. */
export function wasHealthyBefore(task: Task, policy: Policy, at: Instant): boolean {
  const place = task.seen.findLastIndex((seen) => seen.at < at);
  if (place < 0 || !saysAlive(task.seen[place]!.statuses, policy)) return false;
  return at - spellFrom(task, policy, place) >= policy.minHealthy;
}

/** Spans in which nothing can be known: of planes, and of pauses. */
export class Unknown {
  readonly #planes = new Map<string, Span[]>();
  readonly #paused: Span[] = [];
  readonly #outagesOf: (task: Task) => Span[];

  constructor(outagesOf: (task: Task) => Span[]) {
    this.#outagesOf = outagesOf;
  }

  plane(name: string, up: boolean, now: Instant): void {
    const spans = this.#planes.get(name) ?? [];
    this.#planes.set(name, spans);
    turn(spans, !up, now);
  }

  pause(paused: boolean, now: Instant): void {
    turn(this.#paused, paused, now);
  }

  of(task: Task): Span[] {
    return [...(this.#planes.get(task.dataPlane) ?? []), ...this.#paused, ...this.#outagesOf(task)];
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
