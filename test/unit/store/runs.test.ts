import { expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import { runsSince, runWrite } from '../../../functions/store/runs.ts';
import { tableWith } from './applied.ts';

const T = Date.parse('2026-01-15T00:00:00Z');
const nameOf = (at: number) => new Date(at).toISOString();
const scanAt = (at: number) => runWrite(at, { run: nameOf(at), figures: { fired: 1 } }, at + 1_000);

it('scans are read from an instant on, that one included, the oldest first', async () => {
  const table = await tableWith(...[T, T + DAY, T + 2 * DAY].map(scanAt));
  const since = async (at: number) => {
    const found: string[] = [];
    for await (const { run } of runsSince(table, at)) found.push(run);
    return found;
  };
  expect(await since(T + DAY)).toEqual([nameOf(T + DAY), nameOf(T + 2 * DAY)]);
  expect(await since(T + DAY + 1)).toEqual([nameOf(T + 2 * DAY)]);
  // Before there were instants.
  expect(await since(-5)).toHaveLength(3);
});

it('a scan says what it did, for ninety days', async () => {
  const table = await tableWith(
    runWrite(T, { run: nameOf(T), completedAt: T + 5, figures: { fired: 1 } }, T + 5_000),
  );
  expect(await table.get({ pk: 'RUNS', sk: '2026-01-15T00:00:00.000Z' })).toMatchObject({
    v: 1,
    ttl: (T + 5_000 + 90 * DAY) / 1_000,
  });
  for await (const run of runsSince(table, T))
    expect(run).toEqual({ run: nameOf(T), completedAt: T + 5, figures: { fired: 1 } });
});
