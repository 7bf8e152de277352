import { z } from 'zod';
import { BRAND } from '../functions/platform/brand.ts';
import { controlPlaneSettings } from '../functions/platform/control-plane-settings.ts';
import { EVENT_SOURCE, SERVICES, type Service } from '../functions/platform/names.ts';
import { byQueue, QUEUES } from '../functions/platform/queues.ts';
import { CHOSEN, type Kept, RETENTIONS } from '../functions/platform/retention.ts';
import { isDataPlane, isScopeOfTasks } from './source-scope.ts';

/** A length of time in a configuration file: `90s`, `15m`, `12h`, `14d`; gives seconds. */
const SECONDS_PER: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

function seconds(least: string, most: string) {
  const allowed = `a duration from ${least} to ${most}, like 90s, 15m, 12h or 14d`;
  return z.string({ error: allowed }).transform((text, context) => {
    const value = readSeconds(text);
    if (value === undefined || value < (readSeconds(least) ?? 0) || value > (readSeconds(most) ?? 0)) {
      context.addIssue({ code: 'custom', message: allowed });
      return z.NEVER;
    }
    return value;
  });
}

function readSeconds(text: string): number | undefined {
  const match = /^(\d+)([smhd])$/.exec(text);
  return match ? Number(match[1]) * (SECONDS_PER[match[2] as string] as number) : undefined;
}

function whole(least: number, most: number, why = '') {
  const allowed = `a whole number from ${least} to ${most}${why}`;
  return z.number({ error: allowed }).int(allowed).min(least, allowed).max(most, allowed);
}

function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, { error: `one of ${values.join(', ')}` });
}

const ADDRESS = /^[^\s@<>,;"']+@[^\s@<>,;"']+\.[^\s@<>,;"']+$/;
const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const DOMAIN = new RegExp(`^(?=.{1,253}$)${LABEL}(\\.${LABEL})+$`);
const address = z.string({ error: 'a mail address' }).regex(ADDRESS, 'a mail address');
const domain = z.string({ error: 'a domain in lower case' }).regex(DOMAIN, 'a domain in lower case');
const flag = z.boolean({ error: 'true or false' });
const text = z
  .string({ error: 'a text on one line' })
  .min(1, 'a text that is not empty')
  .regex(/^\P{Cc}*$/u, 'a text on one line');

/** The notifier's permission names each; the command line learns them from one SSM parameter. */
const MOST_TOPICS = 10;

/** How one queue and its worker run. */
const queue = (defaults: { batchSize: number; maxConcurrency: number; timeoutSeconds: number }) =>
  z
    .strictObject({
      /** Messages given to one invocation. */
      batchSize: whole(1, 100).default(defaults.batchSize),
      /** How long Lambda gathers messages for a batch. */
      batchWindowSeconds: whole(0, 300).default(0),
      /** Invocations at once (Lambda's own least is 2). */
      maxConcurrency: whole(2, 1_000).default(defaults.maxConcurrency),
      /** Deliveries before the broker dead-letters; throttled ones count, so fewer than 5 lose work unrun. */
      maxReceiveCount: whole(5, 100, ' (throttled deliveries count)').default(10),
      /** The time limit of the worker; visibility follows from it. */
      timeoutSeconds: whole(5, 300).default(defaults.timeoutSeconds),
    })
    .prefault({});

