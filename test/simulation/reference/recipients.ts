import { deadlineOf, isWarned } from './dates.ts';
import { scopesOf } from './facts.ts';
import type { Episode, Person, Task, World } from './world.ts';

/** The people of today's alert: those whom it is for, and the admins who join them. */
export interface Recipients {
  all: Person[];
  /** Those whose warning sustains a date. */
  sustaining: Set<string>;
}

interface Subscription {
  prefix: string;
  email: string;
  alertTypes?: string[];
}

/** Section 6, Recipients: who can be mailed of an alert; the nearest such admins where nobody can, or beside them. */
export function recipientsOf(world: World, task: Task, alert: string): Recipients {
  const subscribed = subscriptionsOf(world, task).filter(({ alertTypes }) =>
    (alertTypes ?? ['task_abandoned', 'task_auto_disabled']).includes(alert),
  );
  const mailable = mailableOf(world, [...task.owners, ...subscribed.map(({ email }) => email)]);
  const admins = nearestAdmins(world, task);
  if (mailable.length === 0) return { all: admins, sustaining: addressesOf(admins) };
  const joined = isEscalated(world, task, addressesOf(mailable)) ? admins : [];
  return { all: [...new Set([...mailable, ...joined])], sustaining: addressesOf(mailable) };
}

function addressesOf(people: readonly Person[]): Set<string> {
  return new Set(people.map(({ address }) => address));
}

function subscriptionsOf(world: World, task: Task): Subscription[] {
  const scopes = ['', ...scopesOf(task.id)];
  const all = (world.file.subscriptions ?? []) as Subscription[];
  return all.filter(({ prefix }) => scopes.includes(prefix));
}

function mailableOf(world: World, addresses: readonly string[]): Person[] {
  return [...new Set(addresses.map((address) => world.person(address)))].filter(
    ({ suppressed }) => !suppressed,
  );
}

/** The admins of the prefixes of a task, the empty one first. */
function adminsOf(world: World, task: Task): string[][] {
  const admins = (world.file.admins ?? {}) as Record<string, string[]>;
  return ['', ...scopesOf(task.id)].slice(0, -1).map((prefix) => admins[prefix] ?? []);
}

function nearestAdmins(world: World, task: Task): Person[] {
  const mailable = adminsOf(world, task).map((addresses) => mailableOf(world, addresses));
  return mailable.reverse().find((people) => people.length > 0) ?? [];
}

/**
 * From disableAt − `escalateAt` on, admins stand beside owners who can be mailed; with a new grace its date is that
 * of its first warning.
 */
function isEscalated(world: World, task: Task, mailable: ReadonlySet<string>): boolean {
  const { escalateAt, stage } = world.policyOf(task);
  if (escalateAt === null || stage !== 'disable' || !task.open) return false;
  const { open } = task;
  const isDated = [...mailable].some((address) => {
    const notified = open.notified.get(address);
    return isWarned(open, notified) && notified.dated;
  });
  const deadline = isDated ? deadlineOf(world, task, open, mailable) : null;
  return deadline !== null && world.now >= deadline.disableAt - escalateAt;
}

/** Those of the word that a task was disabled: today's, and each admin who was warned in the present grace. */
export function notifiedOfDisabling(world: World, task: Task, episode: Episode): Person[] {
  const isWarned = ({ address }: Person) => {
    const notified = episode.notified.get(address);
    return notified?.grace === episode.grace && notified.state === 'accepted';
  };
  const warned = mailableOf(world, adminsOf(world, task).flat()).filter(isWarned);
  return [...new Set([...recipientsOf(world, task, 'task_auto_disabled').all, ...warned])];
}

/** A say have owners, subscribers of any type and admins of the prefixes; in a deleted task nobody. */
export function mayAct(world: World, task: Task, by: Person): boolean {
  if (task.deleted) return false;
  const subscribed = subscriptionsOf(world, task).map(({ email }) => email);
  const heard = [...task.owners, ...subscribed, ...adminsOf(world, task).flat()];
  return heard.some((address) => world.person(address) === by);
}
