import { expect, it } from 'vitest';
import { HOUR, type Instant, MINUTE } from '../../../../functions/abandonment/time.ts';
import { readControlPlanes } from '../../../../functions/platform/control-plane-settings.ts';
import { silenceStep } from '../../../../functions/scanner/steps/silence.ts';
import { loadDataPlane } from '../../../../functions/store/data-planes.ts';
import { type ListingRecord, listingWrite, newListingRecord } from '../../../../functions/store/listings.ts';
import { aPlane, START as NOW, runStage } from '../run-stage.ts';

const settings = (name: string, more = {}) => ({
  type: 'http',
  name,
  prefix: `${name}/`,
  dataPlane: `${name}-1`,
  url: 'http://x.test',
  pollEvery: '10m',
  ...more,
});

/** A stage that lists control planes, with what is known of their listings. */
async function stageOf(listings: Record<string, Partial<ListingRecord>>, listed = Object.keys(listings)) {
  const stage = runStage({
    controlPlanes: readControlPlanes(JSON.stringify(listed.map((name) => settings(name)))),
  });
  for (const [name, record] of Object.entries(listings))
    await stage.write(listingWrite({ ...newListingRecord(name, NOW - 9 * HOUR), ...record }));
  const take = async () => {
    const run = await stage.begin();
    return stage.take(silenceStep, run);
  };
  return { ...stage, take };
}

/** Two scans of 15 minutes, which are longer than pollEvery, and silentAfter. */
const LIMIT = 45 * MINUTE;

it.each<[string, Partial<ListingRecord>, Instant | null]>([
  ['after two listings and silentAfter', { heardAt: NOW - LIMIT }, NOW - LIMIT],
  ['not before', { heardAt: NOW - LIMIT + 1 }, null],
  ['since it was heard of first where it was never listed', {}, NOW - 9 * HOUR],
  [
    'later where listings take long',
    {
      heardAt: NOW - LIMIT,
      whole: { number: 1, startedAt: NOW - HOUR - MINUTE, endedAt: NOW - HOUR, pages: 1, tasks: 1 },
    },
    null,
  ],
])('the plane of a control plane is silent without a whole listing: %s', async (_what, listing, since) => {
  const stage = await stageOf({ own: listing });
  await stage.planes(aPlane('own-1', { since: NOW - 24 * HOUR }), aPlane('eu-1'));
  const { cursor, figures, run } = await stage.take();
  expect([cursor, figures]).toEqual([null, {}]);
  const stored = await loadDataPlane(stage.table, 'own-1');
  expect(stored).toMatchObject(since === null ? { state: 'up', rev: 1 } : { state: 'silent', since });
  // The rest of the scan goes by it.
  expect(run.view.planeOf('own-1')).toEqual(stored);
  expect(await loadDataPlane(stage.table, 'eu-1')).toMatchObject({ state: 'up', rev: 1 });
});

it('all planes that its tasks live in are silent, but for one that is reported down', async () => {
  const stage = await stageOf({ own: { heardAt: NOW - HOUR, planes: ['a', 'b', 'new'] } });
  await stage.planes(aPlane('a'), aPlane('b', { state: 'down', since: NOW - 2 * HOUR }));
  const { run } = await stage.take();
  const states = ['a', 'b', 'new'].map((name) => run.view.planeOf(name)?.state);
  expect(states).toEqual(['silent', 'down', 'silent']);
  expect(run.view.planeOf('b')).toMatchObject({ rev: 1 });
});

it('a control plane that was never heard of is not missed, and one that is listed no more neither', async () => {
  const stage = await stageOf({ old: { heardAt: NOW - 9 * HOUR } }, ['fresh']);
  await stage.planes(aPlane('old-1'), aPlane('fresh-1'));
  const { run, figures } = await stage.take();
  expect(figures).toEqual({});
  expect(run.view.planes.map(({ state }) => state)).toEqual(['up', 'up']);
});

it('nothing is read where no control plane is listed', async () => {
  const stage = runStage();
  stage.table.query = () => Promise.reject(new Error('read'));
  const run = { system: stage.system, figures: {} } as never;
  expect(await stage.take(silenceStep, run)).toMatchObject({ cursor: null });
  const events = runStage({
    controlPlanes: readControlPlanes(JSON.stringify([{ type: 'events', name: 'own', prefix: 'own/' }])),
  });
  events.table.query = stage.table.query;
  expect(await events.take(silenceStep, { system: events.system, figures: {} } as never)).toMatchObject({
    cursor: null,
  });
});

it('a control plane whose planes cannot be written keeps no other from being watched', async () => {
  const stage = await stageOf({ bad: { heardAt: NOW - HOUR }, good: { heardAt: NOW - HOUR } });
  await stage.planes(aPlane('bad-1'), aPlane('good-1'));
  const { transact } = stage.table;
  stage.table.transact = async (writes, writer) => {
    if (writes.some((write) => 'put' in write && write.put.sk === 'bad-1')) throw new Error('unwritable');
    return transact.call(stage.table, writes, writer);
  };
  const { figures, run } = await stage.take();
  expect([figures, run.view.planeOf('good-1')?.state]).toEqual([{ failed: 1 }, 'silent']);
  expect(await stage.rows({ pk: 'OOPS#' })).toMatchObject([{ worker: 'scanner/silence', item: 'bad' }]);
});
