import { NO_EVIDENCE } from '../abandonment/evidence.ts';
import { reverts } from '../abandonment/reverted.ts';
import type { Evidence, Task } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { enabledByPublication } from '../episodes/undo.ts';
import { recipientKey } from '../platform/addresses.ts';
import { newTaskRecord, scheduled, type TaskRecord } from '../store/tasks.ts';
import type { TaskPublished } from './events.ts';
import { type Refusal, versionRefusal } from './refusals.ts';
import { afterReport, type Run, runOf, withRun } from './runs.ts';

/** What an event makes of a task: a record to store, or nothing and why. */
export type TaskChange = { store: TaskRecord } | { skip: string } | { refuse: Refusal };

/** What was heard of a task before it was known. */
export interface HeardBefore {
  evidence: Evidence;
  /** What was said of its runs. */
  run?: Run;
  deletion: { at: Instant; version: number | null } | null;
}

/**
 * A publication of a task never stored, or deleted since. What was observed before is its evidence; a
 * publication from before its deletion brings nothing back.
 */
export function firstPublished(
  former: TaskRecord | undefined,
  event: TaskPublished,
  before: HeardBefore | undefined,
  now: Instant,
): TaskChange {
  const deletions = [former && deletionOf(former), before?.deletion].filter((deletion) => deletion != null);
  const over = deletions.some(
    ({ at, version }) => event.publishedAt < at || (version !== null && event.task.version <= version),
  );
  if (over) return { skip: 'published-before-its-deletion' };
  const highest = Math.max(0, ...deletions.map(({ version }) => version ?? 0));
  const refusal = versionRefusal(event.task.version, highest, now);
  if (refusal) return { refuse: refusal };
  const run = withDeadline(before?.run ?? {}, event);
  const task = withRun(taskOf(event, Math.min(event.firstSeenAt ?? now, now)), run);
  if (event.by === 'user') task.publishedByUserAt = event.publishedAt;
  if (event.publishedAt > task.createdAt) task.publishedAt = event.publishedAt;
  if (former || before?.deletion) task.cameBackAt = event.publishedAt;
  const fresh = { ...newTaskRecord(task), evidence: before?.evidence ?? NO_EVIDENCE };
  if (!former) return { store: fresh };
  return {
    store: scheduled(
      // A keep belongs to the id, as do the numbers of its episodes.
      {
        ...fresh,
        keep: former.keep,
        episodes: former.episodes,
        open: former.open,
        next: former.next,
        rev: former.rev,
      },
      now,
    ),
  };
}

function deletionOf({ task }: TaskRecord): { at: Instant; version: number } {
  return { at: task.deletedAt ?? task.createdAt, version: task.version };
}

/** A publication of a task that is known and not deleted: the owning system's version decides. */
export function publishedAgain(current: TaskRecord, event: TaskPublished, now: Instant): TaskChange {
  if (event.task.version === current.task.version) return { skip: 'duplicate' };
  const refusal = versionRefusal(event.task.version, current.task.version, now);
  if (refusal) return { refuse: refusal };
  return event.task.version < current.task.version
    ? publishedLate(current, event, now)
    : publishedNewer(current, event, now);
}

function publishedNewer(current: TaskRecord, event: TaskPublished, now: Instant): TaskChange {
  const run = withDeadline(runOf(current.task), event);
  const task = withRun(taskOf(event, current.task.firstSeenAt), run);
  if (current.task.cameBackAt !== undefined) task.cameBackAt = current.task.cameBackAt;
  const disclaimed = stillDisclaimed(current.task, task);
  if (disclaimed.length > 0) task.disclaimed = disclaimed;
  const enabling = task.enabled && !current.task.enabled;
  setNewest(
    task,
    'enabledAt',
    current.task.enabledAt,
    task.enabledAt,
    enabling ? event.publishedAt : undefined,
  );
  setNewest(
    task,
    'publishedByUserAt',
    current.task.publishedByUserAt,
    event.by === 'user' ? event.publishedAt : undefined,
  );
  const reverted = enabling ? reversalOf(current, event) : current.task.reverted;
  if (reverted !== undefined && event.by !== 'user') task.reverted = reverted;
  setNewest(task, 'publishedAt', current.task.publishedAt, event.publishedAt);
  const published: TaskRecord = { ...current, task };
  const by = event.by === 'user' ? 'user' : 'system';
  const next = enabling ? enabledByPublication(published, { by, at: event.publishedAt }, now) : published;
  return { store: matters(current.task, task) ? scheduled(next, now) : next };
}

