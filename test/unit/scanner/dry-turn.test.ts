import { describe, expect, it } from 'vitest';
import { formatInstant, HOUR, MINUTE, SECOND } from '../../../functions/abandonment/time.ts';
import { type Foreseen, foresee, runBeside, takeDryTurn } from '../../../functions/scanner/dry-turn.ts';
import type { Generator, Turn } from '../../../functions/scanner/generator.ts';
import { type GeneratorRecord, generatorWrite, newGenerator } from '../../../functions/store/generators.ts';
import { aPlane, START as NOW, only, type RunStage, runStage } from './run-stage.ts';

const generator = (run: Generator['run'], more: Partial<Generator> = {}): Generator => ({
  name: 'other',
  band: 'normal',
  everySeconds: 900,
  run,
  ...more,
});
const done: Generator['run'] = async () => ({ cursor: null });
const record = (more: Partial<GeneratorRecord> = {}): GeneratorRecord => ({
  ...newGenerator('other'),
  notBefore: NOW + MINUTE,
  settings: 's',
  version: '6',
  askedAt: NOW - HOUR,
  turns: 3,
  ...more,
});
const failure = { at: NOW, reason: 'x', fingerprint: 'f' };

describe('when a generator is asked next', () => {
  const foreseen = async (stage: RunStage, of: Generator, stored: GeneratorRecord) =>
    foresee(await runBeside(stage.system), of, stored);

  it.each<[string, Partial<GeneratorRecord>, Foreseen, boolean?]>([
    ['it waits', {}, { at: NOW + MINUTE, why: 'waits' }],
    ['it is due', { notBefore: NOW }, { at: NOW, why: 'due' }],
    ['it stopped in the middle', { notBefore: NOW, cursor: '3' }, { at: NOW, why: 'full page' }],
    ['it stopped in the middle and waits', { cursor: '3' }, { at: NOW + MINUTE, why: 'waits' }],
    ['it was woken', { notBefore: 0, cursor: '3' }, { at: NOW, why: 'woken' }],
    ['its newest turn died', { notBefore: NOW, leaseUntil: NOW, cursor: '3' }, { at: NOW, why: 'died' }],
    ['its newest turn died and it waits', { leaseUntil: NOW }, { at: NOW + MINUTE, why: 'waits' }],
    ['it is under way', { leaseUntil: NOW + 1 }, { at: NOW + 1, why: 'under way' }],
    ['it fails', { failures: 1, failure }, { at: NOW + MINUTE, why: 'failing' }],
    ['it failed, and is due', { failures: 1, failure, notBefore: NOW }, { at: NOW, why: 'due' }],
    ['it is paused', { paused: { by: 'olga', at: NOW, reason: 'r' } }, { at: null, why: 'paused' }],
    [
      'it is paused, and nobody wants it',
      { paused: { by: 'olga', at: NOW, reason: 'r' } },
      { at: null, why: 'paused' },
      false,
    ],
    [
      'it is under way, and nobody wants it',
      { leaseUntil: NOW + 1 },
      { at: NOW + 1, why: 'under way' },
      false,
    ],
    ['nobody wants it', { notBefore: NOW }, { at: null, why: 'not wanted' }, false],
    ['nobody wants it, and it waits', {}, { at: null, why: 'not wanted' }, false],
    ['nobody wants it, and it fails', { failures: 1, failure }, { at: NOW + MINUTE, why: 'failing' }, false],
  ])('%s', async (_what, fields, expected, isWanted = true) => {
    expect(await foreseen(runStage(), generator(done, { isWanted: () => isWanted }), record(fields))).toEqual(
      expected,
    );
  });
});

