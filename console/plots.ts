import { html, raw } from 'hono/html';
import { type Plot, svgOf } from '../cli/page.ts';
import type { Html } from './parts.ts';

/** The size of a plot; a page shows it as wide as there is room. */
const SIZE = { width: 560, height: 220 };

/** What is plotted, day by day. */
export type DayPlot = Pick<Plot, 'days' | 'series' | 'isStacked'> & {
  /** Above it, and for those who do not see it. */
  title: string;
};

/** A plot that was drawn here, as SVG: it needs no script, and no style that the policy of the page does not let in. */
export function plot({ title, ...content }: DayPlot): Html {
  const svg = svgOf({ label: `${title}; the table has the figures`, ...SIZE, ...content });
  const names = content.series.map(
    ({ name, color }) =>
      html`<span class="key"><svg width="10" height="10" aria-hidden="true"><rect width="10" height="10" fill="${color}"/></svg>${name}</span>`,
  );
  return html`<figure><figcaption>${title}<br>${names}</figcaption>${raw(withoutStyles(svg))}</figure>`;
}

/** What SVG says in `style` it can say in attributes, too. */
function withoutStyles(svg: string): string {
  return svg
    .replace('<svg ', '<svg class="plot" ')
    .replaceAll(/<style[^>]*>[\s\S]*?<\/style>/g, '')
    .replaceAll(/ style="([^"]*)"/g, (_, text: string) => attributesOf(text));
}

function attributesOf(style: string): string {
  const declared = style
    .split(';')
    .map((declaration) => declaration.split(':', 2).map((part) => part.trim()));
  return declared
    .flatMap(([name = '', value = '']) => (SHOWN.has(name) && value !== '' ? [` ${name}="${value}"`] : []))
    .join('');
}

const SHOWN = new Set(['font-size', 'font-family', 'font-weight', 'fill', 'stroke', 'opacity']);
