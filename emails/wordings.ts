import type { Cause, ResolveReason } from '../functions/abandonment/task.ts';
import type { Language } from './languages.ts';

/** What the parts of a digest are about, the most pressing first. */
export const GROUPS = [
  'due',
  'overdue',
  'stopping',
  'still-off',
  'disabled',
  'withdrawn',
  'failing',
  'enabled',
  'recovered',
] as const;
export type Group = (typeof GROUPS)[number];

/** How many tasks a sentence is about, and the name where it is one. */
export interface Subject {
  count: number;
  /** Of one task; absent where it is fit for no subject line. */
  name?: string;
}

interface SubjectSlots extends Subject {
  /** The earliest date that is ahead, as `DateWords.day` has it; empty where there is none. */
  day: string;
  /** Whether later dates stand in the mail, too. */
  more: boolean;
  /** Whether all of them were announced before. */
  reminder: boolean;
}

interface SinceSlots {
  since: string;
  lasted: string;
  /** Null where nobody counts them. */
  restarts: number | null;
  /** How often it ran in between, too short to count. */
  twitches: number;
  /** Whether time in which health could not be known was left out. */
  partly: boolean;
  /** Whether it is over. */
  past: boolean;
}

/** Since when several tasks do not run: an earliest and a latest day, which may be the same. */
interface SinceOfManySlots {
  first: string;
  last: string;
  /** The most restarts that were tried of one of them; null where nobody counts them. */
  restarts: number | null;
  past: boolean;
}

export interface DateSlots {
  /** In the reader's zone and in UTC. */
  date: string;
  /** `in 6 days`, `due now`. */
  when: string;
}

/** A date up to which something holds. */
export interface LastSlots {
  /** In the reader's zone and in UTC. */
  date: string;
  /** How long that is from now: `7 days`. */
  left: string;
}

/** A minute in some zone: names in the reader's language, hour and minute in two digits. */
export interface CalendarMinute {
  weekday: string;
  year: string;
  month: string;
  day: string;
  hour: string;
  minute: string;
}

/** A part of a length of time. */
export interface Amount {
  count: number;
  unit: 'day' | 'hour' | 'minute';
}

export interface DateWords {
  /** Whose names of weekdays and months to use. */
  locale: string;
  /** `5 February 2026`. */
  day(date: CalendarMinute): string;
  /** `Thursday 5 February 2026`. */
  weekday(date: CalendarMinute): string;
  /** `01:00 Berlin time`; `zone` null: UTC. */
  time(date: CalendarMinute, zone: string | null): string;
  /** `1 day 5 hours`. */
  length(amounts: Amount[]): string;
  /** `in 1 day 5 hours`. */
  ahead(amounts: Amount[]): string;
  dueNow: string;
}

/** Why somebody is notified of a task; the names are fit to be shown. */
export type WhySlots =
  | { as: 'owner' }
  | { as: 'owner-by-rule'; pattern: string }
  /** `scope`: a prefix or a task; null: all tasks. */
  | { as: 'subscriber' | 'admin'; scope: string | null }
  /** As a subscriber, an admin, or somebody who was notified of it before. */
  | { as: 'other' };

/** Figures that a weekly report may tell, in this order. */
export const REPORTED = [
  'tasks',
  'failing',
  'abandoned',
  'overdue',
  'warned',
  'kept',
  'recoveredAfterWarning',
  'disabled',
  'undone',
  'off',
  'restartsAvoided',
] as const;
type Reported = (typeof REPORTED)[number];

/** The days of a report, as its reader writes days. */
export interface ReportDays {
  from: string;
  to: string;
}

