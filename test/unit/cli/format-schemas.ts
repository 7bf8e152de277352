import { z } from 'zod/mini';
import { configFileSchema } from '../../../cli/settings.ts';
import { LANGUAGES } from '../../../emails/languages.ts';
import { AT_DEADLINE, WEEKDAYS } from '../../../functions/abandonment/policy.ts';
import { GLOBAL_KEY_NAMES, SCOPED_KEY_NAMES } from '../../../functions/abandonment/policy-keys.ts';
import {
  MODES,
  SHARD_STATUSES,
  SUBSCRIPTION_TYPES,
  TASK_KINDS,
} from '../../../functions/abandonment/task.ts';
import { taskEntry } from '../../../functions/catalog/task-entry.ts';
import {
  FAULT_MODES,
  FAULT_TARGETS,
  PAUSABLES,
  PLANE_STATES,
} from '../../../simulation/scenario/scenario-types.ts';

/** RFC 3339 with a zone. */
const instant = z
  .string()
  .check(z.regex(/^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/));
/** `90s`, `15m`, `12h`, `14d`, or ISO 8601. */
const duration = z.string().check(z.minLength(2));
const id = z.string().check(z.minLength(1));
const address = z.string().check(z.minLength(3));
const policyOf = (keys: readonly string[]) =>
  z.strictObject(Object.fromEntries(keys.map((key) => [key, z.optional(z.unknown())])));

/** As policies are written: a duration is text with its unit, or ISO 8601. */
const span = z.string().check(z.regex(/^(\d+(\.\d+)?(ms|s|m|h|d|w)|P.+)$/));
const share = z.number().check(z.gt(0), z.maximum(1));
const count = z.int().check(z.minimum(0));
const zone = z.string().check(z.minLength(1));
const timeOfDay = z.string().check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$/));

/** The values of policy keys that are no durations. */
const POLICY_VALUES: Readonly<Record<string, z.ZodMiniType>> = {
  mode: z.enum(MODES),
  stage: z.enum(MODES),
  reminders: z.array(span).check(z.maxLength(10)),
  aliveStatuses: z.array(z.enum(SHARD_STATUSES)).check(z.minLength(1)),
  recoveryMail: z.boolean(),
  quietHours: z.strictObject({ from: timeOfDay, to: timeOfDay, zone }),
  quietDays: z.strictObject({
    weekdays: z.optional(z.array(z.enum(WEEKDAYS))),
    dates: z.optional(z.array(z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/)))),
    zone,
  }),
  atDeadline: z.enum(AT_DEADLINE),
  correlatedShare: share,
  rampPerDay: count.check(z.minimum(1)),
  blastRadius: z.strictObject({
    perRun: z.optional(z.nullable(count.check(z.minimum(1)))),
    perDay: z.optional(z.nullable(count.check(z.minimum(1)))),
    share: z.optional(z.nullable(share)),
    shareFloor: z.optional(z.nullable(count)),
  }),
};

/** The policy of a scope: null takes a key back to its default. */
const policyWith = (keys: readonly string[]) =>
  z.strictObject(
    Object.fromEntries(keys.map((key) => [key, z.optional(z.nullable(POLICY_VALUES[key] ?? span))])),
  );

const policies = z.strictObject({
  $schema: z.optional(z.string()),
  version: z.literal(1),
  policies: z.catchall(
    z.object({ global: z.optional(policyWith([...SCOPED_KEY_NAMES, ...GLOBAL_KEY_NAMES])) }),
    policyWith(SCOPED_KEY_NAMES),
  ),
});

const shards = z.array(z.strictObject({ id, status: z.enum(SHARD_STATUSES) }));
const taskFields = {
  id,
  kind: z.enum(TASK_KINDS),
  owners: z.array(address),
  dataPlane: id,
  shards: z.optional(shards),
  enabledAt: z.optional(instant),
  lastPrimaryAt: z.optional(instant),
  observedSince: z.optional(instant),
  dekaf: z.optional(z.boolean()),
  deadline: z.optional(instant),
  startedAt: z.optional(instant),
};

const event = <Type extends string, Fields extends z.core.$ZodLooseShape>(type: Type, fields: Fields) =>
  z.strictObject({ at: instant, type: z.literal(type), ...fields });

