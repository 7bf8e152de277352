import { describe, expect, it } from 'vitest';
import {
  dataPlaneCountWrite,
  dataPlaneWrite,
  loadDataPlane,
  loadDataPlaneCount,
  loadDataPlanes,
  loadDataPlanesOf,
  newDataPlane,
} from '../../../functions/store/data-planes.ts';
import { T0 } from '../abandonment/decide-builders.ts';
import { filledTable, planeWrite } from './filled-table.ts';

describe('data planes', () => {
  it('are up, without a life sign, when they are first heard of', async () => {
    const table = await filledTable(dataPlaneWrite(newDataPlane('eu-1', T0)));
    expect(await loadDataPlane(table, 'eu-1')).toEqual({
      name: 'eu-1',
      state: 'up',
      since: T0,
      lifeSignAt: null,
      unknown: [],
      outages: [],
      rev: 1,
    });
    expect(await loadDataPlane(table, 'gone')).toBeUndefined();
  });

  it('are found all by name, or those that are asked for, each once', async () => {
    const table = await filledTable(
      ...['eu-1', 'eu-2', 'us-1'].map((name) => planeWrite(name, { since: T0 + 1 })),
    );
    const all = await loadDataPlanes(table);
    expect([...all.keys()]).toEqual(['eu-1', 'eu-2', 'us-1']);
    expect([table.asked, table.stale]).toEqual([['PLANES'], []]);
    expect(all.get('eu-2')).toMatchObject({ name: 'eu-2', since: T0 + 1 });
    table.asked.length = 0;
    const some = await loadDataPlanesOf(table, ['us-1', 'gone', 'us-1', 'eu-1']);
    expect(some.map(({ name }) => name).sort()).toEqual(['eu-1', 'us-1']);
    expect(table.asked).toEqual(['PLANES us-1', 'PLANES gone', 'PLANES eu-1']);
  });

  it('are stored over the revision that was read alone', async () => {
    const table = await filledTable(planeWrite('eu-1'));
    expect((await table.transact([planeWrite('eu-1', { state: 'down' })], 'late')).outcome).toBe('refused');
    const read = (await loadDataPlane(table, 'eu-1'))!;
    expect((await table.transact([dataPlaneWrite({ ...read, state: 'down' })], 'w')).outcome).toBe('applied');
  });

  it('are counted where nobody did so yet; then the count that is stored holds', async () => {
    const table = await filledTable(planeWrite('eu-1'), planeWrite('us-1'));
    const counted = await loadDataPlaneCount(table);
    expect(counted).toEqual({ count: 2, rev: 0 });
    await table.transact([dataPlaneCountWrite({ ...counted, count: 3 })], 'w');
    table.asked.length = 0;
    expect(await loadDataPlaneCount(table)).toEqual({ count: 3, rev: 1 });
    expect(table.asked).toEqual(['META PLANES']);
  });
});
