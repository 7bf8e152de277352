import { describe, expect, it } from 'vitest';
import { changeTask, storeTask, type TaskChange } from '../../../functions/store/change-task.ts';
import type { Writing } from '../../../functions/store/commit.ts';
import { loadCounts, loadLeft } from '../../../functions/store/counts.ts';
import { keys } from '../../../functions/store/keys.ts';
import type { Write } from '../../../functions/store/table/table.port.ts';
import { loadTask, newTaskRecord, type TaskRecord, taskWrite } from '../../../functions/store/tasks.ts';
import { SeededRandom } from '../../../simulation/engine/seeded-random.ts';
import { aPolicy, aTask, day, evidenceOf, T0 } from '../abandonment/decide-builders.ts';
import { filledTable } from './filled-table.ts';
import { refusing } from './refusing-table.ts';

const A = 'acmeCo/a';
const POLICY = aPolicy();
const NOTE = { pk: 'NOTE', sk: 'n' };
const FAILING: TaskRecord = { ...newTaskRecord(aTask()), evidence: evidenceOf(T0) };

async function stage(...writes: Write[]) {
  const table = await filledTable(...writes);
  const writing: Writing = { table, clock: { now: () => T0 }, random: new SeededRandom(1) };
  const change = <Value>(of: (before: TaskRecord | undefined) => TaskChange<Value>) =>
    changeTask(writing, A, of);
  return { table, writing, change, eligible: async () => (await loadCounts(table, 'eu-1'))[0]?.eligible };
}

const off = (record: TaskRecord): TaskRecord => ({ ...record, task: { ...record.task, enabled: false } });

