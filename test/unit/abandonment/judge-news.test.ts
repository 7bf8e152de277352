import { expect, test } from 'vitest';
import { type News, staleness } from '../../../functions/abandonment/judge-news.ts';
import type { Notice } from '../../../functions/abandonment/task.ts';
import { aPolicy, aTask, day, evidenceOf } from './decide-builders.ts';

const judged = (notice: Notice, task: Parameters<typeof aTask>[0], more: Partial<News> = {}) =>
  staleness(
    { task: aTask(task), evidence: evidenceOf(day(20)), policy: aPolicy() },
    { notice, asked: day(18), declined: false, ...more },
  );

test.each<[Notice, Parameters<typeof aTask>[0], string | undefined]>([
  ['disabled', { enabled: false }, undefined],
  ['disabled', { enabled: true }, 'on-again'],
  ['disabled', { enabled: false, deletedAt: day(19) }, 'gone'],
  ['disabled', { enabled: false, cameBackAt: day(19) }, 'gone'],
  ['disabled', { enabled: false, cameBackAt: day(17) }, undefined],
  ['disabled', { enabled: false, cameBackAt: day(18) }, undefined],
  ['still-off', { enabled: false }, undefined],
  ['still-off', { enabled: true }, 'on-again'],
  ['still-off', { enabled: false, deletedAt: day(19) }, 'gone'],
  ['disclaimed', { enabled: true }, undefined],
  ['disclaimed', { enabled: false }, undefined],
  ['disclaimed', { enabled: true, deletedAt: day(19) }, 'gone'],
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

test.each<[Notice, Parameters<typeof aTask>[0], Partial<News>, string | undefined]>([
  ['recovered', { enabled: true }, { declined: true }, 'declined'],
  ['still-off', { enabled: false }, { declined: true }, 'declined'],
  ['still-off', { enabled: false }, { isOver: true }, 'too-late'],
  ['still-off', { enabled: true }, { declined: true, isOver: true }, 'on-again'],
  ['disclaimed', { enabled: true }, { isOver: true }, 'taken-back'],
  // What cannot be declined goes all the same.
  ['disclaimed', { enabled: true }, { declined: true }, undefined],
  ['disabled', { enabled: false }, { declined: true }, undefined],
  ['enabled', { enabled: true }, { declined: true }, undefined],
  ['withdrawn', { enabled: true }, { declined: true }, undefined],
])('%s of a task that is %j, with %j: %s', (notice, task, more, reason) => {
  expect(judged(notice, task, more)).toBe(reason);
});

test('a recovery of what runs is news, by the policy of today', () => {
  const news = { notice: 'recovered', asked: day(18), declined: false } as const;
  const running = {
    task: aTask(),
    evidence: evidenceOf(day(20), { statuses: ['BACKFILL'] }),
    policy: aPolicy(),
  };
  expect(staleness(running, news)).toBe('fails-again');
  expect(staleness({ ...running, policy: aPolicy({ aliveStatuses: ['BACKFILL'] }) }, news)).toBeUndefined();
});
