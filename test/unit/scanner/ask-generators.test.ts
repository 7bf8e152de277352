import { describe, expect, it, vi } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../functions/abandonment/time.ts';
import { runGenerator } from '../../../functions/operators/generators.ts';
import { askGenerators } from '../../../functions/scanner/ask-generators.ts';
import type { Generator, Turn } from '../../../functions/scanner/generator.ts';
import type { Run } from '../../../functions/scanner/run.ts';
import { sweep } from '../../../functions/scanner/sweep.ts';
import { FleetView } from '../../../functions/store/fleet-view.ts';
import { loadGenerator, wake } from '../../../functions/store/generators.ts';
import { loadGivenUp } from '../../../functions/store/given-up.ts';
import { PermanentFailure } from '../../../functions/work/failure-class.ts';
import { runStage, START } from './run-stage.ts';

type Act = (run: Run, cursor: string | null, spent: () => boolean) => Promise<Turn>;

/** Generators on a table in memory, whose turns each test writes. Time passes where a turn lets it. */
function generatorStage() {
  const stage = runStage();
  let now = START;
  let scans = 0;
  const timers: { at: number; ring: () => void }[] = [];
  const pass = (duration: number) => {
    now += duration;
    for (const { ring } of timers.filter(({ at }) => at <= now)) ring();
  };
  const clock = {
    now: () => now,
    timer: (after: number, ring: () => void) => {
      const timer = { at: now + after, ring };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  };
  const system = { ...stage.system, clock };
  const asked: string[] = [];
  const generatorOf = (name: string, act: Act, more: Partial<Generator> = {}): Generator => ({
    name,
    band: 'normal',
    everySeconds: 900,
    run: async (run, budget, cursor) => {
      asked.push(name);
      return act(run, cursor, budget.spent);
    },
    ...more,
  });
  const tick = async (generators: Generator[], remaining = 800 * SECOND) => {
    scans += 1;
    const began = now;
    const view = await FleetView.load(stage.table, stage.system.clock.now());
    const run: Run = { system, view, id: `run ${scans}`, now, at: now, figures: {}, asked: [] };
    await askGenerators(run, generators, () => remaining - (now - began));
    return asked.splice(0);
  };
  return { ...stage, system, asked, pass, generatorOf, tick };
}

const nothing: Act = async () => ({ cursor: null, worked: 0 });
const something: Act = async () => ({ cursor: null, worked: 1 });

describe('generators', () => {
  it('are asked by band, each once it is due, and never else', async () => {
    const { tick, pass, generatorOf } = generatorStage();
    const all = [
      generatorOf('rare', something, { everySeconds: 3_600, band: 'garbage' }),
      generatorOf('often', something),
      generatorOf('always', something, { everySeconds: 0, band: 'urgent' }),
    ];
    expect(await tick(all)).toEqual(['always', 'often', 'rare']);
    pass(5 * MINUTE);
    expect(await tick(all)).toEqual(['always']);
    pass(10 * MINUTE);
    expect(await tick(all)).toEqual(['always', 'often']);
    pass(45 * MINUTE);
    expect(await tick(all)).toEqual(expect.arrayContaining(['always', 'often', 'rare']));
  });

  it('read all their rows in one query a tick, and write nothing for those that are not due', async () => {
    const { tick, generatorOf, table, writes } = generatorStage();
    const all = ['a', 'b', 'c'].map((name) => generatorOf(name, something));
    await tick(all);
    writes.splice(0);
    const query = vi.spyOn(table, 'query');
    expect(await tick(all)).toEqual([]);
    expect(query.mock.calls.filter(([{ pk }]) => pk === 'TURNS')).toHaveLength(1);
    expect(writes).toEqual([]);
  });

  it('go on at once where a page was full, and store where they are', async () => {
    const { tick, generatorOf, table } = generatorStage();
    const seen: (string | null)[] = [];
    const pages = generatorOf('pages', async (_, cursor) => {
      seen.push(cursor);
      return seen.length < 4 ? { cursor: String(seen.length), worked: 10 } : { cursor: null, worked: 3 };
    });
    await tick([pages]);
    expect(seen).toEqual([null, '1', '2', '3']);
    expect(await loadGenerator(table, 'pages')).toMatchObject({ cursor: null, turns: 4, leaseUntil: null });
  });

  it('that make no way are not asked again in the run', async () => {
    const { tick, generatorOf } = generatorStage();
    const stuck = generatorOf('stuck', async () => ({ cursor: 'here', worked: 0 }));
    expect(await tick([stuck])).toHaveLength(2);
  });

  it('that are woken are asked with the next tick, after however many empty ones', async () => {
    const { tick, pass, generatorOf, system } = generatorStage();
    const idle = generatorOf('idle', nothing);
    // Asked after 0, 1, 2 and 4 hours; then not before 8.
    for (let hour = 0; hour < 7; hour += 1) {
      await tick([idle]);
      pass(HOUR);
    }
    expect(await tick([idle])).toEqual([]);
    await wake(system, 'idle');
    expect(await tick([idle])).toEqual(['idle']);
    expect(await tick([idle])).toEqual([]);
  });

  it('that are woken a thousand times write once', async () => {
    const { tick, generatorOf, system, writes } = generatorStage();
    await tick([generatorOf('idle', nothing)]);
    writes.splice(0);
    for (let event = 0; event < 1_000; event += 1) await wake(system, 'idle');
    expect(writes).toHaveLength(1);
  });

  it('that are woken in their own turn are asked once more', async () => {
    const { tick, generatorOf, system } = generatorStage();
    let turns = 0;
    const busy = generatorOf('busy', async () => {
      turns += 1;
      if (turns === 1) await wake(system, 'busy');
      return { cursor: null, worked: 1 };
    });
    await tick([busy]);
    expect(await tick([busy])).toEqual(['busy']);
    expect(await tick([busy])).toEqual([]);
  });

  it('that an operator runs are asked though they back off', async () => {
    const { tick, generatorOf, system } = generatorStage();
    const broken = generatorOf('broken', () => Promise.reject(new Error('away')));
    await tick([broken]);
    expect(await tick([broken])).toEqual([]);
    await runGenerator(system, 'broken', 'olga');
    expect(await tick([broken])).toEqual(['broken']);
  });

  it('that can have no work are neither asked nor written', async () => {
    const { tick, generatorOf, writes } = generatorStage();
    expect(await tick([generatorOf('unused', something, { isWanted: () => false })])).toEqual([]);
    expect(writes).toEqual([]);
  });
});

describe('a generator that fails', () => {
  it('stops no other, backs off, rings while it lasts, and is never left out', async () => {
    const { tick, pass, generatorOf, measured, logged } = generatorStage();
    const broken = generatorOf('broken', () => Promise.reject(new Error('away')), { band: 'urgent' });
    const well = generatorOf('well', something, { everySeconds: 0 });
    let tries = 0;
    for (let quarter = 0; quarter < 96; quarter += 1) {
      const asked = await tick([broken, well]);
      expect(asked).toContain('well');
      tries += asked.filter((name) => name === 'broken').length;
      pass(15 * MINUTE);
    }
    // After 0, 15, 30, 45, 60, 90 and 135 minutes, then each hour: 7 and 21.
    expect(tries).toBe(28);
    const ringing = measured.filter(({ name }) => name === 'GeneratorFailing');
    expect(ringing).toHaveLength(95);
    expect(ringing.at(-1)?.properties).toMatchObject({ generator: 'broken', failures: 28 });
    expect(
      logged.filter(
        ({ message, properties }) => message === 'attempt failed' && properties.worker === 'scanner/broken',
      ),
    ).toHaveLength(28);
  });

  it('by giving no answer is given up in time, reaches nothing more, and is not asked twice at once', async () => {
    const { tick, pass, generatorOf, table, asked } = generatorStage();
    let goOn = () => {};
    const late: unknown[] = [];
    const hanging = generatorOf('hanging', async (run) => {
      await new Promise<void>((done) => {
        goOn = done;
      });
      await run.system.operators.notify({} as never, []).catch((error) => late.push(String(error)));
      throw new Error('nobody hears of this');
    });
    const well = generatorOf('well', something, { band: 'garbage' });
    const ticked = tick([hanging, well]);
    await vi.waitFor(() => expect(asked).toEqual(['hanging']));
    pass(MINUTE);
    expect(await ticked).toEqual(['hanging', 'well']);
    goOn();
    await vi.waitFor(() => expect(late).toEqual(['TurnOver: the turn of hanging is over']));
    expect(await loadGenerator(table, 'hanging')).toMatchObject({ failures: 1, isHung: true });
    pass(5 * MINUTE);
    expect(await tick([hanging])).toEqual([]);
  });

  it('by ending its process counts as failed once its lease is over', async () => {
    const { tick, pass, generatorOf, table, system } = generatorStage();
    const name = 'dying';
    const dead = { ...(await loadGenerator(table, name)), leaseUntil: START + 15 * MINUTE, turns: 1 };
    await table.transact([{ put: { pk: 'TURNS', sk: name, ...dead, rev: 1 } }], 'the run that died');
    const dying = generatorOf(name, something);
    expect(await tick([dying])).toEqual([]);
    pass(15 * MINUTE);
    expect(await tick([dying])).toEqual([]);
    expect(await loadGenerator(system.table, name)).toMatchObject({ failures: 1, leaseUntil: null });
    pass(15 * MINUTE);
    expect(await tick([dying])).toEqual([name]);
  });

  it('for one item alone gives that up under its name, and makes the others', async () => {
    const { tick, pass, generatorOf, table, system } = generatorStage();
    const made: string[] = [];
    const items = generatorOf('items', (run) =>
      sweep(run, {
        name: 'items',
        partitions: [
          {
            items: ['a', 'b'],
            work: async (item) => {
              made.push(item);
              if (item === 'a') throw new PermanentFailure('it is gone');
            },
          },
        ],
        atOnce: 1,
        marks: true,
      }),
    );
    await tick([items]);
    pass(HOUR);
    await tick([items]);
    expect(made).toEqual(['a', 'b', 'b']);
    const [marker] = (await loadGivenUp(table, 'items')).values();
    expect(marker).toMatchObject({ generator: 'items', item: 'a', reason: 'PermanentFailure: it is gone' });
    expect((await loadGenerator(system.table, 'items')).failures).toBe(0);
  });
});

describe('the time of generators', () => {
  it('is over well before the function is stopped, and none begins later', async () => {
    const { tick, pass, generatorOf } = generatorStage();
    const slow = generatorOf('slow', async (_, cursor) => {
      pass(20 * SECOND);
      return { cursor: `${cursor}+`, worked: 1 };
    });
    expect(await tick([slow], 55 * SECOND)).toHaveLength(3);
    expect(await tick([slow], 10 * SECOND)).toEqual([]);
  });

  it('is cut into turns, so that one that is always full keeps none waiting', async () => {
    const { tick, pass, generatorOf } = generatorStage();
    const full = generatorOf(
      'full',
      async (_, cursor, spent) => {
        while (!spent()) pass(SECOND);
        return { cursor: `${cursor}+`, worked: 1 };
      },
      { band: 'urgent' },
    );
    const other = generatorOf('other', something, { band: 'garbage' });
    // The fifth pick goes to whom it is due longest.
    expect(await tick([full, other])).toEqual([...Array(4).fill('full'), 'other', ...Array(11).fill('full')]);
  });
});

it('two runs at once ask a generator once', async () => {
  const { tick, generatorOf, asked } = generatorStage();
  let goOn = () => {};
  const slow = generatorOf('slow', async () => {
    await new Promise<void>((done) => {
      goOn = done;
    });
    return { cursor: null, worked: 1 };
  });
  const first = tick([slow]);
  await vi.waitFor(() => expect(asked).toEqual(['slow']));
  const second = tick([slow]);
  await expect(second).resolves.toEqual(['slow']);
  expect(asked).toEqual([]);
  goOn();
  await first;
  expect(asked).toEqual([]);
});
