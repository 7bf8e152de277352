import { describe, expect, it } from 'vitest';
import { commit, type Plan } from '../../../functions/store/commit.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { Table, TransactResult, Write } from '../../../functions/store/table/table.port.ts';
import { TableBusy } from '../../../functions/store/table-busy.ts';
import { SeededRandom } from '../../../simulation/engine/seeded-random.ts';

const KEY = { pk: 'X', sk: 'x' };

/** A table that answers some transactions by itself; `lost`: it applies the writes and says that it is busy. */
function stage(answers: ('busy' | 'lost')[]) {
  const stored = new MemoryTable();
  const writers: string[] = [];
  const pauses: number[] = [];
  const table: Table = {
    get: (key) => stored.get(key),
    batchGet: (keys) => stored.batchGet(keys),
    query: (query) => stored.query(query),
    scan: () => stored.scan(),
    async transact(writes: Write[], writer: string): Promise<TransactResult> {
      writers.push(writer);
      const answer = answers.shift();
      if (answer === 'busy') return { outcome: 'busy', reason: 'throttled' };
      const result = await stored.transact(writes, writer);
      return answer === 'lost' ? { outcome: 'busy', reason: 'the answer is lost' } : result;
    },
  };
  const clock = { now: () => 0, pause: async (duration: number) => void pauses.push(duration) };
  return { writing: { table, random: new SeededRandom(1), clock }, stored, writers, pauses };
}

/** Counts the row up over what was read; `meanwhile` happens between the reading and the writing. */
function counting(table: Table, meanwhile: () => Promise<unknown> = async () => undefined) {
  return async (): Promise<Plan<number>> => {
    const row = await table.get(KEY);
    const count = Number(row?.count ?? 0) + 1;
    await meanwhile();
    const over = row ? { equals: ['count', count - 1] as [string, number] } : { absent: true as const };
    return { writes: [{ put: { ...KEY, count }, if: [over] }], value: count };
  };
}

describe('a commit', () => {
  it('comes to its value without a write where the plan has none', async () => {
    const { writing, writers } = stage([]);
    expect(await commit(writing, 'it', async () => ({ value: 'as it was' }))).toBe('as it was');
    expect(writers).toEqual([]);
  });

  it('plans again on what is stored then where somebody else was first', async () => {
    const { writing, stored } = stage([]);
    let others = 2;
    const meanwhile = async () => {
      if (others-- > 0) await stored.transact([{ add: KEY, by: { count: 10 } }], `other ${others}`);
    };
    expect(await commit(writing, 'it', counting(writing.table, meanwhile))).toBe(21);
    expect((await stored.get(KEY))?.count).toBe(21);
  });

  it('asks a busy table again with the same writes and the same writer, after growing pauses', async () => {
    const { writing, writers, pauses } = stage(['busy', 'busy', 'busy']);
    let planned = 0;
    const plan = counting(writing.table);
    await commit(writing, 'it', () => {
      planned += 1;
      return plan();
    });
    expect(planned).toBe(1);
    expect(new Set(writers).size).toBe(1);
    expect(pauses).toHaveLength(3);
    for (const [index, longest] of [50, 100, 200].entries()) {
      expect(pauses[index]).toBeGreaterThanOrEqual(longest / 2);
      expect(pauses[index]).toBeLessThanOrEqual(longest);
    }
  });

  it('recognises writes of its own whose answer was lost', async () => {
    const { writing, stored } = stage(['lost']);
    expect(await commit(writing, 'it', counting(writing.table))).toBe(1);
    expect((await stored.get(KEY))?.count).toBe(1);
  });

  it('takes a refusal for an answer where the plan says so, by the write that was refused', async () => {
    const { writing, stored } = stage([]);
    const first = { pk: 'X', sk: 'first' };
    await stored.transact([{ put: { ...KEY, count: 1 } }], 'before');
    const asked: number[] = [];
    const answer = await commit(writing, 'it', async () => ({
      writes: [{ put: first }, { check: KEY, if: [{ absent: true }] }],
      value: 'written',
      refused: (index) => {
        asked.push(index);
        return { value: 'left' };
      },
    }));
    expect({ answer, asked }).toEqual({ answer: 'left', asked: [1] });
    expect(await stored.get(first)).toBeUndefined();
  });

  it('ends in a fault that passes by itself, naming what it was about, where others never cease', async () => {
    const { writing, stored } = stage([]);
    const meanwhile = () => stored.transact([{ add: KEY, by: { count: 1 } }], String(Math.random()));
    const failed = commit(writing, 'the row', counting(writing.table, meanwhile));
    await expect(failed).rejects.toThrow(TableBusy);
    await expect(failed).rejects.toThrow('the row');
  });

  it('ends in the same fault where the table stays busy', async () => {
    const { writing, stored } = stage(Array.from({ length: 100 }, () => 'busy' as const));
    await expect(commit(writing, 'the row', counting(writing.table))).rejects.toThrow(TableBusy);
    expect(await stored.get(KEY)).toBeUndefined();
  });
});
