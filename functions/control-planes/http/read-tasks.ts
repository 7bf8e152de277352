import * as z from 'zod/mini';
import { BOUNDS } from '../../abandonment/bounds.ts';
import { taskIdProblem } from '../../abandonment/policy-scope.ts';
import { SHARD_STATUSES } from '../../abandonment/task.ts';
import type { Instant } from '../../abandonment/time.ts';
import type { ListedTask, ListingPage } from '../../platform/control-plane.port.ts';
import {
  dataPlaneField,
  instantField,
  kindField,
  nameField,
  ownersField,
  totalField,
} from '../../platform/fields.ts';
import { cut } from '../../platform/queue-text.ts';
import { recordable } from '../../platform/recorded-text.ts';
import { parseEvent } from '../../platform/schema-problems.ts';

/** A task as an HTTP control plane tells it (docs/control-plane.openapi.yaml, `Task`). What else it says is not read. */
const toldTask = z.object({
  id: z.string().check(z.minLength(1), z.maxLength(BOUNDS.taskId.most)),
  kind: kindField,
  enabled: z.boolean(),
  version: z.string().check(z.minLength(1), z.maxLength(128)),
  shards: z
    .array(z.object({ id: z.optional(nameField), status: z.enum(SHARD_STATUSES) }))
    .check(z.maxLength(BOUNDS.shards.most)),
  owners: z.optional(ownersField),
  dataPlane: z.optional(dataPlaneField),
  createdAt: z.optional(instantField),
  lastPrimaryAt: z.optional(instantField),
  restarts: z.optional(totalField),
});

type ToldTask = z.output<typeof toldTask>;

/** A page, each task of which is read by itself. */
const toldPage = z.object({
  tasks: z.array(z.unknown()),
  next: z.nullable(z.string().check(z.minLength(1), z.maxLength(4_096))),
});

/** How much of a name that cannot be a task's is shown. */
const SHOWN = 200;

/** Of a control plane, what its tasks are read with. */
export interface Place {
  prefix: string;
  dataPlane: string;
  now: Instant;
}

/** Reads a task as it was told, or says in a line why it can be none. */
export function readTask(answer: unknown, place: Place): { task: ListedTask } | { problem: string } {
  const parsed = parseEvent(toldTask, answer);
  if (!parsed.ok) return { problem: cut(recordable(parsed.problems.join('; ')), SHOWN) };
  const problem = idProblem(parsed.value.id, place.prefix) ?? futureProblem(parsed.value, place.now);
  return problem === undefined ? { task: listed(parsed.value, place) } : { problem };
}

/** A page as it was told: its tasks, and those that can be none; or why it is no page. */
export function readPage(answer: unknown, place: Place): ListingPage | { problem: string } {
  const parsed = parseEvent(toldPage, answer);
  if (!parsed.ok) return { problem: parsed.problems.join('; ') };
  const page: ListingPage = { tasks: [], refused: [], cursor: parsed.value.next };
  for (const task of parsed.value.tasks) {
    const read = readTask(task, place);
    if ('task' in read) page.tasks.push(read.task);
    else page.refused.push({ task: shownName(task, place.prefix), reason: read.problem });
  }
  const twice = firstRepeated(page.tasks.map(({ id }) => id));
  return twice === undefined ? page : { problem: `task ${recordable(twice)} stands twice in one page` };
}

function firstRepeated(ids: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return ids.find((id) => seen.has(id) || !seen.add(id));
}

function idProblem(id: string, prefix: string): string | undefined {
  // In a URL they mean the folder itself and the one above it.
  if (id === '.' || id === '..') return 'id is a dot or two, which no URL can name';
  const problem = taskIdProblem(prefix + id);
  return problem === undefined ? undefined : `id, behind its prefix, ${problem}`;
}

function futureProblem({ createdAt, lastPrimaryAt }: ToldTask, now: Instant): string | undefined {
  const isAhead = (at: Instant | undefined) => at !== undefined && at > now + BOUNDS.ahead.most;
  if (isAhead(createdAt)) return 'createdAt lies in the future';
  return isAhead(lastPrimaryAt) ? 'lastPrimaryAt lies in the future' : undefined;
}

function listed(task: ToldTask, { prefix, dataPlane, now }: Place): ListedTask {
  const { id, kind, enabled, version, shards, owners = [], restarts } = task;
  const { createdAt, lastPrimaryAt } = task;
  return {
    id: prefix + id,
    kind,
    enabled,
    owners,
    dataPlane: task.dataPlane ?? dataPlane,
    shards: shards.map((shard) =>
      shard.id === undefined ? { status: shard.status } : { id: shard.id, status: shard.status },
    ),
    revision: version,
    // Clocks may differ by a little; nothing was so after now.
    ...(createdAt !== undefined && { createdAt: Math.min(createdAt, now) }),
    ...(lastPrimaryAt !== undefined && { lastPrimaryAt: Math.min(lastPrimaryAt, now) }),
    ...(restarts !== undefined && { restarts }),
  };
}

/** What stands in the place of its id, to find it by. */
function shownName(task: unknown, prefix: string): string {
  const id = typeof task === 'object' && task !== null && 'id' in task ? task.id : undefined;
  return typeof id === 'string' ? cut(recordable(prefix + id), SHOWN) : `${prefix}?`;
}
