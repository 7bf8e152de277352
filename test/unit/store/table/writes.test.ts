import { expect, it } from 'vitest';
import type { Write } from '../../../../functions/store/table/table.port.ts';
import { lastOfEachKey } from '../../../../functions/store/table/writes.ts';

it('of writes about one row the last stands, whatever they do', () => {
  const key = (sk: string) => ({ pk: 'a', sk });
  const [put, remove, add, check]: Write[] = [
    { put: { ...key('1'), n: 1 } },
    { delete: key('2') },
    { add: key('3'), by: { n: 1 } },
    { check: key('4'), if: [{ exists: true }] },
  ] as const;
  const writes = [put, remove, add, check] as Write[];
  const again: Write[] = ['1', '2', '3', '4'].map((sk) => ({ put: { ...key(sk), n: 2 } }));
  expect(lastOfEachKey(writes)).toEqual(writes);
  expect(lastOfEachKey([...writes, ...again])).toEqual(again);
  expect(lastOfEachKey([...again, ...writes])).toEqual(writes);
  // The first two differ in one part of the key each.
  const three: Write[] = [
    { delete: { pk: 'a', sk: '1' } },
    { delete: { pk: 'b', sk: '1' } },
    { delete: { pk: 'a', sk: '2' } },
  ];
  expect(lastOfEachKey(three)).toEqual(three);
  expect(lastOfEachKey([])).toEqual([]);
});
