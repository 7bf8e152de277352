import { type Deadline, deadlineOf, warnedOf } from './dates.ts';
import { DAY, isOnDay, isWithin } from './facts.ts';
import { isReverted } from './fleet.ts';
import { isAlive } from './health.ts';
import type { Policy } from './policies.ts';
import { type Recipients, recipientsOf } from './recipients.ts';
import type { Episode, Person, Task, World } from './world.ts';

/** An open episode with the policy and the recipients of today. */
interface Running {
  task: Task;
  episode: Episode;
  policy: Policy;
  recipients: Recipients;
}

/** Takes the steps of an open episode (section 6, Recipients, Dates, Reminder steps); answers what holds it. */
export function goOn(world: World, task: Task, episode: Episode): string | null {
  const policy = world.policyOf(task);
  withdraw(world, task, episode, policy);
  if (world.paused.has('evaluate')) return 'paused';
  if (world.unknown.isOpen(task)) return 'unknown';
  if (isAlive(task, policy)) return 'recovering';
  if (policy.stage === 'detect') return null;
  if (isReverted(world, task)) return 'reverted';
  const recipients = recipientsOf(world, task, 'task_abandoned');
  noteLeft(episode, recipients);
  if (recipients.all.length === 0) return 'no-reachable-owner';
  const running = { task, episode, policy, recipients };
  warn(world, running);
  episode.longestAfter = Math.max(episode.longestAfter, policy.disableAfter);
  if (policy.stage === 'disable') return runGrace(world, running);
  return isWaiting(episode, recipients) && world.paused.has('notify') ? 'paused' : null;
}

/** From the warning to the date: reminders while it is ahead, holds once it is due. */
function runGrace(world: World, running: Running): string | null {
  const { task, episode, recipients } = running;
  const deadline = deadlineOf(world, task, episode, recipients.sustaining);
  const isDue = deadline !== null && world.now >= deadline.disableAt;
  const isWarnedNow = sustained(episode, recipients).length > 0;
  if (isWaiting(episode, recipients)) {
    if (world.paused.has('notify') || (isDue && world.paused.has('disable'))) return 'paused';
    if (isDue || !isWarnedNow) return null;
  }
  if (!deadline) return null;
  return isDue ? heldWhenDue(world, running) : remindUnlessPaused(world, running, deadline);
}

function heldWhenDue(world: World, { policy, episode }: Running): string | null {
  if (world.paused.has('disable')) return 'paused';
  if (episode.approval === 'held') return 'blast-radius';
  const isQuiet = isWithin(policy.quietHours, world.now) || isOnDay(policy.quietDays, world.now);
  return isQuiet ? 'quiet-hours' : null;
}

function remindUnlessPaused(world: World, running: Running, deadline: Deadline): string | null {
  remind(world, running, deadline);
  return isWaiting(running.episode, running.recipients) && world.paused.has('notify') ? 'paused' : null;
}

/** Those who are warned, and whose warning sustains the date. */
function sustained(episode: Episode, { all, sustaining }: Recipients) {
  return warnedOf(
    episode,
    all.filter(({ address }) => sustaining.has(address)),
  );
}

/** Whether somebody's warning sustains a date. */
export function hasDateStanding(episode: Episode, recipients: Recipients): boolean {
  return sustained(episode, recipients).some(({ notified }) => notified.dated);
}

/** The stage went down: who holds a date is notified that it does not hold. */
function withdraw(world: World, task: Task, episode: Episode, policy: Policy): void {
  if (episode.graceStage !== 'disable' || policy.stage === 'disable') return;
  const facts = { since: episode.since, restarts: task.restarts - task.restartsAtLoss };
  for (const [address, notified] of episode.notified) {
    notified.reminder = null;
    if (!notified.dated || notified.state !== 'accepted') continue;
    notified.dated = false;
    const pending = { notice: 'withdrawn', notBefore: world.now, by: null, ...facts };
    world.pend(world.person(address), task, episode.number, pending);
  }
  episode.graceStage = policy.stage;
}

/** One who left and comes back is warned again. */
function noteLeft(episode: Episode, { all }: Recipients): void {
  const present = new Set(all.map(({ address }) => address));
  for (const [address, notified] of episode.notified) if (!present.has(address)) notified.left = true;
}

/** Promises 1, 3 and 4: the first warning, a raised stage, or nobody left who is warned begin a full grace. */
export function isNewGrace(
  episode: Episode,
  policy: Policy,
  raisedAt: number,
  recipients: Recipients,
): boolean {
  if (episode.grace === 0) return true;
  if (policy.stage !== 'disable') return episode.graceStage === 'detect';
  if (episode.graceStage !== 'disable' || raisedAt > episode.raisedAt) return true;
  const began = [...episode.notified.values()].some(
    (notified) => notified.grace === episode.grace && notified.acceptedAt > 0,
  );
  return began && sustained(episode, recipients).length === 0;
}

function warn(world: World, { task, episode, policy, recipients }: Running): void {
  const dated = policy.stage === 'disable';
  const isNew = isNewGrace(episode, policy, task.raisedAt, recipients);
  const to = recipients.all.filter((person) => isNew || isToBeWarned(episode, person, dated));
  if (to.length === 0) return;
  if (isNew) {
    episode.grace += 1;
    episode.longestAfter = policy.disableAfter;
    episode.raisedAt = task.raisedAt;
  }
  episode.graceStage = policy.stage;
  for (const person of to) warnOne(world, task, episode, person, dated);
}

function warnOne(world: World, task: Task, episode: Episode, person: Person, dated: boolean): void {
  episode.notified.set(person.address, {
    grace: episode.grace,
    state: 'pending',
    dated,
    acceptedAt: 0,
    reminder: null,
    left: false,
  });
  const pending = { notice: 'warning', notBefore: world.now, by: null, since: episode.since, restarts: 0 };
  world.pend(person, task, episode.number, pending);
}

function isToBeWarned(episode: Episode, { address }: Person, dated: boolean): boolean {
  const notified = episode.notified.get(address);
  if (!notified || notified.left || notified.state === 'failed') return true;
  return notified.grace < episode.grace || (dated && !notified.dated);
}

/** Whether a warning or reminder of today's recipients has not gone yet. */
export function isWaiting(episode: Episode, { all }: Recipients): boolean {
  return all.some(({ address }) => {
    const notified = episode.notified.get(address);
    return notified && !notified.left && (notified.state === 'pending' || notified.reminder?.pending);
  });
}

/** Section 6, Reminder steps: the shortest lead that is due, once for a date, and for a later one from 24 h on. */
function remind(
  world: World,
  { task, episode, policy, recipients }: Running,
  { disableAt, after }: Deadline,
): void {
  const open = policy.reminders.filter((lead) => lead < after && disableAt - lead <= world.now);
  if (open.length === 0) return;
  const lead = Math.min(...open);
  const isGiven = (step: { lead: number; deadline: number }) =>
    step.lead <= lead && disableAt - step.deadline < DAY;
  if (episode.reminderSteps.some((step) => step.grace === episode.grace && isGiven(step))) return;
  episode.reminderSteps.push({ grace: episode.grace, lead, deadline: disableAt });
  for (const { person, notified } of warnedOf(episode, recipients.all)) {
    if (person.declined || (notified.reminder && isGiven(notified.reminder))) continue;
    notified.reminder = { lead, deadline: disableAt, pending: true };
    const pending = { notice: 'reminder', notBefore: world.now, by: disableAt };
    world.pend(person, task, episode.number, { ...pending, since: episode.since, restarts: 0 });
  }
}
