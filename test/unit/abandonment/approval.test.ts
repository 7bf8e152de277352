import { expect, test } from 'vitest';
import { hasLapsed, isHeldBySpike } from '../../../functions/abandonment/approval.ts';
import type { Episode } from '../../../functions/abandonment/task.ts';
import { day } from './decide-builders.ts';

const heldAt = day(1);
const approved = { heldAt, approvedAt: day(2) };
const untilTen = { ...approved, approvedUntil: day(10) };

test.each([
  ['that no spike holds', undefined, false, false],
  ['that nobody approved', { heldAt }, true, false],
  ['that was approved without an end', approved, false, false],
  ['that was approved, until just before the end of that', untilTen, false, false, day(10) - 1],
  ['whose approval came to its end', untilTen, true, true, day(10)],
  ['whose approval came to its end before', untilTen, true, true, day(11)],
] as [string, Episode['brake'], boolean, boolean, number?][])(
  'a task %s: held %s, its approval lapsed %s',
  (_, brake, isHeld, lapsed, now = day(9)) => {
    expect(isHeldBySpike(brake, now)).toBe(isHeld);
    expect(hasLapsed(brake, now)).toBe(lapsed);
  },
);
