import { amount } from '../functions/platform/amounts.ts';
import { COUNTED, type Counts } from '../simulation/preview/counts.ts';
import type { PreviewLine } from '../simulation/preview/preview.ts';
import { csvLine } from './csv.ts';
import { scopeText } from './policy-arguments.ts';
import { columns, safe } from './terminal.ts';

type Line<Type extends PreviewLine['type']> = Extract<PreviewLine, { type: Type }>;

const isDay = (line: PreviewLine): line is Line<'day'> => line.type === 'day';

/** A preview for people: what changes, then a row for each day and tenant, then the totals. */
export function previewTable(lines: readonly PreviewLine[]): string[] {
  const [head, total] = [lines[0] as Line<'preview'>, lines.at(-1) as Line<'total'>];
  const rows = lines.filter(isDay).map(rowOf);
  const sums = ['total', '', ...differences(total)];
  const { today, proposed } = total.recipients;
  return [
    `${tasksOf(head)} from ${head.from} to ${head.until}; ${changeOf(head)}.`,
    ...(rows.length > 0 ? ['', ...columns([['day', 'tenant', ...COUNTED], ...rows, sums])] : []),
    '',
    `People mailed: ${changed(today, proposed)}. A figure like 0 -> 3 is today's policy, then the proposed one.`,
  ];
}

/** How many tasks, in words. */
export function tasksOf({ tasks }: Line<'preview'>): string {
  return amount(tasks, 'task');
}

/** What is changed, and where. */
export function changeOf({ set, scope }: Line<'preview'>): string {
  const pairs = Object.entries(set).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return pairs.length === 0
    ? 'nothing is set, so both sides are the same'
    : `with ${safe(pairs.join(' '))} at ${safe(scopeText(scope))}`;
}

/** The figures of one day and tenant under both policies. */
export function rowOf(line: Line<'day'>): string[] {
  return [line.day, line.tenant, ...differences(line)];
}

/** Each kind of thing under both policies. */
export function differences({ today, proposed }: { today: Counts; proposed: Counts }): string[] {
  return COUNTED.map((kind) => changed(today[kind], proposed[kind]));
}

/** A figure, or two where they differ. */
export function changed(today: number, proposed: number): string {
  return today === proposed ? String(today) : `${today} -> ${proposed}`;
}

/** A preview as CSV (RFC 4180): a row for each day, tenant and policy. */
export function previewCsv(lines: readonly PreviewLine[]): string[] {
  const rows = lines.filter(isDay).flatMap(({ day, tenant, today, proposed }) =>
    (
      [
        ['today', today],
        ['proposed', proposed],
      ] as const
    ).map(([policy, counts]) => [day, tenant, policy, ...COUNTED.map((kind) => String(counts[kind]))]),
  );
  return [['day', 'tenant', 'policy', ...COUNTED], ...rows].map(csvLine);
}
