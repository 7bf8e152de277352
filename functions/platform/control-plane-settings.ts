import * as z from 'zod/mini';
import { type Duration, formatDuration, parseDuration } from '../abandonment/time.ts';

const LISTED = { 'kafka-connect': true, ecs: true, http: true } as const satisfies Record<
  ListedSettings['type'],
  true
>;

/** Types of control planes that are asked (polled) for their tasks. */
export const LISTED_TYPES = Object.keys(LISTED) as ListedSettings['type'][];

function named(allowed: string, pattern: RegExp) {
  return z.string(allowed).check(z.regex(pattern, allowed));
}

function durationFrom(least: string, most: string) {
  const allowed = `a duration from ${least} to ${most}, like 90s, 15m or 1h`;
  const [from, to] = [parseDuration(least) ?? 0, parseDuration(most) ?? 0];
  const read = (text: string) => parseDuration(text) ?? Number.NaN;
  return z.pipe(
    z.string(allowed),
    z.pipe(
      z.transform((text: string): Duration => read(text)),
      z.number(allowed).check(z.gte(from, allowed), z.lte(to, allowed)),
    ),
  );
}

/** Where a secret is: its value never stands in a configuration, an environment or a log. */
const secret = () =>
  z.union(
    [
      z.strictObject({ secret: named('the name of a secret of Secrets Manager', /^[\w/+=.@-]{1,512}$/) }),
      z.strictObject({ parameter: named('the name of an SSM parameter', /^\/?[\w./-]{1,1011}$/) }),
    ],
    'either secret (the name of a secret of Secrets Manager) or parameter (the name of a SecureString of SSM)',
  );

/**
 * How calls say who we are: a user and password (`user:password`, or JSON with `username` and `password`), or a token.
 */
const credentials = () =>
  z.strictObject({
    scheme: z.enum(['basic', 'bearer'], 'basic or bearer'),
    from: secret(),
  });

const common = () => ({
  name: named(
    'a name of lower-case letters, digits and dashes, at most 40, that begins with a letter',
    /^[a-z][a-z0-9-]{0,39}$/,
  ),
  /** All ids of its tasks begin with it: `kafka/prod/`. No two overlap. */
  prefix: named('a prefix with its slash, like kafka/prod/', /^[^\s]+\/$/),
});

const listed = () => ({
  ...common(),
  /** The data plane of its tasks where a task names none. */
  dataPlane: named('the name of a data plane', /^[^\s]{1,128}$/),
  /** How often all its tasks are listed. */
  pollEvery: z._default(durationFrom('1m', '1d'), 600_000),
  /** Most calls a second, all functions together. */
  callsPerSecond: z._default(
    z
      .number('a number of calls from 0.1 to 1000')
      .check(z.gte(0.1, 'from 0.1 to 1000'), z.lte(1_000, 'from 0.1 to 1000')),
    10,
  ),
  /** How long one call may take. */
  timeout: z._default(durationFrom('1s', '30s'), 10_000),
});