/** The words of a weekly report. */
interface ReportWords {
  /** `tenant`: the one that it is of; null: it is of all, of several, or of one that is fit for no subject line. */
  subject(tenant: string | null, days: ReportDays): string;
  introduction(days: ReportDays): string;
  /** The heading of one tenant's part; null: of all. */
  of(tenant: string | null): string;
  thisWeek: string;
  weekBefore: string;
  figures: Record<Reported, string>;
  byTenant: string;
  byCause: string;
  /** Of a tenant or a cause. */
  said(found: string, disabled: string): string;
  unknown: string;
  estimate: string;
  youGetThis: string;
}

/** All words of a mail in one language. */
export interface Wordings {
  language: Language;
  dates: DateWords;
  /** The subject line by what presses most. */
  subject: Record<Group, (slots: SubjectSlots) => string>;
  /** What a subject line adds for the other notices of the mail. */
  andOthers(count: number): string;
  /** The line that inboxes show behind the subject: of one task how long it does not run and why, of several some names. */
  preheader: { one(lasted: string, cause: Cause): string; many(names: string[], more: number): string };
  heading: Record<Group, (count: number) => string>;
  /** The heading of what follows, where the mail has one part, whose heading is the subject. */
  whatToDo: string;
  whatItMeans: string;
  /** What holds for all tasks of a group: what to do, or that there is nothing to do. */
  introduction: Record<Group, (count: number) => string>;
  /** That turning off can be prevented and undone. */
  undoable: string;
  /** What it is; the name of its data plane follows. */
  where(kind: string): string;
  /** What several are and where; `planes` are fit to be shown, `more` counts those not named. */
  whereMany(kinds: string[], planes: string[], more: number): string;
  notRunning(slots: SinceSlots): string;
  notRunningMany(slots: SinceOfManySlots): string;
  /** Since when a task outlives its own deadline; of one that is over by now: outlived. */
  outlived(slots: Pick<SinceSlots, 'since' | 'lasted' | 'past'>): string;
  /** The days of the deadlines that several tasks outlive. */
  outlivedMany(slots: Pick<SinceOfManySlots, 'first' | 'last'>): string;
  /** The task's own deadline; `isTurnedOff`: it is turned off then. */
  endsOn(slots: DateSlots, isTurnedOff: boolean): string;
  /** What is known of a task whose deadline is still ahead. */
  stillRuns: string;
  causes: Record<Cause, string>;
  /** The cause that several tasks share. */
  causesOfMany: Record<Cause, string>;
  causeIs(cause: Cause): string;
  /** Why a date was withdrawn. */
  reasons: Record<ResolveReason, string>;
  /** The reason that several withdrawn dates share. */
  reasonOfMany(reason: ResolveReason): string;
  willBeTurnedOff(slots: DateSlots, reminder: boolean): string;
  wasTurnedOff(date: string | null, byOwner: boolean): string;
  /** Until what day it can be turned on again as it was. */
  restorable(day: string): string;
  /** The same of what is still off shortly before then, to the minute. */
  restorableStill(slots: LastSlots): string;
  noLongerHolds(reason: ResolveReason | undefined): string;
  runsAgain: string;
  /** An operator turned it on again. */
  wasTurnedOn(date: string | null): string;
  /** Who else was notified; `more` counts those not named. */
  alsoTold(addresses: string[], more: number): string;
  /** Why the reader gets this; `count`: of how many tasks, where it is said of all of them together. */
  youGetThis(why: WhySlots, count?: number): string;
  /** The heading of tasks that share a date, or the day of what happened. */
  listed: { due(slots: DateSlots): string; past(day: string): string; restorable(slots: LastSlots): string };
  /** How many tasks share a cause. */
  counted(what: string, count: number): string;
  /** Names follow that all begin with this. */
  under(folder: string): string;
  sentTo(recipient: string): string;
  ask(contact: string): string;
  /** Declining reminders never declines the warning or the disabling; by whether they were declined. */
  declining: { yes: string; no: string };
  /** The words of links to the owner's page. */
  acting: Record<'review' | 'again' | 'one' | 'preferences' | 'stop', string>;
  /** Why a warning has no way to decline it. */
  notDeclinable: string;
  report: ReportWords;
}