describe('a dry turn', () => {
  /** A generator that does all that leaves a trace. */
  const busy = generator(async (run, _budget, cursor): Promise<Turn> => {
    await run.system.table.transact([{ put: { pk: 'A', sk: 'B', v: 1 } }], 'w');
    await run.system.queues.send('notify', [{ body: '{}' }]);
    run.system.telemetry.metric('Rows', 2);
    run.figures.worked = 5;
    return { cursor: cursor === null ? '1' : null, worked: 5 };
  });

  it('says what would come of it, and nothing does', async () => {
    const stage = runStage();
    const before = generatorWrite(record({ notBefore: NOW, rev: 0 }));
    await stage.write(before);
    const turn = await takeDryTurn(stage.system, busy);
    expect(turn).toMatchObject({
      now: NOW,
      due: { at: NOW, why: 'due' },
      isAsked: true,
      turn: { cursor: '1', worked: 5 },
      // A full page is followed by the next at once.
      nextAt: NOW,
      figures: only({ worked: 5 }),
      writes: [{ kind: 'put A', what: 'A B' }],
      messages: [{ kind: 'queue notify', what: '{}' }],
    });
    expect([...turn.metrics]).toEqual([['Rows', 2]]);
    expect(turn.record).toMatchObject({ name: 'other', turns: 3, rev: 1 });
    expect([stage.sent, stage.measured, (await stage.table.scan()).rows.length]).toEqual([[], [], 1]);
  });

  it('goes on from where the generator is, whether it would be asked now or not', async () => {
    const stage = runStage();
    await stage.write(generatorWrite(record({ cursor: '1', rev: 0 })));
    const turn = await takeDryTurn(stage.system, busy);
    expect(turn).toMatchObject({
      due: { at: NOW + MINUTE, why: 'waits' },
      isAsked: false,
      turn: { cursor: null, worked: 5 },
      nextAt: NOW + 15 * MINUTE,
    });
  });

  it.each<[string, Partial<GeneratorRecord>, boolean]>([
    ['that is paused', { paused: { by: 'olga', at: NOW, reason: 'r' } }, true],
    ['that nobody wants', {}, false],
  ])('of one %s is taken all the same, and is not what a scan would take', async (_what, more, isWanted) => {
    const stage = runStage();
    await stage.write(generatorWrite(record({ notBefore: NOW, rev: 0, ...more })));
    expect(await takeDryTurn(stage.system, { ...busy, isWanted: () => isWanted })).toMatchObject({
      due: { at: null },
      isAsked: false,
      turn: { cursor: '1', worked: 5 },
    });
  });

  it('of one whose newest turn died is not what a scan would take', async () => {
    const stage = runStage();
    await stage.write(generatorWrite(record({ notBefore: NOW, leaseUntil: NOW, rev: 0 })));
    expect(await takeDryTurn(stage.system, busy)).toMatchObject({ due: { why: 'died' }, isAsked: false });
  });

  it('that would fail says why, and when it would be asked again', async () => {
    const stage = runStage();
    const failing = generator(() => Promise.reject(new Error('it is broken')));
    const turn = await takeDryTurn(stage.system, failing);
    expect(turn).toMatchObject({
      turn: { failure: 'Error: it is broken' },
      nextAt: NOW + MINUTE,
      isAsked: true,
    });
    await stage.write(generatorWrite(record({ failures: 2, failure, rev: 0 })));
    expect((await takeDryTurn(stage.system, failing)).nextAt).toBe(NOW + 4 * MINUTE);
  });

  it('that found nothing lets it wait twice as long', async () => {
    const stage = runStage();
    await stage.write(generatorWrite(record({ empty: 1, rev: 0 })));
    const empty = generator(async () => ({ cursor: null, worked: 0 }));
    expect((await takeDryTurn(stage.system, empty)).nextAt).toBe(NOW + 60 * MINUTE);
  });

  it('has the time of one turn', async () => {
    const stage = runStage();
    const spent: boolean[] = [];
    const slow = generator(async (_run, budget) => {
      for (const pause of [0, 20 * SECOND - 1, 1]) {
        stage.pass(pause);
        spent.push(budget.spent());
      }
      return { cursor: null };
    });
    await takeDryTurn(stage.system, slow);
    expect(spent).toEqual([false, false, true]);
  });

  it('may be taken at another instant: all goes by that', async () => {
    const stage = runStage();
    await stage.planes(aPlane('eu-1'));
    await stage.write(generatorWrite(record({ rev: 0 })));
    const seen: unknown[] = [];
    const recording = generator(async ({ system, now, id, view, at, asked }) => {
      seen.push([system.clock.now(), now, id, at, view.planes.map(({ name }) => name), asked]);
      stage.pass(SECOND);
      seen.push(system.clock.now());
      return { cursor: null };
    });
    const later = NOW + HOUR;
    const turn = await takeDryTurn(stage.system, recording, later);
    expect(seen).toEqual([[later, later, formatInstant(later), later, ['eu-1'], []], later + SECOND]);
    expect(turn).toMatchObject({ now: later, isAsked: true, nextAt: later + SECOND + 15 * MINUTE });
  });

  it('may wait and set timers where the clock can', async () => {
    const stage = runStage();
    const calls: unknown[] = [];
    const clock = {
      now: () => NOW,
      pause: async (duration: number) => void calls.push(duration),
      timer: (duration: number) => () => void calls.push(`stop ${duration}`),
    };
    const waiting = generator(async ({ system }) => {
      await system.clock.pause?.(5);
      system.clock.timer?.(7, () => {})();
      return { cursor: null };
    });
    await takeDryTurn({ ...stage.system, clock }, waiting, NOW + HOUR);
    expect(calls).toEqual([5, 'stop 7']);
    const bare = generator(async ({ system }) => {
      calls.push(system.clock.pause, system.clock.timer);
      return { cursor: null };
    });
    await takeDryTurn(stage.system, bare, NOW + HOUR);
    expect(calls.slice(2)).toEqual([undefined, undefined]);
  });
});
