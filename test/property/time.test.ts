import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  DAY,
  formatDuration,
  formatInstant,
  MINUTE,
  parseDuration,
  parseInstant,
  roundUpToMinute,
} from '../../functions/abandonment/time.ts';
import { holds } from './seeds.ts';

const instants = fc.integer({ min: 0, max: Date.UTC(2200, 0, 1) });

test('an instant that is written is read as the same, in any zone', () => {
  holds(
    fc.property(instants, fc.integer({ min: -14 * 60, max: 14 * 60 }), (instant, minutes) => {
      expect(parseInstant(formatInstant(instant))).toBe(instant);
      const there = new Date(instant + minutes * MINUTE).toISOString().slice(0, -1);
      const two = (count: number) => String(Math.abs(Math.trunc(count))).padStart(2, '0');
      const offset = `${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
      expect(parseInstant(`${there}${offset}`)).toBe(instant);
    }),
  );
});

test('a duration that is written is read as the same, in its largest unit', () => {
  const whole = fc.tuple(
    fc.integer({ min: 0, max: 10_000 }),
    fc.constantFrom(1, 1_000, MINUTE, 60 * MINUTE, DAY),
  );
  holds(
    fc.property(whole, ([count, unit]) => {
      const text = formatDuration(count * unit);
      expect(parseDuration(text)).toBe(count * unit);
      expect(Number.parseInt(text, 10)).toBeLessThanOrEqual(count);
    }),
  );
});

test('a full minute is the next one, or the instant itself', () => {
  holds(
    fc.property(instants, (instant) => {
      const full = roundUpToMinute(instant);
      expect(full % MINUTE).toBe(0);
      expect(full - instant).toBeGreaterThanOrEqual(0);
      expect(full - instant).toBeLessThan(MINUTE);
    }),
  );
});
