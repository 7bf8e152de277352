import { awakeFrom, DAY, type Instant, instantText, milliseconds } from './facts.ts';
import type { Pending, Person, World } from './world.ts';

/** At the end of a scan: whose mails are tried, and when, until the next scan. */
export function queueMails(world: World): void {
  if (world.paused.has('notify')) return;
  for (const person of world.people.values()) if (person.suppressed) person.pending.clear();
  const entered = admit(world);
  for (const person of world.people.values()) {
    const isTurnedAway = needsPlace(world, person) && !entered.has(person);
    const at = readyAt(world, person, !isTurnedAway);
    if (at !== null && at < world.now + world.scanEvery) world.deliveries.push({ at, to: person });
  }
  world.scannedAt = world.now;
}

/** The warm-up limit `rampPerDay`: those whose oldest alert fired first. */
function admit(world: World): Set<Person> {
  const entered = [...world.people.values()]
    .filter((person) => needsPlace(world, person))
    .map((person) => ({ person, order: oldestWarning(world, person) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .slice(0, placesLeft(world))
    .map(({ person }) => person);
  for (const person of entered) enter(world, person);
  return new Set(entered);
}

/** Who is new when their mail goes, before the next scan; one whom `digestEvery` delays takes no place yet. */
function needsPlace(world: World, person: Person): boolean {
  const at = readyAt(world, person, true);
  const isNow = at !== null && at < world.now + world.scanEvery && windowFor(world, person) <= world.now;
  return isNow && hasWarning(person) && !isAdmitted(person, at);
}

/** One whom `digestEvery` delayed takes a place as their window opens, where one is left. */
export function admitDelayed(world: World, person: Person): void {
  const window = windowAt(world, person);
  const hasOpened = window > world.scannedAt && window <= world.now;
  if (hasOpened && hasWarning(person) && !isAdmitted(person, world.now) && placesLeft(world) > 0)
    enter(world, person);
}

function enter(world: World, person: Person): void {
  world.admitted.push(world.now);
  person.admittedAt = world.now;
}

function placesLeft(world: World): number {
  const limit = (world.policies.global('rampPerDay') as number | undefined) ?? 500;
  return Math.max(0, limit - world.admitted.filter((at) => at > world.now - DAY).length);
}

/** One not warned for 24 h is new again. */
export function isAdmitted({ admittedAt, lastWarnedAt }: Person, instant: Instant): boolean {
  return [admittedAt, lastWarnedAt].some((at) => at !== null && at > instant - DAY);
}

function hasWarning({ pending }: Person): boolean {
  return [...pending.values()].some(({ notice }) => notice === 'warning');
}

/** The order of places: the alert, then `notPrimarySince`, task id, address. */
function oldestWarning(world: World, person: Person): string {
  const warnings = [...person.pending.values()].filter(({ notice }) => notice === 'warning');
  const orders = warnings.map(({ task, since }) => {
    const fired = world.tasks.get(task)?.open?.firedAt ?? 0;
    return `${instantText(fired)} ${instantText(since)} ${task} ${person.address}`;
  });
  return orders.sort()[0] ?? '';
}

/** When the first of the notices may go; null where none may. */
function readyAt(world: World, person: Person, hasPlace: boolean): Instant | null {
  const instants = [...person.pending.values()]
    .map((notice) => noticeReadyAt(world, person, notice, hasPlace))
    .filter((at) => at !== null);
  if (instants.length === 0) return null;
  return awakeFrom(person.quiet, Math.max(world.now, Math.min(...instants)));
}

/** Promise 6: `digestEvery`, unless the window of a reminder step would close before. */
export function noticeReadyAt(
  world: World,
  person: Person,
  pending: Pending,
  hasPlace: boolean,
): Instant | null {
  if (pending.notice === 'still-off') return Math.max(pending.notBefore, windowFor(world, person));
  const isWindowed = pending.notice === 'warning' || pending.notice === 'reminder';
  if (!isWindowed) return pending.notBefore;
  if (world.paused.has('evaluate')) return null;
  if (!hasPlace && pending.notice === 'warning') return null;
  return Math.max(pending.notBefore, windowFor(world, person));
}

/** The window of the last mail; none where the window of a reminder step would close before. */
function windowFor(world: World, person: Person): Instant {
  const window = windowAt(world, person);
  const isUrgent = [...person.pending.values()].some(
    ({ by }) => by !== null && by <= window && by > world.now,
  );
  return isUrgent ? 0 : window;
}

/** When the next mail of warnings and reminders may go. */
function windowAt(world: World, person: Person): Instant {
  if (person.lastMailAt === null) return 0;
  return awakeFrom(person.quiet, person.lastMailAt + milliseconds(world.policies.global('digestEvery')));
}
