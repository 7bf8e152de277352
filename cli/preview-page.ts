import { BarChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { DAY, formatInstant } from '../functions/abandonment/time.ts';
import { escapeHtml } from '../functions/platform/escape.ts';
import { COUNTED, type Counted } from '../simulation/preview/counts.ts';
import type { PreviewLine } from '../simulation/preview/preview.ts';
import { changed, changeOf, differences, rowOf, tasksOf } from './preview-text.ts';

echarts.use([BarChart, GridComponent, LegendComponent, SVGRenderer]);

type Line<Type extends PreviewLine['type']> = Extract<PreviewLine, { type: Type }>;

const TITLES: Record<Counted, string> = {
  fired: 'Alerts fired',
  warned: 'Tasks named in a warning',
  reminded: 'Tasks named in a reminder',
  disabled: 'Tasks disabled',
  held: 'Holds that began',
  withdrawn: 'Dates withdrawn',
};

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}svg{max-width:100%;height:auto}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #d0d7de;white-space:nowrap}
.changes{font-weight:600}`;

/** A preview as one page that needs nothing beside it: totals, a plot of each kind of thing, and the days. */
export function previewPage(lines: readonly PreviewLine[]): string {
  const [head, total] = [lines[0] as Line<'preview'>, lines.at(-1) as Line<'total'>];
  const days = lines.filter((line): line is Line<'day'> => line.type === 'day');
  const shown = COUNTED.filter((kind) => total.today[kind] > 0 || total.proposed[kind] > 0);
  const { today, proposed } = total.recipients;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Preview of a policy</title><style>${STYLE}</style></head>
<body>
<h1>Preview of a policy</h1>
<p>${tasksOf(head)} from ${escapeHtml(head.from)} to ${escapeHtml(head.until)}; ${escapeHtml(changeOf(head))}. Nothing was changed.</p>
<p>A figure like 0 -&gt; 3 is today&rsquo;s policy, then the proposed one. People mailed: ${changed(today, proposed)}.</p>
${table(['', ...COUNTED], [['total', ...differences(total)]])}
${shown.map((kind) => `<h2>${TITLES[kind]}</h2>\n${plot(kind, datesOf(head), days)}`).join('\n')}
<h2>By day and tenant</h2>
${days.length === 0 ? '<p>Nothing happens.</p>' : table(['day', 'tenant', ...COUNTED], days.map(rowOf))}
</body>
</html>`;
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string) =>
    `<td${text.includes('->') ? ' class="changes"' : ''}>${escapeHtml(text)}</td>`;
  const head = headings.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map(cell).join('')}</tr>`).join('\n');
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

/** All days of the preview, those without anything too. */
function datesOf({ from, until }: Line<'preview'>): string[] {
  const dates: string[] = [];
  for (let day = Date.parse(from.slice(0, 10)); day <= Date.parse(until); day += DAY)
    dates.push(formatInstant(day).slice(0, 10));
  return dates;
}

function plot(kind: Counted, dates: readonly string[], days: readonly Line<'day'>[]): string {
  const sums = (side: 'today' | 'proposed') =>
    dates.map((date) =>
      days.filter(({ day }) => day === date).reduce((sum, one) => sum + one[side][kind], 0),
    );
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 900, height: 240 });
  chart.setOption({
    animation: false,
    legend: { top: 0, right: 0 },
    grid: { left: 50, right: 10, top: 30, bottom: 30 },
    xAxis: { type: 'category', data: [...dates] },
    yAxis: { type: 'value', minInterval: 1 },
    series: [
      { type: 'bar', name: 'today', data: sums('today'), color: '#8c959f' },
      { type: 'bar', name: 'proposed', data: sums('proposed'), color: '#0969da' },
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  const label = escapeHtml(`${TITLES[kind]} by day, today and proposed; the table below has the figures`);
  return svg.replace('<svg ', `<svg role="img" aria-label="${label}" `);
}
