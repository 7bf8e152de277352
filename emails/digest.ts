import type { Language } from './languages.ts';
import type { Group } from './wordings.ts';

/** What the templates may name. All text here is plain: each compiled part escapes or wraps it in its own way. */
export interface Digest {
  language: Language;
  /** Hidden in the HTML: what inboxes show behind the subject. */
  preheader: string;
  /** Whose mail it is. */
  brandName: string;
  /** The address of a picture of the brand; at most one. */
  logos: string[];
  heading: string;
  /** The same for the HTML: names in it stay whole where a line has room. */
  title: Words[];
  /** For a mail about one task: what happens, or happened, and when. */
  happens: string[];
  /** Why the reader gets it, and that it can be undone. */
  leads: string[];
  /** The button; at most one. */
  pages: Button[];
  sections: Section[];
  /** The colours of its sections. */
  tones: Tone[];
  /** What stands below all tasks. */
  notes: string[];
  footerLinks: Link[];
}

/** Words, and behind them a name that stays whole; at most one. */
export interface Words {
  plain: string;
  whole: string[];
}

/** A colour for what a selector of CSS names, on white and on dark. */
export interface Tone {
  of: string;
  light: string;
  dark: string;
}

/** A link: in the plain text its address stands below the words. */
export interface Link {
  words: string;
  url: string;
}

/** The link to act on, in the colours of the brand: `#0b57d0`. */
export interface Button extends Link {
  colour: string;
  ink: string;
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
  /** What will happen or has happened; none where nothing does, or the top of the mail says it. */
  acts: string[];
  /** Since when, how often restarted, why. */
  state: string;
  /** What it is, before the name of its data plane. */
  where: string;
  plane: string;
  told: string;
  /** Where to act on it; at most one, and none where the button leads there. */
  links: Link[];
}

/** Tasks that share a date. */
export interface List {
  /** The date; none where there is none to tell. */
  dates: string[];
  kinds: Kind[];
}

/** Tasks that share a date and a cause. */
export interface Kind {
  /** The cause, and how many they are; none where what stands above says both. */
  causes: string[];
  /** What holds for all of them. */
  facts: string[];
  folders: Folder[];
  /** Names that stand there in full; one list at most. */
  inFull: Names[];
}

export interface Names {
  names: string[];
}

/** Tasks whose names begin alike. */
export interface Folder {
  heading: string;
  /** The rest of each name, as one text; plain words. */
  rest: string;
  /** The same in the HTML, a line for each, so that none breaks at its dash where it has room; they stand in columns. */
  names: string;
  /** How wide a column is, in em, so that the longest has room. */
  wide: string;
}
