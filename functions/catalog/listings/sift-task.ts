import * as z from 'zod/mini';
import { BOUNDS } from '../../abandonment/bounds.ts';
import { FAILURE_CAUSES, SHARD_STATUSES } from '../../abandonment/task.ts';
import type { Instant } from '../../abandonment/time.ts';
import type { ListedTask } from '../../platform/control-plane.port.ts';
import { dataPlaneField, kindField, ownersField, taskIdField } from '../../platform/fields.ts';
import { parseEvent } from '../../platform/schema-problems.ts';
import type { RuntimeConfig } from '../../platform/system.ts';
import { ownersRefusal } from '../refusals.ts';

const instant = z.number().check(z.gte(0));

const listedTask = z.object({
  id: taskIdField,
  kind: kindField,
  enabled: z.boolean(),
  createdAt: z.optional(instant),
  owners: ownersField,
  dataPlane: dataPlaneField,
  shards: z.array(z.object({ status: z.enum(SHARD_STATUSES) })).check(z.maxLength(BOUNDS.shards.most)),
  cause: z.optional(z.enum(FAILURE_CAUSES)),
  revision: z.string().check(z.maxLength(BOUNDS.revision.most)),
  restarts: z.optional(z.int().check(z.minimum(0), z.maximum(BOUNDS.restarts.most))),
  lastPrimaryAt: z.optional(instant),
});

/** A task of a listing that may be taken. */
export type SoundTask = z.infer<typeof listedTask>;

/**
 * Reads a task of a page. Instants of the past that lie ahead are taken for now: clocks differ.
 *
 * @returns the task, or why it is refused
 */
export function siftTask(
  { allowedDomains }: Pick<RuntimeConfig, 'allowedDomains'>,
  { prefix }: { prefix: string },
  listed: ListedTask,
  now: Instant,
): { ok: true; task: SoundTask } | { ok: false; reason: string } {
  const parsed = parseEvent(listedTask, listed);
  if (!parsed.ok) return { ok: false, reason: parsed.problems.join('; ') };
  const task = parsed.value;
  if (!task.id.startsWith(prefix) || task.id.length === prefix.length)
    return { ok: false, reason: `its id does not begin with ${prefix}` };
  const refusal = ownersRefusal(task.owners, allowedDomains);
  if (refusal) return { ok: false, reason: refusal.detail };
  for (const key of ['createdAt', 'lastPrimaryAt'] as const)
    if (task[key] !== undefined) task[key] = Math.min(task[key], now);
  return { ok: true, task };
}