/** What happens, by its type; which fields go together within one is left to the code. */
const events = z.discriminatedUnion('type', [
  event('shards', { task: id, shards }),
  event('restarted', { task: id, times: z.optional(z.int().check(z.minimum(1))) }),
  event('created', {
    task: z.strictObject({
      ...taskFields,
      enabled: z.optional(z.boolean()),
      createdAt: z.optional(instant),
    }),
  }),
  event('published', { task: id, by: z.enum(['user', 'system']), enabled: z.optional(z.boolean()) }),
  event('started', { task: id, deadline: z.optional(instant) }),
  event('ended', { task: id, result: z.enum(['succeeded', 'failed']) }),
  event('deadline', { task: id, deadline: z.nullable(instant) }),
  event('deleted', { task: id }),
  event('owners', { task: id, owners: z.array(address) }),
  event('data-plane', { dataPlane: id, state: z.enum(PLANE_STATES) }),
  event('action', {
    task: id,
    by: address,
    action: z.enum(['keep', 'snooze', 'disable', 'unsubscribe']),
    for: z.optional(duration),
  }),
  event('mail-event', {
    recipient: address,
    event: z.enum(['bounce', 'complaint', 'delivery']),
    bounceType: z.optional(z.enum(['permanent', 'transient'])),
  }),
  event('policy', { scope: z.string(), set: policyOf([...SCOPED_KEY_NAMES, ...globalKeys()]) }),
  event('operator', {
    action: z.enum(['pause', 'resume', 'approve', 'dismiss', 'undo', 'revive']),
    of: z.optional(z.union([z.enum(PAUSABLES), z.string()])),
  }),
  event('fault', {
    target: z.enum(FAULT_TARGETS),
    mode: z.enum(FAULT_MODES),
    for: z.optional(duration),
    times: z.optional(z.int().check(z.minimum(1))),
    recipient: z.optional(address),
    task: z.optional(id),
  }),
]);

/** `scanEvery` is the file's own key. */
function globalKeys(): string[] {
  return GLOBAL_KEY_NAMES.filter((key) => key !== 'scanEvery');
}

const scenario = z.strictObject({
  version: z.literal(1),
  start: instant,
  until: instant,
  scanEvery: duration,
  seed: z.optional(z.int()),
  policy: z.optional(policyOf([...SCOPED_KEY_NAMES, ...globalKeys()])),
  policies: z.optional(z.record(z.string(), policyOf(SCOPED_KEY_NAMES))),
  subscriptions: z.optional(
    z.array(
      z.strictObject({
        prefix: z.string(),
        email: address,
        alertTypes: z.optional(z.array(z.enum(SUBSCRIPTION_TYPES))),
      }),
    ),
  ),
  admins: z.optional(z.record(z.string(), z.array(address))),
  operators: z.optional(z.array(address)),
  tasks: z.array(z.strictObject({ ...taskFields, enabled: z.boolean(), createdAt: instant })),
  recipients: z.optional(
    z.record(
      z.string(),
      z.strictObject({
        zone: z.optional(z.string()),
        language: z.optional(z.enum(LANGUAGES)),
        quietHours: z.optional(z.strictObject({ from: z.string(), to: z.string() })),
      }),
    ),
  ),
  events: z.optional(z.array(events)),
  chaos: z.optional(z.array(z.unknown())),
});

/** The files that commands read as JSON. */
export const FORMATS = {
  task: {
    schema: taskEntry,
    title: 'A task of an import',
    description: 'One line of the NDJSON that `taskwarden tasks import` reads.',
  },
  scenario: {
    schema: scenario,
    title: 'A scenario',
    description: 'What `taskwarden simulate` and `taskwarden preview FILE` read.',
  },
  policies: {
    schema: policies,
    title: 'Policies',
    description: 'What `taskwarden policy export` writes and `taskwarden policy import` reads.',
  },
  'cli-config': {
    schema: configFileSchema,
    title: 'A configuration file of the command line',
    description: '`taskwarden.json` of a folder, or `~/.config/taskwarden/config.json`.',
  },
};
export type Format = keyof typeof FORMATS;

/** `docs/formats/task.json` for `task`. */
export function documentOf(format: Format): string {
  return new URL(`../../../docs/formats/${format}.json`, import.meta.url).pathname;
}

/** The JSON schema of a format, as it stands in the documentation. */
export function jsonSchemaOf(format: Format): Record<string, unknown> {
  const { schema: read, title, description } = FORMATS[format];
  const { $schema, ...schema } = z.toJSONSchema(read, { io: 'input', target: 'draft-2020-12' });
  return { $schema, title, description, ...schema };
}
