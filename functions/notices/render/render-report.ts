import { reportHtml, reportText } from '../../../emails/compiled.ts';
import type { Language } from '../../../emails/languages.ts';
import type { ReportMail, ReportPart, ReportPlace, ReportTop } from '../../../emails/report.ts';
import { REPORTED, type ReportDays, type Wordings } from '../../../emails/wordings.ts';
import { wordingsIn } from '../../../emails/wordings-by-language.ts';
import type { Cause } from '../../abandonment/task.ts';
import { beginOf } from '../../facts/days.ts';
import { byGroup, type FactLine, type Report } from '../../facts/report.ts';
import { clip, escapeHtml, visible } from '../../platform/escape.ts';
import { addressShown, plainWordOf, unlinked } from '../../platform/foreign-words.ts';
import { wrapLines } from './render-wrap.ts';
import { dayIn, UNBROKEN_SPACE } from './wording-dates.ts';

/** All that a weekly mail may say. */
export interface ReportFacts {
  /** The recipient's address. */
  recipient: string;
  /** Whom to ask. */
  contact: string;
  language?: Language;
  /** One for each tenant that they subscribed to, or one of all: all of the same week. */
  reports: readonly Report[];
}

/** As many tenants and causes are named in each part. */
const MOST_NAMED = 5;

/** Above any tenant's name. */
const LONGEST_NAME = 512;

/** One weekly mail from its facts alone. Throws a RangeError where there is no report. */
export function renderReport(facts: ReportFacts): { subject: string; text: string; html: string } {
  const [first, second] = facts.reports;
  if (!first) throw new RangeError('a weekly mail without a report');
  const words = wordingsIn(facts.language);
  const days = daysIn(first, words);
  const tenant = second || first.tenant === null ? null : (plainWordOf(first.tenant) ?? null);
  const subject = words.report.subject(tenant, days);
  const mail: ReportMail = {
    language: words.language,
    heading: subject,
    introduction: words.report.introduction(days),
    parts: facts.reports.map((report) => partOf(report, words)),
    remarks: [
      words.report.estimate,
      words.report.youGetThis,
      words.sentTo(addressShown(facts.recipient)),
      words.ask(facts.contact),
    ],
  };
  return { subject, text: wrapLines(reportText(quotable(mail))), html: reportHtml(mail, escapeHtml) };
}

function daysIn({ from, to }: Report, { dates }: Wordings): ReportDays {
  // Subjects and texts have plain spaces.
  const day = (name: string) => dayIn(beginOf(name), 'UTC', dates).replaceAll(UNBROKEN_SPACE, ' ');
  return { from: day(from), to: day(to) };
}

function partOf(report: Report, words: Wordings): ReportPart {
  const { total, before, tenant } = report;
  const shown = REPORTED.filter((figure) => total[figure] !== 0 || before[figure] !== 0);
  return {
    heading: words.report.of(tenant === null ? null : nameShown(tenant)),
    now: words.report.thisWeek,
    before: words.report.weekBefore,
    figures: shown.map((figure) => ({
      label: words.report.figures[figure],
      now: numberIn(total[figure], words),
      before: numberIn(before[figure], words),
    })),
    tops: topsOf(report, words),
  };
}

function topsOf(report: Report, words: Wordings): ReportTop[] {
  const places = (groupOf: (line: FactLine) => string | null, called: (group: string) => string) =>
    byGroup(report, groupOf)
      .filter(({ total }) => total.abandoned || total.disabled)
      .slice(0, MOST_NAMED)
      .map(
        ({ group, total: { abandoned, disabled } }): ReportPlace => ({
          called: called(group),
          said: words.report.said(numberIn(abandoned, words), numberIn(disabled, words)),
        }),
      );
  const tenants = report.tenant === null ? places(({ tenant }) => tenant, nameShown) : [];
  const causes = places(
    ({ cause }) => cause,
    (cause) => words.causes[cause as Cause] ?? cause,
  );
  return [
    { heading: words.report.byTenant, places: tenants },
    { heading: words.report.byCause, places: causes },
  ].filter(({ places: { length } }) => length > 0);
}

/** Whatever a tenant is called, no mail program makes a link of it. */
function nameShown(name: string): string {
  return unlinked(clip(visible(name), LONGEST_NAME));
}

/** Whole, for what is estimated is not known to fractions. */
function numberIn(figure: number | null, { dates, report }: Wordings): string {
  return figure === null ? report.unknown : Math.round(figure).toLocaleString(dates.locale);
}

/** As it stands in the text, where names are between quotes: none ends them. */
function quotable(mail: ReportMail): ReportMail {
  const quoted = (name: string) => name.replaceAll('"', '\\"');
  const topOf = (top: ReportTop): ReportTop => ({
    ...top,
    places: top.places.map((place) => ({ ...place, called: quoted(place.called) })),
  });
  return { ...mail, parts: mail.parts.map((part) => ({ ...part, tops: part.tops.map(topOf) })) };
}
