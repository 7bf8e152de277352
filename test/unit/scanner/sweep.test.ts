import { describe, expect, it } from 'vitest';
import type { Run } from '../../../functions/scanner/run.ts';
import { type Part, sweep } from '../../../functions/scanner/sweep.ts';
import { loadGivenUp } from '../../../functions/store/given-up.ts';
import { PermanentFailure } from '../../../functions/work/failure-class.ts';
import { workStage } from '../work/stage.ts';
import { givenUp } from './stored-rows.ts';

/** A sweep of partitions of names; what is worked stands in `worked`, in its order. */
function stageOf(partitions: string[][]) {
  const stage = workStage();
  const worked: string[] = [];
  const read: number[] = [];
  const run = { system: stage.system, figures: {} } as unknown as Run;
  async function* readPartition(place: number, names: string[]) {
    read.push(place);
    yield* names;
  }
  const partOf = (place: number, names: string[], work?: (name: string) => Promise<void>): Part<string> => ({
    items: readPartition(place, names),
    work: async (name) => {
      await work?.(name);
      worked.push(name);
    },
  });
  return {
    ...stage,
    run,
    worked,
    read,
    partOf,
    /** One run over all partitions. */
    go: (
      more: { cursor?: string | null; spent?: () => boolean; atOnce?: number } = {},
      work?: (name: string) => Promise<void>,
    ) =>
      sweep(run, {
        name: 'abandonment',
        partitions: partitions.map((names, place) => partOf(place, names, work)),
        atOnce: more.atOnce ?? 1,
        cursor: more.cursor ?? null,
        budget: { spent: more.spent ?? (() => false) },
      }),
  };
}

const THREE = [['a', 'b'], ['c', 'd', 'e'], ['f']];

