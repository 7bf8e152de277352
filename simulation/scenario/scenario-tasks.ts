import { shown } from '../../functions/abandonment/policy-wording.ts';
import { SHARD_STATUSES, TASK_KINDS } from '../../functions/abandonment/task.ts';
import { formatInstant, type Instant } from '../../functions/abandonment/time.ts';
import {
  readDataPlane,
  readFields,
  readFlag,
  readInstant,
  readList,
  readName,
  readOneOf,
  readOwners,
  readTaskId,
  ScenarioProblem,
} from './scenario-fields.ts';
import type { ScenarioShard, ScenarioTask } from './scenario-types.ts';

const ALWAYS_REQUIRED = ['id', 'kind', 'owners', 'dataPlane', 'shards'];
const REQUIRED_OF_JOB = ALWAYS_REQUIRED.filter((key) => key !== 'shards');
const REQUIRED_AT_START = ['enabled', 'createdAt'];
const OPTIONAL = ['enabledAt', 'lastPrimaryAt', 'observedSince', 'dekaf', 'deadline', 'startedAt'];

/** The keys that a task must have: a job may leave its shards out. */
function requiredOf(value: unknown): string[] {
  const kind = (value as { kind?: unknown } | null)?.kind;
  return kind === 'job' ? REQUIRED_OF_JOB : ALWAYS_REQUIRED;
}

/** A task that is there from the start: all facts given, first seen at the start unless told otherwise. */
export function readTaskAtStart(path: string, value: unknown, start: Instant): ScenarioTask {
  const required = [...requiredOf(value), ...REQUIRED_AT_START];
  readFields(path, value, { required, optional: [...OPTIONAL, 'shards'] });
  return readTask(path, value, start);
}

/** The task of a `created` event: enabled, created and first seen at that instant unless told otherwise. */
export function readCreatedTask(path: string, value: unknown, at: Instant): ScenarioTask {
  return readTask(path, value, at);
}

function readTask(path: string, value: unknown, at: Instant): ScenarioTask {
  const fields = readFields(path, value, {
    required: requiredOf(value),
    optional: [...REQUIRED_AT_START, ...OPTIONAL, 'shards'],
  });
  const instant = (key: string): Instant | undefined =>
    Object.hasOwn(fields, key) ? readPast(`${path}.${key}`, fields[key], at) : undefined;
  const flag = (key: string, byDefault: boolean): boolean =>
    Object.hasOwn(fields, key) ? readFlag(`${path}.${key}`, fields[key]) : byDefault;
  const task: ScenarioTask = {
    id: readTaskId(`${path}.id`, fields.id),
    kind: readOneOf(`${path}.kind`, fields.kind, TASK_KINDS),
    enabled: flag('enabled', true),
    createdAt: instant('createdAt') ?? at,
    owners: readOwners(`${path}.owners`, fields.owners),
    dataPlane: readDataPlane(`${path}.dataPlane`, fields.dataPlane),
    shards: Object.hasOwn(fields, 'shards') ? readShards(`${path}.shards`, fields.shards) : [],
    dekaf: flag('dekaf', false),
    observedSince: instant('observedSince') ?? at,
  };
  const lastPrimaryAt = instant('lastPrimaryAt');
  if (lastPrimaryAt !== undefined) task.lastPrimaryAt = lastPrimaryAt;
  const enabledAt = instant('enabledAt');
  if (enabledAt !== undefined) task.enabledAt = enabledAt;
  if (Object.hasOwn(fields, 'deadline')) task.deadline = readInstant(`${path}.deadline`, fields.deadline);
  const startedAt = instant('startedAt');
  if (startedAt !== undefined) task.startedAt = startedAt;
  if (startedAt !== undefined && task.kind !== 'job')
    throw new ScenarioProblem(`${path}.startedAt`, `is given for a ${task.kind}; allowed for jobs only`);
  if (task.dekaf && task.kind !== 'materialization') {
    throw new ScenarioProblem(
      `${path}.dekaf`,
      `is true for a ${task.kind}; allowed for materializations only`,
    );
  }
  return task;
}

/** An instant of a task: not later than the scenario knows of it. */
function readPast(path: string, value: unknown, at: Instant): Instant {
  const instant = readInstant(path, value);
  if (instant <= at) return instant;
  throw new ScenarioProblem(
    path,
    `${shown(value)} lies in the future; allowed are instants up to ${formatInstant(at)}`,
  );
}

/** A list of `{id, status}`; may be empty. */
export function readShards(path: string, value: unknown): ScenarioShard[] {
  return readList(path, value, (shardPath, item) => {
    const fields = readFields(shardPath, item, { required: ['id', 'status'] });
    return {
      id: readName(`${shardPath}.id`, fields.id),
      status: readOneOf(`${shardPath}.status`, fields.status, SHARD_STATUSES),
    };
  });
}
