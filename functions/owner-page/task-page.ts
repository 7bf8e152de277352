import { html } from 'hono/html';
import { english } from '../../emails/english.ts';
import { DAY, type Instant } from '../abandonment/time.ts';
import { formDayIn, inBothZones, lengthInWords, untilInWords } from '../notices/render/wording-dates.ts';
import { clip, visible } from '../platform/escape.ts';
import type { Done } from './act.ts';
import { type Bounds, keepDays, LONGEST_REASON, mostSnoozeDays } from './forms.ts';
import type { Html } from './frame.ts';
import { type Act, type Ahead, actsIn, type TaskState, type TaskView, type Trouble } from './task-view.ts';

/** How the reader of a page is spoken to. */
export interface Reader {
  now: Instant;
  /** A known zone. */
  zone: string;
}

const DEFAULT_KEEP = 30 * DAY;
const DEFAULT_SNOOZE_DAYS = 14;

/** The words of an act that was done. */
export const SAID: Record<Done, string> = {
  keep: 'It is kept. Everybody who was given a date is notified that it no longer holds.',
  snooze: 'It is snoozed. If it still fails when the time is over, you are warned again.',
  disable: 'Everybody who was notified of it is notified again when it is off.',
  undo: 'It is turned on again.',
  asked: 'The system that runs it was asked to turn it on again; that may take some minutes.',
};

/** How a task is called on the page. */
export function nameOf({ item }: Pick<TaskView, 'item'>): string {
  return clip(visible(item.task), 512);
}

/** One line on how a task stands. */
export function standing(state: TaskState, reader: Reader): string {
  switch (state.state) {
    case 'gone':
      return 'It no longer exists. There is nothing to do.';
    case 'no-say':
      return 'You are no longer notified about it, so you can no longer act on it here.';
    case 'newer':
      return 'This is over, and it failed again later: use the newest mail about it.';
    case 'open':
      return openStanding(state.trouble, reader);
    case 'ahead':
      return aheadStanding(state.ahead, reader);
    case 'closing':
      return 'It is being turned off. If it should stay on, keep or snooze it.';
    case 'kept': {
      const what = state.keep.kind === 'keep' ? 'Kept' : 'Snoozed';
      return `${what} until ${inBothZones(state.keep.until, reader.zone)}.`;
    }
    case 'off':
      return `It was turned off on ${inBothZones(state.at, reader.zone)}.`;
    case 'on-again':
      return 'It was turned off, and is on again. There is nothing to do.';
    case 'over':
      return `There is nothing to do${state.reason === null ? '' : `: ${english.reasons[state.reason]}`}.`;
  }
}

function aheadStanding({ deadline, isTurnedOff }: Ahead, { now, zone }: Reader): string {
  const when = `${inBothZones(deadline, zone)}, ${untilInWords(deadline, now)}`;
  return `Its deadline is ${when}.${isTurnedOff ? ' It is turned off if it still runs then.' : ''}`;
}

function openStanding({ disableAt, isOverdue }: Trouble, { now, zone }: Reader): string {
  if (disableAt === null && isOverdue)
    return 'It is past its deadline. No date is announced for turning it off.';
  if (disableAt === null) return 'It is not running. No date is announced for turning it off.';
  return `It will be turned off on ${inBothZones(disableAt, zone)}, ${untilInWords(disableAt, now)}, unless you act.`;
}

/** What the page of one task says, and its forms. */
export function taskBody(view: TaskView, reader: Reader): Html {
  const { now } = view;
  const isDue = now.state === 'open' && now.trouble.disableAt !== null;
  return html`<p class="${isDue ? 'due' : ''}">${standing(now, reader)}</p>
${facts(view, reader)}
${formsIn(now, { now: reader.now, zone: reader.zone, keepMax: view.keepMax })}`;
}

