import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import { LANGUAGES, type Language } from '../../emails/languages.ts';

/** Of the languages that the page speaks the one that a browser likes best (`Accept-Language`); else English. */
export function browserLanguage(c: Context): Language {
  const best = accepts(c, {
    header: 'Accept-Language',
    supports: [...LANGUAGES],
    default: LANGUAGES[0],
    match: (wanted, { supports, default: otherwise }) =>
      wanted
        .filter(({ q }) => q > 0)
        .sort((a, b) => b.q - a.q)
        .map(({ type }) => type.toLowerCase().split('-', 1)[0] ?? '')
        .find((language) => supports.includes(language)) ?? otherwise,
  });
  return LANGUAGES.find((language) => language === best) ?? LANGUAGES[0];
}
