import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

test('a task of 1,000 owners goes through its whole life', { timeout: 300_000 }, async () => {
  const owners = Array.from(
    { length: 1_000 },
    (_, place) => `one-of-the-many-owners-of-this-task-${String(place).padStart(4, '0')}@acme.test`,
  );
  const scenario = {
    until: at(22),
    scanEvery: '12h',
    policy: { mode: 'disable', rampPerDay: 1_000 },
    tasks: [failing('acmeCo/a', { owners })],
  };
  const { lines, summary } = await play(scenario, { readsTexts: false });
  const notified: Record<string, Set<string>> = {};
  for (const line of lines) {
    if (line.type !== 'mail') continue;
    for (const { notice, disableAt } of line.items) {
      const name = `${line.at.slice(0, 10)} ${notice} ${disableAt?.slice(0, 10)}`;
      notified[name] = (notified[name] ?? new Set()).add(line.to);
    }
  }
  expect(Object.entries(notified).map(([name, { size }]) => [name, size])).toEqual([
    ['2026-01-15 warning 2026-01-22', 1_000],
    ['2026-01-19 reminder 2026-01-22', 1_000],
    ['2026-01-21 reminder 2026-01-22', 1_000],
    ['2026-01-22 disabled undefined', 1_000],
  ]);
  expect(summary).toMatchObject({ mails: 4_000, disabled: 1, oops: 0, deadLettered: 0 });
});
