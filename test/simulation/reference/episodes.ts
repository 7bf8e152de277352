import { raise, takeBack } from './alerts.ts';
import { instantText } from './facts.ts';
import { isAlive, isEligible, isHealthy, notPrimarySince, wasHealthySince } from './health.ts';
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
  return wasHealthySince(task, world.policyOf(task), episode.firedAt, world.now);
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
    notified: new Map(),
    dates: [],
    reminderSteps: [],
    approval: null,
  };
  task.hold = null;
  world.say(`alert-fired ${task.id} #${task.episodes} since ${instantText(since)} ${policy.stage}`);
}

/** A hold is printed when its reason begins, and never in stage `detect`. */
export function hold(world: World, task: Task, reason: string | null): void {
  noteVeto(world, task, reason);
  const shown = world.policyOf(task).stage === 'detect' ? null : reason;
  const number = task.open?.number ?? null;
  const name = shown && `${shown} ${number}`;
  if (name && name !== task.hold) world.say(`held ${task.id} #${number} ${shown}`);
  task.hold = name;
  alertNobody(world, task);
}

/** That nobody can be told is an alert while it holds, be it of one episode or of the next. */
function alertNobody(world: World, task: Task): void {
  const isNobody = () => task.hold?.startsWith('no-reachable-owner') ?? false;
  if (!isNobody()) takeBack(world, 'no-reachable-owner', task.id);
  else if (!world.alerts.has(`no-reachable-owner ${task.id}`))
    raise(world, 'no-reachable-owner', task.id, isNobody);
}

/** Three publications by users in a row that end or prevent an episode are told to operators. */
function noteVeto(world: World, task: Task, reason: string | null): void {
  const at = task.publishedByUserAt;
  if (reason !== 'user-published' || at === null || at === task.vetoes.lastAt) return;
  task.vetoes = { count: task.vetoes.count + 1, lastAt: at };
  if (task.vetoes.count !== 3) return;
  raise(world, 'veto-loop', task.id, () => {
    const now = world.tasks.get(task.id)!;
    return isEligible(now) && now.vetoes.count > 0;
  });
}

/** The episode is over: what waited to be mailed of it is void, and its end is mailed where it is news. */
export function resolve(world: World, task: Task, reason: string): void {
  const episode = task.open!;
  const parting = partingTo(world, task, episode, reason);
  task.open = null;
  task.hold = null;
  noteVeto(world, task, reason);
  world.say(`alert-resolved ${task.id} #${episode.number} ${reason}`);
  for (const person of world.people.values()) person.pending.delete(`${task.id}#${episode.number}`);
  const facts = { since: episode.since, restarts: task.restarts - task.restartsAtLoss };
  for (const [notice, person] of parting)
    world.pend(person, task, episode.number, { notice, notBefore: world.now, by: null, ...facts });
}

function partingTo(world: World, task: Task, episode: Episode, reason: string): [string, Person][] {
  if (reason === 'recovered') return recoveredTo(world, task, episode).map((to) => ['recovered', to]);
  if (!['policy', 'user-published', 'kept', 'snoozed'].includes(reason)) return [];
  const isKept = reason === 'kept' || reason === 'snoozed';
  return [...episode.notified]
    .filter(([, notified]) => notified.state === 'accepted' && notified.dated)
    .filter(([address]) => !isKept || address !== task.keep!.by)
    .map(([address]) => ['withdrawn', world.person(address)]);
}

/** `recovered` goes to those who asked for it by policy, were notified of the failure, and did not decline. */
function recoveredTo(world: World, task: Task, episode: Episode): Person[] {
  const policy = world.policyOf(task);
  if (!policy.recoveryMail || policy.stage === 'detect') return [];
  const hasHeard = ({ address }: Person) => episode.notified.get(address)?.state === 'accepted';
  return recipientsOf(world, task, 'task_abandoned').all.filter(
    (person) => hasHeard(person) && !person.declined,
  );
}
