import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BOUNDS, type Bound } from '../../../functions/abandonment/bounds.ts';
import { formatDuration } from '../../../functions/abandonment/time.ts';
import { EVENT_REFUSALS } from '../../../functions/work/failure-names.ts';
import { hour, publication, stage } from './stage.ts';

const page = (name: string) => new URL(`../../../docs/${name}`, import.meta.url).pathname;
const text = (name: string) => readFileSync(page(name), 'utf8');

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

describe('the bounds', () => {
  it('stand in docs/bounds.md as the code holds them', () => {
    const table = tableOf(Object.values(BOUNDS));
    // `UPDATE_DOCUMENTS=1 vitest run bounds` writes the table anew from the code.
    if (process.env.UPDATE_DOCUMENTS)
      writeFileSync(
        page('bounds.md'),
        text('bounds.md').replace(/^\|.*\|$(\n^\|.*\|$)*/m, () => table),
      );
    expect(text('bounds.md')).toContain(table);
  });

  it('are refused for reasons that stand in the runbook', () => {
    for (const reason of EVENT_REFUSALS) expect(text('runbook.md')).toContain(`\`${reason}\``);
  });
});

describe('an instant', () => {
  it.each([
    ['observations', 'Shards Observed', { dataPlane: 'eu-1', tasks: [] }, 'observedAt'],
    ['counts', 'Restarts Counted', { totals: [] }, 'at'],
    ['reports', 'Data Plane Reported', { dataPlane: 'eu-1', state: 'up' }, 'at'],
  ])('of %s reaches 400 days back and 15 minutes ahead, both inclusive', async (_, type, detail, key) => {
    const s = await stage();
    const reason = async (hours: number) =>
      (await s.ingest(type, { ...detail, [key]: hour(hours) })).reason.split(':')[0];
    expect(await reason(2_400 - 400 * 24 - 0.01)).toBe('too-old');
    expect(await reason(2_400 - 400 * 24)).not.toBe('too-old');
    expect(await reason(2_400.25)).not.toBe('from-the-future');
    expect(await reason(2_400.26)).toBe('from-the-future');
  });

  it('of a task may lie decades back, but not before 1970', async () => {
    const s = await stage();
    const old = { createdAt: '1970-01-01T00:00:00Z', enabledAt: '1971-01-01T00:00:00Z' };
    expect((await s.ingest('Task Published', publication(old))).outcome).toBe('done');
    const older = { id: 'acmeCo/b', createdAt: '0000-01-01T00:00:00+23:59' };
    expect(await s.ingest('Task Published', publication(older))).toMatchObject({
      outcome: 'dead-letter',
      reason: expect.stringContaining('lies before 1970'),
    });
  });
});

it('names the first ten problems of an event, and how many there are', async () => {
  const s = await stage();
  const owners = Array.from({ length: 500 }, (_, place) => `o ${place}`);
  const { reason } = await s.ingest('Task Published', publication({ owners }));
  expect(reason).toMatch(
    /^malformed: 500 problems; task\.owners\[0\] \(a text of 3 characters\) is no mail address/,
  );
  expect(reason).not.toContain('owners[10]');
  expect(reason.length).toBeLessThanOrEqual(1_000);
});
