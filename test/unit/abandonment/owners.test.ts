import { expect, test } from 'vitest';
import { ownersProblem } from '../../../functions/abandonment/owners.ts';
import { taskPublished } from '../../../functions/catalog/events.ts';
import { parseTaskEntry } from '../../../functions/catalog/task-entry.ts';
import { parseWith } from '../../../functions/platform/schema-problems.ts';
import { parseScenario } from '../../../simulation/scenario/scenario.ts';

const T = '2026-01-01T00:00:00Z';
const owners = (count: number, name = 'o') =>
  Array.from({ length: count }, (_, place) => `${name}${place}@acme.test`);
const entry = (list: string[]) => ({
  id: 'acmeCo/a',
  kind: 'capture',
  enabled: true,
  createdAt: '2025-06-01T00:00:00Z',
  owners: list,
  dataPlane: 'p1',
  shards: [],
});
const REASON = 'has 1001 owners; a task has at most 1000: name a list or a team in their place';

test('1,000 owners are taken, 1,001 are not', () => {
  expect(ownersProblem(owners(1_000))).toBeUndefined();
  expect(ownersProblem(owners(1_001))).toBe(REASON);
});

test('1,000 owners with addresses that fill the row of a task are not taken', () => {
  expect(ownersProblem(owners(1_000, 'o'.repeat(60)))).toMatch(
    /^has owners of 7\d{4} bytes; .* at most 65536 together$/,
  );
});

test('an event with 1,001 owners is refused with its reason', () => {
  const detail = (list: string[]) => ({
    version: 1,
    task: { ...entry(list), version: 1 },
    publishedAt: T,
    by: 'creation',
  });
  expect(parseWith(taskPublished, detail(owners(1_000)))).toMatchObject({ ok: true });
  expect(parseWith(taskPublished, detail(owners(1_001)))).toEqual({
    ok: false,
    problems: [`task.owners (a list) ${REASON}`],
  });
});

test('an import with 1,001 owners is refused with its reason', () => {
  expect(parseTaskEntry(entry(owners(1_000)), Date.parse(T))).toMatchObject({ ok: true });
  expect(parseTaskEntry(entry(owners(1_001)), Date.parse(T))).toEqual({
    ok: false,
    problems: [`owners (a list) ${REASON}`],
  });
});

test('a scenario with 1,001 owners is refused with the path of the key, at its start and in its events', () => {
  const scenario = { version: 1, start: T, until: '2026-02-01T00:00:00Z', scanEvery: '1h' };
  const late = (event: Record<string, unknown>) => ({
    ...scenario,
    tasks: [entry(['a@acme.test'])],
    events: [{ at: '2026-01-02T00:00:00Z', ...event }],
  });
  expect(parseScenario({ ...scenario, tasks: [entry(owners(1_000))] })).toMatchObject({ ok: true });
  expect(parseScenario({ ...scenario, tasks: [entry(owners(1_001))] })).toEqual({
    ok: false,
    problem: `tasks[0].owners: ${REASON}`,
  });
  expect(parseScenario(late({ type: 'owners', task: 'acmeCo/a', owners: owners(1_001) }))).toEqual({
    ok: false,
    problem: `events[0].owners: ${REASON}`,
  });
  expect(parseScenario(late({ type: 'created', task: { ...entry(owners(1_001)), id: 'acmeCo/b' } }))).toEqual(
    {
      ok: false,
      problem: `events[0].task.owners: ${REASON}`,
    },
  );
});
