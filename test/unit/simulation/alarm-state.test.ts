import { describe, expect, it } from 'vitest';
import { type AlarmState, type Missing, rangeOf, stateBy } from '../../../simulation/alarms/alarm-state.ts';
import { workOut } from '../../../simulation/alarms/metric-math.ts';

/** `0 - X`: within, missing, breaching; oldest first. */
const pointsOf = (text: string) => text.split(' ').map((point) => (point === '-' ? null : point === 'X'));
const KEPT: AlarmState = 'INSUFFICIENT_DATA';

// From "Configuring how CloudWatch alarms treat missing data", both tables; `kept` where the state stays what it was.
const TREATMENTS: readonly Missing[] = ['missing', 'ignore', 'breaching', 'notBreaching'];
const THREE_OF_THREE = [
  ['0 - X - X', 'OK', 'OK', 'OK', 'OK'],
  ['0 - - - -', 'OK', 'OK', 'OK', 'OK'],
  ['- - - - -', 'INSUFFICIENT_DATA', 'kept', 'ALARM', 'OK'],
  ['0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['- - X - -', 'ALARM', 'kept', 'ALARM', 'OK'],
] as const;
const TWO_OF_THREE = [
  ['0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - X -', 'ALARM', 'kept', 'ALARM', 'OK'],
] as const;

describe('the state of an alarm', () => {
  it('is judged over the range of the example', () => {
    expect(rangeOf({ periods: 3 })).toBe(5);
  });

  it.each([
    ...THREE_OF_THREE.map((row) => [3, ...row] as const),
    ...TWO_OF_THREE.map((row) => [2, ...row] as const),
  ])('is what the page of AWS says: %i of 3, %s', (ringing, points, ...states) => {
    const found = TREATMENTS.map((missing) =>
      stateBy(pointsOf(points), { periods: 3, ringing, missing }, KEPT),
    );
    expect(found).toEqual(states.map((state) => (state === 'kept' ? KEPT : state)));
  });

  // The trap: one period of one, missing data breaching, and still it takes three silent periods.
  it.each([
    ['0 - -', 'OK'],
    ['- 0 -', 'OK'],
    ['- - -', 'ALARM'],
  ] as const)('rings for silence only once nothing is left in the range: %s', (points, state) => {
    expect(stateBy(pointsOf(points), { periods: 1, ringing: 1, missing: 'breaching' }, 'OK')).toBe(state);
  });
});

describe('metric math', () => {
  const worked = (expression: string, series: Record<string, (number | null)[]>, fillsEmpty = true) =>
    workOut(expression, { series, quota: 10, fillsEmpty });

  it('fills, adds and compares as CloudWatch does: a point is missing where an operand is', () => {
    const series = { a: [1, null, 3], b: [2, 2, null], empty: [null, null, null] };
    expect(worked('a + b', series)).toEqual([3, null, null]);
    expect(worked('SUM([a, b * (0 - 10)])', series)).toEqual([-19, -20, 3]);
    expect(worked('MAX([a, b])', series)).toEqual([2, 2, 3]);
    expect(worked('FILL(a, 0)', series)).toEqual([1, 0, 3]);
    expect(worked('FILL(empty, 0)', series)).toEqual([0, 0, 0]);
    expect(worked('FILL(empty, 0)', series, false)).toEqual([null, null, null]);
    expect(worked('IF(a > 1 OR FILL(b, 5) == 5, 1, 0)', series)).toEqual([0, null, 1]);
    expect(worked('b / SERVICE_QUOTA(b)', series)).toEqual([0.2, 0.2, null]);
  });

  it('sees growth only where there was something before', () => {
    const grown = 'IF(q - DIFF(q) >= 1 AND DIFF(q) > 0, 1, 0)';
    expect(worked(grown, { q: [null, 0, 1, 1, 2, 1] })).toEqual([null, null, 0, 0, 1, 0]);
  });

  it.each(['a +', 'NOSUCH(a)', 'SUM([a', 'a b', 'unknown', 'a ? 1'])(
    'refuses what it does not know: %s',
    (text) => {
      expect(() => worked(text, { a: [1] })).toThrow();
    },
  );
});
