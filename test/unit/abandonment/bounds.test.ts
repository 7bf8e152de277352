import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BOUNDS, type Bound } from '../../../functions/abandonment/bounds.ts';
import { formatDuration } from '../../../functions/abandonment/time.ts';

const PAGE = new URL('../../../docs/bounds.md', import.meta.url);

function mostOf({ most, unit }: Bound): string {
  if (unit === 'ms') return formatDuration(most);
  return `${most.toLocaleString('en')}${unit === 'count' ? '' : ` ${unit}`}`;
}

function tableOf(bounds: readonly Bound[]): string {
  const rows = [['value', 'at most', 'why'], ...bounds.map((bound) => [bound.of, mostOf(bound), bound.why])];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  return [line(rows[0] ?? []), rule, ...rows.slice(1).map(line)].join('\n');
}

it('the bounds stand in docs/bounds.md as the code holds them', () => {
  const table = tableOf(Object.values(BOUNDS));
  // `UPDATE_DOCUMENTS=1 vitest run bounds` writes the table anew from the code.
  if (process.env.UPDATE_DOCUMENTS)
    writeFileSync(
      PAGE,
      readFileSync(PAGE, 'utf8').replace(/^\|.*\|$(\n^\|.*\|$)*/m, () => table),
    );
  expect(readFileSync(PAGE, 'utf8')).toContain(table);
});
