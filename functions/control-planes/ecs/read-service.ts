import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { taskIdProblem } from '../../abandonment/policy-scope.ts';
import type { ShardStatus } from '../../abandonment/task.ts';
import type { Instant } from '../../abandonment/time.ts';
import { normaliseAddress } from '../../platform/addresses.ts';
import type { ListedTask } from '../../platform/control-plane.port.ts';
import { countField } from '../../platform/fields.ts';
import { cut } from '../../platform/queue-text.ts';
import { recordable } from '../../platform/recorded-text.ts';
import { parseEvent } from '../../platform/schema-problems.ts';

/** A deployment, or a task set of a service that is not deployed by ECS itself. */
const deployment = z.object({
  id: z.string(),
  status: z.string(),
  taskDefinition: z.optional(z.string()),
  runningCount: z._default(countField, 0),
  failedTasks: z.optional(countField),
  rolloutState: z.optional(z.string()),
});

/** Of what DescribeServices says, what is read. */
const service = z.object({
  serviceArn: z.string(),
  serviceName: z.string().check(z.minLength(1)),
  status: z.string(),
  schedulingStrategy: z._default(z.string(), 'REPLICA'),
  desiredCount: countField,
  createdAt: z.optional(z.date()),
  taskDefinition: z.optional(z.string()),
  deployments: z._default(z.array(deployment), []),
  taskSets: z._default(z.array(deployment), []),
  tags: z._default(z.array(z.object({ key: z.string(), value: z._default(z.string(), '') })), []),
});

export type ToldService = z.output<typeof service>;
type Deployment = z.output<typeof deployment>;

/** So many tags may a service have; those of AWS do not count. */
const MOST_TAGS = 50;

/** As much of a name or a problem as is shown. */
const SHOWN = 200;

/** Reads a service as DescribeServices told it, or says in a line why it can be none. */
export function readService(answer: unknown): { service: ToldService } | { problem: string } {
  const parsed = parseEvent(service, answer);
  return parsed.ok ? { service: parsed.value } : { problem: shown(parsed.problems.join('; ')) };
}

/** Whether it is a task: one that is deleted is gone, and one that runs once on each instance has no count to set. */
export function isTask({ status, schedulingStrategy }: ToldService): boolean {
  return status === 'ACTIVE' && schedulingStrategy !== 'DAEMON';
}

/** Where a control plane's services are, and what their tasks are read with. */
export interface Place {
  /** Of the control plane, and the cluster behind it: `ecs/main/`. */
  prefix: string;
  dataPlane: string;
  ownersTag: string;
  now: Instant;
}

/** The task that a service is (docs/connect/ecs.md#what-a-service-is), or why it can be none. */
export function taskOf(service: ToldService, place: Place): { task: ListedTask } | { problem: string } {
  const id = place.prefix + service.serviceName;
  const wrong = taskIdProblem(id);
  if (wrong !== undefined) return { problem: `its id ${wrong}` };
  const enabled = service.desiredCount > 0;
  const failed = primaryOf(service)?.failedTasks;
  return {
    task: {
      id,
      kind: 'service',
      enabled,
      owners: ownersIn(service, place.ownersTag),
      dataPlane: place.dataPlane,
      // What of a disabled one still runs is about to stop.
      shards: enabled ? [{ status: statusOf(service) }] : [],
      revision: revisionOf(service),
      ...(service.createdAt && { createdAt: Math.min(service.createdAt.getTime(), place.now) }),
      ...(failed !== undefined && { restarts: failed }),
    },
  };
}

/** The addresses among the words of a tag, each once. A tag of ECS has neither commas nor brackets. */
function ownersIn(service: ToldService, ownersTag: string): string[] {
  const words = (tagOf(service, ownersTag) ?? '').split(/\s+/);
  return [...new Set(words.flatMap((word) => normaliseAddress(word) ?? []))];
}

export function tagOf({ tags }: ToldService, key: string): string | undefined {
  return tags.find((tag) => tag.key === key)?.value;
}

/** Whether it takes tags at all: services of before 2018 have an ARN without their cluster, and take none. */
export function isTaggable({ serviceArn }: ToldService): boolean {
  return serviceArn.split('/').length === 3;
}

/** Whether there is room for another tag. */
export function canBeTagged(service: ToldService): boolean {
  return isTaggable(service) && service.tags.filter(({ key }) => !key.startsWith('aws:')).length < MOST_TAGS;
}

function primaryOf({ deployments, taskSets }: ToldService): Deployment | undefined {
  return [...deployments, ...taskSets].find(({ status }) => status === 'PRIMARY');
}

/**
 * One status for the service: what its primary deployment does, else what still runs of an earlier one. A deployment
 * that failed tasks says so at each listing, whether one is being started just then or not.
 */
function statusOf(service: ToldService): ShardStatus {
  const primary = primaryOf(service);
  if (primary && primary.runningCount > 0) return 'PRIMARY';
  if ([...service.deployments, ...service.taskSets].some(({ runningCount }) => runningCount > 0))
    return 'STANDBY';
  return primary?.rolloutState === 'FAILED' || (primary?.failedTasks ?? 0) > 0 ? 'FAILED' : 'PENDING';
}

/**
 * What was deployed, and when it was deployed anew (docs/decisions/0046-ecs-services-as-tasks.md): each deployment has an
 * id of its own, also one of the same task definition. Counts and tags are no part of it.
 */
export function revisionOf(service: ToldService): string {
  const primary = primaryOf(service);
  const deployed = [primary?.taskDefinition ?? service.taskDefinition ?? '', primary?.id ?? ''];
  return createHash('sha256').update(deployed.join('\n')).digest('base64url').slice(0, 32);
}

function shown(text: string): string {
  return cut(recordable(text), SHOWN);
}
