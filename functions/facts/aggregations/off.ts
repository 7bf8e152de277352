import { DAY } from '../../abandonment/time.ts';
import type { Figures } from '../../store/facts.ts';
import { dayOf, type Milestone } from '../../store/milestones.ts';
import { aggregation, plus } from '../aggregation.ts';
import { endOf } from '../days.ts';
import { milestonesOf, placeOf } from '../milestones-of.ts';

type Moved = Extract<Milestone, { kind: 'disabled' | 'left' }>;

/**
 * Tasks that are off by us at the end of a day, and the restarts that they would have tried on it: each of them as often as it
 * did each day before it was disabled, for the part of the day in which it was off (docs/reports.md#restarts-avoided).
 */
export const offAggregation = aggregation<Moved>({
  name: 'off',
  async *source(reading, day) {
    for await (const milestone of milestonesOf(reading, day))
      if (milestone.kind === 'disabled' || milestone.kind === 'left') yield milestone;
  },
  key: placeOf,
  carried: ({ off = 0, perDay = 0 }) => (off > 0 ? { off, perDay, restartsAvoided: perDay } : {}),
  fold(figures, { kind, at, perDay }): Figures {
    const sign = kind === 'disabled' ? 1 : -1;
    const restOfDay = (endOf(dayOf(at)) - at) / DAY;
    const moved = { off: sign, perDay: sign * perDay, restartsAvoided: sign * perDay * restOfDay };
    return plus(figures, moved);
  },
});
