import { html } from 'hono/html';
import { itemRef } from '../notices/render/links.ts';
import type { Html } from './frame.ts';
import { nameOf, type Reader, standing } from './task-page.ts';
import { type Act, actsIn, type TaskState, type TaskView } from './task-view.ts';
import type { PageWords } from './words/page-words.ts';

/** What a list is asked for. */
export interface Asked {
  /** Only names with this text. */
  contains: string;
  /** Only this group; absent: all. */
  group?: Group;
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
  /** What is sent along with the selected ones, so that they are found again. */
  from?: string;
}

export type Group = keyof PageWords['list']['groups'];
export const GROUPS: readonly Group[] = ['due', 'failing', 'kept', 'off', 'over'];

/** The group of a list in which a task stands. */
export function groupOf(state: TaskState): Group {
  switch (state.state) {
    case 'open':
      return state.trouble.disableAt === null ? 'failing' : 'due';
    case 'ahead':
    case 'closing':
      return 'due';
    case 'kept':
      return 'kept';
    case 'off':
      return 'off';
    default:
      return 'over';
  }
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
<form class="list" method="post" action="${places.act}">
${
  places.from === undefined
    ? ''
    : html`<input type="hidden" name="from" value="${places.from}">
<input type="hidden" name="contains" value="${asked.contains}">`
}
${GROUPS.map((group) => groupPart(group, views, places, reader))}
${views.length === 0 ? html`<p>${words.empty}</p>` : ''}
${possible.length === 0 ? '' : actsPart(possible, reader.words)}
</form>
${places.next && html`<p><a href="${places.next}">${words.next}</a></p>`}`;
}

function filterForm({ contains, group }: Asked, { self }: Places, words: PageWords['list']): Html {
  return html`<form class="filter" method="get" action="${self}">
<div><label for="contains">${words.contains}</label>
<input id="contains" name="contains" maxlength="200" value="${contains}" autocomplete="off"></div>
<div><label for="group">${words.show}</label>
<select id="group" name="group"><option value="">${words.everything}</option>
${GROUPS.map(
  (one) => html`<option value="${one}"${one === group ? html` selected` : ''}>${words.groups[one]}</option>`,
)}
</select></div>
<button>${words.filter}</button>
</form>`;
}

function groupPart(group: Group, views: readonly TaskView[], places: Places, reader: Reader): Html | '' {
  const inIt = views.filter(({ now }) => groupOf(now) === group);
  if (inIt.length === 0) return '';
  return html`<h2>${reader.words.list.groups[group]} (${inIt.length})</h2>
<ul>${inIt.map((view) => entry(view, places, reader))}</ul>`;
}

function entry(view: TaskView, { task }: Places, reader: Reader): Html {
  const ref = itemRef(view.item);
  const name = nameOf(view);
  const isDue = view.now.state === 'open' && view.now.trouble.disableAt !== null;
  const pick =
    actsIn(view.now).length === 0
      ? ''
      : html`<input type="checkbox" name="task" value="${ref}" aria-label="${reader.words.list.select(name)}">`;
  return html`<li class="pick">${pick}<div>${
    task === undefined ? html`<strong>${name}</strong>` : html`<a href="${task}/${ref}">${name}</a>`
  }
<br><span class="${isDue ? 'due' : 'quiet'}">${standing(view.now, reader)}</span></div></li>
`;
}

function actsPart(acts: readonly Act[], { list }: PageWords): Html {
  return html`<h2>${list.selected}</h2>
<div class="acts">
${acts.map(
  (act) =>
    html`<button${act === 'disable' ? html` class="careful"` : ''} name="action" value="${act}">${list.buttons[act]}</button>`,
)}
</div>`;
}
