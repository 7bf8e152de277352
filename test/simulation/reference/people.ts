import { takeBack } from './alerts.ts';
import { disable } from './disabling.ts';
import { endOf, resolve } from './episodes.ts';
import { type Json, milliseconds } from './facts.ts';
import { enable, isReverted } from './fleet.ts';
import { end } from './outages.ts';
import { mayAct } from './recipients.ts';
import type { Task, World } from './world.ts';

/** An act through the owner's page; of one without a say it is ignored. */
export function act(world: World, task: Task, event: Json): void {
  const person = world.person(event.by as string);
  if (!mayAct(world, task, person)) return;
  if (event.action === 'unsubscribe') person.declined = true;
  else if (event.action !== 'disable') keep(world, task, person.address, event);
  else if (task.open) {
    disable(world, task, 'owner');
    takeBack(world, 'no-reachable-owner', task.id);
  }
}

/** A keep or snooze; the last one given wins, and it ends the episode at once. */
function keep(world: World, task: Task, by: string, event: Json): void {
  const length = event.for === undefined ? world.policyOf(task).keepMax : milliseconds(event.for);
  const kind = event.action === 'snooze' ? 'snoozed' : 'kept';
  task.keep = { until: world.now + length, kind, by };
  const reason = task.open && endOf(world, task, task.open);
  if (!reason) return;
  resolve(world, task, reason);
  takeBack(world, 'no-reachable-owner', task.id);
}

/** Promise 4: a bounce or complaint suppresses the address, and what SES took for it warns nobody. */
export function hearOfMail(world: World, event: Json): void {
  const isSoft = event.event === 'bounce' && event.bounceType === 'transient';
  if (isSoft || event.event === 'delivery') return;
  const person = world.person(event.recipient as string);
  person.suppressed = true;
  for (const task of world.tasks.values()) {
    const notified = task.open?.notified.get(person.address);
    if (notified) notified.state = 'failed';
  }
  if (event.event === 'bounce') world.say(`mail-failed ${person.address} undeliverable`);
}

/** What operators do. */
export function operate(world: World, action: string, of = ''): void {
  switch (action) {
    case 'pause':
    case 'resume':
      pause(world, of, action === 'pause');
      break;
    case 'undo':
      for (const task of undoneBy(world, of)) undo(world, task);
      break;
    case 'approve':
      approve(world);
      break;
    case 'dismiss':
      dismiss(world, of);
      break;
    case 'revive':
      world.person(of).suppressed = false;
      break;
    default:
      throw new Error(`the model knows no operator's ${action}`);
  }
}

/** A pause of `evaluate` is time in which nothing counts. */
function pause(world: World, of: string, isPaused: boolean): void {
  if (isPaused) world.paused.add(of);
  else world.paused.delete(of);
  if (of === 'evaluate') world.unknown.pause(isPaused, world.now);
}

/** A task, or all that a run disabled and that is off since. */
function undoneBy(world: World, of: string): Task[] {
  const run = Date.parse(of);
  if (world.tasks.has(of)) return [world.tasks.get(of)!];
  return [...world.tasks.values()].filter(({ ours }) => ours?.run === run);
}

/** Promise 10: exactly the tasks that a spike holds at this instant. */
function approve(world: World): void {
  for (const { open, hold } of world.tasks.values())
    if (open && hold?.startsWith('blast-radius')) open.approval = 'approved';
  takeBack(world, 'blast-radius', 'fleet');
}

/** A plane's outage is over; the reversal of a task is no matter any more (promise 15). */
function dismiss(world: World, of: string): void {
  const outage = world.outages.find(({ plane, endedAt }) => plane === of && endedAt === null);
  if (outage) end(world, outage);
  const task = world.tasks.get(of);
  if (!task || !isReverted(world, task)) return;
  task.revertedAt = null;
  takeBack(world, 'disable-reverted', of);
}

/** Promise 16: what we disabled goes on again in one command. */
function undo(world: World, task: Task): void {
  if (task.deleted || task.enabled || !task.ours) return;
  world.undone.push({ task, episode: task.ours.episode });
  world.say(`task-enabled ${task.id} by operator`);
  enable(world, task);
}
