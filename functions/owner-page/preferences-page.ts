import { html } from 'hono/html';
import { english } from '../../emails/english.ts';
import { LANGUAGES, type Language } from '../../emails/languages.ts';
import { knownZone } from '../platform/zones.ts';
import type { RecipientRecord } from '../store/recipients.ts';
import type { Form } from './forms.ts';
import type { Html } from './frame.ts';

const ZONES = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];

const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', de: 'Deutsch' };

/** What a recipient may choose. `chosen`: the fields as they are to be shown. */
export function preferencesBody(address: string, chosen: Form): Html {
  const { zone = 'UTC' } = chosen;
  const zones = ZONES.includes(zone) || knownZone(zone) !== zone ? ZONES : [...ZONES, zone];
  return html`<p>For all mails to ${address}.</p>
<form method="post">
<label class="tick"><input type="checkbox" name="reminders"${chosen.reminders === 'on' ? html` checked` : ''}>
<span>Remind me before a date that was announced to me</span></label>
<label for="language">Language of mails</label>
<select id="language" name="language">
${LANGUAGES.map(
  (one) =>
    html`<option value="${one}" lang="${one}"${one === chosen.language ? html` selected` : ''}>${LANGUAGE_NAMES[one]}</option>`,
)}
</select>
<label for="zone">Time zone of dates</label>
<select id="zone" name="zone">
${zones.map((one) => html`<option${one === zone ? html` selected` : ''}>${one}</option>`)}
</select>
<fieldset aria-describedby="quiet-hours">
<legend>Quiet hours</legend>
<p id="quiet-hours" class="quiet">No mail comes between these times of your time zone: it comes when they are over. A date
that was announced to you stands. Leave both empty to get mails at any time.</p>
<label for="from">From</label>
<input id="from" type="time" name="from" value="${chosen.from ?? ''}">
<label for="to">Until</label>
<input id="to" type="time" name="to" value="${chosen.to ?? ''}">
</fieldset>
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
