import { html } from 'hono/html';
import { english } from '../../emails/english.ts';
import type { RecipientRecord } from '../store/rows.ts';
import type { Html } from './frame.ts';

const ZONES = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];

/** What a recipient may choose. */
export function preferencesBody({ address, declined, zone = 'UTC' }: RecipientRecord): Html {
  const zones = ZONES.includes(zone) ? ZONES : [...ZONES, zone];
  return html`<p>For all mails to ${address}.</p>
<form method="post">
<label class="tick"><input type="checkbox" name="reminders"${declined ? '' : html` checked`}>
<span>Remind me before a date that was announced to me</span></label>
<label for="zone">Time zone of dates</label>
<select id="zone" name="zone">
${zones.map((one) => html`<option${one === zone ? html` selected` : ''}>${one}</option>`)}
</select>
<button>Save</button>
</form>
<p class="quiet">${english.notDeclinable}</p>`;
}

/** Declining reminders, and nothing else. */
export function unsubscribeBody({ address, declined }: RecipientRecord): Html {
  if (declined)
    return html`<p>Reminders to ${address} are declined.</p>
<p class="quiet">${english.notDeclinable}</p>`;
  return html`<p>No more reminders, for all tasks, to ${address}?</p>
<p class="quiet">${english.notDeclinable}</p>
<form method="post">
<button name="List-Unsubscribe" value="One-Click">Stop reminders</button>
</form>`;
}
