import { describe, expect, it } from 'vitest';
import { DemoClock } from '../../../functions/platform/demo-clock.ts';
import { RealRandom } from '../../../functions/platform/real-random.ts';
import { scheduledAt } from '../../../functions/scanner/tick.ts';
import type { Key, Row } from '../../../functions/store/table/table.port.ts';

const JANUARY = Date.UTC(2026, 0, 1);

describe('the demo clock', () => {
  const clockOf = (row: Row | undefined) =>
    new DemoClock({ now: () => 5 }, async ({ pk, sk }: Key) =>
      pk === 'META' && sk === 'CLOCK' ? row : undefined,
    );

  it('stands at the instant it was told', async () => {
    const clock = clockOf({ pk: 'META', sk: 'CLOCK', at: JANUARY });
    await clock.refresh();
    expect(clock.now()).toBe(JANUARY);
    expect(clock.isTold).toBe(true);
  });

  it.each([undefined, { pk: 'META', sk: 'CLOCK' }, { pk: 'META', sk: 'CLOCK', at: 'noon' }])(
    'follows the real one while it was told nothing: %j',
    async (row) => {
      const clock = clockOf(row);
      await clock.refresh();
      expect(clock.now()).toBe(5);
      expect(clock.isTold).toBe(false);
    },
  );
});

describe('the instant of a tick', () => {
  it('is the one it was scheduled for', () => {
    expect(scheduledAt({ scheduledAt: '2026-01-01T00:00:00Z' }, 5)).toBe(JANUARY);
  });

  it.each([
    { scheduledAt: '<aws.scheduler.scheduled-time>' },
    {},
    undefined,
    null,
    'text',
    { scheduledAt: 7 },
  ])('is now where the input does not say: %j', (event) => {
    expect(scheduledAt(event, 5)).toBe(5);
  });
});

describe('chance', () => {
  const random = new RealRandom();

  it('stays in [0, 1)', () => {
    for (let count = 0; count < 1_000; count += 1) {
      const next = random.next();
      expect(next).toBeGreaterThanOrEqual(0);
      expect(next).toBeLessThan(1);
    }
  });

  it('makes ids of 26 characters that sort by time and are unique', () => {
    const ids = [0, 1, 2, 3].map((hour) => random.id(JANUARY + hour * 3_600_000));
    expect(ids.every((id) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id))).toBe(true);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(Array.from({ length: 1_000 }, () => random.id(JANUARY))).size).toBe(1_000);
  });
});
