import * as z from 'zod/mini';
import { observe } from '../abandonment/evidence.ts';
import type { EffectivePolicy } from '../abandonment/policy.ts';
import type { Evidence, ShardStatus, Task } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { versionProblem } from '../abandonment/versions.ts';
import {
  countField,
  dataPlaneField,
  instantField,
  kindField,
  ownersField,
  shardsField,
  taskIdField,
  totalField,
} from '../platform/fields.ts';
import { type Parsed, parseWith } from '../platform/schema-problems.ts';
import { newTaskRecord, type TaskRecord } from '../store/tasks.ts';

/** The form of an entry (docs/formats.md#tasks). */
export const taskEntry = z.strictObject({
  id: taskIdField,
  kind: kindField,
  enabled: z.boolean(),
  createdAt: instantField,
  owners: ownersField,
  dataPlane: dataPlaneField,
  shards: z.optional(shardsField),
  dekaf: z.optional(z.boolean()),
  lastPrimaryAt: z.optional(instantField),
  observedSince: z.optional(instantField),
  observedAt: z.optional(instantField),
  enabledAt: z.optional(instantField),
  version: z.optional(countField),
  restarts: z.optional(totalField),
  deadline: z.optional(instantField),
  startedAt: z.optional(instantField),
});

/** The keys of an entry. */
const KEYS = Object.keys(taskEntry.shape);

/**
 * A task as one line of a bulk load, the demo's fleet or a scenario gives it; instants as epoch milliseconds.
 */
export interface TaskEntry {
  id: string;
  kind: Task['kind'];
  enabled: boolean;
  createdAt: Instant;
  owners: string[];
  dataPlane: string;
  /** A job may leave them out. */
  shards?: { id?: string; status: ShardStatus }[] | undefined;
  dekaf?: boolean | undefined;
  /**
   * When it was last known to be `PRIMARY`; where it is not now and this is missing, it was never seen so.
   */
  lastPrimaryAt?: Instant | undefined;
  /** First seen by Taskwarden. @default now */
  observedSince?: Instant | undefined;
  /** When the shards were seen. @default now */
  observedAt?: Instant | undefined;
  enabledAt?: Instant | undefined;
  /** @default 1 */
  version?: number | undefined;
  /** The control plane's running total; what is counted above it is what was tried since. @default 0 */
  restarts?: number | undefined;
  /** When the owning system will end it. */
  deadline?: Instant | undefined;
  /** Of a job: when it began to run. */
  startedAt?: Instant | undefined;
}

/**
 * Reads an entry.
 *
 * @param now instants of the past must not lie after it
 * @returns the entry, or a line per problem: the key, what was wrong, what is allowed
 */
export function parseTaskEntry(value: unknown, now: Instant): Parsed<TaskEntry> {
  const parsed = parseWith(taskEntry, value, KEYS);
  if (!parsed.ok) return parsed;
  const problems = PAST.filter((key) => (parsed.value[key] ?? now) > now).map(
    (key) => `${key} lies in the future`,
  );
  problems.push(...jobProblems(parsed.value));
  const version = parsed.value.version ?? 0;
  const problem = versionProblem(version, undefined, now);
  if (problem !== undefined) problems.push(problem);
  return problems.length > 0 ? { ok: false, problems } : parsed;
}

/** What only a job may have, and only a job may leave out. */
function jobProblems({ kind, shards, startedAt }: TaskEntry): string[] {
  if (kind === 'job') return [];
  return [
    ...(shards === undefined ? ['shards is missing; a job alone may leave it out'] : []),
    ...(startedAt === undefined ? [] : [`startedAt stands with a ${kind}; allowed with a job`]),
  ];
}

const PAST = [
  ...(['createdAt', 'lastPrimaryAt', 'observedSince', 'observedAt', 'enabledAt', 'startedAt'] as const),
];

/**
 * The record of a task as an entry describes it. A first inventory is no loss: a task that is not `PRIMARY`
 * has no instant at which it was seen to lose it.
 *
 * @param policy what holds for the task
 */
export function taskRecordFrom(entry: TaskEntry, now: Instant, policy: EffectivePolicy): TaskRecord {
  const task: Task = {
    id: entry.id,
    kind: entry.kind,
    dekaf: entry.dekaf ?? false,
    owners: [...new Set(entry.owners)],
    dataPlane: entry.dataPlane,
    enabled: entry.enabled,
    createdAt: entry.createdAt,
    version: entry.version ?? 1,
    firstSeenAt: entry.observedSince ?? now,
    ...(entry.enabledAt === undefined ? {} : { enabledAt: entry.enabledAt }),
    ...(entry.deadline === undefined ? {} : { deadline: entry.deadline, deadlineSetAt: now }),
    ...(entry.startedAt === undefined ? {} : { startedAt: entry.startedAt }),
  };
  const record = newTaskRecord(task);
  return { ...record, evidence: evidenceFrom(entry, record.evidence, now, policy) };
}

function evidenceFrom(entry: TaskEntry, none: Evidence, now: Instant, policy: EffectivePolicy): Evidence {
  if (entry.shards === undefined) return none;
  const statuses = entry.shards.map(({ status }) => status);
  const evidence = observe(none, { at: entry.observedAt ?? now, statuses }, policy);
  const total = entry.restarts ?? 0;
  // A spell that is not judged yet may end too short: what was before it then stands.
  const isOver = !statuses.includes('PRIMARY') || evidence.spells?.PRIMARY !== undefined;
  const wasPrimary = entry.lastPrimaryAt !== undefined && isOver;
  return {
    ...evidence,
    restarts: { total, atLoss: total },
    lastSeen: wasPrimary ? { PRIMARY: entry.lastPrimaryAt as Instant } : {},
  };
}