describe('a sweep', () => {
  it('goes through all partitions in their order, and is then at its end', async () => {
    const stage = stageOf(THREE);
    expect(await stage.go()).toEqual({ cursor: null, worked: 6 });
    expect(stage.worked).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('works so many at once, and no more', async () => {
    const stage = stageOf([['a', 'b', 'c', 'd', 'e']]);
    let underWay = 0;
    let most = 0;
    await stage.go({ atOnce: 3 }, async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((done) => setTimeout(done, 1));
      underWay -= 1;
    });
    expect([most, underWay, stage.worked.length]).toEqual([3, 0, 5]);
  });

  it('works only what is wanted', async () => {
    const { run, partOf, worked } = stageOf([]);
    const part = { ...partOf(0, ['a', 'b', 'c']), isWanted: (name: string) => name !== 'b' };
    await sweep(run, { name: 'watchdog', partitions: [part], atOnce: 1 });
    expect(worked).toEqual(['a', 'c']);
  });

  it('ends all parts at one place before the next place, the first part first', async () => {
    const { run, partOf, worked } = stageOf([]);
    const slowly = () => new Promise<void>((done) => setTimeout(done, 1));
    const partitions = [[partOf(0, ['mail'], slowly), partOf(0, ['alert'])], partOf(1, ['next'])];
    await sweep(run, { name: 'repair', partitions, atOnce: 8 });
    expect(worked).toEqual(['mail', 'alert', 'next']);
  });
});

describe('a sweep whose time is over', () => {
  it('in the middle of a partition, ends what is under way and names that partition', async () => {
    const stage = stageOf(THREE);
    expect(await stage.go({ spent: () => stage.worked.length >= 3 })).toEqual({ cursor: '1', worked: 3 });
    expect(stage.worked).toEqual(['a', 'b', 'c']);
    expect(stage.read).toEqual([0, 1]);
  });

  it('goes on with that partition, from its beginning, and no earlier one', async () => {
    const stage = stageOf(THREE);
    expect(await stage.go({ cursor: '1' })).toEqual({ cursor: null, worked: 4 });
    expect(stage.worked).toEqual(['c', 'd', 'e', 'f']);
    expect(stage.read).toEqual([1, 2]);
  });

  it('in the last partition has not come to its end', async () => {
    const stage = stageOf(THREE);
    expect(await stage.go({ spent: () => stage.worked.length >= 6 })).toEqual({ cursor: '2', worked: 6 });
  });

  it('before it begins, reads nothing', async () => {
    const stage = stageOf(THREE);
    expect(await stage.go({ cursor: '1', spent: () => true })).toEqual({ cursor: '1', worked: 0 });
    expect(stage.read).toEqual([]);
  });

  it('among what is not wanted, stops there too', async () => {
    const { run, partOf } = stageOf([]);
    let seen = 0;
    const isWanted = () => {
      seen += 1;
      return false;
    };
    const part = { ...partOf(0, ['a', 'b', 'c']), isWanted };
    const budget = { spent: () => seen >= 2 };
    const turn = await sweep(run, { name: 'watchdog', partitions: [part], atOnce: 1, budget });
    expect([turn, seen]).toEqual([{ cursor: '0', worked: 0 }, 2]);
  });
});

describe('the cursor of a run before', () => {
  it.each([
    ['of revivals and disabling, as ever', 'unread'],
    ['of scopes, as ever', 'P#acmeCo/'],
    ['of nothing', ''],
    ['of no whole number', '1.5'],
    ['of a number below all', '-1'],
  ])('%s, begins anew', async (_, cursor) => {
    const stage = stageOf(THREE);
    expect(await stage.go({ cursor })).toEqual({ cursor: null, worked: 6 });
    expect(stage.worked).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('of a partition that there is no more leaves nothing to do, and the next run begins anew', async () => {
    const stage = stageOf(THREE);
    expect(await stage.go({ cursor: '3' })).toEqual({ cursor: null, worked: 0 });
    expect(stage.worked).toEqual([]);
  });
});

describe('an item that fails', () => {
  it('is recorded by step and name, is counted, and stops no other', async () => {
    const stage = stageOf(THREE);
    const turn = await stage.go({ atOnce: 2 }, async (name) => {
      if (name === 'b') throw new Error('its owner is odd');
      if (name === 'f') throw new Error('its date is odd');
    });
    expect(turn).toEqual({ cursor: null, worked: 6 });
    expect(stage.worked).toEqual(['a', 'c', 'd', 'e']);
    expect(stage.run.figures).toEqual({ failed: 2 });
    const failures = await stage.rows({ pk: 'OOPS#' });
    expect(failures.map(({ worker, item }) => [worker, item]).sort()).toEqual([
      ['scanner/abandonment', 'b'],
      ['scanner/abandonment', 'f'],
    ]);
  });

  it('stops no other where the table takes no record of it either', async () => {
    const stage = stageOf([['a', 'b', 'c']]);
    const turn = await stage.go({}, async (name) => {
      stage.breakTable(name === 'a');
      if (name === 'a') throw new Error('a is bad');
    });
    expect(turn).toEqual({ cursor: null, worked: 3 });
    expect(stage.worked).toEqual(['b', 'c']);
    expect(stage.logged.map(({ message }) => message)).toContain('OOPS not stored');
  });
});

it('rows that cannot be read fail the step once what is under way has ended', async () => {
  const { run, worked } = stageOf([]);
  async function* items() {
    yield 'a';
    throw new Error('the page is away');
  }
  const work = async (name: string) => {
    await new Promise((done) => setTimeout(done, 5));
    worked.push(name);
  };
  const going = sweep(run, { name: 'ladder', partitions: [{ items: items(), work }], atOnce: 16 });
  await expect(going).rejects.toThrow('the page is away');
  expect(worked).toEqual(['a']);
});

describe('what a generator gave up', () => {
  it.each([
    [true, ['b']],
    [false, ['a', 'b']],
    [undefined, ['a', 'b']],
  ])('is left out where it marks such work (%s)', async (marks, expected) => {
    const stage = stageOf([]);
    await stage.table.transact([givenUp({ generator: 'garbage', item: 'a' })], 'marked');
    const part = stage.partOf(0, ['a', 'b']);
    const how = marks === undefined ? {} : { marks };
    const turn = await sweep(stage.run, { name: 'garbage', partitions: [part], atOnce: 1, ...how });
    expect([turn, stage.worked]).toEqual([{ cursor: null, worked: expected.length }, expected]);
  });

  it('is what fails for good, for one that marks such work alone', async () => {
    const failing = async (how: { marks?: boolean }) => {
      const stage = stageOf([]);
      const part = stage.partOf(0, ['a'], () => Promise.reject(new PermanentFailure('too large')));
      await sweep(stage.run, { name: 'garbage', partitions: [part], atOnce: 1, ...how });
      return [...(await loadGivenUp(stage.table, 'garbage')).keys()];
    };
    expect([await failing({ marks: true }), await failing({})]).toEqual([['a'], []]);
  });
});

describe('rows that cannot be read', () => {
  async function* unreadable(): AsyncGenerator<string> {
    yield 'c';
    throw new Error('unreadable');
  }

  it('name the partition that stopped a generator, and are as they are to who goes to the end', async () => {
    const stage = stageOf([]);
    const partitions = [stage.partOf(0, ['a']), { ...stage.partOf(1, []), items: unreadable() }];
    const how = { name: 'garbage', atOnce: 1 };
    const stopped = sweep(stage.run, { ...how, partitions, budget: { spent: () => false } });
    await expect(stopped).rejects.toMatchObject({
      item: 'partition 1',
      cause: expect.objectContaining({ message: 'unreadable' }),
    });
    expect(stage.worked).toEqual(['a', 'c']);
    const whole = sweep(stage.run, { ...how, partitions: [{ ...stage.partOf(1, []), items: unreadable() }] });
    await expect(whole).rejects.toThrow(/^unreadable$/);
  });
});

it.each([['-1'], ['unread'], ['1.5'], [null]])(
  'a cursor that names no partition is the beginning: %s',
  async (cursor) => {
    const stage = stageOf(THREE);
    expect(await stage.go({ cursor, spent: () => true })).toEqual({ cursor: '0', worked: 0 });
  },
);
