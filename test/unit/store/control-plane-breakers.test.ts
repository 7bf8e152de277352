import { expect, it } from 'vitest';
import { MINUTE } from '../../../functions/abandonment/time.ts';
import {
  type ControlPlaneBreakerRecord,
  controlPlaneBreakerEnd,
  controlPlaneBreakerWrite,
  loadControlPlaneBreaker,
  loadControlPlaneBreakers,
} from '../../../functions/store/control-plane-breakers.ts';
import { T0 } from '../abandonment/decide-builders.ts';
import { filledTable } from './filled-table.ts';

const failing = (controlPlane: string): ControlPlaneBreakerRecord => ({
  controlPlane,
  failures: 5,
  since: T0,
  notBefore: T0 + MINUTE,
  wait: MINUTE,
  triedUntil: null,
  why: '503',
  rev: 0,
});

it('control planes that fail are known, each by its name, and all together', async () => {
  const table = await filledTable(
    ...['connect', 'flow'].map((name) => controlPlaneBreakerWrite(failing(name))),
  );
  expect(await loadControlPlaneBreaker(table, 'flow')).toEqual({ ...failing('flow'), rev: 1 });
  expect(await loadControlPlaneBreaker(table, 'fine')).toBeUndefined();
  expect((await loadControlPlaneBreakers(table)).map(({ controlPlane }) => controlPlane)).toEqual([
    'connect',
    'flow',
  ]);
});

it('one that answers again is forgotten, unless another call failed meanwhile', async () => {
  const table = await filledTable(controlPlaneBreakerWrite(failing('connect')));
  const read = (await loadControlPlaneBreaker(table, 'connect'))!;
  await table.transact([controlPlaneBreakerWrite({ ...read, failures: 6 })], 'other');
  expect((await table.transact([controlPlaneBreakerWrite(read)], 'late')).outcome).toBe('refused');
  expect((await table.transact([controlPlaneBreakerEnd(read)], 'late')).outcome).toBe('refused');
  const newest = (await loadControlPlaneBreaker(table, 'connect'))!;
  expect(newest.failures).toBe(6);
  expect((await table.transact([controlPlaneBreakerEnd(newest)], 'w')).outcome).toBe('applied');
  expect(await loadControlPlaneBreaker(table, 'connect')).toBeUndefined();
  // It has nothing more to end, and may fail anew.
  expect((await table.transact([controlPlaneBreakerEnd(newest)], 'again')).outcome).toBe('refused');
  expect((await table.transact([controlPlaneBreakerWrite(failing('connect'))], 'anew')).outcome).toBe(
    'applied',
  );
});
