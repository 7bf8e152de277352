import { daysOf } from '../functions/facts/days.ts';
import { FIGURES, type Figure, sumOf } from '../functions/facts/figures.ts';
import {
  byGroup,
  type Days,
  type FactLine,
  type Report,
  type Total,
  totalOf,
} from '../functions/facts/report.ts';
import { csvLine } from './csv.ts';
import { columns, jsonLine, safe } from './terminal.ts';

/** What each figure is called. */
export const TITLES: Record<Figure, string> = {
  tasks: 'tasks',
  failing: 'tasks that fail',
  abandoned: 'found abandoned',
  overdue: 'found past their deadline',
  warned: 'warned of',
  kept: 'kept or snoozed',
  recovered: 'recovered',
  recoveredAfterWarning: 'recovered after a warning',
  published: 'published anew by a user',
  endedOtherwise: 'ended otherwise',
  disabled: 'disabled',
  undone: 'disablings undone',
  off: 'off by us',
  restarts: 'restarts tried in vain',
  restartsAvoided: 'restarts avoided (estimate)',
};

/** What is shown of each group, beside its name. */
export const OF_GROUPS = [
  'abandoned',
  'warned',
  'kept',
  'recoveredAfterWarning',
  'disabled',
  'undone',
] as const;

/** As many groups are shown of each kind; CSV and JSON have all. */
const MOST_GROUPS = 20;

/** One kind of groups of a report. */
export interface Groups {
  title: string;
  rows: string[][];
}

/** A report for people. */
export function reportTable(report: Report): string[] {
  const groups = groupsOf(report).flatMap(({ title, rows }) => [
    '',
    title,
    ...columns([['', ...OF_GROUPS.map((figure) => TITLES[figure])], ...rows], '  '),
  ]);
  const mails = mailRows(report);
  const mailLines = mails.length === 0 ? [] : ['', 'Mails', ...columns([['', ...OF_MAILS], ...mails], '  ')];
  return [safe(titleOf(report)), '', ...columns(figureRows(report)), ...groups, ...mailLines];
}

/** What a report is of. */
export function titleOf({ tenant, from, to }: Report): string {
  const of = tenant === null ? 'All tenants' : `Tenant ${tenant}`;
  return from === to ? `${of} on ${from}` : `${of} from ${from} to ${to}`;
}

/** Each figure of the span, and of the one before it. */
export function figureRows({ from, to, total, before }: Report): string[][] {
  const days = daysOf({ from, to }).length;
  const earlier = days === 1 ? 'the day before' : `the ${days} days before`;
  const rows = FIGURES.map((figure) => [TITLES[figure], shown(total[figure]), shown(before[figure])]);
  return [['', from === to ? 'that day' : 'these days', earlier], ...rows];
}

/** The groups of a report that say something, the largest first. */
export function groupsOf(report: Report): Groups[] {
  const by = (title: string, groupOf: (line: FactLine) => string | null): Groups => {
    const all = byGroup(report, groupOf).filter(({ total }) => OF_GROUPS.some((figure) => total[figure]));
    const rows = all
      .slice(0, MOST_GROUPS)
      .map(({ group, total }) => [group, ...OF_GROUPS.map((figure) => shown(total[figure]))]);
    const left = all.length - rows.length;
    return { title: left > 0 ? `${title} (the first ${rows.length} of ${all.length})` : title, rows };
  };
  const tenants = report.tenant === null ? [by('By tenant', ({ tenant }) => tenant)] : [];
  const others = [
    by('By data plane', ({ plane }) => plane),
    by('By mode', ({ mode }) => mode),
    by('By cause', ({ cause }) => cause),
  ];
  return [...tenants, ...others].filter(({ rows }) => rows.length > 0);
}

/** Mails by their wordings: of each its mails, its notices and its mails that came to nothing. */
export function mailRows({ mails }: Pick<Report, 'mails'>): string[][] {
  const wordings = [...new Set(mails.map(({ wording }) => wording))].sort();
  return wordings.map((wording) => {
    const sums = sumOf(mails.filter((line) => line.wording === wording).map(({ figures }) => figures));
    return [wording, ...OF_MAILS.map((figure) => shown(sums[figure] ?? 0))];
  });
}

/** What is shown of mails of one wording. */
export const OF_MAILS = ['mails', 'notices', 'failed'] as const;

/** A figure as it is shown: whole, for what is estimated is not known to fractions. */
export function shown(figure: number | null): string {
  return figure === null ? '-' : String(Math.round(figure));
}

/** A report as JSON: one object a line. */
export function reportJson({ facts, mails, total, before, ...of }: Report): string[] {
  return [
    jsonLine({ type: 'report', ...of }),
    ...facts.map((fact) => jsonLine({ type: 'fact', ...fact })),
    ...mails.map((mail) => jsonLine({ type: 'mails', ...mail })),
    jsonLine({ type: 'total', total, before }),
  ];
}

/** A report as CSV: a row for each day, tenant, data plane, mode and cause. */
export function reportCsv({ facts }: Report): string[] {
  const rows = facts.map(({ day, tenant, plane, mode, cause, figures }) => [
    day,
    tenant,
    plane,
    mode ?? '',
    cause ?? '',
    ...FIGURES.map((figure) => String(figures[figure] ?? '')),
  ]);
  return [['day', 'tenant', 'plane', 'mode', 'cause', ...FIGURES], ...rows].map(csvLine);
}

/** The totals of each day of a report. */
export function byDay(report: Days & Pick<Report, 'facts'>): { day: string; total: Total }[] {
  return daysOf(report).map((day) => ({
    day,
    total: totalOf(
      report.facts.filter((line) => line.day === day),
      { from: day, to: day },
    ),
  }));
}
