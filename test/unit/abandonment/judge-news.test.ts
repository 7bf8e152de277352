import { expect, test } from 'vitest';
import { staleness } from '../../../functions/abandonment/judge-news.ts';
import type { Notice } from '../../../functions/abandonment/task.ts';
import { aPolicy, aTask, day, evidenceOf } from './decide-builders.ts';

const judged = (notice: Notice, task: Parameters<typeof aTask>[0], declined = false) =>
  staleness(
    { task: aTask(task), evidence: evidenceOf(day(20)), policy: aPolicy() },
    { notice, asked: day(18), declined },
  );

test.each<[Notice, Parameters<typeof aTask>[0], string | undefined]>([
  ['disabled', { enabled: false }, undefined],
  ['disabled', { enabled: true }, 'on-again'],
  ['disabled', { enabled: false, deletedAt: day(19) }, 'gone'],
  ['disabled', { enabled: false, cameBackAt: day(19) }, 'gone'],
  ['disabled', { enabled: false, cameBackAt: day(17) }, undefined],
  ['enabled', { enabled: true }, undefined],
  ['enabled', { enabled: false }, 'off'],
  ['enabled', { enabled: true, deletedAt: day(19) }, 'gone'],
  ['recovered', { enabled: true }, 'fails-again'],
  ['recovered', { enabled: false }, 'off'],
  ['withdrawn', { enabled: true, deletedAt: day(19) }, undefined],
])('%s of a task that is %j: %s', (notice, task, reason) => {
  expect(judged(notice, task)).toBe(reason);
});

test('what is known of no more is gone', () => {
  expect(staleness(undefined, { notice: 'disabled', asked: day(18), declined: false })).toBe('gone');
});
