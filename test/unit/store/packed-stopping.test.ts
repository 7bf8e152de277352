import { expect, it } from 'vitest';
import type { Announced, Stopping } from '../../../functions/abandonment/task.ts';
import { packedStopping, unpackedStopping } from '../../../functions/store/packed-stopping.ts';

function stoppingOf(count: number): Stopping {
  const announcement = (place: number): Announced => ({
    address: `owner${place}@acme.test`,
    last: { deadline: 1_767_225_600_000, moves: 3 },
    acceptedAt: 1_767_222_000_000,
    digest: '01JH0000000000000000000001',
    binds: true,
  });
  const announcements = Object.fromEntries(
    Array.from({ length: count }, (_, place) => [`key-${place}`, announcement(place)]),
  );
  return { moves: 3, seen: 1_767_225_600_000, told: announcements, lookAt: null };
}

it('stands plainly in its row where few were notified, and is packed and read back whole where many were', () => {
  const few = stoppingOf(200);
  expect(packedStopping(few)).toEqual(few);
  expect(packedStopping(stoppingOf(201))).toMatchObject({ told: {}, packed: expect.any(String) });
  const many = stoppingOf(1_150);
  const row = packedStopping(many);
  expect(Buffer.byteLength(JSON.stringify(row))).toBeLessThan(60_000);
  expect(unpackedStopping(JSON.parse(JSON.stringify(row)))).toEqual(many);
  expect(unpackedStopping(few)).toEqual(few);
});
