import { expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import { keys } from '../../../functions/store/keys.ts';
import { runWrite } from '../../../functions/store/runs.ts';
import { type TurnedOff, turnedOffBy, turnedOffSince } from '../../../functions/store/turned-off.ts';
import { queriesOf, tableWith } from './applied.ts';

const T = Date.parse('2026-03-15T00:00:00Z');
const nameOf = (at: number) => new Date(at).toISOString();
const scanAt = (at: number, queuedToDisable: number) =>
  runWrite(at, { run: nameOf(at), figures: { queuedToDisable } }, at);
/** A task that its owning system turned off at an instant, for a scan. */
const off = (task: string, scan: number, at: number) => ({
  put: { ...keys.turnedOff(nameOf(scan), task), at },
});

async function read(found: AsyncIterable<TurnedOff>): Promise<TurnedOff[]> {
  const all: TurnedOff[] = [];
  for await (const entry of found) all.push(entry);
  return all;
}

it('all that one scan turned off is found, by id', async () => {
  const table = await tableWith(off('b', T, T + 2), off('a', T, T + 3), off('c', T + DAY, T + DAY));
  expect(await read(turnedOffBy(table, nameOf(T)))).toEqual([
    { task: 'a', run: nameOf(T), at: T + 3 },
    { task: 'b', run: nameOf(T), at: T + 2 },
  ]);
});

it('all that was turned off since an instant is found, whose scan may be thirty days older', async () => {
  const table = await tableWith(
    scanAt(T - 31 * DAY, 1),
    off('too-late', T - 31 * DAY, T),
    scanAt(T - 30 * DAY, 2),
    off('late', T - 30 * DAY, T),
    off('before', T - 30 * DAY, T - 1),
    scanAt(T, 0),
    off('of-none', T, T),
    scanAt(T + DAY, 1),
    off('after', T + DAY, T + DAY),
  );
  expect((await read(turnedOffSince(table, T))).map(({ task }) => task)).toEqual(['late', 'after']);
});

it('what a scan turned off is read as it stands at that moment', async () => {
  const table = await tableWith(off('a', T, T));
  const asked = queriesOf(table);
  await read(turnedOffBy(table, nameOf(T)));
  expect(asked.map(({ consistent }) => consistent)).toEqual([true]);
});
