import { expect, it } from 'vitest';
import { enabledNotice } from '../../../../functions/notices/send/enabled-notice.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');

it.each<[string, Parameters<typeof enabledNotice>[0], object]>([
  [
    'an abandoned task',
    { type: 'task_abandoned', since: NOON - 9, evidence: { restarts: 33 } },
    { since: NOON - 9, restarts: 33, enabledAt: NOON - 5 },
  ],
  [
    'one that outlived its deadline',
    { type: 'task_overdue', since: NOON - 9, evidence: { restarts: 0 } },
    { alert: 'task_overdue', since: NOON - 9, restarts: 0, enabledAt: NOON - 5 },
  ],
  [
    'one of which an older version kept no count',
    { type: 'task_abandoned', since: NOON - 9, evidence: { restarts: 'many' } },
    { since: NOON - 9, restarts: 0, enabledAt: NOON - 5 },
  ],
])('the undoing of the disabling of %s may go at once', (_what, alert, facts) => {
  expect(enabledNotice(alert, NOON - 5, NOON)).toEqual({
    notice: 'enabled',
    since: NOON,
    notBefore: NOON,
    facts,
  });
});
