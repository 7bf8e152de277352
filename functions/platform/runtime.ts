import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { AwsQueues } from './aws-queues.ts';
import { sqsClient } from './clients.ts';
import { CountedMailer } from './counted-mailer.ts';
import { DemoClock } from './demo-clock.ts';
import { type Environment, readEnvironment } from './environment.ts';
import type { Service } from './names.ts';
import type { Clock, EventPublisher, Links, Mailer, OperatorChannel, Topics, WebhookPorts } from './ports.ts';
import { RealClock } from './real-clock.ts';
import { RealRandom } from './real-random.ts';
import { buildSystem, type System } from './system.ts';
import type { Table } from './table.port.ts';
import { LambdaTelemetry } from './telemetry.ts';

/** The ports that a function brings itself; what it leaves out it may not use. */
export interface OwnParts {
  table: Table;
  mailer?: Mailer;
  topics?: Topics;
  events?: EventPublisher;
  operators?: OperatorChannel;
  links?: Links;
  webhooks?: WebhookPorts;
  openControlPlane?: NonNullable<System['openControlPlane']>;
}

/** What a function stands on, made once when it is loaded. */
export interface Runtime {
  system: System;
  environment: Environment;
  telemetry: LambdaTelemetry;
  /** The clock that may be told, on the stage that may have one. */
  demoClock: DemoClock | undefined;
}

/**
 * Reads the environment and connects a function's ports; throws where a variable is missing or not allowed.
 */
export function connect(
  service: Service,
  parts: (environment: Environment, clock: Clock) => OwnParts,
): Runtime {
  const environment = readEnvironment();
  const { config } = environment;
  const telemetry = new LambdaTelemetry(service, config.stage);
  const realClock = new RealClock();
  const demoClock = environment.demoClock ? new DemoClock(realClock, (key) => own.table.get(key)) : undefined;
  const clock = demoClock ?? realClock;
  const own = parts(environment, clock);
  const system = buildSystem(`the function ${service}`, {
    clock,
    random: new RealRandom(),
    queues: new AwsQueues(sqsClient(), environment.queueUrls),
    telemetry,
    config,
    ...own,
    ...(own.mailer && { mailer: new CountedMailer(own.mailer, telemetry) }),
  });
  return { system, environment, telemetry, demoClock };
}

/**
 * Makes a Lambda handler of a use-case: logs carry the invocation's ids, and the clock is set as it begins.
 */
export function handlerOf<Event, Result>(
  runtime: Runtime,
  work: (event: Event, context: Context) => Promise<Result>,
) {
  return middy<Event, Result, Error, Context>()
    .use(injectLambdaContext(runtime.telemetry.logger))
    .before(() => runtime.demoClock?.refresh())
    .handler((event, context) => work(event, context));
}
