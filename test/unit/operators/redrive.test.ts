import { describe, expect, it } from 'vitest';
import { HOUR, type Instant, MINUTE } from '../../../functions/abandonment/time.ts';
import { actOnLetters, type LetterCounts } from '../../../functions/operators/redrive.ts';
import type { System } from '../../../functions/platform/system.ts';
import { loadRedriven } from '../../../functions/store/redriven.ts';
import { SimDeadLetters } from '../../../simulation/engine/sim-dead-letters.ts';
import { cliStage, T } from '../cli/cli-stage.ts';

const LETTERS = 24;

const taskOf = (n: number) => `acmeCo/${n}`;
const bodyOf = (n: number) =>
  JSON.stringify({
    v: 1,
    kind: 'disable',
    key: taskOf(n),
    episode: 1,
    notAfter: T + HOUR,
    correlationId: 'c',
  });

/** Dead letters of a stage in memory, with each call of a run counted. */
function world() {
  const stage = cliStage();
  let now: Instant = T;
  const delivered: string[] = [];
  const letters = new SimDeadLetters(
    () => now,
    (_, { body }) => void delivered.push(body),
  );
  for (let n = 0; n < LETTERS; n += 1) letters.put({ queue: 'disable', id: `m${n}`, body: bodyOf(n) });
  const system: System = { ...stage.system, clock: { now: () => now } };
  const wait = (span: number) => {
    now += span;
  };
  return { system, letters, delivered, wait };
}

class Died extends Error {}

/** A run whose process dies at its call `at`; undefined where it lived to its end. */
async function run(
  { system, letters }: ReturnType<typeof world>,
  at = Number.POSITIVE_INFINITY,
  when: 'before' | 'after' = 'before',
): Promise<LetterCounts | undefined> {
  let calls = 0;
  let isDead = false;
  const around = async <Value>(act: () => Value): Promise<Awaited<Value>> => {
    if (isDead) throw new Died();
    calls += 1;
    const isLast = calls === at;
    if (isLast) isDead = true;
    if (isLast && when === 'before') throw new Died();
    const value = await act();
    if (isLast) throw new Died();
    return value;
  };
  letters.around = around as SimDeadLetters['around'];
  const { table: real } = system;
  const table = {
    get: (...asked: Parameters<typeof real.get>) => around(() => real.get(...asked)),
    batchGet: (...asked: Parameters<typeof real.batchGet>) => around(() => real.batchGet(...asked)),
    query: (...asked: Parameters<typeof real.query>) => around(() => real.query(...asked)),
    transact: (...asked: Parameters<typeof real.transact>) => around(() => real.transact(...asked)),
    scan: (cursor?: string) => real.scan(cursor),
  };
  try {
    return await actOnLetters(
      { ...system, table },
      {
        letters,
        queues: ['disable'],
        selects: () => true,
        act: 'redrive',
        perSecond: 1_000,
        by: 'olga',
        meant: 'all',
        why: '',
      },
    );
  } catch (error) {
    if (!(error instanceof Died)) throw error;
    return undefined;
  }
}

describe('a redrive that is killed at any call', () => {
  it.each(['before', 'after'] as const)(
    '%s its effect loses nothing, and counts nothing twice',
    async (when) => {
      let deaths = 0;
      for (let at = 1; ; at += 1) {
        const stage = world();
        if (await run(stage, at, when)) break;
        deaths += 1;
        // Somebody else's ten minutes are over: what the dead one had received is seen again.
        stage.wait(11 * MINUTE);
        const counts = await run(stage);
        expect(stage.letters.idsOf('disable'), `dies at ${at}`).toEqual([]);
        expect(counts).toMatchObject({ failed: 0, atLimit: 0, unseen: 0 });
        const sent = Array.from({ length: LETTERS }, (_, n) =>
          stage.delivered.filter((body) => body === bodyOf(n)),
        );
        for (const copies of sent) expect([1, 2]).toContain(copies.length);
        for (let n = 0; n < LETTERS; n += 1)
          expect((await loadRedriven(stage.system.table, 'disable', `${taskOf(n)}#1`)).letters).toHaveLength(
            1,
          );
      }
      // Each letter alone needs more than four calls.
      expect(deaths).toBeGreaterThan(4 * LETTERS);
    },
  );

  it('sends none again whose sending was noted', async () => {
    const stage = world();
    // The last call but one deletes the last batch, or notes the end.
    let calls = 0;
    while (!(await run(world(), calls + 1))) calls += 1;
    await run(stage, calls - 2);
    const sent = stage.delivered.length;
    stage.wait(11 * MINUTE);
    await run(stage);
    expect(stage.letters.idsOf('disable')).toEqual([]);
    expect(stage.delivered).toHaveLength(sent);
  });

  it('says what it could not read while the dead one still hides it', async () => {
    const stage = world();
    await run(stage, 4);
    const hidden = (await run(stage))?.unseen ?? 0;
    expect(hidden).toBeGreaterThan(0);
    expect(stage.letters.idsOf('disable')).toHaveLength(hidden);
  });
});
