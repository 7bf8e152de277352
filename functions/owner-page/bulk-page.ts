import { html } from 'hono/html';
import { itemRef } from '../notices/render/links.ts';
import type { Outcome } from './bulk.ts';
import type { Bounds } from './forms.ts';
import type { Html } from './frame.ts';
import { withNames } from './names.ts';
import { fieldsOf, lookOf, nameOf, type Reader, standing } from './task-page.ts';
import { type Act, actsIn, type TaskView } from './task-view.ts';

/** Which of several tasks an act is possible for. */
export function split(views: readonly TaskView[], act: Act): { can: TaskView[]; cannot: TaskView[] } {
  const isPossible = ({ now }: TaskView) => actsIn(now).includes(act);
  return { can: views.filter(isPossible), cannot: views.filter((view) => !isPossible(view)) };
}

/** Asks whether an act is meant for several tasks, and for what it needs. */
export function confirmBody(
  act: Act,
  { can, cannot }: ReturnType<typeof split>,
  sent: Readonly<Record<string, string>>,
  back: string,
  bounds: Bounds,
): Html {
  const { list: words, acts } = bounds.words;
  return html`<p>${can.length === 1 ? acts[act].text : acts[act].many}</p>
<p>${words.confirmText}</p>
<ul>${can.map((view) => html`<li>${withNames(nameOf(view))}</li>`)}</ul>
${cannot.length === 0 ? '' : html`<p>${words.cannot}</p>${withStanding(cannot, bounds)}`}
${
  can.length === 0
    ? ''
    : html`<form method="post">
${Object.entries(sent).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${can.map((view) => html`<input type="hidden" name="task" value="${itemRef(view.item)}">`)}
<input type="hidden" name="confirmed" value="yes">
${fieldsOf(act, bounds)}
<button${lookOf(act)} name="action" value="${act}">${words.confirm(act, can.length).replace('?', '')}</button>
</form>`
}
<p><a href="${back}">${words.cancel}</a></p>`;
}

/** What was done for which tasks, and why not for the others; `views`: as they are now. */
export function resultBody(
  outcomes: readonly Outcome[],
  views: readonly TaskView[],
  back: string,
  reader: Reader,
): Html {
  const { list: words, backToList } = reader.words;
  const doneRefs = new Set(
    outcomes.filter(({ result }) => result.outcome === 'done').map(({ view }) => itemRef(view.item)),
  );
  const done = views.filter(({ item }) => doneRefs.has(itemRef(item)));
  const others = views.filter(({ item }) => !doneRefs.has(itemRef(item)));
  return html`${done.length === 0 ? '' : html`<p class="said" role="status">${words.done(done.length)}</p>${withStanding(done, reader)}`}
${others.length === 0 ? '' : html`<p class="wrong" role="alert">${words.notDone(others.length)}</p>${withStanding(others, reader)}`}
<p><a href="${back}">${backToList}</a></p>`;
}

function withStanding(views: readonly TaskView[], reader: Reader): Html {
  return html`<ul>${views.map(
    (view) =>
      html`<li>${withNames(nameOf(view))}<br><span class="quiet">${standing(view.now, reader)}</span></li>`,
  )}</ul>`;
}
