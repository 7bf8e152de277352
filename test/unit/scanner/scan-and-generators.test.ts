import { afterEach, expect, it, vi } from 'vitest';
import { MINUTE, SECOND } from '../../../functions/abandonment/time.ts';
import type { Generator } from '../../../functions/scanner/generator.ts';
import * as registry from '../../../functions/scanner/generators.ts';
import { runScan } from '../../../functions/scanner/scan.ts';
import { keys } from '../../../functions/store/keys.ts';
import { loadScans } from '../../../functions/store/scans.ts';
import { START, workStage } from '../work/stage.ts';

const generators = registry.GENERATORS as Generator[];
const own = [...generators];
afterEach(() => void generators.splice(0, generators.length, ...own));

/** A stage whose generators are these alone. */
function stageWith(...only: Generator[]) {
  generators.splice(0, generators.length, ...only);
  const stage = workStage();
  let now = START;
  const timers: (() => void)[] = [];
  const timer = (_after: number, ring: () => void) => {
    timers.push(ring);
    return () => {};
  };
  const clock = { now: () => now, timer };
  const system = { ...stage.system, clock };
  const tick = (at: number, remaining = 800 * SECOND) => {
    now = at;
    return runScan(system, { scheduledAt: at, remainingMs: () => remaining });
  };
  return { ...stage, system, tick, ring: () => timers.splice(0).forEach((ring) => void ring()) };
}

const generator = (run: Generator['run']): Generator => ({
  name: 'other',
  band: 'urgent',
  everySeconds: 0,
  run,
});

it('a scan is completed before any generator is asked, and the next tick does not wait for one that hangs', async () => {
  const completed: unknown[] = [];
  const stage = stageWith(
    generator(async ({ system }) => {
      completed.push((await loadScans(system.table)).completedAt);
      return new Promise(() => {});
    }),
  );
  const first = stage.tick(START);
  await vi.waitFor(() => expect(completed).toEqual([START]));
  expect(await stage.tick(START + 15 * MINUTE)).toMatchObject({ outcome: 'completed' });
  stage.ring();
  expect(await first).toMatchObject({ outcome: 'completed' });
});

it('a scan whose time is over has none left for generators, until scans were broken off for an hour', async () => {
  let turns = 0;
  const stage = stageWith(
    generator(async () => {
      turns += 1;
      return { cursor: null };
    }),
  );
  const { table } = stage;
  await stage.tick(START);
  expect(turns).toBe(1);
  // Ten seconds: less than a scan keeps for itself, and all of what generators keep.
  expect(await stage.tick(START + 15 * MINUTE, 10 * SECOND)).toMatchObject({ outcome: 'interrupted' });
  expect(turns).toBe(1);
  const broken = { ...(await table.get(keys.scans()))!, completedAt: START, leaseUntil: null };
  const rev = Number((broken as { rev?: number }).rev);
  await table.transact([{ put: { ...broken, rev: rev + 1 } }], 'scans that were broken off');
  // The steps keep 15 s and a twentieth, so 15.5 s are over for them, and 5.5 s are there for generators.
  const starved = await stage.tick(START + 120 * MINUTE, 15.5 * SECOND);
  expect([starved.outcome, turns]).toEqual(['interrupted', 2]);
});
