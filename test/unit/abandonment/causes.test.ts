import { expect, test } from 'vitest';
import { causeOf } from '../../../functions/abandonment/causes.ts';
import type { Evidence } from '../../../functions/abandonment/task.ts';
import { day, evidenceOf } from './decide-builders.ts';

const never: Partial<Evidence> = { lastSeen: {} };

test.each([
  ['the class that its control plane tells', { statuses: ['FAILED'], cause: 'schema' }, 'failed-schema'],
  [
    'that class between two attempts too',
    { statuses: ['PENDING'], cause: 'unreachable' },
    'failed-unreachable',
  ],
  ['failing, where the class is another one', { statuses: ['PENDING'], cause: 'other' }, 'failed'],
  ['failing, where no class is told', { statuses: ['FAILED'] }, 'failed'],
  ['the worst of its shards', { statuses: ['BACKFILL', 'FAILED', 'IDLE', 'PENDING', 'STANDBY'] }, 'failed'],
  ['the worst of its shards: pending', { statuses: ['BACKFILL', 'IDLE', 'PENDING', 'STANDBY'] }, 'pending'],
  ['the worst of its shards: backfill', { statuses: ['BACKFILL', 'IDLE', 'STANDBY'] }, 'backfill'],
  ['the worst of its shards: standby', { statuses: ['IDLE', 'STANDBY'] }, 'standby'],
  ['idle', { statuses: ['IDLE'] }, 'idle'],
  ['not known, where it has no shards', { statuses: [] }, 'unknown'],
  ['that it never ran', { ...never, statuses: ['PENDING'] }, 'never-primary'],
  ['that it never ran, where it has no shards', { ...never, statuses: [] }, 'never-primary'],
  ['that it fails, though it never ran', { ...never, statuses: ['FAILED'] }, 'failed'],
  [
    'what it is now, where it ran too short to count',
    { ...never, statuses: ['PENDING'], twitches: { count: 1, lastAt: day(3) } },
    'pending',
  ],
  ['what it is now, where it just began to run', { ...never, statuses: ['PENDING', 'PRIMARY'] }, 'pending'],
  [
    'not that it never ran, where it ran in another status than counts as alive',
    { lastSeen: { BACKFILL: day(1) }, statuses: ['PRIMARY'] },
    'unknown',
  ],
] as [string, Partial<Evidence>, string][])(
  'what keeps a task from running is told as %s',
  (_, more, cause) => {
    expect(causeOf(evidenceOf(day(9), more))).toBe(cause);
  },
);
