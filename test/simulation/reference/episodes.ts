import { instantText } from './facts.ts';
import { isAlive, isEligible, isHealthy, notPrimarySince } from './health.ts';
import { recipientsOf } from './recipients.ts';
import type { Episode, Person, Task, World } from './world.ts';

function isAbandoned(world: World, task: Task): boolean {
  const policy = world.policyOf(task);
  if (isHealthy(task, policy, world.now)) return false;
  const since = notPrimarySince(task, policy, world.now);
  return world.now - since - world.unknown.within(task, since, world.now) >= policy.warnAfter;
}

function isVetoed(world: World, task: Task): boolean {
  const at = task.publishedByUserAt;
  return at !== null && world.now < at + world.policyOf(task).publicationVeto;
}

/** Section 6, Episodes: why an open one is over, the first that applies; null where it goes on. */
export function endOf(world: World, task: Task, episode: Episode): string | null {
  if (task.deleted || episode.firedAt < task.cameBackAt) return 'deleted';
  if (!isEligible(task)) return 'ineligible';
  const isPaused = world.paused.has('evaluate');
  if (!isPaused && hasRecovered(world, task, episode)) return 'recovered';
  const byPeople = endedByPeople(world, task, episode);
  return byPeople ?? (isPaused ? null : endedByToday(world, task, episode));
}

function hasRecovered(world: World, task: Task, episode: Episode): boolean {
  const hasBeen = task.healthyTo !== null && task.healthyTo > episode.firedAt;
  return hasBeen || isHealthy(task, world.policyOf(task), world.now);
}

function endedByPeople(world: World, task: Task, episode: Episode): string | null {
  const isPublished = task.publishedByUserAt !== null && task.publishedByUserAt > episode.firedAt;
  if (isPublished || isVetoed(world, task)) return 'user-published';
  return task.keep && world.now < task.keep.until ? task.keep.kind : null;
}

function endedByToday(world: World, task: Task, episode: Episode): string | null {
  if ((task.enabledAt ?? 0) > episode.firedAt) return 'ineligible';
  const isLonger = world.policyOf(task).warnAfter > episode.warnAfter;
  return isLonger && !isAbandoned(world, task) ? 'policy' : null;
}

/** Whether a task without an episode fires now, or what holds it; null where it is not past its threshold. */
export function candidate(world: World, task: Task): 'fire' | string | null {
  if (!isEligible(task) || !isAbandoned(world, task)) return null;
  if (world.paused.has('evaluate')) return 'paused';
  if (world.unknown.isOpen(task)) return 'unknown';
  if (isAlive(task, world.policyOf(task))) return 'recovering';
  if (task.keep && world.now < task.keep.until) return 'kept';
  return isVetoed(world, task) ? 'user-published' : 'fire';
}

/** A new episode, numbered on. */
export function fire(world: World, task: Task): void {
  const policy = world.policyOf(task);
  task.episodes += 1;
  const since = notPrimarySince(task, policy, world.now);
  task.open = {
    number: task.episodes,
    firedAt: world.now,
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
  world.say(`alert-fired ${task.id} #${task.episodes} since ${instantText(since)} ${policy.stage}`);
}

/** The episode is over: what waited to be said of it is void, and its end is told where it is news. */
export function resolve(world: World, task: Task, reason: string): void {
  const episode = task.open!;
  task.open = null;
  task.hold = null;
  world.say(`alert-resolved ${task.id} #${episode.number} ${reason}`);
  for (const person of world.people.values()) person.pending.delete(`${task.id}#${episode.number}`);
  const facts = { since: episode.since, restarts: task.restarts - task.restartsAtLoss };
  for (const [notice, person] of partingTo(world, task, episode, reason))
    world.pend(person, task, episode.number, { notice, notBefore: world.now, by: null, ...facts });
}

function partingTo(world: World, task: Task, episode: Episode, reason: string): [string, Person][] {
  if (reason === 'recovered') return recoveredTo(world, task, episode).map((to) => ['recovered', to]);
  if (!['policy', 'user-published', 'kept', 'snoozed'].includes(reason)) return [];
  const isKept = reason === 'kept' || reason === 'snoozed';
  return [...episode.told]
    .filter(([, told]) => told.state === 'accepted' && told.dated)
    .filter(([address]) => !isKept || address !== task.keep!.by)
    .map(([address]) => ['withdrawn', world.person(address)]);
}

/** `recovered` goes to those who asked for it by policy, were told of the failure, and did not decline. */
function recoveredTo(world: World, task: Task, episode: Episode): Person[] {
  const policy = world.policyOf(task);
  if (!policy.recoveryMail || policy.stage === 'detect') return [];
  const hasHeard = ({ address }: Person) => episode.told.get(address)?.state === 'accepted';
  return recipientsOf(world, task, 'task_abandoned').all.filter(
    (person) => hasHeard(person) && !person.declined,
  );
}
