import type { Language } from '../emails/languages.ts';
import { daysOf } from '../functions/facts/days.ts';
import { FIGURES } from '../functions/facts/figures.ts';
import { type FactLine, type Report, type Total, totalOf } from '../functions/facts/report.ts';
import type { ReportFacts } from '../functions/notices/render/render-report.ts';

/** What a weekly mail tells of. */
export const REPORT_EDGES = ['one-tenant', 'all', 'script'] as const;
export type ReportEdge = (typeof REPORT_EDGES)[number];

const WEEK = { from: '2026-01-19', to: '2026-01-25' };
const NAMES: Record<ReportEdge, readonly string[]> = {
  'one-tenant': ['acmeCo'],
  all: ['acmeCo', 'beta', 'a-tenant-with-a-name-that-is-rather-long', 'www.evil.test', '"quoted"', 'sixth'],
  script: ['<script>alert("1")</script>'],
};

/** The facts of a weekly mail of the preview. */
export function sampleReport(language: Language, edge: ReportEdge): ReportFacts {
  const facts = daysOf(WEEK).flatMap((day, number) =>
    NAMES[edge].flatMap((tenant, place) => linesOf(day, tenant, number, place)),
  );
  const tenant = edge === 'all' ? null : (NAMES[edge][0] ?? '');
  const report: Report = { ...WEEK, tenant, facts, mails: [], total: totalOf(facts, WEEK), before: BEFORE };
  return { recipient: 'ana@acme.test', contact: 'platform@acme.test', language, reports: [report] };
}

function linesOf(day: string, tenant: string, number: number, place: number): FactLine[] {
  const of = { day, tenant, plane: 'aws-eu-1' };
  const happened = {
    abandoned: 7 - place,
    warned: 6 - place,
    kept: number % 2,
    recovered: 3,
    recoveredAfterWarning: 2,
    disabled: number % 3,
    undone: number === 5 ? 1 : 0,
    off: 40 + number,
    restartsAvoided: 1234.5,
  };
  return [
    { ...of, mode: null, cause: null, figures: { tasks: 4_321, failing: 87 } },
    { ...of, mode: 'disable', cause: 'failed-credentials', figures: happened },
    { ...of, mode: 'disable', cause: 'never-primary', figures: { abandoned: 1, warned: 1 } },
  ];
}

/** A week of which nobody knows how many tasks there were. */
const BEFORE = Object.fromEntries(
  FIGURES.map((figure) => [figure, figure === 'tasks' || figure === 'failing' ? null : 5]),
) as Total;
