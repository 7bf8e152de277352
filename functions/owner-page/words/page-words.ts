import type { Language } from '../../../emails/languages.ts';
import type { Act, Done, WhyOff } from '../task-view.ts';

/** What is wrong with a form of the preferences. */
export type PreferenceProblem = 'time-of-day' | 'zone' | 'language' | 'both-times' | 'least-awake';

/** A page that only says something. */
export interface NoticeWords {
  title: string;
  lines: string[];
}

/** A form for one act. */
interface ActWords {
  title: string;
  text: string;
  /** The text where it is done for several tasks. */
  many: string;
  button: string;
}

/** All words of the owner's page in one language, beside those of the mails. */
export interface PageWords {
  language: Language;
  ask: string;
  titles: { one: string; many(count: number): string; all: string; preferences: string };
  notices: Record<'invalid' | 'too-often' | 'method' | 'failed', NoticeWords> &
    Record<'expired' | 'gone', NoticeWords>;
  saved: string;
  wrongButton: string;
  notNow: string;
  /** Why something cannot be done any more; how it stands follows. */
  changed: string;
  said: Record<Done, string>;
  backToMail: string;
  backToList: string;
  standing: {
    gone: string;
    noSay: string;
    disclaimed: string;
    newer: string;
    undated: string;
    undatedLate: string;
    due(date: string, when: string): string;
    closing: string;
    kept(kind: 'keep' | 'snooze', until: string): string;
    off(at: string): string;
    offBecause: Record<WhyOff, string>;
    onAgain: string;
    over(reason: string | null): string;
  };
  /** The names of facts. */
  facts: Record<
    | 'what'
    | 'overSince'
    | 'ends'
    | 'deadline'
    | 'wasNotRunning'
    | 'notRunning'
    | 'why'
    | 'restarts'
    | 'told'
    | 'by'
    | 'reason',
    string
  >;
  ago(length: string): string;
  nobodyElse: string;
  acts: Record<Act, ActWords>;
  /** The field for whose it is. */
  instead: string;
  keep: { again: string; zone(zone: string): string; until: string; reason: string };
  snooze: { again: string; days(most: number): string };
  problems: Record<PreferenceProblem, string> & {
    nothing: string;
    none: string;
    address: string;
    tooMany(most: number): string;
    keepDays(first: string, last: string, most: string): string;
    snoozeDays(most: number): string;
  };
  preferences: {
    forAll(address: string): string;
    remind: string;
    language: string;
    zone: string;
    quiet: string;
    quietText: string;
    from: string;
    to: string;
    save: string;
    declined(address: string): string;
    decline(address: string): string;
    stop: string;
    stopped: string;
  };
  list: {
    ofMail(count: number): string;
    /** `tenants`: those of the mail, whose tasks these are; may be empty. */
    ofAll(tenants: string): string;
    empty: string;
    allTasks: string;
    filter: string;
    contains: string;
    show: string;
    everything: string;
    groups: Record<'due' | 'failing' | 'kept' | 'off' | 'over', string>;
    select(name: string): string;
    /** What is meant follows, for those who do not see it. */
    selectAll(count: number): string;
    /** Which part of a longer list this is. */
    range(first: number, last: number, total: number): string;
    selected: string;
    /** Of the buttons for several. */
    buttons: Record<Act, string>;
    next: string;
    previous: string;
    confirm(act: Act, count: number): string;
    confirmText: string;
    cancel: string;
    cannot: string;
    result: string;
    done(count: number): string;
    notDone(count: number): string;
    leftActs(count: number): string;
  };
}
