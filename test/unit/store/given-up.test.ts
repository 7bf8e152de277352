import { expect, it } from 'vitest';
import {
  type GivenUp,
  givenUpKey,
  loadGivenUp,
  loadGivenUpOf,
  type Work,
} from '../../../functions/store/given-up.ts';
import { T0 } from '../abandonment/decide-builders.ts';
import { filledTable } from './filled-table.ts';

const givenUp = (work: Work): GivenUp => ({ ...work, at: T0, reason: 'too large', fingerprint: 'f1' });
const OF_QUEUE: Work = { queue: 'disable', item: 'acmeCo/a' };
const OF_OTHER: Work = { queue: 'notify', item: 'acmeCo/a' };
const OF_GENERATOR: Work = { generator: 'facts', item: '2026-01-15' };

const stage = () =>
  filledTable(
    ...[OF_QUEUE, OF_OTHER, OF_GENERATOR, { generator: 'garbage', item: 'x' }].map((work) => ({
      put: { ...givenUpKey(work), v: 1, ...givenUp(work) },
    })),
  );

it('work that is given up is found among that of the queues, or of its generator, by its name', async () => {
  const table = await stage();
  const ofQueues = await loadGivenUp(table);
  expect([...ofQueues.keys()]).toEqual(['disable#acmeCo/a', 'notify#acmeCo/a']);
  expect(ofQueues.get('disable#acmeCo/a')).toEqual(givenUp(OF_QUEUE));
  expect([...(await loadGivenUp(table, 'facts'))]).toEqual([['2026-01-15', givenUp(OF_GENERATOR)]]);
  expect((await loadGivenUp(table, 'digests')).size).toBe(0);
  expect(table.stale).toEqual([]);
});

it('one piece of work is given up, or it is not', async () => {
  const table = await stage();
  for (const work of [OF_QUEUE, OF_GENERATOR])
    expect(await loadGivenUpOf(table, work)).toEqual(givenUp(work));
  expect(await loadGivenUpOf(table, { queue: 'disable', item: 'acmeCo/b' })).toBeUndefined();
  expect(await loadGivenUpOf(table, { generator: 'digests', item: '2026-01-15' })).toBeUndefined();
});
