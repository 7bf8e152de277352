import { DAY, type Instant, roundedUpToMinute } from './facts.ts';
import type { Policy } from './policies.ts';
import type { Episode, Notified, Person, Task, World } from './world.ts';

/** A date, and the length of time that it promised. */
export interface Deadline {
  disableAt: Instant;
  after: number;
}

/** Whether SES took a warning of the present grace from one who has been a recipient since. */
export function isWarned(episode: Episode, notified: Notified | undefined): notified is Notified {
  return !!notified && !notified.left && notified.grace === episode.grace && notified.state === 'accepted';
}

/** Those of some people who are warned in the present grace. */
export function warnedOf(
  episode: Episode,
  people: readonly Person[],
): { person: Person; notified: Notified }[] {
  return people.flatMap((person) => {
    const notified = episode.notified.get(person.address);
    return isWarned(episode, notified) ? [{ person, notified }] : [];
  });
}

/**
 * Section 6, Dates: the latest of all printed dates and of the first accepted warning + `disableAfter`, each moved by
 * the unknown time since it was given.
 */
export function deadlineOf(
  world: World,
  task: Task,
  episode: Episode,
  sustaining: ReadonlySet<string>,
): Deadline | null {
  const found = [...episode.dates, ...firstWarned(world, task, episode, sustaining)].map(
    ({ at, disableAt, after }) => ({
      disableAt: disableAt + world.unknown.within(task, at, world.now),
      after,
    }),
  );
  return found.reduce<Deadline | null>(
    (latest, date) => (latest && latest.disableAt >= date.disableAt ? latest : date),
    null,
  );
}

function firstWarned(world: World, task: Task, episode: Episode, sustaining: ReadonlySet<string>) {
  const accepted = [...episode.notified]
    .filter(([address, notified]) => sustaining.has(address) && isWarned(episode, notified) && notified.dated)
    .map(([, notified]) => notified.acceptedAt);
  if (accepted.length === 0) return [];
  const at = Math.min(...accepted);
  const after = Math.max(world.policyOf(task).disableAfter, episode.longestAfter);
  return [{ at, disableAt: at + after, after }];
}

/** The shortest lead that can be due; a day where there is none, or the grace where that is shorter. */
function shortestLead({ reminders, disableAfter }: Policy): number {
  const leads = reminders.filter((lead) => lead < disableAfter);
  return leads.length > 0 ? Math.min(...leads) : Math.min(DAY, disableAfter);
}

/** The date of a warning sent now: the one that stands, with a full grace, or the shortest lead for who joins. */
export function dateOfWarning(world: World, policy: Policy, stands: boolean, at: Deadline | null): Deadline {
  const least = stands ? shortestLead(policy) : policy.disableAfter;
  if (at && at.disableAt >= world.now + least) return at;
  return { disableAt: roundedUpToMinute(world.now + least), after: least };
}

/** The date of a reminder sent now: the one that stands; one that SES took too late moves it. */
export function dateOfReminder(world: World, policy: Policy, at: Deadline | null): Deadline {
  if (at && world.now < at.disableAt) return at;
  const lead = shortestLead(policy);
  return { disableAt: roundedUpToMinute(world.now + lead), after: lead };
}
