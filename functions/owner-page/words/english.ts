import type { PageWords } from './page-words.ts';

const NEWEST =
  'Nothing was changed. Use the link of the newest mail; where there is none, ask those named below.';
const tasks = (count: number) => (count === 1 ? '1 task' : `${count} tasks`);

export const english: PageWords = {
  language: 'en',
  ask: 'Whom to ask',
  titles: {
    one: 'Your task',
    many: (count) => `Your ${count} tasks`,
    all: 'All your tasks',
    preferences: 'Your preferences',
  },
  notices: {
    invalid: {
      title: 'This link is not valid',
      lines: [
        'Nothing was changed. Open the link from the mail again, or copy all of it.',
        'If that does not help, ask those named below.',
      ],
    },
    'too-often': {
      title: 'This mail was used too often',
      lines: [
        'Nothing was changed: its links have changed as much as the links of one mail may.',
        'Use the link of a newer mail; where there is none, ask those named below.',
      ],
    },
    method: { title: 'That is not possible here', lines: ['Nothing was changed.'] },
    failed: {
      title: 'Something went wrong on our side',
      lines: ['It may or may not have been done. Try again in a minute: doing it twice does no harm.'],
    },
    expired: {
      title: 'This link has expired',
      lines: ['Links in mails are good for 60 days, and this one is older.', NEWEST],
    },
    gone: {
      title: 'This mail is no longer kept',
      lines: ['What this link was about is over, and its record is gone.', NEWEST],
    },
  },
  saved: 'Saved.',
  wrongButton: 'Nothing was changed. Use the button.',
  notNow: 'That cannot be done now; nothing was changed.',
  changed: 'It changed since you opened this page:',
  said: {
    keep: 'It is kept. Everybody who was given a date is notified that it no longer holds.',
    snooze: 'It is snoozed. If it still fails when the time is over, you are warned again.',
    end: 'It is no longer kept. If it still fails, you are warned again, with a full new grace.',
    disable: 'Everybody who was notified of it is notified again when it is off.',
    undo: 'It is turned on again.',
    'not-mine':
      'You are no longer notified about it. The admins and whoever runs this service hear of it; where nobody else is left, the admins are warned.',
    mine: 'You are notified about it again.',
    asked: 'The system that runs it was asked to turn it on again; that may take some minutes.',
  },
  backToMail: 'All tasks of this mail',
  backToList: 'Back to the list',
  standing: {
    gone: 'It no longer exists. There is nothing to do.',
    noSay: 'You are no longer notified about it, so you can no longer act on it here.',
    disclaimed: 'You said that it is not yours: you are no longer notified about it.',
    newer: 'This is over, and it failed again later: use the newest mail about it.',
    undated: 'It is not running. No date is announced for turning it off.',
    undatedLate: 'It is past its deadline. No date is announced for turning it off.',
    due: (date, when) => `It will be turned off on ${date}, ${when}, unless you act.`,
    closing: 'It is being turned off. If it should stay on, keep or snooze it.',
    kept: (kind, until) => `${kind === 'keep' ? 'Kept' : 'Snoozed'} until ${until}.`,
    off: (at) => `It was turned off on ${at}.`,
    offBecause: {
      abandoned: 'It was abandoned: it did not run, and nobody kept it.',
      overdue: 'It had outlived its deadline, and nobody kept it.',
      asked: 'Somebody asked for that.',
    },
    onAgain: 'It was turned off, and is on again. There is nothing to do.',
    over: (reason) => `There is nothing to do${reason === null ? '' : `: ${reason}`}.`,
  },
  facts: {
    what: 'What',
    overSince: 'Over since',
    ends: 'Is to end',
    deadline: 'Deadline',
    wasNotRunning: 'Was not running since',
    notRunning: 'Not running since',
    why: 'Why',
    restarts: 'Restarts tried since',
    told: 'Also notified',
    by: 'By',
    reason: 'Reason',
  },
  ago: (length) => `${length} ago`,
  nobodyElse: 'nobody else',
  acts: {
    keep: {
      title: 'Keep it',
      text: 'It stays on whatever its state, until the end of the day you choose, and nobody is warned meanwhile.',
      button: 'Keep it',
    },
    snooze: {
      title: 'Snooze it',
      text: 'You need time to mend it. If it still fails after that, a new warning comes with a full new grace.',
      button: 'Snooze it',
    },
    end: {
      title: 'Keep it no longer',
      text: 'It is watched again at once: if it still fails, you are warned, with a full new grace.',
      button: 'Keep it no longer',
    },
    disable: {
      title: 'Turn it off now',
      text: 'Nobody needs it? It is turned off without waiting for a date, and the others are notified. It can be turned on again.',
      button: 'Turn it off now',
    },
    'not-mine': {
      title: 'Not yours?',
      text: 'You are notified about it no more, and can no longer act on it; that can be taken back here. Its date stands for the others. Where nobody else is left, the admins are warned, with a full new grace.',
      button: 'It is not mine',
    },
    mine: {
      title: 'Yours after all?',
      text: 'You are notified about it again, and can act on it.',
      button: 'It is mine',
    },
    undo: {
      title: 'Turn it on again',
      text: 'It is watched anew from then on: if it goes on failing, you are warned again, with a full new grace.',
      button: 'Turn it on again',
    },
  },
  instead: 'Whose it is: their mail address (optional)',
  keep: {
    again: 'Keep it until another day',
    zone: (zone) => `Days are those of the time zone ${zone}.`,
    until: 'Keep until',
    reason: 'Reason (optional)',
  },
  snooze: {
    again: 'Snooze it for longer or shorter',
    days: (most) => `For how many days from now (1 to ${most})`,
  },
  problems: {
    nothing: 'The form did not say what to do. Use one of the buttons of the page.',
    address: 'Write one plain mail address, or leave it empty.',
    none: 'Select a task at least.',
    tooMany: (most) => `Select at most ${most} tasks at once.`,
    keepDays: (first, last, most) =>
      `Choose a day from ${first} to ${last}: a task is kept for ${most} at most.`,
    snoozeDays: (most) => `Choose a whole number of days from 1 to ${most}.`,
    'time-of-day': 'Write the times of day of the quiet hours from 00:00 to 23:59, or leave both empty.',
    zone: 'Choose a time zone of the list.',
    language: 'Choose a language of the list.',
    'both-times': 'Fill in both times of the quiet hours, or leave both empty.',
    'least-awake': 'Shorten the quiet hours: at least one hour a day must be left in which mails may come.',
  },
  preferences: {
    forAll: (address) => `For all mails to ${address}.`,
    remind: 'Remind me before a date that was announced to me',
    language: 'Language of mails and of this page',
    zone: 'Time zone of dates',
    quiet: 'Quiet hours',
    quietText:
      'No mail comes between these times of your time zone: it comes when they are over. A date that was announced to you stands. Leave both empty to get mails at any time.',
    from: 'From',
    to: 'Until',
    save: 'Save',
    declined: (address) => `Reminders to ${address} are declined.`,
    decline: (address) => `No more reminders, for all tasks, to ${address}?`,
    stop: 'Stop reminders',
    stopped: 'Reminders stopped',
  },
  list: {
    ofMail: (count) =>
      count === 1
        ? 'The task of this mail, as it is now. Open it to see why it is listed and what you can do.'
        : 'The tasks of this mail, as they are now. Open one, or select several and act on them together.',
    ofAll: (tenants) =>
      `Tasks of ${tenants} in which you have a say and that do not run, are kept or were turned off. Select those to act on together.`,
    empty: 'No tasks here.',
    allTasks: 'All your tasks, not only those of this mail',
    filter: 'Filter',
    contains: 'Name contains',
    show: 'Show',
    everything: 'everything',
    groups: {
      due: 'Will be turned off',
      failing: 'Not running',
      kept: 'Kept or snoozed',
      off: 'Turned off',
      over: 'Nothing to do',
    },
    select: (name) => `Select ${name}`,
    selectAll: (count) => `Select all ${count}`,
    range: (first, last, total) => `${first} to ${last} of ${total}`,
    selected: 'What to do with the selected tasks',
    buttons: {
      keep: 'Keep',
      snooze: 'Snooze',
      end: 'Keep no longer',
      disable: 'Turn off now',
      undo: 'Turn on again',
      'not-mine': 'Not mine',
      mine: 'Mine after all',
    },
    next: 'More',
    previous: 'From the start',
    confirm: (act, count) =>
      ({
        keep: `Keep ${tasks(count)}?`,
        snooze: `Snooze ${tasks(count)}?`,
        end: `Keep ${tasks(count)} no longer?`,
        disable: `Turn off ${tasks(count)} now?`,
        undo: `Turn on ${tasks(count)} again?`,
        'not-mine': `Say that ${tasks(count)} ${count === 1 ? 'is' : 'are'} not yours?`,
        mine: `Say that ${tasks(count)} ${count === 1 ? 'is' : 'are'} yours after all?`,
      })[act],
    confirmText: 'Nothing has been changed yet. This is for:',
    cancel: 'Change nothing, and go back',
    cannot: 'Not for these:',
    result: 'What was done',
    done: (count) => `Done for ${tasks(count)}:`,
    notDone: (count) => `Not done for ${tasks(count)}; nothing was changed there:`,
    leftActs: (count) =>
      `The links of this mail may change something ${count} more times. Select fewer tasks, or use a newer mail.`,
  },
};
