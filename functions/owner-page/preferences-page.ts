import { html } from 'hono/html';
import { LANGUAGES, type Language } from '../../emails/languages.ts';
import { wordingsIn } from '../../emails/wordings-by-language.ts';
import { knownZone } from '../platform/zones.ts';
import type { AddressedRecipient } from '../store/recipients.ts';
import type { Form } from './forms.ts';
import type { Html } from './frame.ts';
import type { PageWords } from './words/page-words.ts';

const ZONES = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];

const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', de: 'Deutsch' };

/** What a recipient may choose. `chosen`: the fields as they are to be shown. */
export function preferencesBody(
  address: string,
  chosen: Form,
  { language, preferences: words }: PageWords,
): Html {
  const { zone = 'UTC' } = chosen;
  const zones = ZONES.includes(zone) || knownZone(zone) !== zone ? ZONES : [...ZONES, zone];
  return html`<p>${words.forAll(address)}</p>
<form method="post">
<label class="tick"><input type="checkbox" name="reminders"${chosen.reminders === 'on' ? html` checked` : ''}>
<span>${words.remind}</span></label>
<label for="language">${words.language}</label>
<select id="language" name="language">
${LANGUAGES.map(
  (language) =>
    html`<option value="${language}" lang="${language}"${language === chosen.language ? html` selected` : ''}>${LANGUAGE_NAMES[language]}</option>`,
)}
</select>
<label for="zone">${words.zone}</label>
<select id="zone" name="zone">
${zones.map((option) => html`<option${option === zone ? html` selected` : ''}>${option}</option>`)}
</select>
<fieldset aria-describedby="quiet-hours">
<legend>${words.quiet}</legend>
<p id="quiet-hours" class="quiet">${words.quietText}</p>
<label for="from">${words.from}</label>
<input id="from" type="time" name="from" value="${chosen.from ?? ''}">
<label for="to">${words.to}</label>
<input id="to" type="time" name="to" value="${chosen.to ?? ''}">
</fieldset>
<button>${words.save}</button>
</form>
<p class="quiet">${wordingsIn(language).notDeclinable}</p>`;
}

/** Declining reminders, and nothing else. */
export function unsubscribeBody(
  { address, declined }: AddressedRecipient,
  { language, preferences: words }: PageWords,
): Html {
  const { notDeclinable } = wordingsIn(language);
  if (declined)
    return html`<p>${words.declined(address)}</p>
<p class="quiet">${notDeclinable}</p>`;
  return html`<p>${words.decline(address)}</p>
<p class="quiet">${notDeclinable}</p>
<form method="post">
<button name="List-Unsubscribe" value="One-Click">${words.stop}</button>
</form>`;
}