const url = () =>
  named(
    'an http or https URL without user, query and fragment, like https://connect.example.com:8083',
    /^https?:\/\/[^\s/@?#]+(\/[^\s?#]*)?$/,
  );

/** Private network that its functions run in, where it is not reached otherwise. */
const network = () =>
  z.strictObject({
    vpc: named('the id of a VPC', /^vpc-[0-9a-f]{8,17}$/),
    subnets: z
      .array(named('the id of a subnet', /^subnet-[0-9a-f]{8,17}$/))
      .check(z.minLength(1), z.maxLength(16)),
    securityGroups: z
      .array(named('the id of a security group', /^sg-[0-9a-f]{8,17}$/))
      .check(z.minLength(1), z.maxLength(5)),
  });

/** Its tasks are told by events on the bus, and it is asked by events. */
const events = () => z.strictObject({ ...common(), type: z.literal('events') });

/** The catalog is the truth: what is decided is done. */
const catalog = () => z.strictObject({ ...common(), type: z.literal('catalog') });

const kafkaConnect = () =>
  z.strictObject({
    ...listed(),
    type: z.literal('kafka-connect'),
    url: url(),
    credentials: z.optional(credentials()),
    network: z.optional(network()),
    /** How a connector is disabled; `pause` where the worker is older than 3.5. */
    disableBy: z._default(z.enum(['stop', 'pause'], 'stop or pause'), 'stop'),
    /** The key of a connector's configuration that names its owners, separated by commas. */
    ownersKey: z._default(named('a configuration key', /^[\w.-]{1,128}$/), 'taskwarden.owners'),
  });

const ecs = () =>
  z.strictObject({
    ...listed(),
    type: z.literal('ecs'),
    region: z.optional(named('an AWS region', /^[a-z]{2}(-[a-z]+)+-\d$/)),
    /** The role to assume, in another account or in this one. */
    roleArn: z.optional(named('the ARN of a role', /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/)),
    /** What the role's trust policy asks for as `sts:ExternalId`; no secret. */
    externalId: z.optional(named('the external id of that role', /^[\w+=,.@:/-]{2,1224}$/)),
    /** Clusters by name, or by a tag. */
    clusters: z.union(
      [
        z.array(named('the name of a cluster', /^[\w-]{1,255}$/)).check(z.minLength(1), z.maxLength(100)),
        z.strictObject({
          tag: z.string('the key of a tag').check(z.minLength(1), z.maxLength(128)),
          value: z.optional(z.string('the value of a tag').check(z.maxLength(256))),
        }),
      ],
      'a list of names of clusters, or {"tag": ..., "value": ...}',
    ),
    /** The tag of a service that names its owners, separated by spaces. */
    ownersTag: z._default(
      z.string('the key of a tag').check(z.minLength(1), z.maxLength(128)),
      'taskwarden:owners',
    ),
  });

const http = () =>
  z.strictObject({
    ...listed(),
    type: z.literal('http'),
    url: url(),
    credentials: z.optional(credentials()),
    /** A secret (`whsec_...`) that requests are signed with, as Standard Webhooks do it. */
    signedWith: z.optional(secret()),
    network: z.optional(network()),
    /** Tasks of one page. */
    pageSize: z._default(
      z
        .int('a whole number from 1 to 1000')
        .check(z.gte(1, 'from 1 to 1000'), z.lte(1_000, 'from 1 to 1000')),
      1_000,
    ),
  });

/**
 * One control plane of a stage, as its configuration says. Lengths of time are milliseconds once it is read. Made when
 * the first one is read: every function imports this, and most stages have none.
 */
export const controlPlaneSettings = z.lazy(() =>
  z.discriminatedUnion(
    'type',
    [events(), catalog(), kafkaConnect(), ecs(), http()],
    'type: one of events, catalog, kafka-connect, ecs, http',
  ),
);

export type ControlPlaneSettings = z.output<typeof controlPlaneSettings>;
/** A control plane that sends no events is asked for its tasks. */
export type ListedSettings = Exclude<ControlPlaneSettings, { type: 'events' | 'catalog' }>;
export type SettingsOf<Type extends ControlPlaneSettings['type']> = Extract<
  ControlPlaneSettings,
  { type: Type }
>;
export type SecretPlace = z.output<ReturnType<typeof secret>>;
export type Credentials = z.output<ReturnType<typeof credentials>>;

/** Whether its tasks are listed. */
export function isListed(settings: ControlPlaneSettings): settings is ListedSettings {
  return settings.type in LISTED;
}

/** The settings as an environment variable carries them; `readControlPlanes` reads it. */
export function writtenControlPlanes(settings: readonly ControlPlaneSettings[]): string {
  return JSON.stringify(
    settings.map((entry) =>
      isListed(entry)
        ? { ...entry, pollEvery: formatDuration(entry.pollEvery), timeout: formatDuration(entry.timeout) }
        : entry,
    ),
  );
}

/**
 * Reads what `writtenControlPlanes` wrote.
 * @throws Error naming what is missing or not allowed
 */
export function readControlPlanes(json: string): ControlPlaneSettings[] {
  const parsed = z.safeParse(z.array(controlPlaneSettings), JSON.parse(json));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`control planes: ${issue?.path.join('.')}: ${issue?.message}`);
}
