import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countedTime, instantAtCounted, unknownTime } from '../../functions/abandonment/evidence.ts';
import { DAY, HOUR } from '../../functions/abandonment/time.ts';
import { instant, interval, ZERO } from './decide-cases.ts';
import { holds } from './seeds.ts';

const spans = fc.array(interval, { maxLength: 5 });
const RUNS = { numRuns: 1_500 };

test('counted time is between nothing and the wall time', () => {
  holds(
    fc.property(instant, instant, spans, (from, to, unknown) => {
      const counted = countedTime(from, to, unknown);
      expect(counted).toBeGreaterThanOrEqual(0);
      expect(counted).toBeLessThanOrEqual(Math.max(0, to - from));
    }),
    RUNS,
  );
});

test('counted time never goes back as time goes on, and grows no faster', () => {
  holds(
    fc.property(instant, instant, fc.nat(5 * DAY), spans, (from, to, later, unknown) => {
      const grown = countedTime(from, to + later, unknown) - countedTime(from, to, unknown);
      expect(grown).toBeGreaterThanOrEqual(0);
      expect(grown).toBeLessThanOrEqual(later);
    }),
    RUNS,
  );
});

test('what was unknown once more makes it no longer', () => {
  holds(
    fc.property(instant, instant, spans, interval, (from, to, unknown, more) => {
      expect(countedTime(from, to, [...unknown, more])).toBeLessThanOrEqual(countedTime(from, to, unknown));
    }),
    RUNS,
  );
});

test('it is the hours that lie in no span', () => {
  const hourly = fc.tuple(fc.nat(400), fc.nat(90), fc.boolean()).map(([from, length, open]) => ({
    from: ZERO + from * HOUR,
    to: open ? null : ZERO + (from + length) * HOUR,
  }));
  holds(
    fc.property(fc.nat(300), fc.nat(300), fc.array(hourly, { maxLength: 5 }), (start, length, unknown) => {
      let hours = 0;
      for (let hour = start; hour < start + length; hour += 1) {
        const at = ZERO + hour * HOUR;
        if (!unknown.some((span) => span.from <= at && (span.to === null || at < span.to))) hours += 1;
      }
      const [from, to] = [ZERO + start * HOUR, ZERO + (start + length) * HOUR];
      expect(countedTime(from, to, unknown)).toBe(hours * HOUR);
      expect(unknownTime(from, to, unknown)).toBe((length - hours) * HOUR);
    }),
    RUNS,
  );
});

test('spans add up wherever they are cut', () => {
  holds(
    fc.property(instant, instant, instant, spans, (a, b, c, unknown) => {
      const [from, middle, to] = [a, b, c].sort((first, second) => first - second) as [
        number,
        number,
        number,
      ];
      const whole = countedTime(from, to, unknown);
      expect(countedTime(from, middle, unknown) + countedTime(middle, to, unknown)).toBe(whole);
    }),
    RUNS,
  );
});

test('an amount is reached at the first instant that has it, where all is known', () => {
  const closed = fc.array(
    interval.map(({ from, to }) => ({ from, to: to ?? from + DAY })),
    { maxLength: 5 },
  );
  holds(
    fc.property(instant, fc.integer({ min: 1, max: 20 * DAY }), closed, (from, amount, unknown) => {
      const at = instantAtCounted(from, amount, ZERO + 90 * DAY, unknown);
      expect(countedTime(from, at, unknown)).toBe(amount);
      expect(countedTime(from, at - 1, unknown)).toBe(amount - 1);
    }),
    RUNS,
  );
});
