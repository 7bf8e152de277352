import { html } from 'hono/html';
import { wordingsIn } from '../../emails/wordings-by-language.ts';
import { DAY, type Instant } from '../abandonment/time.ts';
import {
  dayIn,
  formDayIn,
  inBothZones,
  lengthInWords,
  UNBROKEN_SPACE,
  untilInWords,
} from '../notices/render/wording-dates.ts';
import { clip, visible } from '../platform/escape.ts';
import { type Bounds, keepDays, LONGEST_REASON, mostSnoozeDays } from './forms.ts';
import type { Html } from './frame.ts';
import { withNames } from './names.ts';
import { type Act, type Ahead, actsIn, type Failure, type TaskState, type TaskView } from './task-view.ts';
import type { PageWords } from './words/page-words.ts';

/** How the reader of a page is spoken to. */
export interface Reader {
  now: Instant;
  /** A known zone. */
  zone: string;
  words: PageWords;
}

const datesOf = ({ words }: Reader) => wordingsIn(words.language).dates;

/** A minute, as the reader has it; on a narrow screen it may break behind the weekday. */
export function minute(instant: Instant, reader: Reader): string {
  return inBothZones(instant, reader.zone, datesOf(reader)).replace(UNBROKEN_SPACE, ' ');
}

export const until = (instant: Instant, reader: Reader): string =>
  untilInWords(instant, reader.now, datesOf(reader));

const DEFAULT_KEEP = 30 * DAY;
const DEFAULT_SNOOZE_DAYS = 14;

/** How a task is called on the page. */
export function nameOf({ item }: Pick<TaskView, 'item'>): string {
  return clip(visible(item.task), 512);
}

/** One line on how a task stands. */
export function standing(state: TaskState, reader: Reader): string {
  const { standing: words, language } = reader.words;
  switch (state.state) {
    case 'gone':
      return words.gone;
    case 'no-say':
      return words.noSay;
    case 'disclaimed':
      return words.disclaimed;
    case 'newer':
      return words.newer;
    case 'open':
      return openStanding(state.failure, reader);
    case 'ahead':
      return aheadStanding(state.ahead, reader);
    case 'closing':
      return words.closing;
    case 'kept':
      return words.kept(state.keep.kind, minute(state.keep.until, reader));
    case 'off':
      return offStanding(state, reader);
    case 'on-again':
      return words.onAgain;
    case 'over':
      return words.over(state.reason === null ? null : wordingsIn(language).reasons[state.reason]);
  }
}

function offStanding({ at, until, why }: Extract<TaskState, { state: 'off' }>, reader: Reader): string {
  const { off, offBecause } = reader.words.standing;
  const text = [off(minute(at, reader)), ...(why === null ? [] : [offBecause[why]])].join(' ');
  if (until <= reader.now) return text;
  const day = dayIn(until, reader.zone, datesOf(reader));
  return `${text} ${wordingsIn(reader.words.language).restorable(day)}`;
}

function aheadStanding({ deadline, isTurnedOff }: Ahead, reader: Reader): string {
  const slots = { date: minute(deadline, reader), when: until(deadline, reader) };
  return wordingsIn(reader.words.language).endsOn(slots, isTurnedOff);
}

function openStanding({ disableAt, isOverdue }: Failure, reader: Reader): string {
  const { standing: words } = reader.words;
  if (disableAt === null) return isOverdue ? words.undatedLate : words.undated;
  return words.due(minute(disableAt, reader), until(disableAt, reader));
}

/** What the page of one task says, and its forms. */
export function taskBody(view: TaskView, reader: Reader): Html {
  const { now } = view;
  const isDue = now.state === 'open' && now.failure.disableAt !== null;
  return html`<p class="${isDue ? 'due' : ''}">${standing(now, reader)}</p>
${facts(view, reader)}
${formsIn(now, { ...reader, keepMax: view.keepMax })}`;
}

