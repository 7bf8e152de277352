import { awakeFrom, DAY, type Instant, instantText, milliseconds } from './facts.ts';
import type { Pending, Person, World } from './world.ts';

/** At the end of a scan: whose mails are tried, and when, until the next scan. */
export function queueMails(world: World): void {
  if (world.paused.has('notify')) return;
  const ready = [...world.people.values()].flatMap((person) => {
    if (person.dead) person.pending.clear();
    const at = readyAt(world, person);
    return at !== null && at < world.now + world.scanEvery ? [{ person, at }] : [];
  });
  admit(
    world,
    ready.map(({ person }) => person),
  );
  for (const { person, at } of ready) world.deliveries.push({ at, to: person });
}

/** The warm-up limit `rampPerDay`: those whose oldest alert fired first. */
function admit(world: World, ready: readonly Person[]): void {
  const limit = (world.policies.global('rampPerDay') as number | undefined) ?? 500;
  const used = world.admitted.filter((at) => at > world.now - DAY).length;
  const entered = ready
    .filter((person) => hasWarning(person) && !isAdmitted(world, person))
    .map((person) => ({ person, order: oldestWarning(world, person) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .slice(0, Math.max(0, limit - used))
    .map(({ person }) => person);
  for (const _ of entered) world.admitted.push(world.now);
  for (const person of ready) {
    if (hasWarning(person) && (entered.includes(person) || isAdmitted(world, person)))
      person.admittedAt = world.now;
  }
}

/** One not warned for 24 h is new again. */
export function isAdmitted(world: World, { admittedAt, lastWarnedAt }: Person): boolean {
  return [admittedAt, lastWarnedAt].some((at) => at !== null && at > world.now - DAY);
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
function readyAt(world: World, person: Person): Instant | null {
  const instants = [...person.pending.values()]
    .map((one) => noticeReadyAt(world, person, one, true))
    .filter((at) => at !== null);
  if (instants.length === 0) return null;
  return awakeFrom(person.quiet, Math.max(world.now, Math.min(...instants)));
}

/** Promise 6: `digestEvery`, unless a rung's window would close before. */
export function noticeReadyAt(
  world: World,
  person: Person,
  pending: Pending,
  hasPlace: boolean,
): Instant | null {
  const isWindowed = pending.notice === 'warning' || pending.notice === 'reminder';
  if (!isWindowed) return pending.notBefore;
  if (world.paused.has('evaluate')) return null;
  if (!hasPlace && pending.notice === 'warning') return null;
  const window = windowAt(world, person);
  const isUrgent = [...person.pending.values()].some(
    ({ by }) => by !== null && by <= window && by > world.now,
  );
  return isUrgent ? pending.notBefore : Math.max(pending.notBefore, window);
}

/** When the next mail of warnings and reminders may go. */
function windowAt(world: World, person: Person): Instant {
  if (person.lastMailAt === null) return 0;
  return awakeFrom(person.quiet, person.lastMailAt + milliseconds(world.policies.global('digestEvery')));
}
