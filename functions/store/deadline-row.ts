import { endsBy } from '../abandonment/deadlines.ts';
import { tenantOf } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { BUCKETS, bucketOf, index, keys, sortable } from './keys.ts';
import { ROW_VERSION } from './rows.ts';
import type { Row, Write } from './table/table.port.ts';
import type { TaskRecord } from './tasks.ts';

/**
 * What the index shows of a task that may have a deadline: what its owning system said, never what a policy makes of
 * it.
 */
export interface DeadlineHint {
  deadline?: Instant;
  startedAt?: Instant;
}

/** What a row of the index of deadlines shows. */
export const deadlineHintIn = ({ p }: Row): DeadlineHint => p as DeadlineHint;

/**
 * The write that carries a task's change over to where its deadline is found; none where nothing changes. To be stored
 * in the same transaction as the task. A policy never moves the row: it is placed by what the owning system said until
 * the task was evaluated for its deadline, and then by the instant to evaluate it again.
 */
export function deadlineWrites(before: TaskRecord | undefined, after: TaskRecord): Write[] {
  const was = before && placeOf(before);
  const is = placeOf(after);
  if (JSON.stringify(was) === JSON.stringify(is)) return [];
  const key = keys.deadline(after.task.id);
  if (!is) return [{ delete: key }];
  return [{ put: { ...key, v: ROW_VERSION, b: BUCKETS, ...is } }];
}

function placeOf({ task, stopping }: TaskRecord): Record<string, unknown> | undefined {
  const ends = endsBy(task);
  if (!ends) return undefined;
  const bucket = bucketOf(task.id);
  const lookAt = stopping?.lookAt;
  if (lookAt === undefined) return placeByFacts(ends, bucket, tenantOf(task.id));
  return {
    g2pk: index.open(bucket),
    g2sk: task.id,
    ...(lookAt === null ? {} : { g1pk: index.lookAt(bucket), g1sk: sortable(lookAt) }),
  };
}

function placeByFacts(ends: DeadlineHint, bucket: number, tenant: string): Record<string, unknown> {
  const { deadline, startedAt } = ends;
  const started = startedAt === undefined ? undefined : sortable(startedAt);
  return {
    p: ends,
    ...(deadline !== undefined && { g1pk: index.endsAt(bucket), g1sk: sortable(deadline) }),
    ...(started !== undefined && {
      g2pk: index.startedAt(bucket),
      g2sk: started,
      g3pk: index.startedOfTenant(tenant),
      g3sk: started,
    }),
  };
}
