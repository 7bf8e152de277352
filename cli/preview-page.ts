import { DAY, formatInstant } from '../functions/abandonment/time.ts';
import { escapeHtml } from '../functions/platform/escape.ts';
import { COUNTED, type Counted } from '../simulation/preview/counts.ts';
import type { PreviewLine } from '../simulation/preview/preview.ts';
import { pageOf, plotOf, tableOf } from './page.ts';
import { changed, changeOf, differences, rowOf, tasksOf } from './preview-text.ts';

type Line<Type extends PreviewLine['type']> = Extract<PreviewLine, { type: Type }>;

const TITLES: Record<Counted, string> = {
  fired: 'Alerts fired',
  warned: 'Tasks named in a warning',
  reminded: 'Tasks named in a reminder',
  disabled: 'Tasks disabled',
  held: 'Holds that began',
  withdrawn: 'Dates withdrawn',
};

/** A preview as one page that needs nothing beside it: totals, a plot of each kind of thing, and the days. */
export function previewPage(lines: readonly PreviewLine[]): string {
  const [head, total] = [lines[0] as Line<'preview'>, lines.at(-1) as Line<'total'>];
  const days = lines.filter((line): line is Line<'day'> => line.type === 'day');
  const shown = COUNTED.filter((kind) => total.today[kind] > 0 || total.proposed[kind] > 0);
  const { today, proposed } = total.recipients;
  const body = `<p>${tasksOf(head)} from ${escapeHtml(head.from)} to ${escapeHtml(head.until)}; ${escapeHtml(changeOf(head))}. Nothing was changed.</p>
<p>A figure like 0 -&gt; 3 is today&rsquo;s policy, then the proposed one. People mailed: ${changed(today, proposed)}.</p>
${table(['', ...COUNTED], [['total', ...differences(total)]])}
${shown.map((kind) => `<h2>${TITLES[kind]}</h2>\n${plot(kind, datesOf(head), days)}`).join('\n')}
<h2>By day and tenant</h2>
${days.length === 0 ? '<p>Nothing happens.</p>' : table(['day', 'tenant', ...COUNTED], days.map(rowOf))}`;
  return pageOf('Preview of a policy', body);
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return tableOf(headings, rows, (text) => (text.includes('->') ? 'changes' : undefined));
}

/** All days of the preview, those without anything too. */
export function datesOf({ from, until }: Line<'preview'>): string[] {
  const dates: string[] = [];
  for (let day = Date.parse(from.slice(0, 10)); day <= Date.parse(until); day += DAY)
    dates.push(formatInstant(day).slice(0, 10));
  return dates;
}

function plot(kind: Counted, dates: readonly string[], days: readonly Line<'day'>[]): string {
  const sums = (side: 'today' | 'proposed') =>
    dates.map((date) =>
      days.filter(({ day }) => day === date).reduce((sum, day) => sum + day[side][kind], 0),
    );
  return plotOf({
    label: `${TITLES[kind]} by day, today and proposed; the table below has the figures`,
    days: dates,
    series: [
      { name: 'today', data: sums('today'), color: '#8c959f' },
      { name: 'proposed', data: sums('proposed'), color: '#0969da' },
    ],
    width: 900,
    height: 240,
  });
}
