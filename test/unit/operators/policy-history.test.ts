import { expect, it } from 'vitest';
import { inOrderOfWriting, type ScopeChange } from '../../../functions/operators/policy-history.ts';

const change = (scope: string, before: string, after: string): ScopeChange => ({
  scope,
  before: { warnAfter: before },
  after: { warnAfter: after },
});

it('puts what was written at one instant in the order in which one change follows from another', () => {
  const acts = [
    { at: 2, changes: [change('a/', '3d', '4d')] },
    { at: 1, changes: [change('a/', '2d', '3d'), change('b/', '1d', '2d')] },
    { at: 1, changes: [change('b/', '9d', '1d')] },
    { at: 1, changes: [change('a/', '1d', '2d')] },
  ];
  const [last, third, second, first] = acts;
  expect(inOrderOfWriting(acts, ({ changes }) => changes)).toEqual([second, first, third, last]);
});

it('looks at each of many acts a few times only', () => {
  const COUNT = 3_000;
  let looks = 0;
  const acts = Array.from({ length: COUNT }, (_, at) => ({
    get at() {
      looks += 1;
      return COUNT - at;
    },
    changes: [change('a/', `${COUNT - at}d`, `${COUNT - at + 1}d`)],
  }));
  const ordered = inOrderOfWriting(acts, ({ changes }) => changes);
  expect(looks).toBeLessThan(30 * COUNT);
  expect(ordered).toEqual([...acts].reverse());
});
