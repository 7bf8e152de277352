import { describe, expect, it } from 'vitest';
import { NO_EVIDENCE } from '../../../functions/abandonment/evidence.ts';
import type { Episode, Task } from '../../../functions/abandonment/task.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/abandonment/time.ts';
import { restartsPerDay, wasWarned } from '../../../functions/episodes/cell.ts';
import { leftWrites } from '../../../functions/episodes/left.ts';
import { newTaskRecord, type TaskRecord } from '../../../functions/store/tasks.ts';

const NOW = Date.parse('2026-01-22T00:00:00Z');
const CELL = { plane: 'eu-1', mode: 'disable', cause: 'failed' } as const;

describe('how often a task was restarted each day', () => {
  const evidence = (total: number, atLoss = 0) => ({ ...NO_EVIDENCE, restarts: { total, atLoss } });

  it('is the restarts since it was lost by the days since', () => {
    expect(restartsPerDay(evidence(50, 8), NOW - 21 * DAY, NOW)).toBe(2);
  });

  it('is told of an hour at least, for less says nothing of a day', () => {
    expect(restartsPerDay(evidence(1), NOW - MINUTE, NOW)).toBe(24);
    expect(restartsPerDay(evidence(1), NOW - 2 * HOUR, NOW)).toBe(12);
  });

  it('is never below zero', () => {
    expect(restartsPerDay(evidence(3, 5), NOW - DAY, NOW)).toBe(0);
  });
});

describe('whether anybody was warned of an episode', () => {
  const episodeWith = (warning: 'accepted' | 'failed') => ({
    told: { ana: { address: 'ana@acme.test', grace: 1, warning, dated: true } },
  });

  it('says the episode itself, also where the warning was taken back later', () => {
    expect(wasWarned({ ...episodeWith('failed'), warned: true } as unknown as Episode)).toBe(true);
  });

  it('say its recipients, where an earlier version stored it', () => {
    expect(wasWarned(episodeWith('accepted') as unknown as Episode)).toBe(true);
    expect(wasWarned(episodeWith('failed') as unknown as Episode)).toBe(false);
    expect(wasWarned({ told: {} } as unknown as Episode)).toBe(false);
    const both = { told: { ...episodeWith('accepted').told, bob: episodeWith('failed').told.ana } };
    expect(wasWarned(both as unknown as Episode)).toBe(true);
  });
});

describe('what is off by us no more', () => {
  const task: Task = {
    id: 'acmeCo/a',
    kind: 'capture',
    dekaf: false,
    owners: [],
    dataPlane: 'eu-1',
    enabled: false,
    createdAt: 0,
    firstSeenAt: 0,
    version: 1,
  };
  const disabledByUs = { at: NOW - DAY, episode: 3, run: null, counted: { cell: CELL, perDay: 2 } };
  const off: TaskRecord = { ...newTaskRecord(task), disabledByUs };
  const on: TaskRecord = { ...off, task: { ...task, enabled: true } };
  const deleted: TaskRecord = { ...off, task: { ...task, deletedAt: NOW } };
  const asked: TaskRecord = { ...off, disabledByUs: { ...disabledByUs, undoneAt: NOW } };
  const whyOf = (before: TaskRecord | undefined, after: TaskRecord) =>
    leftWrites(before, after, NOW).map(
      (write) => 'put' in write && [write.put.kind, write.put.why, write.put.perDay],
    );

  it.each([
    ['somebody asked for it', asked, on, 'undone'],
    ['it was published enabled', off, on, 'published'],
    ['it was deleted', off, deleted, 'deleted'],
  ])('is counted where %s', (_, before, after, why) => {
    expect(whyOf(before, after)).toEqual([['left', why, 2]]);
  });

  it.each([
    ['it stays off', off, off],
    ['it was deleted before', deleted, on],
    ['it was not known', undefined, on],
    ['it was never off by us', { ...off, disabledByUs: null }, on],
    [
      'an earlier version disabled it, which counted nothing',
      { ...off, disabledByUs: { at: 0, episode: 1, run: null } },
      on,
    ],
  ])('is not where %s', (_, before, after) => {
    expect(whyOf(before, after)).toEqual([]);
  });
});
