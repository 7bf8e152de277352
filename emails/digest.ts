import type { Language } from './languages.ts';
import type { Group } from './wordings.ts';

/** What the templates may name. All text here is plain: each compiled part escapes or wraps it in its own way. */
export interface Digest {
  language: Language;
  heading: string;
  /** Where to act on all of it; at most one. */
  pages: Link[];
  sections: Section[];
  /** What stands below all tasks. */
  notes: string[];
  footerLinks: Link[];
}

/** A link: in the plain text its address stands below the words. */
export interface Link {
  words: string;
  url: string;
}

export interface Section {
  /** Gives the colour. */
  group: Group;
  heading: string;
  introduction: string;
  entries: Entry[];
  lists: List[];
}

/** One task. */
export interface Entry {
  name: string;
  /** What will happen or has happened; none where nothing does. */
  acts: string[];
  /** Since when, how often restarted, why. */
  state: string;
  /** What it is, before the name of its data plane. */
  where: string;
  plane: string;
  told: string;
  /** Where to act on it; at most one. */
  links: Link[];
}

/** Tasks named under one date, without their details. */
export interface List {
  heading: string;
  names: string[];
}
