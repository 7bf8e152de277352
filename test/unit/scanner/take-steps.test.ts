import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../../functions/abandonment/time.ts';
import { METRIC } from '../../../functions/platform/names.ts';
import type { Budget } from '../../../functions/scanner/generator.ts';
import type { Step } from '../../../functions/scanner/step.ts';
import { takeSteps } from '../../../functions/scanner/take-steps.ts';
import { keys } from '../../../functions/store/keys.ts';
import { puts, refusing } from '../store/refusing-table.ts';
import { START as NOW, runStage } from './run-stage.ts';

/** Steps that note that they were taken, from where, and come to what a test says. */
function stageOf(
  come: Record<string, (budget: Budget) => string | null | Error>,
  afterDecisions: string[] = [],
) {
  const stage = runStage();
  const taken: [string, string | null][] = [];
  const steps = Object.entries(come).map(
    ([name, act]): Step => ({
      name,
      ...(afterDecisions.includes(name) && { afterDecisions: true }),
      run: async (_run, budget, cursor) => {
        taken.push([name, cursor]);
        const came = act(budget);
        if (came instanceof Error) throw came;
        return { cursor: came };
      },
    }),
  );
  return {
    ...stage,
    taken,
    take: async (now = NOW, remaining = 900 * SECOND) => {
      taken.length = 0;
      return takeSteps(await stage.begin(now), steps, () => remaining);
    },
    row: (name: string) => stage.table.get(keys.step(name)),
    rows: () => stage.rows({ pk: keys.step('').pk }),
  };
}

const done = () => null;
const fail = () => new Error('it failed');

describe('the steps of a tick', () => {
  it('are taken in their order, and leave no row where all is well', async () => {
    const stage = stageOf({ b: done, a: done });
    expect(await stage.take()).toBe(false);
    expect(stage.taken).toEqual([
      ['b', null],
      ['a', null],
    ]);
    expect(await stage.rows()).toEqual([]);
  });

  it('go on from where they stopped; what waits for decisions waits for all of them', async () => {
    let cursor: string | null = '3';
    const stage = stageOf({ early: done, first: () => cursor, next: done, last: done }, ['early', 'last']);
    expect(await stage.take()).toBe(true);
    expect(stage.taken.map(([name]) => name)).toEqual(['early', 'first', 'next']);
    expect(await stage.row('first')).toMatchObject({ cursor: '3', failures: 0, notBefore: 0 });
    cursor = null;
    expect(await stage.take()).toBe(false);
    expect(stage.taken).toEqual([
      ['early', null],
      ['first', '3'],
      ['next', null],
      ['last', null],
    ]);
    expect(await stage.row('first')).toMatchObject({ cursor: null });
  });

  it.each([
    [15 * SECOND, false],
    [15 * SECOND - 1, true],
  ])('begin nothing more in the last 15 seconds (%i)', async (remaining, isSpent) => {
    const spent: boolean[] = [];
    const stage = stageOf({
      a: (budget) => {
        spent.push(budget.spent());
        return null;
      },
    });
    await stage.take(NOW, remaining);
    expect(spent).toEqual([isSpent]);
  });
});

describe('a step that fails', () => {
  it('stops no other, leaves one record, and is counted', async () => {
    const stage = stageOf({ bad: fail, good: done });
    expect(await stage.take()).toBe(false);
    expect(stage.taken.map(([name]) => name)).toEqual(['bad', 'good']);
    expect((await stage.table.scan()).rows.filter(({ pk }) => pk.startsWith('OOPS#'))).toMatchObject([
      { worker: 'scanner', item: 'bad', attempt: 1 },
    ]);
    expect(stage.measured.filter(({ name }) => name === METRIC.stepFailed)).toEqual([
      { name: METRIC.stepFailed, value: 1, unit: 'Count', properties: { step: 'bad' } },
    ]);
    expect(await stage.row('bad')).toMatchObject({ cursor: null, failures: 1, notBefore: 0 });
  });

  it('is taken again with the next two scans, then after a minute doubling to an hour, from where it was', async () => {
    const stage = stageOf({ bad: fail });
    await stage.write({
      put: { ...keys.step('bad'), v: 1, name: 'bad', cursor: '5', failures: 0, notBefore: 0 },
    });
    const waits: number[] = [];
    let now = NOW;
    for (let scan = 1; scan <= 12; scan += 1) {
      await stage.take(now);
      expect(stage.taken).toEqual([['bad', '5']]);
      const row = await stage.row('bad');
      expect(row).toMatchObject({ cursor: '5', failures: scan });
      const notBefore = Number(row?.notBefore);
      waits.push(notBefore === 0 ? 0 : (notBefore - now) / MINUTE);
      if (notBefore > now) {
        await stage.take(notBefore - 1);
        expect(stage.taken).toEqual([]);
        now = notBefore;
      }
    }
    expect(waits).toEqual([0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
  });

  it('that does well is as if it never failed', async () => {
    const stage = stageOf({ mended: done });
    await stage.write({
      put: { ...keys.step('mended'), v: 1, name: 'mended', cursor: null, failures: 4, notBefore: NOW },
    });
    await stage.take();
    expect(await stage.row('mended')).toMatchObject({ failures: 0, notBefore: 0 });
  });
});

it('a step whose row cannot be written is taken again from where it was, and keeps no other from being taken', async () => {
  const stage = stageOf({ first: () => '3', next: done });
  stage.on(
    refusing(stage.system.table, (writes) => puts(writes, 'GENERATORS'), {
      times: 100,
      answer: { outcome: 'busy', reason: 'throttled' },
    }),
  );
  expect(await stage.take()).toBe(true);
  expect(stage.taken.map(([name]) => name)).toEqual(['first', 'next']);
  expect(stage.logged).toEqual([
    {
      level: 'warn',
      message: 'step not stored',
      properties: { step: 'first', error: expect.stringContaining('where first is') },
    },
  ]);
  await stage.take();
  expect(stage.taken[0]).toEqual(['first', null]);
});
