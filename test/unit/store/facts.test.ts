import { describe, expect, it } from 'vitest';
import {
  type Cells,
  factDaysWrite,
  factWrite,
  loadFactDays,
  loadFactRows,
  saySame,
} from '../../../functions/store/facts.ts';
import { keys } from '../../../functions/store/keys.ts';
import { filledTable } from './filled-table.ts';

const DAY = '2026-01-15';
const cells = (of: Record<string, Record<string, number>>): Cells => new Map(Object.entries(of));

const FIRED = cells({ 'detect failed': { fired: 2, ended: 1 }, 'notify idle': { fired: 1 } });

describe('the facts of a day', () => {
  it('are found row by row, of that kind and day alone; by the beginnings of their names', async () => {
    const table = await filledTable(
      factWrite('episodes', DAY, 'acmeCo/eu-1', FIRED),
      factWrite('episodes', DAY, 'acmeCo/us-1', cells({})),
      factWrite('episodes', DAY, 'beta/eu-1', cells({ a: { b: 3 } })),
      factWrite('episodes', '2026-01-16', 'acmeCo/eu-1', cells({ a: { b: 9 } })),
      factWrite('mails', DAY, 'acmeCo/eu-1', cells({ a: { b: 9 } })),
    );
    const ofTenant: [string, Cells][] = [
      ['acmeCo/eu-1', FIRED],
      ['acmeCo/us-1', new Map()],
    ];
    expect(await loadFactRows(table, 'episodes', DAY, 'acmeCo/')).toEqual(new Map(ofTenant));
    const all = await loadFactRows(table, 'episodes', DAY);
    expect(all).toEqual(new Map([...ofTenant, ['beta/eu-1', cells({ a: { b: 3 } })]]));
    expect(await loadFactRows(table, 'episodes', DAY, 'gamma/')).toEqual(new Map());
    expect((await loadFactRows(table, 'episodes', DAY, '')).size).toBe(3);
  });

  it('make the same row whatever order they were counted in', () => {
    const other = cells({ 'notify idle': { fired: 1 }, 'detect failed': { ended: 1, fired: 2 } });
    const [row, same] = [FIRED, other].map((of) => JSON.stringify(factWrite('episodes', DAY, 'r', of)));
    expect(row).toBe(same);
    expect(row).toContain('{"detect failed":{"ended":1,"fired":2},"notify idle":{"fired":1}}');
  });

  it('are kept for 400 days from the end of the day', async () => {
    const table = await filledTable(factWrite('episodes', DAY, 'r', FIRED));
    expect(await table.get(keys.fact('episodes', DAY, 'r'))).toMatchObject({
      v: 1,
      ttl: Date.parse('2027-02-20T00:00:00Z') / 1_000,
    });
  });
});

describe('two rows say the same', () => {
  it.each<[string, Cells | undefined, Cells, boolean]>([
    [
      'of the same figures, in any order',
      cells({ a: { x: 1, y: 2 }, b: {} }),
      cells({ b: {}, a: { y: 2, x: 1 } }),
      true,
    ],
    ['of none at all', cells({}), cells({}), true],
    [
      'but not where one figure is another',
      cells({ a: { x: 1, y: 2 } }),
      cells({ a: { x: 1, y: 3 } }),
      false,
    ],
    ['but not with a figure more', cells({ a: { x: 1 } }), cells({ a: { x: 1, y: 2 } }), false],
    ['but not with a figure less', cells({ a: { x: 1, y: 2 } }), cells({ a: { x: 1 } }), false],
    ['but not with a cell more', cells({ a: { x: 1 } }), cells({ a: { x: 1 }, b: {} }), false],
    ['but not with a cell less', cells({ a: { x: 1 }, b: {} }), cells({ a: { x: 1 } }), false],
    ['but not of other cells', cells({ a: { x: 1 } }), cells({ b: { x: 1 } }), false],
    ['but not of other figures', cells({ a: { x: 1 } }), cells({ a: { y: 1 } }), false],
    ['but not where there was no row', undefined, cells({}), false],
  ])('%s', (_, first, other, same) => {
    expect(saySame(first, other)).toBe(same);
  });
});

it('how far facts are counted and mailed is stored over what was read; at first nothing is', async () => {
  const table = await filledTable();
  const first = await loadFactDays(table);
  expect(first).toEqual({ day: null, week: null, rev: 0 });
  const counted = { ...first, day: DAY, week: '2026-01-12' };
  expect((await table.transact([factDaysWrite(counted)], 'one')).outcome).toBe('applied');
  expect(await loadFactDays(table)).toEqual({ ...counted, rev: 1 });
  expect((await table.transact([factDaysWrite({ ...first, day: '2026-01-14' })], 'late')).outcome).toBe(
    'refused',
  );
});
