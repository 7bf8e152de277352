import { html } from 'hono/html';
import { itemRef } from '../notices/render/links.ts';
import type { Html } from './frame.ts';
import { nameOf, type Reader, standing } from './task-page.ts';
import type { TaskView } from './task-view.ts';

/** All tasks of one mail as they are now; `base`: what the paths of their pages begin with. */
export function digestBody(views: readonly TaskView[], base: string, reader: Reader): Html {
  return html`<p>The tasks of the mail, as they are now. Choose a task to keep it, snooze it or turn it off.</p>
<ul>${views.map((view) => entry(view, base, reader))}</ul>`;
}

function entry(view: TaskView, base: string, reader: Reader): Html {
  const isDue = view.now.state === 'open' && view.now.trouble.disableAt !== null;
  return html`<li><a href="${base}/${itemRef(view.item)}">${nameOf(view)}</a>
<br><span class="${isDue ? 'due' : 'quiet'}">${standing(view.now, reader)}</span></li>
`;
}
