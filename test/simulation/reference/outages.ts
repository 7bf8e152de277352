import { raise, takeBack } from './alerts.ts';
import { type Instant, milliseconds } from './facts.ts';
import { isEligible, lossOf, wasHealthyBefore } from './health.ts';
import type { Outage, Task, World } from './world.ts';

/** Fewer losses are many abandonments, not one outage. */
const LEAST = 10;

/** Section 6, Correlated outages: before anything is decided, a scan sees which begin and which are over. */
export function watchPlanes(world: World): void {
  for (const plane of new Set([...world.tasks.values()].map(({ dataPlane }) => dataPlane))) {
    const open = world.outages.find((outage) => outage.plane === plane && outage.endedAt === null);
    if (open) follow(world, open);
    else detect(world, plane);
  }
}

interface Loss {
  task: Task;
  at: Instant;
}

/** The eligible tasks of a plane that are without `PRIMARY` since a loss that was seen. */
function lossesOf(world: World, plane: string): Loss[] {
  const tasks = [...world.tasks.values()].filter((task) => task.dataPlane === plane && isEligible(task));
  return tasks
    .flatMap((task) => {
      const at = lossOf(task, world.policyOf(task), world.now);
      return at === null ? [] : [{ task, at }];
    })
    .sort((a, b) => a.at - b.at);
}

function detect(world: World, plane: string): void {
  const window = milliseconds(world.policies.global('correlatedWindow'));
  const counted = Math.max(
    0,
    ...world.outages.filter((outage) => outage.plane === plane).map(({ until }) => until),
  );
  const losses = lossesOf(world, plane).filter(({ at }) => at > counted && at >= world.scannedAt - window);
  const eligible = [...world.tasks.values()].filter((task) => task.dataPlane === plane && isEligible(task));
  if (new Set(eligible.map(({ id }) => id.split('/')[0])).size < 2) return;
  const share = world.policies.global('correlatedShare') as number;
  const first = losses.find(({ at: from }) => {
    const within = losses.filter(({ at }) => at >= from && at <= from + window).length;
    const before = eligible.filter((task) => wasHealthyBefore(task, world.policyOf(task), from)).length;
    return within >= LEAST && within >= share * before;
  });
  if (first) begin(world, plane, first.at, first.at + window);
}

function begin(world: World, plane: string, from: Instant, until: Instant): void {
  const outage: Outage = { plane, from, until, members: new Map(), endedAt: null };
  world.outages.push(outage);
  join(world, outage);
  raise(world, 'correlated-failure', plane, () => outage.endedAt === null);
}

/** All who lose `PRIMARY` within the window after the first are members. */
function join(world: World, { plane, from, until, members }: Outage): void {
  for (const { task, at } of lossesOf(world, plane)) if (at >= from && at <= until) members.set(task, at);
}

/** It ends when fewer than `correlatedShare` of its members, less those no longer eligible, are without `PRIMARY`. */
function follow(world: World, outage: Outage): void {
  join(world, outage);
  const members = [...outage.members].filter(([task]) => isEligible(task));
  const still = members.filter(([task, at]) => lossOf(task, world.policyOf(task), world.now) === at);
  const share = world.policies.global('correlatedShare') as number;
  if (still.length > 0 && still.length >= share * members.length) return;
  end(world, outage);
}

/** Its members' clocks run on; nothing is counted back. */
export function end(world: World, outage: Outage): void {
  outage.endedAt = world.now;
  takeBack(world, 'correlated-failure', outage.plane);
}