function facts({ item, task, now }: TaskView, reader: Reader): Html {
  if (!task || now.state === 'gone' || now.state === 'no-say') return html``;
  const rows: [string, string][] = [
    ['What', `${english.where(task.kind)} ${clip(visible(task.dataPlane), 128)}`],
  ];
  if ('trouble' in now) rows.push(...troubleRows(now, reader));
  else if (now.state === 'ahead') rows.push(...aheadRows(now.ahead, reader));
  else rows.push([sinceOf(item), inBothZones(item.since, reader.zone)]);
  if (now.state === 'kept') rows.push(...keepRows(now.keep));
  if (now.state === 'over' && now.at !== null) rows.push(['Over since', inBothZones(now.at, reader.zone)]);
  return html`<dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function aheadRows({ deadline }: Ahead, { zone }: Reader): [string, string][] {
  return [['Is to end', inBothZones(deadline, zone)]];
}

/** What the instant of a mail that is over is called. */
function sinceOf({ notice, alert }: TaskView['item']): string {
  return notice === 'stopping' || alert === 'task_overdue' ? 'Deadline' : 'Was not running since';
}

function troubleRows(
  { state, trouble }: Extract<TaskState, { trouble: Trouble }>,
  { now, zone }: Reader,
): [string, string][] {
  const { since, lasted, restarts, cause, disableAt, told, isOverdue } = trouble;
  const date: [string, string][] =
    state === 'closing' || disableAt === null
      ? []
      : [['Will be turned off', `${inBothZones(disableAt, zone)}, ${untilInWords(disableAt, now)}`]];
  const how: [string, string][] = isOverdue
    ? [['Deadline', `${inBothZones(since, zone)} (${lengthInWords(lasted)} ago)`]]
    : [
        ['Not running since', `${inBothZones(since, zone)} (${lengthInWords(lasted)})`],
        ['Why', english.causes[cause]],
        ...(restarts === null ? [] : [['Restarts tried since', String(restarts)] as [string, string]]),
      ];
  return [
    ...how,
    ...date,
    ['Also notified', told.map((one) => clip(visible(one), 254)).join(', ') || 'nobody else'],
  ];
}

function keepRows({ by, reason }: { by: string; reason?: string }): [string, string][] {
  const rows: [string, string][] = [['By', clip(visible(by), 254)]];
  if (reason !== undefined) rows.push(['Reason', clip(visible(reason), LONGEST_REASON)]);
  return rows;
}

/** The forms of a state; of a hold that stands only the one that moves its end. */
function formsIn(state: TaskState, bounds: Bounds): Html[] {
  if (state.state !== 'kept') return actsIn(state).map((act) => FORMS[act](bounds));
  const { kind, until } = state.keep;
  return [kind === 'keep' ? keepForm(bounds, until) : snoozeForm(bounds, until)];
}

const FORMS: Record<Act, (bounds: Bounds) => Html> = {
  keep: (bounds) => keepForm(bounds),
  snooze: (bounds) => snoozeForm(bounds),
  disable: () => html`<form method="post">
<h2>Turn it off now</h2>
<p>Nobody needs it? It is turned off without waiting for a date, and the others are notified.
It can be turned on again.</p>
<button class="careful" name="action" value="disable">Turn it off now</button>
</form>`,
  undo: () => html`<form method="post">
<h2>Turn it on again</h2>
<p>It is watched anew from then on: if it goes on failing, you are warned again, with a full new grace.</p>
<button name="action" value="undo">Turn it on again</button>
</form>`,
};

/** `until`: how long it is kept already. */
function keepForm(bounds: Bounds, until?: Instant): Html {
  const { first, last } = keepDays(bounds);
  const end = until ?? bounds.now + Math.min(DEFAULT_KEEP, bounds.keepMax);
  return html`<form method="post">
<h2>${until === undefined ? 'Keep it' : 'Keep it until another day'}</h2>
<p>It stays on whatever its state, until the end of the day you choose (${bounds.zone}), and nobody is warned
meanwhile.</p>
<label for="until">Keep until</label>
<input id="until" type="date" name="until" min="${first}" max="${last}" value="${formDayIn(end - 1, bounds.zone)}" required>
<label for="keep-reason">Reason (may be left out)</label>
<input id="keep-reason" name="reason" maxlength="${LONGEST_REASON}" autocomplete="off">
<button name="action" value="keep">Keep it</button>
</form>`;
}

/** `until`: how long it is snoozed already. */
function snoozeForm({ now, keepMax }: Bounds, until?: Instant): Html {
  const most = mostSnoozeDays(keepMax);
  const wanted = until === undefined ? DEFAULT_SNOOZE_DAYS : Math.ceil((until - now) / DAY);
  return html`<form method="post">
<h2>${until === undefined ? 'Snooze it' : 'Snooze it for longer or shorter'}</h2>
<p>You need time to mend it. If it still fails after that, a new warning comes with a full new grace.</p>
<label for="days">For how many days from now (1 to ${most})</label>
<input id="days" type="number" name="days" min="1" max="${most}" value="${Math.min(wanted, most)}"
 inputmode="numeric" required>
<button name="action" value="snooze">Snooze it</button>
</form>`;
}