/**
 * When a system, and no person by it, enabled again what we had disabled; undefined where it was no such reversal.
 * What we asked to be disabled and is off was our doing, though its confirmation is still on the way.
 */
/** Who said that it is not theirs, but for those whom the publication makes owners. */
function stillDisclaimed(before: Task, after: Task): string[] {
  const [old, now] = [before, after].map(({ owners }) => new Set(owners.map(recipientKey)));
  return (before.disclaimed ?? []).filter((key) => old?.has(key) || !now?.has(key));
}

function reversalOf({ task, disabledByUs, asked }: TaskRecord, event: TaskPublished): Task['reverted'] {
  const ours = disabledByUs ?? (asked && asked.at >= (task.publishedByUserAt ?? 0) ? asked : null);
  if (event.by === 'user' || !ours || disabledByUs?.undoneAt !== undefined) return undefined;
  const stated = event.task.enabledAt ?? 0;
  const at = stated >= ours.at ? stated : event.publishedAt;
  return reverts(at, ours.at) ? { at, disabledAt: ours.at } : undefined;
}

/**
 * An older version that arrives late changes no facts; but a person's publication counts whenever it is
 * heard of, and a task that was off then was enabled after it.
 */
function publishedLate(current: TaskRecord, event: TaskPublished, now: Instant): TaskChange {
  const task = { ...current.task };
  if (event.by === 'user' && event.publishedAt > task.createdAt) {
    setNewest(task, 'publishedByUserAt', task.publishedByUserAt, event.publishedAt);
    if (task.reverted && isTheirs(event, task.reverted)) delete task.reverted;
  }
  if (task.enabled && !event.task.enabled && event.publishedAt > task.createdAt) {
    setNewest(task, 'enabledAt', task.enabledAt, event.publishedAt);
  }
  if (event.publishedAt > (task.publishedAt ?? task.createdAt)) task.publishedAt = event.publishedAt;
  const same =
    task.publishedAt === current.task.publishedAt &&
    task.publishedByUserAt === current.task.publishedByUserAt &&
    task.enabledAt === current.task.enabledAt &&
    task.reverted === current.task.reverted;
  return same ? { skip: 'older-version' } : { store: scheduled({ ...current, task }, now) };
}

/** Whether a person's publication that is heard of late enabled the task, or came after it was enabled. */
function isTheirs(
  { task, publishedAt }: TaskPublished,
  { at, disabledAt }: NonNullable<Task['reverted']>,
): boolean {
  return publishedAt > at || (task.enabled && publishedAt > disabledAt);
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

/** What is known of its runs once a publication may have said a deadline. */
function withDeadline(run: Run, { task: { deadline }, publishedAt: at }: TaskPublished): Run {
  return deadline === undefined ? run : afterReport(run, { what: 'deadline', at, deadline });
}

function setNewest(
  task: Task,
  key: 'enabledAt' | 'publishedByUserAt' | 'publishedAt',
  ...instants: (Instant | undefined)[]
): void {
  const defined = instants.filter((instant) => instant !== undefined);
  if (defined.length > 0) task[key] = Math.max(...defined);
}

const DECISIVE = [
  ...(['kind', 'dekaf', 'dataPlane', 'enabled', 'enabledAt', 'publishedByUserAt', 'reverted'] as const),
  'deadline' as const,
];

function matters(before: Task, after: Task): boolean {
  return (
    DECISIVE.some((key) => before[key] !== after[key]) ||
    before.owners.length !== after.owners.length ||
    before.owners.some((owner, place) => owner !== after.owners[place])
  );
}
