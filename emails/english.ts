import type { Amount, Subject, WhySlots, Wordings } from './wordings.ts';

function tasks({ count, name }: Subject, singular: string, plural: string): string {
  return count === 1 ? `${name ?? '1 task'} ${singular}` : `${count} tasks ${plural}`;
}

const amount = ({ count, unit }: Amount): string => `${count} ${unit}${count === 1 ? '' : 's'}`;
const capital = (word: string): string => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
const length = (amounts: Amount[]): string => amounts.map(amount).join(' ');

const KEEP_ONE =
  'Fix it, or publish a new version of it. Is it meant to rest? Keep it or snooze it. Nobody needs it? Turn it off yourself.';
const KEEP_EACH =
  'Fix them, or publish new versions. Is one meant to rest? Keep it or snooze it. Nobody needs it? Turn it off yourself.';

const END_ONE = 'End it, or have its deadline moved where it runs. Is it to go on? Keep it or snooze it.';
const END_EACH = 'End each, or have its deadline moved where it runs. Is one to go on? Keep it or snooze it.';
const MOVE_ONE =
  'It may? Then there is nothing to do. Is it needed for longer? Have its deadline moved where it is run, or keep it.';

function restartsSince(restarts: number | null): string {
  if (restarts === null) return '';
  if (restarts === 0) return '; no restart tried since';
  return restarts === 1 ? '; 1 restart tried since' : `; ${restarts} restarts tried since`;
}

function twitchesSince(twitches: number): string {
  if (twitches === 0) return '';
  return `, and it ran ${twitches === 1 ? 'once' : `${twitches} times`} too briefly to count`;
}

function youAre(why: WhySlots, it: string): string {
  switch (why.as) {
    case 'owner':
      return `own ${it}`;
    case 'owner-by-rule':
      return `own ${it} by the rule "${why.pattern}"`;
    case 'subscriber':
      return `subscribed to ${why.scope === null ? 'all tasks' : `"${why.scope}"`}`;
    case 'admin':
      return `are an admin of ${why.scope === null ? 'all tasks' : `"${why.scope}"`}`;
    case 'other':
      return `subscribed to ${it}, are an admin of ${it}, or were notified of ${it} before`;
  }
}

