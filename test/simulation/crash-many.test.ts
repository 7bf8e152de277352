import { expect, test } from 'vitest';
import { HOUR } from '../../functions/abandonment/time.ts';
import { SeededRandom } from '../../simulation/engine/seeded-random.ts';
import { parseScenario } from '../../simulation/scenario/scenario.ts';
import { changesBy, crashRun } from '../../simulation/soak/crash.ts';
import { at, failing, T } from './story.ts';

const people = (who: string, count: number) =>
  Array.from({ length: count }, (_, place) => `${who}-${place}@acme.test`);
const HOLDERS = people('old', 100);

/** A hundred hold a date; it is withdrawn from them while a hundred join; then all 200 hear of a recovery. */
const parsed = parseScenario({
  version: 1,
  start: T,
  until: at(3),
  scanEvery: '6h',
  policy: { mode: 'disable', warnAfter: '1d', disableAfter: '2d', reminders: [], recoveryMail: true },
  tasks: [failing('acmeCo/a', { owners: HOLDERS })],
  events: [
    { at: at(1, 10), type: 'owners', task: 'acmeCo/a', owners: [...HOLDERS, ...people('new', 100)] },
    { at: at(1, 10), type: 'policy', scope: '', set: { mode: 'notify' } },
    {
      at: at(1, 22),
      type: 'shards',
      task: 'acmeCo/a',
      shards: [{ id: '0', status: 'PRIMARY' }],
    },
  ],
});

test('a crash anywhere in the chunks loses nothing and repeats nothing', { timeout: 240_000 }, async () => {
  if (!parsed.ok) throw new Error(parsed.problem);
  const plain = await crashRun(parsed.scenario, []);
  expect(plain.broken).toEqual([]);
  const noticesOf = (notice: string) => plain.facts.filter(({ what }) => what.includes(` ${notice} `)).length;
  expect([noticesOf('warning'), noticesOf('withdrawn'), noticesOf('recovered')]).toEqual([200, 100, 200]);
  const random = new SeededRandom(20260102);
  for (let run = 0; run < 6; run += 1) {
    const point = plain.points[random.below(plain.points.length)];
    if (!point) continue;
    const crashed = await crashRun(parsed.scenario, [point]);
    expect(changesBy(crashed, plain, 13 * HOUR), JSON.stringify(point)).toEqual([]);
  }
});
