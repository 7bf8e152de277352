import type { Figure } from '../functions/facts/figures.ts';
import type { Report } from '../functions/facts/report.ts';
import { escapeHtml } from '../functions/platform/escape.ts';
import { pageOf, plotOf, tableOf } from './page.ts';
import {
  byDay,
  figureRows,
  groupsOf,
  mailRows,
  OF_GROUPS,
  OF_MAILS,
  shown,
  TITLES,
  titleOf,
} from './report-text.ts';

/** Figures that are shown in one plot. */
interface Plotted {
  title: string;
  series: readonly { figure: Figure; color: string }[];
  isStacked?: true;
}

const PLOTS: readonly Plotted[] = [
  {
    title: 'Found abandoned, and warned of',
    series: [
      { figure: 'abandoned', color: '#bf8700' },
      { figure: 'warned', color: '#4a8fe7' },
    ],
  },
  {
    title: 'What became of them',
    series: [
      { figure: 'recoveredAfterWarning', color: '#2da44e' },
      { figure: 'published', color: '#8ccf9b' },
      { figure: 'kept', color: '#8c959f' },
      { figure: 'disabled', color: '#d1584f' },
    ],
    isStacked: true,
  },
  { title: 'Tasks that fail', series: [{ figure: 'failing', color: '#bf8700' }] },
  {
    title: 'Restarts avoided (estimate)',
    series: [{ figure: 'restartsAvoided', color: '#2da44e' }],
  },
];

/** A report as one page that needs nothing beside it: plots by day, figures, groups and mails. */
export function reportPage(report: Report): string {
  const days = byDay(report);
  const plots = PLOTS.filter(({ series }) =>
    days.some(({ total }) => series.some(({ figure }) => (total[figure] ?? 0) > 0)),
  ).map((plotted) => sectionOf(plotted, days));
  const [headings = [], ...figures] = figureRows(report);
  const ofGroups = ['', ...OF_GROUPS.map((figure) => TITLES[figure])];
  const groups = groupsOf(report).map(({ title, rows }) => `<h2>${title}</h2>\n${numbers(ofGroups, rows)}`);
  const mails = mailRows(report);
  const daysTable = days.map(({ day, total }) => [day, ...OF_GROUPS.map((figure) => shown(total[figure]))]);
  const body = `<p class="quiet">Days in UTC. How each figure is counted: docs/reports.md.</p>
${numbers(headings, figures)}
<div class="plots">
${plots.join('\n')}
</div>
${groups.join('\n')}
${mails.length === 0 ? '' : `<h2>Mails</h2>\n${numbers(['', ...OF_MAILS], mails)}`}
<h2>By day</h2>
${numbers(['', ...ofGroups.slice(1)], daysTable)}`;
  return pageOf(titleOf(report), body);
}

function numbers(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return tableOf(headings, rows, (_, column) => (column > 0 ? 'number' : 'name'));
}

function sectionOf({ title, series, isStacked }: Plotted, days: ReturnType<typeof byDay>): string {
  const svg = plotOf({
    label: `${title}, by day; the tables below have the figures`,
    days: days.map(({ day }) => day.slice(5)),
    series: series.map(({ figure, color }) => ({
      name: TITLES[figure],
      color,
      data: days.map(({ total }) => total[figure] ?? 0),
    })),
    width: 440,
    height: 220,
    ...(isStacked && { isStacked }),
  });
  return `<section><h2>${escapeHtml(title)}</h2>\n${svg}</section>`;
}
