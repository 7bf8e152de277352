import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../functions/abandonment/time.ts';
import type { Writing } from '../../../functions/store/commit.ts';
import {
  type GeneratorRecord,
  generatorWrite,
  loadGenerator,
  loadGenerators,
  newGenerator,
  wake,
} from '../../../functions/store/generators.ts';
import { SeededRandom } from '../../../simulation/engine/seeded-random.ts';
import { T0 } from '../abandonment/decide-builders.ts';
import { filledTable } from './filled-table.ts';

/** One that found nothing for long, and rests for an hour more. */
const resting = (more: Partial<GeneratorRecord> = {}): GeneratorRecord => ({
  ...newGenerator('digests'),
  notBefore: T0 + HOUR,
  empty: 5,
  turns: 9,
  askedAt: T0 - HOUR,
  ...more,
});

describe('to wake a generator', () => {
  /** What is known of it afterwards, and how many transactions it took. */
  async function woken(record: GeneratorRecord | undefined, times = 1) {
    const table = await filledTable(...(record ? [generatorWrite(record)] : []));
    let transactions = 0;
    const transact = table.transact.bind(table);
    table.transact = (writes, writer) => {
      transactions += 1;
      return transact(writes, writer);
    };
    const writing: Writing = { table, clock: { now: () => T0 }, random: new SeededRandom(1) };
    for (let time = 0; time < times; time += 1) await wake(writing, 'digests');
    return { record: await loadGenerator(table, 'digests'), transactions };
  }

  it('makes one due at once that rests, however long it found nothing, and keeps the rest of it', async () => {
    const { record, transactions } = await woken(resting({ cursor: 'there' }), 3);
    expect(record).toEqual({ ...resting({ cursor: 'there' }), notBefore: 0, empty: 0, rev: 2 });
    expect(transactions).toBe(1);
  });

  it('makes one due again whose turn is under way: it may have looked already', async () => {
    const { record } = await woken(resting({ notBefore: T0 - 1, leaseUntil: T0 + 1 }));
    expect(record).toMatchObject({ notBefore: 0, leaseUntil: T0 + 1 });
  });

  it.each<[string, GeneratorRecord | undefined]>([
    ['was never asked: it is due', undefined],
    ['is due anyway', resting({ notBefore: T0 })],
    ['was due for long', resting({ notBefore: T0 - 1 })],
    ['was woken before its turn', resting({ notBefore: 0 })],
    ['was woken during its turn', resting({ notBefore: 0, leaseUntil: T0 + 1 })],
    ['fails: it is not asked sooner for new work', resting({ failures: 1 })],
    ['fails in the turn under way', resting({ failures: 2, leaseUntil: T0 + 1 })],
  ])('writes nothing of one that %s', async (_, record) => {
    const after = await woken(record);
    expect(after.transactions).toBe(0);
    expect(after.record).toEqual(record ? { ...record, rev: 1 } : newGenerator('digests'));
  });

  it('says in its fault which generator has work, where the table stays busy', async () => {
    const table = await filledTable(generatorWrite(resting()));
    table.transact = async () => ({ outcome: 'busy', reason: 'throttled' });
    const writing: Writing = { table, clock: { now: () => T0 }, random: new SeededRandom(1) };
    await expect(wake(writing, 'digests')).rejects.toThrow('generator digests has work');
  });
});

describe('what is known of generators', () => {
  it('is found by their names, each over the revision that was read', async () => {
    const table = await filledTable(
      generatorWrite(resting()),
      generatorWrite({ ...newGenerator('garbage'), paused: { by: 'olga', at: T0, reason: 'too much' } }),
    );
    const all = await loadGenerators(table);
    expect([...all.keys()].sort()).toEqual(['digests', 'garbage']);
    // With one query, of what stands there now.
    expect([table.asked, table.stale]).toEqual([['TURNS'], []]);
    expect(all.get('digests')).toEqual({ ...resting(), rev: 1 });
    expect(all.get('garbage')).toMatchObject({ paused: { by: 'olga', at: T0, reason: 'too much' } });
    expect((await table.transact([generatorWrite(resting())], 'w')).outcome).toBe('refused');
    const again = await table.transact([generatorWrite({ ...resting(), rev: 1 })], 'w');
    expect(again.outcome).toBe('applied');
  });

  it('of one that was never asked is that it is due, from the beginning, and not paused', async () => {
    expect(await loadGenerator(await filledTable(), 'facts')).toEqual({
      name: 'facts',
      cursor: null,
      notBefore: 0,
      leaseUntil: null,
      isHung: false,
      empty: 0,
      failures: 0,
      failure: null,
      turns: 0,
      askedAt: null,
      settings: '',
      version: '',
      paused: null,
      rev: 0,
    });
  });
});