describe('a change of a task', () => {
  it('is stored with the counters of its plane, where its deadline is found, and what stands beside', async () => {
    const { table, change, eligible } = await stage();
    const record = { ...FAILING, task: aTask({ deadline: day(20) }) };
    const came = await change(() => ({ record, policy: POLICY, beside: [{ put: NOTE }], value: 'new' }));
    expect(came).toBe('new');
    expect(await loadTask(table, A)).toEqual({ ...record, rev: 1 });
    expect(await eligible()).toBe(1);
    expect(await table.get(keys.deadline(A))).toBeDefined();
    expect(await table.get(NOTE)).toBeDefined();
    await change((before) => ({ record: off(before!), policy: POLICY, value: 'off' }));
    expect(await eligible()).toBe(0);
    expect(await table.get(keys.deadline(A))).toBeUndefined();
    expect(await loadLeft(table, 'eu-1', 0, day(99))).toBe(1);
  });

  it('notes nobody who left an outage where there can be none', async () => {
    const { table, change } = await stage(taskWrite(FAILING, POLICY));
    await change((before) => ({ record: off(before!), policy: POLICY, inOutage: false, value: 0 }));
    expect(await loadLeft(table, 'eu-1', 0, day(99))).toBe(0);
  });

  it.each<[string, (before: TaskRecord | undefined) => TaskChange<string>]>([
    ['says none', () => ({ beside: [{ put: NOTE }], value: 'left' })],
    [
      'gives it as it was',
      (before) => ({ record: before!, policy: POLICY, beside: [{ put: NOTE }], value: 'left' }),
    ],
  ])('stores what stands beside alone where it %s', async (_, of) => {
    const { table, change } = await stage(taskWrite(FAILING, POLICY));
    expect(await change(of)).toBe('left');
    expect(await loadTask(table, A)).toEqual({ ...FAILING, rev: 1 });
    expect(await table.get(NOTE)).toBeDefined();
  });

  it('writes nothing where there is nothing to write', async () => {
    const { table, change } = await stage();
    expect(await change(() => ({ value: 'unknown' }))).toBe('unknown');
    expect((await table.scan()).rows).toEqual([]);
  });

  it('takes of several writes of one row beside the last one', async () => {
    const { table, change } = await stage(taskWrite(FAILING, POLICY));
    await change(() => ({ beside: [{ put: { ...NOTE, n: 1 } }, { put: { ...NOTE, n: 2 } }], value: 0 }));
    expect(await table.get(NOTE)).toMatchObject({ n: 2 });
  });

  it('is decided again where the task changed meanwhile, whatever is said of what stands beside', async () => {
    const { table, change } = await stage(taskWrite(FAILING, POLICY));
    let tries = 0;
    const came = await change((before) => {
      if (++tries === 1)
        void table.transact([taskWrite({ ...FAILING, episodes: 3, rev: 1 }, POLICY)], 'other');
      return {
        record: off(before!),
        policy: POLICY,
        value: 'stored',
        refused: () => ({ value: 'not for the task' }),
      };
    });
    expect([came, tries]).toEqual(['stored', 2]);
    expect(await loadTask(table, A)).toMatchObject({ episodes: 3, task: { enabled: false }, rev: 3 });
  });

  it.each([0, 1])(
    'comes to what is said of a write beside that is refused, by its place there: %i',
    async (place) => {
      const { table, change } = await stage(taskWrite(FAILING, POLICY), { put: NOTE });
      const free: Write = { put: { pk: 'NOTE', sk: 'o' } };
      const stands: Write = { put: NOTE, if: [{ absent: true }] };
      const refused: number[] = [];
      const came = await change((before) => ({
        record: off(before!),
        policy: POLICY,
        beside: place === 0 ? [stands, free] : [free, stands],
        value: 'stored',
        refused: (index) => {
          refused.push(index);
          return { value: 'there already' };
        },
      }));
      expect([came, refused]).toEqual(['there already', [place]]);
      expect(await loadTask(table, A)).toEqual({ ...FAILING, rev: 1 });
    },
  );

  it('is decided again where nothing is said of that; the task is named where it changes too fast', async () => {
    const { table, writing, change } = await stage(taskWrite(FAILING, POLICY), { put: NOTE });
    let tries = 0;
    const came = await change((before) => {
      if (++tries === 2) void table.transact([{ delete: NOTE }], 'other');
      return {
        record: off(before!),
        policy: POLICY,
        beside: [{ put: NOTE, if: [{ absent: true }] }],
        value: 1,
      };
    });
    expect([came, tries]).toEqual([1, 2]);
    const never = { ...writing, table: refusing(table, () => true, { times: 100 }) };
    const failed = changeTask(never, A, (before) => ({ record: off(before!), policy: POLICY, value: 0 }));
    await expect(failed).rejects.toThrow(`task ${A} could`);
  });
});

describe('a task whose change rests on more than its row', () => {
  it('is stored with what stands beside it, as it is given back', async () => {
    const { table, writing } = await stage(taskWrite(FAILING, POLICY));
    const stored = await storeTask(writing, { ...FAILING, episodes: 1, rev: 1 }, POLICY, { put: NOTE });
    expect(stored).toEqual({ ...FAILING, episodes: 1, rev: 2 });
    expect(await loadTask(table, A)).toEqual(stored);
    expect(await table.get(NOTE)).toBeDefined();
  });

  it('is not stored where it, or what stands beside it, changed meanwhile', async () => {
    const { table, writing } = await stage(taskWrite(FAILING, POLICY), { put: NOTE });
    expect(await storeTask(writing, FAILING, POLICY)).toBeUndefined();
    const record = { ...FAILING, rev: 1 };
    expect(await storeTask(writing, record, POLICY, { put: NOTE, if: [{ absent: true }] })).toBeUndefined();
    expect(await loadTask(table, A)).toEqual(record);
  });

  it('is named where the table stays busy', async () => {
    const { table, writing } = await stage();
    const busy = refusing(table, () => true, {
      times: 100,
      answer: { outcome: 'busy', reason: 'throttled' },
    });
    await expect(storeTask({ ...writing, table: busy }, FAILING, POLICY)).rejects.toThrow(`task ${A} could`);
  });
});
