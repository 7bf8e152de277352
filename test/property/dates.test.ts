import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deadlineOf, warnedOf } from '../../functions/abandonment/decide.ts';
import { DAY } from '../../functions/abandonment/time.ts';
import { episode, instant, interval, NOW, policy, recipients, warnedEpisode } from './decide-cases.ts';
import { holds } from './seeds.ts';

const spans = fc.array(interval, { maxLength: 4 });
const RUNS = { numRuns: 2_000 };

test('a deadline is never before any printed date', () => {
  holds(
    fc.property(episode, recipients, policy, spans, (open, to, rules, unknown) => {
      const deadline = deadlineOf(open, to, rules, unknown, NOW);
      for (const { disableAt } of open.dates) expect(deadline!.disableAt).toBeGreaterThanOrEqual(disableAt);
    }),
    RUNS,
  );
});

test('a deadline is never sooner than disableAfter from the first accepted warning of the living', () => {
  holds(
    fc.property(warnedEpisode, recipients, policy, spans, (open, others, rules, unknown) => {
      const to = [...others, { key: 'ana', address: 'ana@x.test', declined: false }];
      const accepted = warnedOf(open, to)
        .filter(({ part }) => part.dated)
        .map(({ part }) => part.acceptedAt!);
      const deadline = deadlineOf(open, to, rules, unknown, NOW);
      expect(deadline!.disableAt).toBeGreaterThanOrEqual(Math.min(...accepted) + rules.disableAfter);
    }),
    RUNS,
  );
});

test('a deadline only moves later as time goes on', () => {
  holds(
    fc.property(episode, recipients, policy, spans, fc.nat(9 * DAY), (open, to, rules, unknown, later) => {
      const before = deadlineOf(open, to, rules, unknown, NOW);
      const after = deadlineOf(open, to, rules, unknown, NOW + later);
      expect(after?.disableAt ?? 0).toBeGreaterThanOrEqual(before?.disableAt ?? 0);
    }),
    RUNS,
  );
});

test('a deadline moves no sooner by more that was unknown, by another date, or by a longer disableAfter', () => {
  holds(
    fc.property(
      fc.tuple(episode, recipients, policy, spans),
      interval,
      fc.record({ at: instant, disableAt: instant }),
      fc.nat(5 * DAY),
      ([open, to, rules, unknown], more, date, longer) => {
        const before = deadlineOf(open, to, rules, unknown, NOW)?.disableAt ?? 0;
        const printed = { ...open, dates: [...open.dates, { ...date, grace: 1, after: DAY }] };
        const slower = { ...rules, disableAfter: rules.disableAfter + longer };
        for (const after of [
          deadlineOf(open, to, rules, [...unknown, more], NOW),
          deadlineOf(printed, to, rules, unknown, NOW),
          deadlineOf(open, to, slower, unknown, NOW),
        ]) {
          expect(after?.disableAt ?? 0).toBeGreaterThanOrEqual(before);
        }
      },
    ),
    RUNS,
  );
});

test('without a printed date and without an accepted warning with a date there is no deadline', () => {
  holds(
    fc.property(episode, recipients, policy, spans, (open, to, rules, unknown) => {
      const parts = Object.fromEntries(
        Object.entries(open.told).map(([key, part]) => [key, { ...part, dated: false }]),
      );
      expect(deadlineOf({ ...open, told: parts, dates: [] }, to, rules, unknown, NOW)).toBeNull();
    }),
    RUNS,
  );
});
