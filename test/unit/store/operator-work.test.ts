import { describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import {
  leftOf,
  listOperatorWork,
  loadOperatorWork,
  loadWorkPart,
  MOST_WHY,
  newOperatorWork,
  type OperatorWorkRecord,
  openOperatorWork,
  operatorWorkWrite,
  partsOf,
  workPartWrite,
} from '../../../functions/store/operator-work.ts';
import { apply, queriesOf, tableWith } from './applied.ts';

const T = Date.parse('2026-01-15T00:00:00Z');
const command = (id: string, more: Partial<OperatorWorkRecord> = {}): OperatorWorkRecord => ({
  ...newOperatorWork(
    { id, kind: 'undo', what: 'undo a run', by: 'olga', reason: 'it was ours', at: T, priority: 'normal' },
    { items: 9, parts: 1 },
  ),
  ...more,
});

describe('a bulk command', () => {
  it('begins with nothing done, and may be worked at once', () => {
    expect(command('01A')).toEqual({
      id: '01A',
      kind: 'undo',
      what: 'undo a run',
      by: 'olga',
      reason: 'it was ours',
      at: T,
      priority: 'normal',
      state: 'open',
      items: 9,
      parts: 1,
      counts: { done: 0, skipped: 0, failed: 0 },
      next: 0,
      round: 0,
      attempt: 0,
      notBefore: T,
      startedAt: null,
      workedAt: null,
      endedAt: null,
      lease: null,
      rev: 0,
    });
  });

  it('has left what is neither done nor skipped nor failed', () => {
    expect(leftOf(command('01A'))).toBe(9);
    expect(leftOf(command('01A', { counts: { done: 4, skipped: 2, failed: 1 } }))).toBe(2);
  });

  it('is read by its id', async () => {
    const table = await tableWith(operatorWorkWrite(command('01A')));
    expect(await loadOperatorWork(table, '01A')).toEqual(command('01A', { rev: 1 }));
    expect(await loadOperatorWork(table, '01B')).toBeUndefined();
  });

  it('is kept until 90 days after its end, and for as long as it has none', async () => {
    const table = await tableWith(operatorWorkWrite(command('01A')));
    const stored = () => table.get({ pk: 'OPERATOR-WORK', sk: '01A' });
    expect(await stored()).not.toHaveProperty('ttl');
    await apply(table, operatorWorkWrite(command('01A', { state: 'done', endedAt: T + DAY, rev: 1 })));
    expect(await stored()).toMatchObject({ ttl: (T + 91 * DAY) / 1_000, rev: 2 });
  });

  it('comes to be worked by its priority, then by its age, while it is open', async () => {
    const table = await tableWith(
      ...[
        command('01A', { priority: 'low', at: T - DAY }),
        command('01B', { at: T + 1 }),
        command('01C'),
        command('01D', { priority: 'high', at: T + DAY }),
        command('01E', { state: 'done', endedAt: T }),
        command('01F', { state: 'cancelled', endedAt: T }),
      ].map(operatorWorkWrite),
    );
    expect(await openOperatorWork(table)).toEqual(['01D', '01C', '01B', '01A']);
    const asked = queriesOf(table);
    expect((await listOperatorWork(table)).map(({ id }) => id)).toEqual([
      '01F',
      '01E',
      '01D',
      '01C',
      '01B',
      '01A',
    ]);
    expect(asked.map(({ consistent }) => consistent)).toEqual([true]);
  });
});

describe('the parts of a bulk command', () => {
  it('are stored one by one, over what was read, and kept for 120 days from their newest change', async () => {
    const part = { part: 3, items: [{ id: 'acmeCo/a', of: 'r' }], rev: 0 };
    const table = await tableWith(workPartWrite('01A', part, T));
    expect(await table.get({ pk: 'OPERATOR-WORK#01A', sk: 'P#000003' })).toMatchObject({
      ttl: (T + 120 * DAY) / 1_000,
    });
    expect(await loadWorkPart(table, '01A', 3)).toEqual({ ...part, rev: 1 });
    expect(await table.transact([workPartWrite('01A', part, T)], 'late')).toMatchObject({
      outcome: 'refused',
    });
  });

  it('have no items where they are gone', async () => {
    expect(await loadWorkPart(await tableWith(), '01A', 3)).toEqual({ part: 3, items: [], rev: 0 });
  });

  it('have at most a hundred items, in order', () => {
    const items = Array.from({ length: 250 }, (_, place) => ({ id: `acmeCo/${place}` }));
    const parts = partsOf(items);
    expect(parts.map(({ length }) => length)).toEqual([100, 100, 50]);
    expect(parts.flat()).toEqual(items);
    expect(partsOf([])).toEqual([]);
  });

  it('have fewer where what they say is long: a reason of each must fit beside it', () => {
    // 120,000 bytes have room for 30 items of 4,000: a reason of 300, 8 around each text, and 3,684 of its own.
    const sizes = (bytes: number, of?: number) =>
      partsOf(
        Array.from({ length: 60 }, () => ({ id: 'x'.repeat(bytes), ...(of && { of: 'é'.repeat(of / 2) }) })),
      ).map(({ length }) => length);
    expect(MOST_WHY).toBe(300);
    expect(sizes(3_684)).toEqual([30, 30]);
    expect(sizes(3_685)).toEqual([29, 29, 2]);
    expect(sizes(500, 3_184)).toEqual([30, 30]);
    expect(sizes(500, 3_186)[0]).toBe(29);
  });
});
