import { expect, test } from 'vitest';
import { type Counted, type Fleet, heldBySpike } from '../../../functions/scanner/blast-radius.ts';

const BRAKE = { share: 0.1, shareFloor: 10 };

const of = (count: number, tenant: string, dataPlane: string): Counted[] =>
  Array.from({ length: count }, () => ({ tenant, dataPlane }));
const fleet = (byPlane: Record<string, number>): Fleet => ({
  total: Object.values(byPlane).reduce((sum, size) => sum + size, 0),
  byPlane: new Map(Object.entries(byPlane)),
});
const names = (held: Set<Counted>) => [...new Set([...held].map(({ tenant }) => tenant))].sort();

test.each([
  [10, 10, 0],
  [11, 11, 11],
  [11, 110, 0],
  [11, 109, 11],
  [12, 110, 12],
])('of %i due in a fleet of %i, %i are held', (due, size, held) => {
  expect(heldBySpike(of(due, 'a', 'p'), [], fleet({ p: size }), BRAKE).size).toBe(held);
});

test('what was turned off in the last day counts, but is not held', () => {
  expect(heldBySpike(of(6, 'a', 'p'), of(5, 'a', 'p'), fleet({ p: 11 }), BRAKE).size).toBe(6);
  expect(heldBySpike(of(6, 'a', 'p'), of(4, 'a', 'p'), fleet({ p: 11 }), BRAKE).size).toBe(0);
});

test('a spike of one plane holds that plane', () => {
  const due = [...of(11, 'a', 'p'), ...of(9, 'b', 'q')];
  const held = heldBySpike(due, [], fleet({ p: 20, q: 500 }), BRAKE);
  expect(names(held)).toEqual(['a']);
});

test('a tenant with more than half of it is held alone', () => {
  const due = [...of(10, 'a', 'p'), ...of(10, 'a', 'q'), ...of(9, 'b', 'p')];
  // 19 of plane p, 20 of tenant a.
  expect(names(heldBySpike(due, [], fleet({ p: 25, q: 25 }), BRAKE))).toEqual(['a']);
});

test('a plane with more of it than any tenant is held alone', () => {
  const due = [...of(10, 'a', 'p'), ...of(10, 'b', 'p'), ...of(9, 'a', 'q')];
  const held = heldBySpike(due, [], fleet({ p: 25, q: 25 }), BRAKE);
  expect([...held].every(({ dataPlane }) => dataPlane === 'p')).toBe(true);
  expect(held.size).toBe(20);
});

test('on a tie it is the tenant', () => {
  // Tenant a: 12; plane p: 12; together 18.
  const due = [...of(6, 'a', 'p'), ...of(6, 'a', 'q'), ...of(6, 'b', 'p')];
  const held = heldBySpike(due, [], fleet({ p: 20, q: 20 }), BRAKE);
  expect(names(held)).toEqual(['a']);
  expect(held.size).toBe(12);
});

test('half of it is no more than half: all are held', () => {
  const due = [...of(6, 'a', 'p'), ...of(6, 'b', 'q')];
  expect(heldBySpike(due, [], fleet({ p: 20, q: 20 }), BRAKE).size).toBe(12);
});

test('a rest that is a spike itself is held too', () => {
  const due = [...of(15, 'a', 'p'), ...of(11, 'b', 'q')];
  expect(heldBySpike(due, [], fleet({ p: 30, q: 30 }), BRAKE).size).toBe(26);
  expect(heldBySpike(due.slice(1, -1), [], fleet({ p: 30, q: 30 }), BRAKE).size).toBe(14);
});

test('nothing due, nothing held', () => {
  expect(heldBySpike([], of(50, 'a', 'p'), fleet({ p: 50 }), BRAKE).size).toBe(0);
});
