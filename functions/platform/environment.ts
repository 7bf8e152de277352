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

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads variables one by one. By hand: each process reads them once, before it does anything else, and a schema of them would be
 * half of all that is Taskwarden's own in the time that a function takes to start.
 */
class Given {
  readonly #variables: Variables;

  constructor(variables: Variables) {
    this.#variables = variables;
  }

  has(name: string): boolean {
    return this.#variables[name] !== undefined;
  }

  /** May be empty. */
  written(name: string, byDefault?: string): string {
    return this.#variables[name] ?? byDefault ?? refused(name, 'is missing');
  }

  text(name: string): string {
    return this.written(name) || refused(name, 'is empty');
  }

  /** Undefined where it is not given. */
  optional(name: string, form = /./): string | undefined {
    const value = this.#variables[name];
    return value === undefined || form.test(value) ? value : refused(name, 'is not of its form');
  }

  number(name: string, isAllowed: (value: number) => boolean): number {
    const value = Number(this.text(name));
    return Number.isFinite(value) && isAllowed(value) ? value : refused(name, 'is no number that is allowed');
  }

  milliseconds(name: string): number {
    return this.number(name, (value) => Number.isSafeInteger(value) && value >= 0);
  }

  /** At least one. */
  count(name: string): number {
    return this.number(name, (value) => Number.isSafeInteger(value) && value >= 1);
  }

  oneOf<Word extends string>(name: string, words: readonly Word[]): Word {
    const value = this.text(name);
    return words.find((word) => word === value) ?? refused(name, `is none of ${words.join(', ')}`);
  }

  isOn(name: string): boolean {
    return this.has(name) && this.oneOf(name, ['on']) === 'on';
  }
}

const BASE_URL = /^https?:\/\/[^\s<>"]+\/$/;

/**
 * Parses the environment of a function.
 * @throws Error naming the variable that is missing or not allowed; also where a stage other than `local`
 * may be told the time, whatever the deployment checked before
 */
export function readEnvironment(variables: Variables = process.env): Environment {
  const environment = new Given(variables);
  return {
    config: runtimeConfig(environment),
    table: environment.text(ENV.table),
    bus: environment.text(ENV.bus),
    operatorsTopic: environment.text(ENV.operatorsTopic),
    queueUrls: byQueue((queue) => environment.text(queueUrlVariable(queue))),
    sender: environment.text(ENV.sender),
    replyTo: environment.text(ENV.replyTo),
    configurationSet: environment.text(ENV.configurationSet),
    mailsPerSecond: environment.number(ENV.mailsPerSecond, (value) => value > 0),
    linkBaseUrl: environment.optional(ENV.linkBaseUrl, BASE_URL),
    linkKeys: environment.optional(ENV.linkKeys),
    controlPlaneCallers: environment.has(ENV.controlPlaneCallers)
      ? environment.count(ENV.controlPlaneCallers)
      : 1,
    webhookHosts: listed(environment.written(ENV.webhookHosts, '')),
    demoClock: readDemoClock(environment),
  };
}

/** Parses what only workers of a queue are told; throws as `readEnvironment` does. */
export function readWorkerEnvironment(variables: Variables = process.env): WorkerEnvironment {
  const environment = new Given(variables);
  return {
    sourceQueueUrl: environment.text(ENV.sourceQueue),
    deadLetterQueueUrl: environment.text(ENV.deadLetterQueue),
    maxReceives: environment.count(ENV.maxReceives),
  };
}

function runtimeConfig(environment: Given): RuntimeConfig {
  // No function decides by these two; that they are there says that the deployment is whole.
  environment.oneOf(ENV.modeCeiling, ['detect', 'notify', 'disable']);
  environment.milliseconds(ENV.scanEvery);
  const brand = environment.optional(ENV.brand);
  const domains = listed(environment.written(ENV.allowedDomains));
  return {
    stage: environment.text(ENV.stage),
    functionVersion: environment.written('AWS_LAMBDA_FUNCTION_VERSION', 'none'),
    contact: environment.text(ENV.contact),
    ...(brand !== undefined && { brand: readBrand(brand) }),
    controlPlane: environment.oneOf(ENV.controlPlane, ['fed', 'own']),
    controlPlanes: readControlPlanes(environment.written(ENV.controlPlanes, '[]')),
    gatherDisabled: environment.milliseconds(ENV.gatherDisabled),
    confirmWithin: environment.milliseconds(ENV.confirmWithin),
    sendLease: environment.milliseconds(ENV.sendLease),
    allowedDomains: domains.length > 0 ? domains : null,
    canaries: environment.isOn(ENV.canaries),
    retention: readRetention(environment.written(ENV.retention, '{}')),
  };
}

function readDemoClock(environment: Given): boolean {
  const isOn = environment.isOn(ENV.demoClock);
  const stage = environment.text(ENV.stage);
  if (isOn && stage !== 'local')
    throw new Error(`${ENV.demoClock} is refused on stage ${stage}: only local may be told the time`);
  return isOn;
}

function listed(text: string): string[] {
  return text.split(',').filter((name) => name !== '');
}

function refused(variable: string, why: string): never {
  throw new Error(`environment: ${variable}: ${why}`);
}
