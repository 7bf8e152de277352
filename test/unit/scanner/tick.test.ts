import { expect, it } from 'vitest';
import { scheduledAt } from '../../../functions/scanner/tick.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

it.each<[string, unknown, string]>([
  ['what the schedule says', { scheduledAt: '2026-03-01T11:45:00Z' }, '2026-03-01T11:45:00Z'],
  ['now where it says nothing', {}, '2026-03-01T12:00:00Z'],
  ['now where there is no input', null, '2026-03-01T12:00:00Z'],
  ['now where there is none at all', undefined, '2026-03-01T12:00:00Z'],
  [
    'now where an emulator left its template',
    { scheduledAt: '<aws.scheduler.scheduled-time>' },
    '2026-03-01T12:00:00Z',
  ],
  ['now where it is no text', { scheduledAt: 5 }, '2026-03-01T12:00:00Z'],
  ['now where it is a list of texts', { scheduledAt: ['2026-03-01T11:45:00Z'] }, '2026-03-01T12:00:00Z'],
])('a tick stands for %s', (_what, event, at) => {
  expect(scheduledAt(event, NOW)).toBe(Date.parse(at));
});
