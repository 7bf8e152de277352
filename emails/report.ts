import type { Language } from './languages.ts';

/** What the template of a weekly report may name; plain text, as in a digest. */
export interface ReportMail {
  language: Language;
  heading: string;
  introduction: string;
  parts: ReportPart[];
  /** What stands below. */
  remarks: string[];
}

/** The week of one tenant, or of all. */
export interface ReportPart {
  heading: string;
  /** What the columns are. */
  now: string;
  before: string;
  figures: ReportFigure[];
  tops: ReportTop[];
}

/** One figure of the week, and of the week before. */
export interface ReportFigure {
  label: string;
  now: string;
  before: string;
}

/** Where most of it happened. */
export interface ReportTop {
  heading: string;
  places: ReportPlace[];
}

export interface ReportPlace {
  called: string;
  said: string;
}
