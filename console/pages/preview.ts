import { html } from 'hono/html';
import { UsageError } from '../../cli/errors.ts';
import { readPairs, scopeOf, scopeText } from '../../cli/policy-arguments.ts';
import { datesOf } from '../../cli/preview-page.ts';
import { changed, changeOf, differences, rowOf } from '../../cli/preview-text.ts';
import { isProduction } from '../../functions/operators/policies.ts';
import { groupsOf } from '../../functions/platform/groups.ts';
import { deployedService } from '../../simulation/engine/deployed-service.ts';
import { COUNTED, type Counted } from '../../simulation/preview/counts.ts';
import { type PreviewLine, previewStage } from '../../simulation/preview/preview.ts';
import { snapshotOf } from '../../simulation/preview/stage-snapshot.ts';
import type { Console, Page, PageKind } from '../console.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { address, amountText, type Html, NOTHING, note, paged, table } from '../parts.ts';
import { plot } from '../plots.ts';
import { previewForm } from './policies.ts';

type Line<Type extends PreviewLine['type']> = Extract<PreviewLine, { type: Type }>;

/** What a change of policy would do to the fleet: the same as `taskwarden preview`. */
export const previewPage: PageKind = {
  path: '/preview',
  show: async (console, query) => {
    const scope = query.get('scope') ?? 'global';
    const pairs = pairsOf(query.get('set') ?? '');
    const days = daysOf(query.get('days') ?? '');
    const form = previewForm(scope, pairs, String(days));
    const title = `Preview: ${pairs.join(' ') || 'no change'} at ${scope}`;
    try {
      const change = { scope: scopeOf(scope), set: readPairs(pairs), days };
      const lines = await oneAtATime(() => previewed(console, change));
      return { title, body: html`${shownAs(lines, query)}${changeLink(console, scope, pairs)}${form}` };
    } catch (error) {
      if (error instanceof UsageError) return refused(title, error, form);
      throw error;
    }
  },
};

function refused(title: string, { lines }: UsageError, form: Html): Page {
  return { title, status: 422, body: html`${note('warn', ...lines)}${form}` };
}

/** The lines of a form, as the arguments of a command. */
export function pairsOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function daysOf(text: string): number {
  const days = Number(text);
  return Number.isInteger(days) && days >= 1 && days <= 366 ? days : 60;
}

async function previewed(
  { system }: Console,
  change: { scope: string; set: Record<string, unknown>; days: number },
): Promise<PreviewLine[]> {
  const snapshot = await snapshotOf(system.table, () => {});
  const judged = { now: system.clock.now(), isProduction: isProduction(system.config.stage) };
  const result = await previewStage(snapshot, judged, change, deployedService);
  if (!result.ok) throw new UsageError(result.problem);
  return result.lines;
}

function shownAs(lines: readonly PreviewLine[], query: URLSearchParams): Html {
  const [head, total] = [lines[0] as Line<'preview'>, lines.at(-1) as Line<'total'>];
  const days = lines.filter((line): line is Line<'day'> => line.type === 'day');
  const { today, proposed } = total.recipients;
  const shown = COUNTED.filter((kind) => total.today[kind] > 0 || total.proposed[kind] > 0);
  const { rows, pager } = paged(days, '/preview', query);
  return html`<p>${amountText(head.tasks, 'task')} from <time>${head.from.slice(0, 10)}</time> to <time>${head.until.slice(0, 10)}</time>, ${changeOf(head)}. Nothing was changed.
People mailed: ${changed(today, proposed)}. A figure like 0 -&gt; 3 is today's policy, then the proposed one.</p>
${table({
  caption: 'In all',
  rows: [differences(total)],
  none: '',
  columns: COUNTED.map((kind, at) => [kind, (row: string[]) => row[at]] as const),
})}
<div class="plots">${shown.map((kind) => plotOfKind(kind, head, days))}</div>
<h2>By day and tenant</h2>${table({
    caption: 'Days without anything are left out',
    rows: rows.map(rowOf),
    none: 'Nothing happens.',
    columns: ['Day', 'Tenant', ...COUNTED].map((name, at) => [name, (row: string[]) => row[at]] as const),
  })}${pager}`;
}

function plotOfKind(kind: Counted, head: Line<'preview'>, days: readonly Line<'day'>[]): Html {
  const dates = datesOf(head);
  const byDay = groupsOf(days, ({ day }) => day);
  const sums = (side: 'today' | 'proposed') =>
    dates.map((date) => (byDay.get(date) ?? []).reduce((sum, line) => sum + line[side][kind], 0));
  return plot({
    title: `${kind}, by day`,
    days: dates.map((date) => date.slice(5)),
    series: [
      { name: 'today', color: '#8c959f', data: sums('today') },
      { name: 'proposed', color: '#3b6fb6', data: sums('proposed') },
    ],
  });
}

function changeLink({ allowsChanges }: Console, scope: string, pairs: readonly string[]): Html {
  if (!allowsChanges || pairs.length === 0) return NOTHING;
  const to = address('/act/set-policy', { scope: scopeText(scopeOf(scope)), set: pairs.join('\n') });
  return html`<div class="acts"><a class="button" href="${to}">Set it…</a></div>`;
}
