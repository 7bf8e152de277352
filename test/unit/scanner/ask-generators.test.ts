import { describe, expect, it, vi } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../functions/abandonment/time.ts';
import { runGenerator } from '../../../functions/operators/generators.ts';
import { askGenerators } from '../../../functions/scanner/ask-generators.ts';
import type { Generator, Turn } from '../../../functions/scanner/generator.ts';
import type { Run } from '../../../functions/scanner/run.ts';
import { sweep } from '../../../functions/scanner/sweep.ts';
import { FleetView } from '../../../functions/store/fleet-view.ts';
import {
  type GeneratorRecord,
  generatorWrite,
  loadGenerator,
  newGenerator,
  wake,
} from '../../../functions/store/generators.ts';
import { loadGivenUp } from '../../../functions/store/given-up.ts';
import type { TransactResult, Write } from '../../../functions/store/table/table.port.ts';
import { PermanentFailure } from '../../../functions/work/failure-class.ts';
import { puts, refusing } from '../store/refusing-table.ts';
import { runStage, START } from './run-stage.ts';

type Act = (run: Run, cursor: string | null, spent: () => boolean) => Promise<Turn>;

/** Generators on a table in memory, whose turns each test writes. Time passes where a turn lets it. */
function generatorStage() {
  const stage = runStage();
  let now = START;
  let scans = 0;
  const timers: { at: number; ring: () => void }[] = [];
  const pauses: number[] = [];
  const pass = (duration: number) => {
    now += duration;
    for (const { ring } of timers.filter(({ at }) => at <= now)) ring();
  };
  const clock = {
    now: () => now,
    pause: async (duration: number) => void pauses.push(duration),
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
  const tick = async (generators: Generator[], remaining = 800 * SECOND, more: Partial<Run> = {}) => {
    scans += 1;
    const began = now;
    const view = await FleetView.load(stage.table, stage.system.clock.now());
    const run: Run = { system, view, id: `run ${scans}`, now, at: now, figures: {}, asked: [], ...more };
    await askGenerators(run, generators, () => remaining - (now - began));
    return asked.splice(0);
  };
  return {
    ...stage,
    system,
    asked,
    pass,
    generatorOf,
    tick,
    /** What waits for an instant, and how long was waited before something was tried again. */
    timers,
    pauses,
    /** Attempts that failed, as the log has them. */
    failedAttempts: () =>
      stage.logged.filter(({ message }) => message === 'attempt failed').map(({ properties }) => properties),
    /** A generator's row as it stands before the run. */
    stand: (name: string, more: Partial<GeneratorRecord>) =>
      stage.write(generatorWrite({ ...newGenerator(name), ...more })),
  };
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

  it('write twice for a turn: that it began, and what came of it', async () => {
    const { tick, generatorOf, table, writes } = generatorStage();
    const get = vi.spyOn(table, 'get');
    await tick([generatorOf('a', something)]);
    expect(writes).toEqual([1, 1]);
    expect(get).not.toHaveBeenCalledWith({ pk: 'TURNS', sk: 'a' });
  });

  it('that come to their end are done with for the run, though they are due at once', async () => {
    const { tick, generatorOf } = generatorStage();
    const pages = generatorOf(
      'pages',
      async (_, cursor) => (cursor === null ? { cursor: '1', worked: 10 } : { cursor: null, worked: 3 }),
      { everySeconds: 0 },
    );
    expect(await tick([pages])).toHaveLength(2);
    expect(await tick([pages])).toHaveLength(2);
  });

  it('take sixty turns in a run at most, where pages cost no time', async () => {
    const { tick, generatorOf } = generatorStage();
    const full = generatorOf('full', async (_, cursor) => ({ cursor: `${cursor}+`, worked: 1 }));
    expect(await tick([full])).toHaveLength(60);
  });

  it.each<[string, Partial<Generator>]>([
    ['their band', { band: 'facts' }],
    ['how often they are asked', { everySeconds: 901 }],
    ['how long they are left alone at most', { mostSeconds: 7_200 }],
    ['what of the stage they rest on', { settings: () => 'two webhooks' }],
  ])('are asked with the next tick where %s changed', async (_what, change) => {
    const { tick, generatorOf, pass } = generatorStage();
    const settings = () => 'a webhook';
    const before = generatorOf('other', something, { mostSeconds: 3_600, settings });
    await tick([before]);
    pass(MINUTE);
    expect(await tick([before])).toEqual([]);
    const after = generatorOf('other', something, { mostSeconds: 3_600, settings, ...change });
    expect(await tick([after])).toEqual(['other']);
    expect(await tick([after])).toEqual([]);
  });

  it('are left alone by rows that say of which settings their waits are', async () => {
    const { tick, generatorOf, stand } = generatorStage();
    const notBefore = START + MINUTE;
    await stand('plain', { notBefore, settings: 'normal 900  ' });
    await stand('of-stage', { notBefore, settings: 'garbage 3600 86400 own' });
    const more = {
      band: 'garbage',
      everySeconds: 3_600,
      mostSeconds: 86_400,
      settings: () => 'own',
    } as const;
    const all = [generatorOf('plain', something), generatorOf('of-stage', something, more)];
    expect(await tick(all)).toEqual([]);
  });

  it('that cannot say whether there is work are asked, where a failure counts', async () => {
    const { tick, generatorOf } = generatorStage();
    const isWanted = () => Promise.reject(new Error('away'));
    expect(await tick([generatorOf('other', something, { isWanted })])).toEqual(['other']);
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

  it('is recorded with each attempt, and rings from the second on with what it was', async () => {
    const { tick, pass, generatorOf, table, logged, measured, failedAttempts } = generatorStage();
    const broken = generatorOf('broken', () => Promise.reject(new Error('away')));
    await tick([broken]);
    expect(failedAttempts()).toMatchObject([
      { worker: 'scanner/broken', item: 'broken', attempt: 1, cause: 'bug', message: 'away' },
    ]);
    expect(measured.filter(({ name }) => name === 'GeneratorFailing')).toEqual([]);
    pass(MINUTE);
    await tick([broken]);
    expect(failedAttempts().map(({ attempt }) => attempt)).toEqual([1, 2]);
    const { failure } = await loadGenerator(table, 'broken');
    expect(failure).toMatchObject({ at: START + MINUTE, reason: 'Error: away' });
    const about = { generator: 'broken', failures: 2, fingerprint: failure?.fingerprint };
    expect(measured).toContainEqual({ name: 'GeneratorFailing', value: 1, unit: 'Count', properties: about });
    expect(logged).toContainEqual({
      level: 'error',
      message: 'generator failing',
      properties: { ...about, reason: 'Error: away' },
    });
  });

  it('is not tried again in the run, however long that takes', async () => {
    const { tick, pass, generatorOf } = generatorStage();
    const broken = generatorOf('broken', () => Promise.reject(new Error('away')), { band: 'urgent' });
    const slow = generatorOf('slow', async (_, cursor) => {
      pass(50 * SECOND);
      return { cursor: cursor === null ? '1' : cursor === '1' ? '2' : null, worked: 1 };
    });
    expect(await tick([broken, slow])).toEqual(['broken', 'slow', 'slow', 'slow']);
  });

  it('names the place at which its rows cannot be read', async () => {
    const { tick, generatorOf, failedAttempts } = generatorStage();
    const unreadable: Iterable<string> = {
      [Symbol.iterator]: () => {
        throw new Error('no such row');
      },
    };
    const rows = generatorOf('rows', (run, cursor, spent) =>
      sweep(run, {
        name: 'rows',
        partitions: [
          { items: [], work: async () => {} },
          { items: unreadable, work: async () => {} },
        ],
        atOnce: 1,
        cursor,
        budget: { spent },
      }),
    );
    await tick([rows]);
    expect(failedAttempts()).toMatchObject([
      { worker: 'scanner/rows', item: 'rows: partition 1', message: 'no such row' },
    ]);
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
    expect(await loadGenerator(table, 'hanging')).toMatchObject({
      failures: 1,
      isHung: true,
      failure: { reason: 'Error: the turn gave no answer in time' },
    });
    pass(5 * MINUTE);
    expect(await tick([hanging])).toEqual([]);
  });

  it('by ending its process counts as failed once its lease is over', async () => {
    const { tick, pass, generatorOf, table, system, failedAttempts } = generatorStage();
    const name = 'dying';
    const dead = { ...(await loadGenerator(table, name)), leaseUntil: START + 15 * MINUTE, turns: 1 };
    await table.transact([{ put: { pk: 'TURNS', sk: name, ...dead, rev: 1 } }], 'the run that died');
    const dying = generatorOf(name, something);
    expect(await tick([dying])).toEqual([]);
    pass(15 * MINUTE);
    expect(await tick([dying])).toEqual([]);
    expect(await loadGenerator(system.table, name)).toMatchObject({
      failures: 1,
      leaseUntil: null,
      failure: { reason: 'Error: a turn began and never ended' },
    });
    expect(failedAttempts()).toMatchObject([{ worker: 'scanner/dying', cause: 'died', attempt: 1 }]);
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

  it.each<[string, number, number, number, number]>([
    ['ends 10 s before the function is stopped', 0, 70, 20, 3],
    ['lasts for five minutes at most', 0, 800, 20, 15],
    // A tick comes each 15 minutes: of 13.5 minutes 12 are over.
    ['ends before a tenth of the time to the next tick is left', 12 * MINUTE, 800, 20, 5],
    ['ends as early in a run that begins a whole tick late', 27 * MINUTE, 800, 20, 5],
    ['is five seconds, however near the next tick is', 14 * MINUTE, 800, 2, 3],
  ])('%s', async (_what, late, remaining, lasting, turns) => {
    const { tick, pass, generatorOf } = generatorStage();
    const at = START + MINUTE;
    pass(MINUTE + late);
    const full = generatorOf('full', async (_, cursor) => {
      pass(lasting * SECOND);
      return { cursor: `${cursor}+`, worked: 1 };
    });
    expect(await tick([full], remaining * SECOND, { at })).toHaveLength(turns);
  });

  it('costs no read where none is left', async () => {
    const { tick, generatorOf, table } = generatorStage();
    const query = vi.spyOn(table, 'query');
    await tick([generatorOf('other', something)], 10 * SECOND);
    expect(query.mock.calls.filter(([{ pk }]) => pk === 'TURNS')).toEqual([]);
  });

  it.each<[string, number, number[], boolean[]]>([
    ['20 s', 800, [20 * SECOND - 1, 1], [false, true]],
    ['what all generators have left', 15, [5 * SECOND - 1, 1], [false, true]],
  ])('of a turn is spent after %s', async (_what, remaining, passing, expected) => {
    const { tick, pass, generatorOf } = generatorStage();
    const seen: boolean[] = [];
    const slow = generatorOf('slow', async (_run, _cursor, spent) => {
      for (const duration of passing) {
        pass(duration);
        seen.push(spent());
      }
      return { cursor: null };
    });
    await tick([slow], remaining * SECOND);
    expect(seen).toEqual(expected);
  });

  it('of a turn is over with the turn, for what it leaves behind', async () => {
    const { tick, generatorOf, timers } = generatorStage();
    let isSpent = () => false;
    const leaving = generatorOf('leaving', async (_run, _cursor, spent) => {
      isSpent = spent;
      return { cursor: null };
    });
    await tick([leaving]);
    expect(isSpent()).toBe(true);
    expect(timers).toEqual([]);
  });

  it('lasts five seconds longer for what is under way, and no more', async () => {
    const { tick, pass, generatorOf, asked, table } = generatorStage();
    const hanging = generatorOf('hanging', () => new Promise(() => {}));
    // 20 s are left, less 10 s before the function is stopped.
    const ticked = tick([hanging], 20 * SECOND);
    await vi.waitFor(() => expect(asked).toEqual(['hanging']));
    pass(15 * SECOND - 1);
    await new Promise((done) => setImmediate(done));
    pass(1);
    await ticked;
    expect((await loadGenerator(table, 'hanging')).failure?.at).toBe(START + 15 * SECOND);
  });

  it('is not bounded where the clock has no timers: a turn is waited for', async () => {
    const { tick, generatorOf, system } = generatorStage();
    const { now } = system.clock;
    const slow = generatorOf('slow', async () => {
      await new Promise((done) => setImmediate(done));
      return { cursor: null };
    });
    await tick([slow], 800 * SECOND, { system: { ...system, clock: { now } } });
    expect(await loadGenerator(system.table, 'slow')).toMatchObject({ turns: 1, failures: 0 });
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

const ofTurn = (writes: Write[], name: string) => puts(writes, 'TURNS', ({ sk }) => sk === name);

describe('a run beside others', () => {
  it('asks no generator of which another run was first, and all others', async () => {
    const stage = generatorStage();
    stage.system.table = refusing(stage.table, (writes) => ofTurn(writes, 'taken'));
    const all = ['taken', 'well'].map((name) => stage.generatorOf(name, something));
    expect(await stage.tick(all)).toEqual(['well']);
    expect(stage.failedAttempts()).toEqual([]);
  });

  it('keeps what an operator changed of a generator in its turn', async () => {
    const stage = generatorStage();
    const other = stage.generatorOf('other', async () => {
      const row = await loadGenerator(stage.table, 'other');
      await stage.write(generatorWrite({ ...row, paused: { by: 'olga', at: START, reason: 'r' } }));
      return { cursor: '1' };
    });
    expect(await stage.tick([other])).toEqual(['other']);
    expect(await loadGenerator(stage.table, 'other')).toMatchObject({
      paused: { by: 'olga' },
      cursor: '1',
      leaseUntil: null,
    });
    expect(stage.logged.map(({ message }) => message)).not.toContain('turn not stored');
  });

  it('leaves a turn alone that another run began when the lease of this one was over', async () => {
    const stage = generatorStage();
    const leased = { turns: 2, leaseUntil: START + 30 * MINUTE, cursor: 'theirs' };
    const slow = stage.generatorOf('slow', async () => {
      const row = await loadGenerator(stage.table, 'slow');
      await stage.write(generatorWrite({ ...row, ...leased }));
      return { cursor: 'ours' };
    });
    const well = stage.generatorOf('well', something, { band: 'garbage' });
    expect(await stage.tick([slow, well])).toEqual(['slow', 'well']);
    expect(await loadGenerator(stage.table, 'slow')).toMatchObject(leased);
    expect(stage.failedAttempts()).toEqual([]);
  });
});

describe('a table that is busy or away', () => {
  const busy: TransactResult = { outcome: 'busy', reason: 'throttled' };

  it('is asked again, in a moment, to take what came of a turn', async () => {
    const stage = generatorStage();
    let turns = 0;
    stage.system.table = refusing(stage.table, () => turns === 1, { answer: busy });
    const other = stage.generatorOf('other', async () => {
      turns += 1;
      return { cursor: null };
    });
    await stage.tick([other]);
    // Between 25 and 50 ms, and nothing is left to chance.
    expect(stage.pauses).toEqual([37.5]);
    expect(await loadGenerator(stage.table, 'other')).toMatchObject({ turns: 1, leaseUntil: null });
  });

  it('stops no other where it does not take what came of a turn', async () => {
    const stage = generatorStage();
    let turns = 0;
    const lost = stage.generatorOf(
      'lost',
      async () => {
        turns += 1;
        return { cursor: null };
      },
      { band: 'urgent' },
    );
    stage.system.table = refusing(stage.table, (writes) => turns > 0 && ofTurn(writes, 'lost'), {
      times: 100,
      answer: busy,
    });
    expect(await stage.tick([lost, stage.generatorOf('well', something)])).toEqual(['lost', 'well']);
    expect(stage.logged).toContainEqual({
      level: 'warn',
      message: 'turn not stored',
      properties: {
        generator: 'lost',
        error: expect.stringMatching(/^TableBusy: the turn of lost could not be stored/),
      },
    });
    expect(stage.failedAttempts()).toEqual([]);
    // Its lease ends by itself.
    expect(await loadGenerator(stage.table, 'lost')).toMatchObject({ leaseUntil: START + 15 * MINUTE });
  });

  it('stops no other where it is too busy for a lease, and that is recorded', async () => {
    const stage = generatorStage();
    stage.system.table = refusing(stage.table, (writes) => ofTurn(writes, 'lost'), {
      times: 100,
      answer: busy,
    });
    const lost = stage.generatorOf('lost', something, { band: 'urgent' });
    expect(await stage.tick([lost, stage.generatorOf('well', something)])).toEqual(['well']);
    expect(stage.failedAttempts()).toMatchObject([
      {
        worker: 'scanner/lost',
        item: 'lost',
        attempt: 1,
        cause: 'retryable',
        message: 'the table is too busy for the turn of lost',
      },
    ]);
  });

  it('fails no scan where it cannot be read, and that is recorded', async () => {
    const stage = generatorStage();
    const query = stage.table.query.bind(stage.table);
    vi.spyOn(stage.table, 'query').mockImplementation(async (what) => {
      if (what.pk === 'TURNS') throw new Error('it is away');
      return query(what);
    });
    await stage.tick([stage.generatorOf('other', something)]);
    expect(stage.failedAttempts()).toMatchObject([
      { worker: 'scanner', item: 'generators', attempt: 1, cause: 'bug', message: 'it is away' },
    ]);
  });
});
