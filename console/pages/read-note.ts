import { html } from 'hono/html';
import { oneOr } from '../../functions/platform/amounts.ts';
import type { FleetData } from '../fleet.ts';
import { amountText, at, type Html } from '../parts.ts';

/** How old what a page shows is, and how to read it anew. */
export function readNote({ readAt, tookMs, tasks }: FleetData): Html {
  const seconds = (tookMs / 1_000).toFixed(1);
  return html`<form method="post" action="/refresh" class="acts"><span class="quiet">Of ${amountText(tasks.length, 'task')} that ${oneOr(tasks.length, 'was', 'were')} read ${at(readAt)} in ${seconds} s.</span>
<button>Read anew</button></form>`;
}
