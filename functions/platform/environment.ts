import * as z from 'zod/mini';
import { readBrand } from './brand.ts';
import { readControlPlanes } from './control-plane-settings.ts';
import { ENV } from './names.ts';
import { byQueue, type QueueName, queueUrlVariable } from './queues.ts';
import { readRetention } from './retention.ts';
import type { RuntimeConfig } from './system.ts';

/** All that a function is told by its environment. Lengths of time are milliseconds. */
export interface Environment {
  config: RuntimeConfig;
  table: string;
  bus: string;
  operatorsTopic: string;
  queueUrls: Record<QueueName, string>;
  sender: string;
  replyTo: string;
  configurationSet: string;
  /** How fast one sender may send. */
  mailsPerSecond: number;
  /** Where the owner's page is; only the notifier is told. */
  linkBaseUrl: string | undefined;
  /** The parameter with the keys of links; only who signs or reads links is told. */
  linkKeys: string | undefined;
  /** How many processes may ask control planes at once; told to those that do. */
  controlPlaneCallers: number;
  /** Hosts that webhooks may be called at whatever their address and scheme; their sender is told. */
  webhookHosts: string[];
  /** Whether the stage may be told the time; on `local` alone. */
  demoClock: boolean;
}

/** What a worker of a queue is told beside it. */
export interface WorkerEnvironment {
  sourceQueueUrl: string;
  deadLetterQueueUrl: string;
  maxReceives: number;
}

const text = z.string().check(z.minLength(1));
const milliseconds = z.coerce.number().check(z.int(), z.minimum(0));

const environmentSchema = z.object({
  [ENV.stage]: text,
  [ENV.table]: text,
  [ENV.bus]: text,
  [ENV.operatorsTopic]: text,
  [ENV.sender]: text,
  [ENV.replyTo]: text,
  [ENV.configurationSet]: text,
  [ENV.mailsPerSecond]: z.coerce.number().check(z.positive()),
  [ENV.contact]: text,
  [ENV.brand]: z.optional(text),
  [ENV.controlPlane]: z.enum(['fed', 'own']),
  [ENV.controlPlanes]: z._default(z.string(), '[]'),
  [ENV.controlPlaneCallers]: z._default(z.coerce.number().check(z.int(), z.minimum(1)), 1),
  [ENV.modeCeiling]: z.enum(['detect', 'notify', 'disable']),
  [ENV.allowedDomains]: z.string(),
  [ENV.scanEvery]: milliseconds,
  [ENV.gatherDisabled]: milliseconds,
  [ENV.confirmWithin]: milliseconds,
  [ENV.sendLease]: milliseconds,
  [ENV.linkBaseUrl]: z.optional(z.string().check(z.regex(/^https?:\/\/[^\s<>"]+\/$/))),
  [ENV.linkKeys]: z.optional(text),
  [ENV.webhookHosts]: z._default(z.string(), ''),
  [ENV.canaries]: z.optional(z.literal('on')),
  [ENV.retention]: z._default(z.string(), '{}'),
  [ENV.demoClock]: z.optional(z.literal('on')),
  AWS_LAMBDA_FUNCTION_VERSION: z.optional(z.string()),
});

const workerSchema = z.object({
  [ENV.sourceQueue]: text,
  [ENV.deadLetterQueue]: text,
  [ENV.maxReceives]: z.coerce.number().check(z.int(), z.minimum(1)),
});

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Parses the environment of a function.
 * @throws Error naming the variable that is missing or not allowed; also where a stage other than `local`
 * may be told the time, whatever the deployment checked before
 */
export function readEnvironment(variables: Variables = process.env): Environment {
  const given = parse(environmentSchema, variables);
  const demoClock = given[ENV.demoClock] === 'on';
  if (demoClock && given[ENV.stage] !== 'local') {
    throw new Error(
      `${ENV.demoClock} is refused on stage ${given[ENV.stage]}: only local may be told the time`,
    );
  }
  return {
    config: runtimeConfig(given),
    table: given[ENV.table],
    bus: given[ENV.bus],
    operatorsTopic: given[ENV.operatorsTopic],
    queueUrls: byQueue((queue) => queueUrlOf(queue, variables)),
    sender: given[ENV.sender],
    replyTo: given[ENV.replyTo],
    configurationSet: given[ENV.configurationSet],
    mailsPerSecond: given[ENV.mailsPerSecond],
    linkBaseUrl: given[ENV.linkBaseUrl],
    linkKeys: given[ENV.linkKeys],
    controlPlaneCallers: given[ENV.controlPlaneCallers],
    webhookHosts: given[ENV.webhookHosts].split(',').filter((host) => host !== ''),
    demoClock,
  };
}

/** Parses what only workers of a queue are told; throws as `readEnvironment` does. */
export function readWorkerEnvironment(variables: Variables = process.env): WorkerEnvironment {
  const given = parse(workerSchema, variables);
  return {
    sourceQueueUrl: given[ENV.sourceQueue],
    deadLetterQueueUrl: given[ENV.deadLetterQueue],
    maxReceives: given[ENV.maxReceives],
  };
}

function runtimeConfig(given: z.infer<typeof environmentSchema>): RuntimeConfig {
  const { [ENV.brand]: brand } = given;
  const domains = given[ENV.allowedDomains].split(',').filter((domain) => domain !== '');
  return {
    stage: given[ENV.stage],
    functionVersion: given.AWS_LAMBDA_FUNCTION_VERSION ?? 'none',
    contact: given[ENV.contact],
    ...(brand !== undefined && { brand: readBrand(brand) }),
    controlPlane: given[ENV.controlPlane],
    controlPlanes: readControlPlanes(given[ENV.controlPlanes]),
    gatherDisabled: given[ENV.gatherDisabled],
    confirmWithin: given[ENV.confirmWithin],
    sendLease: given[ENV.sendLease],
    allowedDomains: domains.length > 0 ? domains : null,
    canaries: given[ENV.canaries] === 'on',
    retention: readRetention(given[ENV.retention]),
  };
}

function parse<Schema extends z.core.$ZodType>(schema: Schema, value: unknown): z.core.output<Schema> {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw refusal(String(issue?.path.join('.')), issue?.message);
}

function queueUrlOf(queue: QueueName, variables: Variables): string {
  const name = queueUrlVariable(queue);
  const parsed = z.safeParse(text, variables[name]);
  if (parsed.success) return parsed.data;
  throw refusal(name, parsed.error.issues[0]?.message);
}

function refusal(variable: string, why: string | undefined): Error {
  return new Error(`environment: ${variable}: ${why}`);
}
