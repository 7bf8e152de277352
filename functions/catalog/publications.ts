import { NO_EVIDENCE } from '../abandonment/evidence.ts';
import type { Evidence, Task } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import type { TaskRecord } from '../store/rows.ts';
import { newTaskRecord, touch } from '../store/tasks.ts';
import type { TaskPublished } from './events.ts';

/** What an event makes of a task: a record to store, or nothing and why. */
export type TaskChange = { store: TaskRecord } | { skip: string };

/** What was heard of a task before it was known. */
export interface HeardBefore {
  evidence: Evidence;
  deletion: { at: Instant; version: number | null } | null;
}

/**
 * A publication of a task never stored, or deleted since. What was observed before is its evidence; a
 * publication from before its deletion brings nothing back.
 */
export function firstPublished(
  known: TaskRecord | undefined,
  event: TaskPublished,
  before: HeardBefore | undefined,
  now: Instant,
): TaskChange {
  const deletions = [known && deletionOf(known), before?.deletion].filter((deletion) => deletion != null);
  const over = deletions.some(
    ({ at, version }) => event.publishedAt < at || (version !== null && event.task.version <= version),
  );
  if (over) return { skip: 'published-before-its-deletion' };
  const task = taskOf(event, Math.min(event.firstSeenAt ?? now, now));
  if (event.by === 'user') task.publishedByUserAt = event.publishedAt;
  const fresh = { ...newTaskRecord(task), evidence: before?.evidence ?? NO_EVIDENCE };
  if (!known) return { store: fresh };
  task.cameBackAt = event.publishedAt;
  return {
    store: touch(
      { ...fresh, episodes: known.episodes, open: known.open, next: known.next, rev: known.rev },
      now,
    ),
  };
}

function deletionOf({ task }: TaskRecord): { at: Instant; version: number } {
  return { at: task.deletedAt ?? task.createdAt, version: task.version };
}

/** A publication of a task that is known and not deleted: the owning system's version decides. */
export function publishedAgain(known: TaskRecord, event: TaskPublished, now: Instant): TaskChange {
  if (event.task.version === known.task.version) return { skip: 'duplicate' };
  return event.task.version < known.task.version
    ? publishedLate(known, event, now)
    : publishedNewer(known, event, now);
}

function publishedNewer(known: TaskRecord, event: TaskPublished, now: Instant): TaskChange {
  const task = taskOf(event, known.task.firstSeenAt);
  if (known.task.cameBackAt !== undefined) task.cameBackAt = known.task.cameBackAt;
  const enabling = task.enabled && !known.task.enabled;
  setNewest(
    task,
    'enabledAt',
    known.task.enabledAt,
    task.enabledAt,
    enabling ? event.publishedAt : undefined,
  );
  setNewest(
    task,
    'publishedByUserAt',
    known.task.publishedByUserAt,
    event.by === 'user' ? event.publishedAt : undefined,
  );
  const next: TaskRecord = { ...known, task };
  if (enabling) {
    const { total } = known.evidence.restarts;
    next.evidence = { ...known.evidence, restarts: { total, atLoss: total } };
    next.disabledByUs = null;
    Object.assign(next, undoneBy(known, event, now));
  }
  return { store: matters(known.task, task) ? touch(next, now) : next };
}

/** Where an operator asked for it, the next scan tells those who hold our mails; a user's publication is no undoing. */
function undoneBy({ undo }: TaskRecord, event: TaskPublished, now: Instant): Partial<TaskRecord> {
  if (undo?.state !== 'asked' || event.by === 'user') return { undo: null };
  return {
    undo: { ...undo, at: event.publishedAt, state: 'enabled' },
    next: { at: now, why: 'look' },
  };
}

/**
 * An older version that arrives late changes no facts; but a person's publication counts whenever it is
 * heard of, and a task that was off then was turned on after it.
 */
function publishedLate(known: TaskRecord, event: TaskPublished, now: Instant): TaskChange {
  const task = { ...known.task };
  if (event.by === 'user' && event.publishedAt > task.createdAt) {
    setNewest(task, 'publishedByUserAt', task.publishedByUserAt, event.publishedAt);
  }
  if (task.enabled && !event.task.enabled && event.publishedAt > task.createdAt) {
    setNewest(task, 'enabledAt', task.enabledAt, event.publishedAt);
  }
  const same =
    task.publishedByUserAt === known.task.publishedByUserAt && task.enabledAt === known.task.enabledAt;
  return same ? { skip: 'older-version' } : { store: touch({ ...known, task }, now) };
}

function taskOf({ task }: TaskPublished, firstSeenAt: Instant): Task {
  return {
    id: task.id,
    kind: task.kind,
    dekaf: task.dekaf ?? false,
    owners: [...new Set(task.owners)],
    dataPlane: task.dataPlane,
    enabled: task.enabled,
    createdAt: task.createdAt,
    version: task.version,
    firstSeenAt,
    ...(task.enabledAt === undefined ? {} : { enabledAt: task.enabledAt }),
  };
}

function setNewest(
  task: Task,
  key: 'enabledAt' | 'publishedByUserAt',
  ...instants: (Instant | undefined)[]
): void {
  const given = instants.filter((instant) => instant !== undefined);
  if (given.length > 0) task[key] = Math.max(...given);
}

const DECISIVE = ['kind', 'dekaf', 'dataPlane', 'enabled', 'enabledAt', 'publishedByUserAt'] as const;

function matters(before: Task, after: Task): boolean {
  return (
    DECISIVE.some((key) => before[key] !== after[key]) ||
    before.owners.length !== after.owners.length ||
    before.owners.some((owner, place) => owner !== after.owners[place])
  );
}