export const english: Wordings = {
  language: 'en',
  dates: {
    locale: 'en-GB',
    day: ({ year, month, day }) => `${day} ${month} ${year}`,
    weekday: ({ weekday, year, month, day }) => `${weekday} ${day} ${month} ${year}`,
    time: ({ hour, minute }, zone) => `${hour}:${minute} ${zone === null ? 'UTC' : `${zone} time`}`,
    length,
    ahead: (amounts) => `in ${length(amounts)}`,
    dueNow: 'due now',
  },
  subject: {
    due: (slots) => {
      const date = slots.more ? `from ${slots.day} on` : `on ${slots.day}`;
      const opening = slots.reminder ? 'Reminder: ' : '';
      return `${opening}${tasks(slots, 'will be turned off', 'will be turned off')} ${date} unless you act`;
    },
    overdue: (slots) => {
      const what = tasks(slots, 'is past its deadline', 'are past their deadlines');
      if (slots.day === '') return what;
      const date = slots.more ? `from ${slots.day} on` : `on ${slots.day}`;
      return `${what} and will be turned off ${date} unless you act`;
    },
    stopping: (slots) => {
      const date = slots.more ? `from ${slots.day} on` : `on ${slots.day}`;
      return `${tasks(slots, 'comes to its deadline', 'come to their deadlines')} ${date}`;
    },
    'still-off': (slots) => {
      const off = tasks(slots, 'is still off', 'are still off');
      if (slots.more) return `${off}, and the first can be turned on again as it was only until ${slots.day}`;
      const asBefore = slots.count === 1 ? 'as it was' : 'as they were';
      return `${off}, and can be turned on again ${asBefore} only until ${slots.day}`;
    },
    disabled: (slots) => tasks(slots, 'was turned off', 'were turned off'),
    withdrawn: ({ count, name }) =>
      count === 1
        ? `The date announced for ${name ?? '1 task'} no longer holds`
        : `The dates announced for ${count} tasks no longer hold`,
    disclaimed: ({ count, name }) =>
      count === 1
        ? `Somebody said that ${name ?? '1 task'} is not theirs`
        : `Somebody said that ${count} tasks are not theirs`,
    failing: (slots) => tasks(slots, 'is not running', 'are not running'),
    enabled: (slots) => tasks(slots, 'was turned on again', 'were turned on again'),
    recovered: (slots) => tasks(slots, 'is running again', 'are running again'),
  },
  andOthers: (count) => `, and ${count} other ${count === 1 ? 'notice' : 'notices'}`,
  preheader: {
    one: (lasted, cause) => `Not running for ${lasted}: ${english.causes[cause]}.`,
    many: (names, more) => `${names.join(', ')}${more === 0 ? '' : ` and ${more} more`}`,
  },
  heading: {
    due: () => 'Will be turned off unless you act',
    overdue: () => 'Past their deadline',
    stopping: () => 'Deadlines ahead',
    'still-off': () => 'Still off',
    disabled: () => 'Turned off',
    withdrawn: () => 'Announced dates that no longer hold',
    disclaimed: () => 'Not theirs',
    failing: () => 'Not running',
    enabled: () => 'Turned on again',
    recovered: () => 'Running again',
  },
  whatToDo: 'What to do',
  whatItMeans: 'What it means',
  introduction: {
    due: (count) => (count === 1 ? KEEP_ONE : KEEP_EACH),
    overdue: (count) => (count === 1 ? END_ONE : END_EACH),
    stopping: (count) =>
      count === 1
        ? `It is to end at its own deadline. ${MOVE_ONE}`
        : `Each is to end at its own deadline. ${MOVE_ONE}`,
    'still-off': (count) =>
      `Still needed? Fix ${count === 1 ? 'it, and turn it' : 'them, and turn them'} on again before then. Otherwise there is nothing to do.`,
    disabled: (count) =>
      `Still needed? Fix ${count === 1 ? 'it, and turn it' : 'them, and turn them'} on again. Otherwise there is nothing to do.`,
    withdrawn: (count) =>
      count === 1
        ? 'Nothing will happen to this task on the date that was announced to you.'
        : 'Nothing will happen to these tasks on the dates that were announced to you.',
    disclaimed: () =>
      'Have the right owner named where it is defined. Until then the others are notified and, where nobody else can be reached, you are.',
    failing: (count) =>
      count === 1
        ? `Nothing will happen to this task: this mail is for your information only. ${KEEP_ONE}`
        : `Nothing will happen to these tasks: this mail is for your information only. ${KEEP_EACH}`,
    enabled: (count) =>
      count === 1
        ? 'What was announced to you, or done, no longer holds. If it still does not run, its clock starts again: fix it, or turn it off yourself.'
        : 'What was announced to you, or done, no longer holds. For those that still do not run, the clock starts again: fix them, or turn them off yourself.',
    recovered: () => 'There is nothing to do.',
  },
  undoable: 'You can prevent it until then, and undo it afterwards.',
  where: (kind) => `${capital(kind)}, data plane`,
  whereMany: (kinds, planes, more) => {
    const places = planes.map((plane) => `"${plane}"`).join(', ');
    const word = planes.length + more === 1 ? 'data plane' : 'data planes';
    return `${kinds.map(capital).join(', ')}, ${word} ${places}${more === 0 ? '' : ` and ${more} more`}`;
  },
  notRunningMany: ({ first, last, restarts, past }) => {
    const state = past ? 'Had not run' : 'Not running';
    const since = first === last ? first : `days between ${first} and ${last}`;
    const most =
      restarts === null ? '' : `; at most ${restarts === 1 ? '1 restart' : `${restarts} restarts`} of each`;
    return `${state} since ${since}${most}.`;
  },
  outlivedMany: ({ first, last }) =>
    first === last ? `Deadline on ${first}.` : `Deadlines between ${first} and ${last}.`,
  notRunning: ({ since, lasted, restarts, twitches, partly, past }) => {
    const left = partly ? ', not counting the time in which its health was unknown' : '';
    const state = past ? 'Had not run' : 'Not running';
    return `${state} since ${since} (${lasted}${left})${restartsSince(restarts)}${twitchesSince(twitches)}.`;
  },
  outlived: ({ since, lasted, past }) =>
    past
      ? `Had outlived its deadline of ${since} by ${lasted}.`
      : `Past its deadline of ${since} for ${lasted}.`,
  endsOn: ({ date, when }, isTurnedOff) =>
    `Its deadline is ${date}, ${when}.${isTurnedOff ? ' It is turned off if it still runs then.' : ''}`,
  stillRuns: 'It may run until then.',
  causes: {
    failed: 'its shards failed',
    'failed-credentials': 'its shards failed because their credentials are refused',
    'failed-unreachable': 'its shards failed because a system that they need cannot be reached',
    'failed-not-found': 'its shards failed because something that they need does not exist',
    'failed-schema': 'its shards failed because data does not have the form that they expect',
    'failed-out-of-memory': 'its shards failed because they ran out of memory',
    'failed-configuration': 'its shards failed because its configuration is not valid',
    pending: 'its shards wait to be started',
    idle: 'its shards are idle',
    standby: 'it has standby shards only',
    backfill: 'its backfill has not ended',
    'never-primary': 'none of its shards ever became primary',
    unknown: 'not known',
  },
  causesOfMany: {
    failed: 'Their shards failed',
    'failed-credentials': 'Their shards failed because credentials are refused',
    'failed-unreachable': 'Their shards failed because a system that they need cannot be reached',
    'failed-not-found': 'Their shards failed because something that they need does not exist',
    'failed-schema': 'Their shards failed because data does not have the form that they expect',
    'failed-out-of-memory': 'Their shards failed because they ran out of memory',
    'failed-configuration': 'Their shards failed because a configuration is not valid',
    pending: 'Their shards wait to be started',
    idle: 'Their shards are idle',
    standby: 'They have standby shards only',
    backfill: 'Their backfill has not ended',
    'never-primary': 'None of their shards ever became primary',
    unknown: 'The cause is not known',
  },
  causeIs: (cause) => `Cause: ${english.causes[cause]}.`,
  reasons: {
    recovered: 'it is running again',
    disabled: 'it was turned off',
    deleted: 'it was deleted',
    ineligible: 'it is no longer watched',
    'user-published': 'a new version was published',
    kept: 'it was marked to be kept',
    snoozed: 'it was snoozed',
    policy: 'the policy changed',
    'disabled-by-owner': 'an owner turned it off',
    ended: 'it came to its end',
  },
  reasonOfMany: (reason) => `Each: ${english.reasons[reason]}`,
  willBeTurnedOff: ({ date, when }, reminder) =>
    `${reminder ? 'Reminder: it' : 'It'} is turned off on ${date}, ${when}.`,
  wasTurnedOff: (date, byOwner) =>
    `Turned off${date === null ? '' : ` on ${date}`}${byOwner ? ' by an owner' : ''}.`,
  restorable: (day) => `Until ${day} it can be turned on again as it was.`,
  restorableStill: ({ date, left }) =>
    `It can be turned on again as it was for another ${left}, until ${date}.`,
  disclaimed: ({ by, instead }) =>
    `${by} said that it is not theirs, and named ${instead ?? 'nobody'} instead.`,
  disclaimedMany: ({ by, instead }) =>
    `${by} said that they are not theirs, and named ${instead ?? 'nobody'} instead`,
  nothingAnnounced: 'Nobody is warned of it at present.',
  noLongerHolds: (reason) => {
    const because = reason === undefined ? '' : `: ${english.reasons[reason]}`;
    return `The date announced for turning it off no longer holds${because}.`;
  },
  runsAgain: 'It is running again.',
  wasTurnedOn: (date) => `Turned on again${date === null ? '' : ` on ${date}`} by an operator.`,
  alsoTold: (addresses, more) => {
    if (addresses.length === 0) return 'Nobody else was notified.';
    return `Also notified: ${addresses.join(', ')}${more === 0 ? '' : ` and ${more} more`}.`;
  },
  youGetThis: (why, count) => {
    const it = count === undefined ? 'it' : count === 1 ? 'this task' : 'these tasks';
    return `You get this because you ${youAre(why, it)}.`;
  },
  listed: {
    due: ({ date, when }) => `On ${date}, ${when}`,
    past: (day) => `On ${day}`,
    restorable: ({ date, left }) => `Can be turned on again as they were for another ${left}, until ${date}`,
  },
  counted: (what, count) => `${what} (${count})`,
  under: (folder) => `Under "${folder}":`,
  sentTo: (recipient) => `Sent to ${recipient}.`,
  ask: (contact) => `Whom to ask: ${contact}`,
  declining: {
    yes: 'You declined reminders. You still get warnings, and tasks can still be turned off.',
    no: 'If you decline reminders, you still get warnings, and tasks can still be turned off.',
  },
  acting: {
    review: 'Review and keep',
    again: 'Review and turn on again',
    one: 'Review',
    preferences: 'Your preferences',
    stop: 'Stop reminders',
  },
  report: {
    subject: (tenant, { from, to }) =>
      `Weekly report${tenant === null ? '' : ` for ${tenant}`}, ${from} to ${to}`,
    introduction: ({ from, to }) =>
      `What happened to tasks that were not kept running, from ${from} to ${to} in UTC. There is nothing to do: whoever is to act gets a mail of their own.`,
    of: (tenant) => (tenant === null ? 'All tenants' : `Tenant "${tenant}"`),
    thisWeek: 'This week',
    weekBefore: 'Week before',
    figures: {
      tasks: 'Tasks at the end of the week',
      failing: 'Of these not running',
      abandoned: 'Found abandoned',
      overdue: 'Found past their deadline',
      warned: 'Warned of',
      kept: 'Kept or snoozed',
      recoveredAfterWarning: 'Running again after a warning',
      disabled: 'Turned off',
      undone: 'Turned on again on request',
      off: 'Turned off, and still off',
      restartsAvoided: 'Restarts avoided (estimate)',
    },
    byTenant: 'Most by tenant',
    byCause: 'Most by cause',
    said: (found, disabled) => `${found} found, ${disabled} turned off`,
    unknown: '-',
    estimate:
      'Restarts avoided: as many as each task that was turned off had tried each day before, for as long as it is off.',
    youGetThis: 'You get this because you subscribed to weekly reports.',
  },
  notDeclinable:
    'Warnings, and word that a task was turned off, cannot be declined: nothing is turned off unannounced.',
};