function facts({ item, task, now }: TaskView, reader: Reader): Html {
  if (!task || now.state === 'gone' || now.state === 'no-say' || now.state === 'disclaimed') return html``;
  const { facts: words, language } = reader.words;
  const rows: [string, string][] = [
    [words.what, `${wordingsIn(language).where(task.kind)} ${clip(visible(task.dataPlane), 128)}`],
  ];
  if ('failure' in now) rows.push(...failureRows(now, reader));
  else if (now.state === 'ahead') rows.push([words.ends, minute(now.ahead.deadline, reader)]);
  else rows.push([sinceOf(item, reader), minute(item.since, reader)]);
  if (now.state === 'kept') rows.push(...keepRows(now.keep, reader));
  if (now.state === 'over' && now.at !== null) rows.push([words.overSince, minute(now.at, reader)]);
  return html`<dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${withNames(value)}</dd>`)}</dl>`;
}

/** What the instant of a mail that is over is called. */
function sinceOf({ notice, alert }: TaskView['item'], { words: { facts: words } }: Reader): string {
  return notice === 'stopping' || alert === 'task_overdue' ? words.deadline : words.wasNotRunning;
}

function failureRows(
  { failure }: Extract<TaskState, { failure: Failure }>,
  reader: Reader,
): [string, string][] {
  const { facts: words, nobodyElse } = reader.words;
  const others = failure.told.map((address) => clip(visible(address), 254)).join(', ') || nobodyElse;
  return [...howRows(failure, reader), [words.told, others]];
}

function howRows({ since, lasted, restarts, cause, isOverdue }: Failure, reader: Reader): [string, string][] {
  const { facts: words, ago, language } = reader.words;
  const length = lengthInWords(lasted, datesOf(reader));
  if (isOverdue) return [[words.deadline, `${minute(since, reader)} (${ago(length)})`]];
  return [
    [words.notRunning, `${minute(since, reader)} (${length})`],
    [words.why, wordingsIn(language).causes[cause]],
    ...(restarts === null ? [] : [[words.restarts, String(restarts)] as [string, string]]),
  ];
}

function keepRows({ by, reason }: { by: string; reason?: string }, { words }: Reader): [string, string][] {
  const rows: [string, string][] = [[words.facts.by, clip(visible(by), 254)]];
  if (reason !== undefined) rows.push([words.facts.reason, clip(visible(reason), LONGEST_REASON)]);
  return rows;
}

/** The forms of a state; of a hold that stands the one that moves its end, and the one that ends it. */
function formsIn(state: TaskState, bounds: Bounds): Html[] {
  if (state.state !== 'kept') return actsIn(state).map((act) => FORMS[act](bounds));
  const { kind, until } = state.keep;
  const moved = kind === 'keep' ? keepForm(bounds, until) : snoozeForm(bounds, until);
  return [moved, FORMS.end(bounds), FORMS['not-mine'](bounds)];
}

const FORMS: Record<Act, (bounds: Bounds) => Html> = {
  keep: (bounds) => keepForm(bounds),
  snooze: (bounds) => snoozeForm(bounds),
  end: (bounds) => plainForm('end', bounds),
  disable: (bounds) => plainForm('disable', bounds),
  undo: (bounds) => plainForm('undo', bounds),
  'not-mine': (bounds) => plainForm('not-mine', bounds),
  mine: (bounds) => plainForm('mine', bounds),
};

/** How buttons of acts look that are not what most come for. */
const LOOKS: Partial<Record<Act, string>> = { disable: 'careful', 'not-mine': 'plain', mine: 'plain' };

/** What sets the button of an act apart; nothing where it is as most are. */
export function lookOf(act: Act): Html | '' {
  const look = LOOKS[act];
  return look === undefined ? '' : html` class="${look}"`;
}

function plainForm(act: Act, bounds: Bounds): Html {
  const { title, text, button } = bounds.words.acts[act];
  return html`<form method="post">
<h2>${title}</h2>
<p>${text}</p>
${fieldsOf(act, bounds)}
<button${lookOf(act)} name="action" value="${act}">${button}</button>
</form>`;
}

/** `until`: how long it is kept already. */
function keepForm(bounds: Bounds, until?: Instant): Html {
  const { acts, keep: words } = bounds.words;
  return html`<form method="post">
<h2>${until === undefined ? acts.keep.title : words.again}</h2>
<p>${acts.keep.text} ${words.zone(bounds.zone)}</p>
${fieldsOf('keep', bounds, until)}
<button name="action" value="keep">${acts.keep.button}</button>
</form>`;
}

/** `until`: how long it is snoozed already. */
function snoozeForm(bounds: Bounds, until?: Instant): Html {
  const { acts, snooze: words } = bounds.words;
  return html`<form method="post">
<h2>${until === undefined ? acts.snooze.title : words.again}</h2>
<p>${acts.snooze.text}</p>
${fieldsOf('snooze', bounds, until)}
<button name="action" value="snooze">${acts.snooze.button}</button>
</form>`;
}

/** What a form asks for an act; `until`: how long it is kept or snoozed already. */
export function fieldsOf(act: Act, bounds: Bounds, until?: Instant): Html {
  const { keep, snooze } = bounds.words;
  if (act === 'keep') {
    const { first, last } = keepDays(bounds);
    const end = until ?? bounds.now + Math.min(DEFAULT_KEEP, bounds.keepMax);
    return html`<label for="until">${keep.until}</label>
<input id="until" type="date" name="until" min="${first}" max="${last}" value="${formDayIn(end - 1, bounds.zone)}" required>
<label for="keep-reason">${keep.reason}</label>
<input id="keep-reason" name="reason" maxlength="${LONGEST_REASON}" autocomplete="off">`;
  }
  if (act === 'not-mine')
    return html`<label for="instead">${bounds.words.instead}</label>
<input id="instead" type="email" name="instead" maxlength="254" autocomplete="off">`;
  if (act !== 'snooze') return html``;
  const most = mostSnoozeDays(bounds.keepMax);
  const wanted = until === undefined ? DEFAULT_SNOOZE_DAYS : Math.ceil((until - bounds.now) / DAY);
  return html`<label for="days">${snooze.days(most)}</label>
<input id="days" type="number" name="days" min="1" max="${most}" value="${Math.min(wanted, most)}"
 inputmode="numeric" required>`;
}
