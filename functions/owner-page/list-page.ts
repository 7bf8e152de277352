import { html } from 'hono/html';
import { wordingsIn } from '../../emails/wordings-by-language.ts';
import { itemRef } from '../notices/render/links.ts';
import type { Html } from './frame.ts';
import { GROUPS, type Group, groupOf, type Part, partsOf } from './list-parts.ts';
import { withNames } from './names.ts';
import { lookOf, minute, nameOf, type Reader, standing, until } from './task-page.ts';
import { type Act, actsIn, type TaskView } from './task-view.ts';
import type { PageWords } from './words/page-words.ts';

/** What a list is asked for. */
export interface Asked {
  /** Only names with this text. */
  contains: string;
  /** Only this group; absent: all. */
  group?: Group;
  /** Of a mail's tasks: how many of them are passed over. */
  start: number;
}

/** Which tasks of a mail a list shows, where it does not show all. */
export interface Range {
  first: number;
  last: number;
  total: number;
}

/** Where the parts of a list lead to. */
export interface Places {
  /** What the paths of the pages of single tasks begin with; absent: they have none. */
  task?: string;
  /** Where the selected ones are sent. */
  act: string;
  /** The list of all tasks; absent on it. */
  all?: string;
  /** The list again, without a filter; and where it goes on. */
  self: string;
  next?: string;
  range?: Range;
  /** What is sent along with the selected ones, so that what the list shows is found again. */
  sent: Readonly<Record<string, string>>;
}

const SHORT = 5;

const ACTS: readonly Act[] = ['keep', 'snooze', 'end', 'disable', 'undo', 'not-mine', 'mine'];

/** A list of tasks with a filter, groups, and what can be done with several at once. */
export function listBody(
  introduction: string,
  views: readonly TaskView[],
  asked: Asked,
  places: Places,
  reader: Reader,
): Html {
  const { list: words } = reader.words;
  // A short list needs no filter, unless one made it short.
  const isLong = places.all === undefined || views.length > SHORT || asked.contains !== '' || asked.group;
  const possible = ACTS.filter((act) => views.some(({ now }) => actsIn(now).includes(act)));
  return html`<p>${introduction}</p>
${places.all && html`<p><a href="${places.all}">${words.allTasks}</a></p>`}
${isLong ? filterForm(asked, places, words) : ''}
${rangePart(places, words)}
<form class="list" method="post" action="${places.act}">
${Object.entries(places.sent).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${GROUPS.map((group) => groupPart(group, views, places, reader))}
${views.length === 0 ? html`<p>${words.empty}</p>` : ''}
${possible.length === 0 ? '' : actsPart(possible, reader.words)}
</form>
${onwards(asked, places, words)}`;
}

function rangePart({ range }: Places, words: PageWords['list']): Html | '' {
  if (!range) return '';
  return html`<p class="quiet">${words.range(range.first, range.last, range.total)}</p>`;
}

/** Where a list goes on, and back to where it begins. */
function onwards({ start }: Asked, { next, self, sent }: Places, words: PageWords['list']): Html {
  const isBehind = start > 0 || (sent.from ?? '') !== '';
  return html`${next && html`<p><a href="${next}">${words.next}</a></p>`}
${isBehind ? html`<p><a href="${self}">${words.previous}</a></p>` : ''}`;
}

function filterForm({ contains, group }: Asked, { self }: Places, words: PageWords['list']): Html {
  return html`<form class="filter" method="get" action="${self}">
<div><label for="contains">${words.contains}</label>
<input id="contains" name="contains" maxlength="200" value="${contains}" autocomplete="off"></div>
<div><label for="group">${words.show}</label>
<select id="group" name="group"><option value="">${words.everything}</option>
${GROUPS.map(
  (option) =>
    html`<option value="${option}"${option === group ? html` selected` : ''}>${words.groups[option]}</option>`,
)}
</select></div>
<button>${words.filter}</button>
</form>`;
}

function groupPart(group: Group, views: readonly TaskView[], places: Places, reader: Reader): Html | '' {
  const inIt = views.filter(({ now }) => groupOf(now) === group);
  if (inIt.length === 0) return '';
  const heading = reader.words.list.groups[group];
  const { parts, alone } = partsOf(inIt);
  const isOnePart = parts.length === 1 && alone.length === 0;
  return html`<h2>${heading} (${inIt.length})</h2>
${selectAll(group, inIt, heading, reader)}
${parts.map((part) => partPart(part, isOnePart, places, reader))}
${alone.length === 0 ? '' : html`<ul>${alone.map((view) => entry(view, places, reader, standing(view.now, reader)))}</ul>`}`;
}

/** What the tasks of a part share is said once. */
function partPart({ name, shared, views }: Part, isOnly: boolean, places: Places, reader: Reader): Html {
  const { listed, heading, causesOfMany, counted } = wordingsIn(reader.words.language);
  const { disableAt, isOverdue, cause } = shared;
  const why = isOverdue ? heading.overdue(views.length) : causesOfMany[cause];
  const date =
    disableAt === null ? '' : listed.due({ date: minute(disableAt, reader), when: until(disableAt, reader) });
  return html`<h3>${date === '' ? '' : html`<span class="due">${date}</span><br>`}${counted(why, views.length)}</h3>
${isOnly ? '' : selectAll(name, views, [date, why].filter((text) => text !== '').join(': '), reader)}
<ul>${views.map((view) => entry(view, places, reader))}</ul>`;
}

/** Selects a whole group or part without JavaScript. */
function selectAll(name: string, views: readonly TaskView[], what: string, reader: Reader): Html | '' {
  const count = views.filter(({ now }) => actsIn(now).length > 0).length;
  if (count < 2) return '';
  const text = reader.words.list.selectAll(count);
  return html`<label class="tick"><input type="checkbox" name="all" value="${name}" aria-label="${text}: ${what}">
<span>${text}</span></label>`;
}

/** `standing`: how it stands, where it is not said of all. */
function entry(view: TaskView, { task }: Places, reader: Reader, standing?: string): Html {
  const ref = itemRef(view.item);
  const name = nameOf(view);
  const isDue = view.now.state === 'open' && view.now.failure.disableAt !== null;
  const pick =
    actsIn(view.now).length === 0
      ? ''
      : html`<input type="checkbox" name="task" value="${ref}" aria-label="${reader.words.list.select(name)}">`;
  return html`<li class="pick">${pick}<div>${
    task === undefined
      ? html`<strong>${withNames(name)}</strong>`
      : html`<a href="${task}/${ref}">${withNames(name)}</a>`
  }${
    standing === undefined
      ? ''
      : html`
<br><span class="${isDue ? 'due' : 'quiet'}">${standing}</span>`
  }</div></li>
`;
}

function actsPart(acts: readonly Act[], { list }: PageWords): Html {
  return html`<h2>${list.selected}</h2>
<div class="acts">
${acts.map((act) => html`<button${lookOf(act)} name="action" value="${act}">${list.buttons[act]}</button>`)}
</div>`;
}
