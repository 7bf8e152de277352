import { expect, test } from 'vitest';
import { type Counted, type Fleet, heldBySpike } from '../../../../functions/scanner/steps/blast-radius.ts';

const LIMIT = { share: 0.1, shareFloor: 10 };

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
  expect(heldBySpike(of(due, 'a', 'p'), [], fleet({ p: size }), LIMIT).size).toBe(held);
});

test('what was turned off in the last day counts, but is not held', () => {
  expect(heldBySpike(of(6, 'a', 'p'), of(5, 'a', 'p'), fleet({ p: 11 }), LIMIT).size).toBe(6);
  expect(heldBySpike(of(6, 'a', 'p'), of(4, 'a', 'p'), fleet({ p: 11 }), LIMIT).size).toBe(0);
});

test('a spike of one plane holds that plane', () => {
  const due = [...of(11, 'a', 'p'), ...of(9, 'b', 'q')];
  const held = heldBySpike(due, [], fleet({ p: 20, q: 500 }), LIMIT);
  expect(names(held)).toEqual(['a']);
});

/** What is held, as `tenant plane` with how many. */
const groups = (held: Set<Counted>) => {
  const counts: Record<string, number> = {};
  for (const { tenant, dataPlane } of held) {
    const name = `${tenant} ${dataPlane}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};

test('a tenant with more than half of it is held alone', () => {
  const due = [...of(10, 'a', 'p'), ...of(10, 'a', 'q'), ...of(9, 'b', 'r')];
  // 20 of 29 are tenant a's; no plane has 15.
  expect(groups(heldBySpike(due, [], fleet({ p: 25, q: 25, r: 25 }), LIMIT))).toEqual({
    'a p': 10,
    'a q': 10,
  });
});

test('a plane with more than half of it is held alone, where no tenant has so much', () => {
  const due = [...of(10, 'a', 'p'), ...of(10, 'b', 'p'), ...of(4, 'a', 'q'), ...of(4, 'c', 'q')];
  // 20 of 28 are of plane p; a has 14, which is no more than half.
  expect(groups(heldBySpike(due, [], fleet({ p: 25, q: 25 }), LIMIT))).toEqual({ 'a p': 10, 'b p': 10 });
});

test('of a tenant and a plane the one with fewer tasks due is held', () => {
  const due = [...of(10, 'a', 'p'), ...of(9, 'a', 'q'), ...of(10, 'b', 'p')];
  // Tenant a: 19 of 29, plane p: 20 of 29; without either 10 or 9 are left, which is no more than the floor.
  expect(groups(heldBySpike(due, [], fleet({ p: 25, q: 25 }), LIMIT))).toEqual({ 'a p': 10, 'a q': 9 });
});

test('many tenants on one plane: the tenant that makes the spike is held, and the others go on', () => {
  const due = [...of(20, 'a', 'p'), ...of(3, 'b', 'p'), ...of(3, 'c', 'p')];
  expect(groups(heldBySpike(due, [], fleet({ p: 60 }), LIMIT))).toEqual({ 'a p': 20 });
});

test('many tenants on one plane, none with more than half: the plane is held', () => {
  const due = [...of(6, 'a', 'p'), ...of(6, 'b', 'p'), ...of(2, 'c', 'p')];
  expect(heldBySpike(due, [], fleet({ p: 60 }), LIMIT).size).toBe(14);
});

test('a plane for each tenant: the one that makes the spike is held, and the others go on', () => {
  const due = [...of(20, 'a', 'p'), ...of(3, 'b', 'q'), ...of(3, 'c', 'r')];
  expect(groups(heldBySpike(due, [], fleet({ p: 20, q: 20, r: 20 }), LIMIT))).toEqual({ 'a p': 20 });
});

test('on a tie it is the plane', () => {
  // Tenant a: 12; plane p: 12; together 18; without either 6 are left.
  const due = [...of(6, 'a', 'p'), ...of(6, 'a', 'q'), ...of(6, 'b', 'p')];
  const held = heldBySpike(due, [], fleet({ p: 20, q: 20 }), LIMIT);
  expect(groups(held)).toEqual({ 'a p': 6, 'b p': 6 });
});

test('the smaller one is held only where its removal leaves no spike', () => {
  // Tenant a: 17, plane p: 20, together 32. Without a 15 are left, which are a spike; without p 12, which are not.
  const due = [...of(12, 'a', 'p'), ...of(5, 'a', 'q'), ...of(8, 'b', 'p'), ...of(7, 'c', 'q')];
  const held = heldBySpike(due, [], fleet({ p: 20, q: 125 }), LIMIT);
  expect(groups(held)).toEqual({ 'a p': 12, 'b p': 8 });
});

test('a rest that is a spike of one plane alone is one as well: all are held', () => {
  // Without tenant a 11 of 20 of plane q are left: less than a tenth of the fleet, more than a tenth of the plane.
  const due = [...of(30, 'a', 'p'), ...of(11, 'b', 'q')];
  expect(heldBySpike(due, [], fleet({ p: 380, q: 20 }), LIMIT).size).toBe(41);
});

test('half of it is no more than half: all are held', () => {
  const due = [...of(6, 'a', 'p'), ...of(6, 'b', 'q')];
  expect(heldBySpike(due, [], fleet({ p: 20, q: 20 }), LIMIT).size).toBe(12);
});

test('where no removal leaves none, all are held', () => {
  const due = [...of(15, 'a', 'p'), ...of(11, 'b', 'q')];
  expect(heldBySpike(due, [], fleet({ p: 30, q: 30 }), LIMIT).size).toBe(26);
  expect(heldBySpike(due.slice(1, -1), [], fleet({ p: 30, q: 30 }), LIMIT).size).toBe(14);
});

test('within the spike of one plane, the tenant that makes it is held alone', () => {
  // 19 of 640 are less than a tenth; 16 of 40 of plane p are not; without tenant a 4 of them are left.
  const due = [...of(12, 'a', 'p'), ...of(4, 'b', 'p'), ...of(3, 'c', 'q')];
  expect(groups(heldBySpike(due, [], fleet({ p: 40, q: 600 }), LIMIT))).toEqual({ 'a p': 12 });
});

test('the spikes of two planes are judged each by itself, and what is in neither goes on', () => {
  const due = [...of(12, 'a', 'p'), ...of(4, 'b', 'p'), ...of(11, 'c', 'q'), ...of(5, 'd', 'r')];
  // 32 of 680 are less than a tenth.
  const held = heldBySpike(due, [], fleet({ p: 40, q: 40, r: 600 }), LIMIT);
  expect(groups(held)).toEqual({ 'a p': 12, 'c q': 11 });
});

test('what was turned off in the last day counts to its tenant and its plane', () => {
  // 8 + 3 of tenant a make up more than half of the 14; without them 3 are left.
  const due = [...of(3, 'a', 'q'), ...of(3, 'b', 'r')];
  const past = [...of(4, 'a', 'p'), ...of(4, 'a', 's')];
  expect(groups(heldBySpike(due, past, fleet({ p: 10, q: 10, r: 10, s: 10 }), LIMIT))).toEqual({ 'a q': 3 });
});

test('one of whom nothing is due any more cannot be held in the place of the others', () => {
  // Tenant a had 8 of the 13 turned off; holding what is left of it, nothing, would let the spike go on.
  expect(groups(heldBySpike(of(5, 'b', 'q'), of(8, 'a', 'p'), fleet({ p: 8, q: 5 }), LIMIT))).toEqual({
    'b q': 5,
  });
});

test('nothing due, nothing held', () => {
  expect(heldBySpike([], of(50, 'a', 'p'), fleet({ p: 50 }), LIMIT).size).toBe(0);
});

test('within the spike of one plane no tenant is held alone whose removal leaves it one: all of it is', () => {
  // Without tenant b 12 of 40 are left. 37 of 1,040 are less than a tenth.
  const due = [...of(25, 'b', 'p'), ...of(12, 'a', 'p')];
  expect(heldBySpike(due, [], fleet({ p: 40, q: 1_000 }), LIMIT).size).toBe(37);
});

test('what was turned off on a plane counts towards its spike, and what was on others does not', () => {
  // 9 of the 15 of plane p are tenant b's; the 50 of plane q are none of it.
  const due = [...of(6, 'a', 'p'), ...of(5, 'b', 'p')];
  const past = [...of(4, 'b', 'p'), ...of(50, 'z', 'q')];
  expect(groups(heldBySpike(due, past, fleet({ p: 40, q: 1_000 }), LIMIT))).toEqual({ 'b p': 5 });
});

test('what was turned off of others stays a part of what is left', () => {
  // Without tenant a 2 and the 25 that are off are left, which are more than a tenth of 200.
  const due = [...of(30, 'a', 'p'), ...of(2, 'b', 'r')];
  expect(heldBySpike(due, of(25, 'c', 'q'), fleet({ p: 100, q: 50, r: 50 }), LIMIT).size).toBe(32);
});
