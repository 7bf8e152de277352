/** What the parts of a digest are about, the most pressing first. */
export const GROUPS = ['due', 'disabled', 'withdrawn', 'failing', 'recovered'] as const;
export type Group = (typeof GROUPS)[number];

/** How many tasks a sentence is about, and the name where it is one. */
export interface Subject {
  count: number;
  name: string;
}

export interface SubjectSlots extends Subject {
  /** `2026-02-05`: the earliest date; empty where none is announced. */
  day: string;
  /** Whether later dates stand in the mail, too. */
  more: boolean;
  /** Whether all of them were announced before. */
  reminder: boolean;
}

export interface SinceSlots {
  since: string;
  lasted: string;
  restarts: number;
  /** Whether time in which health could not be known was left out. */
  partly: boolean;
  /** Whether it is over. */
  past: boolean;
}

export interface DateSlots {
  /** In the reader's zone and in UTC. */
  date: string;
  /** `in 6 days`, `due now`. */
  when: string;
}

function tasks({ count, name }: Subject, one: string, many: string): string {
  return count === 1 ? `${name} ${one}` : `${count} tasks ${many}`;
}

/** The subject line by what presses most. */
export const subjects: Record<Group, (slots: SubjectSlots) => string> = {
  due: (slots) => {
    const date = slots.more ? `from ${slots.day} on` : `on ${slots.day}`;
    const opening = slots.reminder ? 'Reminder: ' : '';
    return `${opening}${tasks(slots, 'will be turned off', 'will be turned off')} ${date} unless you act`;
  },
  disabled: (slots) => tasks(slots, 'was turned off', 'were turned off'),
  withdrawn: (slots) =>
    slots.count === 1
      ? `The date announced for ${slots.name} no longer holds`
      : `The dates announced for ${slots.count} tasks no longer hold`,
  failing: (slots) => tasks(slots, 'is not running', 'are not running'),
  recovered: (slots) => tasks(slots, 'is running again', 'are running again'),
};

/** What a subject line adds for the other notices of the mail. */
export function andOthers(count: number): string {
  return `, and ${count} other ${count === 1 ? 'notice' : 'notices'}`;
}

export const headings: Record<Group, string> = {
  due: 'Will be turned off unless you act',
  disabled: 'Turned off',
  withdrawn: 'Announced dates that no longer hold',
  failing: 'Not running',
  recovered: 'Running again',
};

const KEEP_ONE = 'fix it, or publish a new version of it. If it is no longer needed, disable it yourself.';

/** What holds for all tasks of a group: what will happen, and what to do. */
export const introductions: Record<Group, (count: number) => string> = {
  due: (count) =>
    count === 1
      ? `Unless you act, this task is turned off at the date given. What to do: ${KEEP_ONE}`
      : `Unless you act, each of these tasks is turned off at its date. What to do about each: ${KEEP_ONE}`,
  disabled: () =>
    'What to do: if it is still needed, fix it and enable it again. Otherwise nothing is to be done.',
  withdrawn: (count) =>
    count === 1
      ? 'Nothing happens to this task at the date that was announced to you.'
      : 'Nothing happens to these tasks at the dates that were announced to you.',
  failing: (count) =>
    count === 1
      ? `Nothing will happen to this task: this mail only tells you. What to do: ${KEEP_ONE}`
      : `Nothing will happen to these tasks: this mail only tells you. What to do about each: ${KEEP_ONE}`,
  recovered: () => 'Nothing is to be done.',
};

/** The class of what keeps a task from running. */
export const causes = {
  failed: 'its shards failed',
  pending: 'its shards wait to be started',
  idle: 'its shards are idle',
  standby: 'it has standby shards only',
  backfill: 'its backfill has not ended',
  'never-primary': 'none of its shards ever became primary',
  unknown: 'not known',
} as const;

/** Why a date was withdrawn. */
export const reasons = {
  recovered: 'it is running again',
  disabled: 'it was turned off',
  deleted: 'it was deleted',
  ineligible: 'it is no longer watched',
  'user-published': 'a new version was published',
  kept: 'it was marked to be kept',
  snoozed: 'it was snoozed',
  policy: 'the policy changed',
  'disabled-by-owner': 'an owner turned it off',
} as const;

export const where = (kind: string, dataPlane: string): string =>
  `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}, data plane ${dataPlane}`;

function restartsSince(restarts: number): string {
  if (restarts === 0) return 'no restart tried since';
  return restarts === 1 ? '1 restart tried since' : `${restarts} restarts tried since`;
}

export function notRunning({ since, lasted, restarts, partly, past }: SinceSlots): string {
  const left = partly ? ' without the time in which its health was not known' : '';
  const state = past ? 'Had not run' : 'Not running';
  return `${state} since ${since} (${lasted}${left}); ${restartsSince(restarts)}.`;
}

export const causeIs = (cause: keyof typeof causes): string => `Cause: ${causes[cause]}.`;

export const willBeTurnedOff = ({ date, when }: DateSlots, reminder: boolean): string =>
  `${reminder ? 'Reminder: will' : 'Will'} be turned off on ${date}, ${when}.`;

export const wasTurnedOff = (date: string | null, byOwner: boolean): string =>
  `Turned off${date === null ? '' : ` on ${date}`}${byOwner ? ' by an owner' : ''}.`;

export function noLongerHolds(reason: keyof typeof reasons | undefined): string {
  const because = reason === undefined ? '' : `: ${reasons[reason]}`;
  return `The date announced for turning it off no longer holds${because}.`;
}

export const runsAgain = 'It is running again.';

/** Who else was told; `more` counts those not named. */
export function alsoTold(addresses: string[], more: number): string {
  if (addresses.length === 0) return 'Nobody else was told.';
  return `Also told: ${addresses.join(', ')}${more === 0 ? '' : ` and ${more} more`}.`;
}

/** The heading of tasks listed by name only. */
export const listed = {
  due: ({ date, when }: DateSlots): string => `On ${date}, ${when}:`,
  disabled: (date: string): string => `On ${date}:`,
  other: 'By name:',
};

export const sentTo = (recipient: string): string => `Sent to ${recipient}.`;

export const ask = (contact: string): string => `Whom to ask: ${contact}`;

/** Declining reminders never declines the warning or the disabling. */
export const declining = {
  yes: 'You declined reminders. That declines neither warnings nor the turning off of tasks.',
  no: 'Declining reminders declines neither warnings nor the turning off of tasks.',
};

/** The words of links to the owner's page. */
export const acting = {
  due: 'Keep it, snooze it, or turn it off now',
  failing: 'Keep it, snooze it, or turn it off now',
  disabled: 'Turn it on again',
  all: 'Your page: act on these tasks there',
  preferences: 'Reminders and time zone',
  stop: 'Stop reminders',
} as const;

/** Why a warning has no way to decline it. */
export const notDeclinable =
  'Warnings, and word that a task was turned off, cannot be declined: nothing is turned off unannounced.';
