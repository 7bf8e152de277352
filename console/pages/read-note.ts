import { html } from 'hono/html';
import type { FleetData } from '../fleet.ts';
import { at, type Html } from '../parts.ts';

/** How old what a page shows is, and how to read it anew. */
export function readNote({ readAt, tookMs, tasks }: FleetData): Html {
  const seconds = (tookMs / 1_000).toFixed(1);
  return html`<form method="post" action="/refresh" class="acts"><span class="quiet">Of ${tasks.length.toLocaleString('en')} ${tasks.length === 1 ? 'task that was' : 'tasks that were'} read ${at(readAt)} in ${seconds} s.</span>
<button>Read anew</button></form>`;
}
