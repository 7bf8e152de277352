import { expect, test } from 'vitest';
import { isReverted, reverts } from '../../../functions/abandonment/reverted.ts';
import type { Evidence, Task } from '../../../functions/abandonment/task.ts';
import { aPolicy, aTask, day, evidenceOf, T0 } from './decide-builders.ts';

test('an enabling by a system reverts our disabling within 7 days, inclusive', () => {
  expect(reverts(T0, T0)).toBe(true);
  expect(reverts(day(7), T0)).toBe(true);
  expect(reverts(day(7) + 1, T0)).toBe(false);
});

const mark = { reverted: { at: day(5), disabledAt: day(4) } };
test.each([
  ['that was never reverted', {}, {}, false],
  ['that fails since before it', mark, {}, true],
  ['that never ran', mark, { lastSeen: {} }, true],
  ['that was last alive at that instant', mark, { lastSeen: { PRIMARY: day(5) } }, true],
  ['that ran since', mark, { lastSeen: { PRIMARY: day(5) + 1 } }, false],
  ['that runs', mark, { statuses: ['PRIMARY'] }, false],
  ['that is off', { ...mark, enabled: false }, {}, false],
  ['that is deleted', { ...mark, deletedAt: day(6) }, {}, false],
] as [string, Partial<Task>, Partial<Evidence>, boolean][])(
  'the reversal stands of a task %s: %4$s',
  (_, more, evidence, stands) => {
    const seen = evidenceOf(day(9), evidence);
    expect(isReverted(aTask(more), seen, aPolicy(), day(9))).toBe(stands);
  },
);
