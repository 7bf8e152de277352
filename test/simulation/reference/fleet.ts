import { raise } from './alerts.ts';
import { DAY, type Json } from './facts.ts';
import { observe, wasHealthySince } from './health.ts';
import type { Task, World } from './world.ts';

/** A task as `tasks` or `created` give it; an id that was deleted may come back, and its numbers go on. */
export function addTask(world: World, facts: Json): void {
  const before = world.tasks.get(facts.id as string);
  const instant = (key: string) => (facts[key] === undefined ? null : Date.parse(facts[key] as string));
  const task: Task = {
    id: facts.id as string,
    kind: facts.kind as string,
    dekaf: (facts.dekaf as boolean) ?? false,
    owners: facts.owners as string[],
    dataPlane: facts.dataPlane as string,
    enabled: (facts.enabled as boolean) ?? true,
    createdAt: instant('createdAt') ?? world.now,
    enabledAt: instant('enabledAt'),
    firstSeenAt: instant('observedSince') ?? world.now,
    cameBackAt: before ? world.now : 0,
    primaryBefore: instant('lastPrimaryAt'),
    ...blank(),
    ...(before ? heritage(before) : {}),
  };
  world.tasks.set(task.id, task);
  see(world, task, facts.shards);
}

function blank() {
  return {
    publishedByUserAt: null,
    deleted: false,
    seen: [],
    judgedFrom: null,
    restarts: 0,
    restartsAtLoss: 0,
    lostAt: null,
    keep: null,
    episodes: 0,
    open: null,
    hold: null,
    raisedAt: 0,
    ours: null,
    revertedAt: null,
    vetoes: { count: 0, lastAt: 0 },
  };
}

/** What belongs to the id, and outlives a deletion and a return. */
function heritage({ keep, episodes, open, raisedAt }: Task) {
  return { keep, episodes, open, raisedAt };
}

/** A health check saw these shards. */
export function see(world: World, task: Task, shards: unknown): void {
  const statuses = (shards as { status: string }[]).map(({ status }) => status);
  observe(task, statuses, world.policyOf(task), world.now);
}

/** A new version; a user's is an act, a system's is none. */
export function publish(world: World, task: Task, by: string, enabled: boolean = task.enabled): void {
  if (by === 'user') task.publishedByUserAt = world.now;
  if (by === 'user' || !enabled) task.revertedAt = null;
  const wasOurs = task.ours;
  if (enabled && !task.enabled) {
    enable(world, task);
    if (by === 'system' && wasOurs && world.now - wasOurs.at <= 7 * DAY) revert(world, task);
  }
  task.enabled = enabled;
}

/** Promise 15: what a system enables again within 7 days of our disabling was reverted. */
function revert(world: World, task: Task): void {
  task.revertedAt = world.now;
  raise(world, 'disable-reverted', task.id, () => isReverted(world, world.tasks.get(task.id)!));
}

/** Whether a reversal still holds: not since the task recovered in a healthy spell. */
export function isReverted(world: World, task: Task): boolean {
  if (task.revertedAt === null || task.deleted) return false;
  return !wasHealthySince(task, world.policyOf(task), task.revertedAt, world.now);
}

export function enable(world: World, task: Task): void {
  task.enabled = true;
  task.enabledAt = world.now;
  task.restartsAtLoss = task.restarts;
  task.ours = null;
}

/** A change of policy; where it raises a stage to `disable`, a new warning and a full grace follow (promise 3). */
export function setPolicy(world: World, scope: string, leaves: Json): void {
  const tasks = [...world.tasks.values()];
  const before = tasks.map((task) => world.policyOf(task).stage);
  world.policies.set(scope, leaves);
  for (const [place, task] of tasks.entries()) {
    const isRaised = before[place] !== 'disable' && world.policyOf(task).stage === 'disable';
    if (isRaised) task.raisedAt = world.now;
  }
}