/** The owner's page: by default at the function's own URL. */
const ownerPage = z
  .strictObject({
    /** What links in mails begin with, where something of your own stands before the page. */
    linkBaseUrl: z
      .string({ error: 'an https URL with a slash at its end' })
      .regex(
        /^https:\/\/[a-z0-9.-]+(:\d+)?\/([^\s<>"?#]*\/)?$/,
        'an https URL with a slash at its end, without a query',
      )
      .optional(),
    /** An HTTP API under a domain of your own, throttled; links lead there, and older ones go on at the URL. */
    domain: z
      .strictObject({
        name: domain,
        /** Of ACM, in the region of the deployment. */
        certificateArn: z
          .string({ error: 'the ARN of an ACM certificate' })
          .regex(/^arn:[\w-]+:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/, 'the ARN of an ACM certificate'),
      })
      .optional(),
    /** Of the HTTP API; the function's URL is bounded by `reservedConcurrency.owner-page` alone. */
    throttle: z
      .strictObject({ ratePerSecond: whole(1, 10_000).default(20), burst: whole(1, 5_000).default(40) })
      .optional(),
  })
  .prefault({});

const COLOUR = 'a colour as six hex digits in lower case behind #, like #0b57d0';
const LOGO = 'an https URL of at most 300 characters, without a query';

/** How mails look: by default as Taskwarden's own. */
const brand = z
  .strictObject({
    /** The sender's name at the top of mails. */
    name: text.max(80, 'at most 80 characters').default(BRAND.name),
    /** Of the button. */
    colour: z
      .string({ error: COLOUR })
      .regex(/^#[0-9a-f]{6}$/, COLOUR)
      .default(BRAND.colour),
    /** A picture that mail programs load from its host; only from one of `logoHosts`. */
    logo: z
      .string({ error: LOGO })
      .max(300, LOGO)
      .regex(/^https:\/\/[a-z0-9.-]+\/[^\s<>"'?#]*$/, LOGO)
      .optional(),
    /** Hosts that a logo may be loaded from. Default: none. */
    logoHosts: z.array(domain, { error: 'a list of host names' }).default([]),
  })
  .refine(({ logo, logoHosts }) => logo === undefined || logoHosts.includes(new URL(logo).host), {
    error: 'its host is not one of logoHosts',
    path: ['logo'],
  })
  .optional();

/** How long what ended is kept, within the limits of each kind. */
const retention = z
  .strictObject(
    Object.fromEntries(
      CHOSEN.map((kind) => {
        const { least, most } = RETENTIONS[kind];
        return [kind, seconds(inDays(least), inDays(most)).optional()];
      }),
    ) as Record<Kept, z.ZodOptional<ReturnType<typeof seconds>>>,
  )
  .prefault({});

function inDays(length: number): string {
  return `${length / 86_400_000}d`;
}

const topicArn = z
  .string({ error: 'the ARN of a standard SNS topic' })
  .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/, 'the ARN of a standard SNS topic');

/** Who hears of alarms, and how. */
const alarms = z
  .strictObject({
    /** Who is woken. Default: the `alarmEmails`. */
    pageEmails: z.array(address, { error: 'a list of mail addresses' }).optional(),
    /** A topic of yours in place of the one that is made: what wakes somebody, in the region of the deployment. */
    pageTopic: topicArn.optional(),
    /** And of what waits for working hours. Default: the operators' topic. */
    ticketTopic: topicArn.optional(),
    /** Whether the topics that are made are encrypted by a key of their own; a dollar a month. */
    encrypted: flag.default(true),
  })
  .prefault({});

/** Ways to tell beside mail, for information only. */
const channels = z
  .strictObject({
    /** SNS topics that subscriptions may name, in the region of the deployment; the notifier may publish to no other. */
    topics: z
      .array(topicArn, { error: 'a list of ARNs of SNS topics' })
      .max(MOST_TOPICS, `at most ${MOST_TOPICS} topics`)
      .default([]),
  })
  .prefault({});

const reserved = whole(1, 1_000, ', or null for none').nullable().optional();
const reservedByService = Object.fromEntries(SERVICES.map((service) => [service, reserved])) as Record<
  Service,
  typeof reserved
>;

/** EventBridge's own limit of a source's name. */
const LONGEST_SOURCE = 256;

const SOURCE_NAME =
  `a name of at most ${LONGEST_SOURCE} characters like fleet.control-plane; ` +
  `not ${EVENT_SOURCE}, which is Taskwarden's own, and not aws.*, which is AWS's`;
const PREFIX =
  'a prefix with its slash like acmeCo/, a task id with a slash like acmeCo/orders, or * alone; as in task ids ' +
  'no "://", no invisible character, spaces single and inside a part, at most 16 parts and 512 bytes';
const PLANE = 'the name of a data plane, or * alone for all; no space, no "://", no invisible character';

/** A system that may put events on the bus, and what it may speak of. */
const source = z.strictObject({
  name: z
    .string({ error: SOURCE_NAME })
    .max(LONGEST_SOURCE, SOURCE_NAME)
    .regex(/^(?!aws\.)[^\s\p{Cc}]+$/u, SOURCE_NAME)
    .refine((name) => name !== EVENT_SOURCE, SOURCE_NAME),
  /** The account that its events come from. Default: that of the deployment. */
  account: z
    .string({ error: 'the twelve digits of an AWS account' })
    .regex(/^\d{12}$/, 'the twelve digits of an AWS account')
    .optional(),
  /** `acmeCo/`, a task's id, or `*` for all tasks. */
  prefixes: z.array(
    z.string({ error: PREFIX }).refine((text) => text === '*' || isScopeOfTasks(text), PREFIX),
    { error: 'a list of prefixes' },
  ),
  /** Names, or `*` for all planes. */
  dataPlanes: z.array(
    z.string({ error: PLANE }).refine((text) => text === '*' || isDataPlane(text), PLANE),
    { error: 'a list of data planes' },
  ),
});

const HOST =
  'a host in lower case like hooks.internal, with its port like localhost:9000 where that is not usual';

const CONFIGURATION_SET =
  'a name of SES: letters, digits, dashes and underscores, at most 64; or null to have one made';

/** The file `config/<stage>.json`. Durations become seconds. */
export const configSchema = z.strictObject({
  /** The `From` of all mail; belongs to the SES identity. */
  sender: address,
  /** Where answers go. Default: the sender. */
  replyTo: address.optional(),
  /** Whom to ask, as mails say it. */
  contact: text,
  brand,
  /** Who is notified by operator alerts and alarms. */
  alarmEmails: z.array(address, { error: 'a list of mail addresses' }),
  /** How often the scanner runs; at most hourly, for its heartbeat alarm waits for several periods. */
  scanEvery: seconds('1m', '1h').default(900),
  /** After this time a tick that could not be delivered is dropped. Default: two thirds of `scanEvery`. */
  schedulerMaxAge: seconds('1m', '1h').optional(),
  /** Whether the schedule ticks; `off` leaves starting scans to somebody else. */
  schedule: oneOf(['on', 'off']).default('on'),
  /** The highest mode that a policy may name here. */
  modeCeiling: oneOf(['detect', 'notify', 'disable']).default('detect'),
  /** `fed`: the owning system disables tasks when asked; `own`: the catalog is the truth. */
  controlPlane: oneOf(['fed', 'own']).default('fed'),
  /** Further control planes, each with a prefix of its own: tasks under none are of `controlPlane`. */
  controlPlanes: z
    .array(controlPlaneSettings, { error: 'a list of control planes' })
    .max(50, 'at most 50')
    .default([]),
  /** Domains that owners' addresses must belong to; null: any. */
  allowedDomains: z
    .array(domain, { error: 'a list of domains, or null' })
    .min(1, 'a domain at least')
    .nullable()
    .default(null),
  /** Systems that may put events on the bus. */
  sources: z.array(source, { error: 'a list of sources' }).default([]),
  /** How long `disabled` notices are gathered for one mail. */
  gatherDisabled: seconds('0s', '15m').default(600),
  /** How long a requested disabling may stay unconfirmed. */
  confirmWithin: seconds('1m', '7d').default(3_600),
  ownerPage,
  channels,
  webhooks: z
    .strictObject({
      /** Hosts (with their port, where it is not that of the scheme) that may be called whatever their address and scheme. */
      allowHosts: z
        .array(z.string({ error: HOST }).regex(/^([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/, HOST), {
          error: 'a list of hosts',
        })
        .max(20, 'at most 20 hosts')
        .default([]),
    })
    .prefault({}),
  alarms,
  /** Whether dashboards are made: what it did, the flow, the functions. */
  dashboards: flag.default(true),
  /** Whether X-Ray traces the functions, by Lambda's own segments. */
  tracing: flag.default(false),
  ses: z.strictObject({
    /** The verified domain or address mail is sent as. */
    identity: z.union([address, domain], { error: 'a domain in lower case, or a mail address' }),
    /** Whether this deployment makes the identity; else it is there already. */
    createIdentity: flag.default(false),
    /** The account's sending rate, shared out among the notifiers that run at once. */
    mailsPerSecond: whole(1, 100_000).default(10),
    /** What the account may send in a day; an alarm rings at four fifths of it. null: none. */
    mailsPerDay: whole(1, 1_000_000_000).nullable().default(null),
    /** An existing configuration set to report through; null: one is made. */
    configurationSet: z
      .string({ error: CONFIGURATION_SET })
      .regex(/^[\w-]{1,64}$/, CONFIGURATION_SET)
      .nullable()
      .default(null),
  }),
  queues: z.strictObject(byQueue((name) => queue(QUEUES[name]))).prefault({}),
  /** Concurrency set aside per function. Default: none but for the owner's page, which anybody may call. */
  reservedConcurrency: z.strictObject(reservedByService).prefault({}),
  /** How long a new version of a function is tried with a tenth of its invocations; `off`: it takes over at once. */
  gradualDeployment: oneOf(['off', '10m', '30m']).default('off'),
  /** Whether canaries go through the queues, and feed and feedback are watched; a few writes per scan. */
  canaries: flag.default(true),
  logRetentionDays: z
    .union(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731].map((days) => z.literal(days)),
      {
        error: 'one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731',
      },
    )
    .default(90),
  /** How long what ended is kept, by kind. */
  retention,
  /** Whether the stage may be told the time; `local` alone. */
  demoClock: flag.default(false),
});

type ConfigFile = z.infer<typeof configSchema>;
export type OwnerPageDomain = NonNullable<ConfigFile['ownerPage']['domain']>;
export type QueueConfig = ConfigFile['queues']['notify'];

/** All that a deployment of one stage is told. Durations are seconds. */
export interface Config extends ConfigFile {
  /** `local`, `dev`, or the name of a production-like stage. */
  stage: string;
  schedulerMaxAge: number;
  replyTo: string;
  /** Where the emulator is that stage `local` is deployed to. */
  emulatorEndpoint: string;
  /** The file it stands in, as messages name it. */
  file: string;
  /** What of it is read and should be written otherwise. */
  warnings: string[];
}
