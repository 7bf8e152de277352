import { english } from './english.ts';
import { german } from './german.ts';
import type { Language } from './languages.ts';
import type { Wordings } from './wordings.ts';

const WORDINGS: Record<Language, Wordings> = { en: english, de: german };

/** The words of a language; English where it is absent or not known here: a mail is never lost over its language. */
export function wordingsIn(language: string | undefined): Wordings {
  return Object.values(WORDINGS).find((words) => words.language === language) ?? english;
}
