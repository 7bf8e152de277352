import { expect, test } from 'vitest';
import { recipientKey } from '../../functions/platform/addresses.ts';
import { at, failing } from '../simulation/story.ts';
import { attack } from './attack.ts';

const HOUR = 3_600_000;

/** Addresses whose keys, and whose letters, sort before those of everybody else. */
function ground(count: number): string[] {
  const found: string[] = [];
  for (let tried = 0; found.length < count; tried += 1) {
    const address = `a${tried}@evil.test`;
    if (recipientKey(address).startsWith('00')) found.push(address);
  }
  return found;
}

/**
 * Attack: a tenant names owners ground to sort first, new ones each day, more than the warm-up limit lets in. Wanted: days that
 * the owners of others wait for their warnings (before the order by age: for good). A place a day is theirs only for
 * alerts that fired first.
 */
test('nobody waits behind an alert that fired later, whatever its address or tenant', async () => {
  const evil = ground(60);
  const tenants = ['beta', 'gamma', 'delta', 'zeta'];
  const good = tenants.map((tenant) => ({ id: `${tenant}/a`, owner: `owner@${tenant}.test` }));
  const bad = evil.map((owner, index) => ({ id: `acme/${String(index).padStart(2, '0')}`, owner }));
  // Ten of theirs fire half a day before the others, fifty an hour after them.
  const { lines, warned, broken } = await attack({
    until: at(20),
    policy: { mode: 'notify', rampPerDay: 5 },
    tasks: [
      ...good.map(({ id, owner }) => failing(id, { owners: [owner], lastPrimaryAt: at(-13) })),
      ...bad.map(({ id, owner }, index) =>
        failing(id, { owners: [owner], lastPrimaryAt: index < 10 ? at(-13, -12) : at(-13, 1) }),
      ),
    ],
  });
  expect(broken).toEqual([]);
  const fired = new Map(
    lines.flatMap((line) => (line.type === 'alert-fired' ? [[line.task, Date.parse(line.at)] as const] : [])),
  );
  const order = warned.map((line) => fired.get(line.split(' ')[1] ?? '') ?? 0);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(order).toHaveLength(64);
  const waited = warned
    .filter((line) => line.startsWith('owner@'))
    .map((line) => (Date.parse(line.split(' ')[2] ?? '') - Date.parse(at(1))) / HOUR);
  // Two days of five for the ten alerts that were older: T+12h and T+1d12h; then theirs, at T+2d12h.
  expect(waited).toEqual([36, 36, 36, 36]);
});
