import { writeFile } from 'node:fs/promises';
import { BarChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { escapeHtml } from '../functions/platform/escape.ts';
import { UsageError } from './errors.ts';

echarts.use([BarChart, GridComponent, SVGRenderer]);

const STYLE = `:root{color-scheme:light dark;--ink:#1b1f24;--quiet:#59636e;--line:#d0d7de;--paper:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--quiet:#9198a1;--line:#3d444d;--paper:#0d1117}}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:var(--ink);background:var(--paper);overflow-wrap:break-word}
h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.1rem;line-height:1.3;margin:2rem 0 .5rem}svg{display:block;width:100%;height:auto;color:var(--quiet)}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:0 2rem}.legend{margin:.25rem 0;font-size:.85rem;color:var(--quiet)}.legend span{white-space:nowrap;margin-right:1rem}.legend i{display:inline-block;width:.75em;height:.75em;border-radius:2px;margin-right:.35em}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--line);white-space:nowrap}th{vertical-align:bottom}
.number{text-align:right;white-space:normal;min-width:2.5rem;padding-right:0;padding-left:.75rem;font-variant-numeric:tabular-nums}.name{white-space:normal;overflow-wrap:anywhere;min-width:6.5rem}.changes{font-weight:600}.quiet{color:var(--quiet)}`;

/**
 * One HTML page that needs nothing beside it, in light and dark.
 *
 * @param body HTML: what is in it is escaped already
 */
export function pageOf(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body>
<h1>${escapeHtml(title)}</h1>
${body}
</body>
</html>`;
}

/** A table of texts. `classOf`: the class of a cell by its text and column; none where it says nothing. */
export function tableOf(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  classOf: (text: string, column: number) => string | undefined,
): string {
  const attribute = (text: string, column: number) => {
    const name = classOf(text, column);
    return name === undefined ? '' : ` class="${name}"`;
  };
  const cell = (text: string, column: number) => `<td${attribute(text, column)}>${escapeHtml(text)}</td>`;
  const heading = (text: string, column: number) =>
    `<th scope="col"${attribute('', column)}>${escapeHtml(text)}</th>`;
  const body = rows.map((cells) => `<tr>${cells.map(cell).join('')}</tr>`).join('\n');
  return `<div class="scroll"><table><thead><tr>${headings.map(heading).join('')}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

/** What a plot shows: bars for each day, of one or several series. */
export interface Plot {
  /** For those who do not see it. */
  label: string;
  days: readonly string[];
  series: readonly { name: string; color: string; data: readonly number[] }[];
  width: number;
  height: number;
  /** One on top of the other. @default side by side */
  isStacked?: boolean;
}

/** A plot as SVG, drawn here: the page runs no script. Colours are named above it, where there are several. */
export function plotOf(plot: Plot): string {
  const names = plot.series.map(
    ({ name, color }) => `<span><i style="background:${color}"></i>${escapeHtml(name)}</span>`,
  );
  return `${names.length > 1 ? `<p class="legend">${names.join(' ')}</p>\n` : ''}${svgOf(plot)}`;
}

/** The plot alone. */
export function svgOf({ label, days, series, width, height, isStacked = false }: Plot): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  // A small plot is still read on a phone, where it is made smaller.
  const fontSize = width < 600 ? 14 : 12;
  const axis = {
    axisLabel: { color: 'currentColor', fontSize },
    axisLine: { lineStyle: { color: 'currentColor' } },
  };
  chart.setOption({
    animation: false,
    grid: { left: 55, right: 10, top: 10, bottom: 30 },
    xAxis: { type: 'category', data: [...days], ...axis },
    yAxis: {
      type: 'value',
      minInterval: 1,
      ...axis,
      splitLine: { lineStyle: { color: 'currentColor', opacity: 0.25 } },
    },
    series: series.map(({ name, color, data }) => ({
      type: 'bar',
      name,
      data: [...data],
      color,
      ...(isStacked && { stack: 'all' }),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg.replace('<svg ', `<svg role="img" aria-label="${escapeHtml(label)}" `);
}

/** Writes a page to a file. Throws where that cannot be. */
export async function writePage(file: string, page: string): Promise<void> {
  try {
    await writeFile(file, page);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'it failed';
    throw new UsageError(`${file} cannot be written (${code})`);
  }
}
