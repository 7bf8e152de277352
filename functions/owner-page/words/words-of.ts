import type { Language } from '../../../emails/languages.ts';
import { english } from './english.ts';
import { german } from './german.ts';
import type { PageWords } from './page-words.ts';

const WORDS: Record<Language, PageWords> = { en: english, de: german };

/** The words of the page in a language; English where none, or an unknown one, was chosen. */
export function pageWordsIn(language: Language | undefined): PageWords {
  return language !== undefined && Object.hasOwn(WORDS, language) ? WORDS[language] : english;
}
