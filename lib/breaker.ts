import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ENV, METRIC } from '../functions/platform/names.ts';
import { byQueue, longestTrial, QUEUE_NAMES, type QueueName } from '../functions/platform/queues.ts';
import type { Config } from './config.ts';
import type { Alarms } from './constructs/alarms.ts';
import type { QueueWorker } from './constructs/queue-worker.ts';
import { ScheduledFunction } from './constructs/scheduled-function.ts';
import type { TaskwardenFunction } from './constructs/taskwarden-function.ts';
import type { WorkQueue } from './constructs/work-queue.ts';

export interface BreakerProps {
  readonly config: Config;
  readonly environment: Record<string, string>;
  readonly alarms: Alarms;
  readonly workers: Record<QueueName, QueueWorker>;
  readonly queues: Record<QueueName, WorkQueue>;
}

const EVERY_MINUTE = 60;

/** A look that fails is made up for by the next: three times this without any is a breaker that stopped. */
const MISSED_AFTER = 5 * 60;

/** What the first probes mend calls nobody; what opens and closes within an hour is one incident. */
const FOR_A_QUARTER_IN_AN_HOUR = { periods: 12, ringing: 3 };

/**
 * What a run takes besides a trial: a probe, the messages tried before, the cold start of the worker and what is written.
 * It is below its period but for workers that are slow or hang; two at once do each other no harm.
 */
const BESIDE_A_TRIAL_SECONDS = 25;

/** The function that watches the workers from outside and pauses, probes and resumes their queues. */
export function addBreaker(scope: Construct, props: BreakerProps): ScheduledFunction {
  const { config, alarms, environment } = props;
  const breaker = new ScheduledFunction(scope, 'Breaker', {
    config,
    service: 'breaker',
    entry: 'functions/breaker/breaker.handler.ts',
    environment: { ...environment, [ENV.workers]: JSON.stringify(placesOf(props)) },
    alarms,
    impact: 'a worker that fails at everything goes on to use up the deliveries of its messages.',
    everySeconds: EVERY_MINUTE,
    maxAgeSeconds: EVERY_MINUTE,
    timeoutSeconds: BESIDE_A_TRIAL_SECONDS + longestTrialSeconds(props),
    memoryMiB: 256,
    heartbeat: { metric: METRIC.breakerRan, everySeconds: MISSED_AFTER },
  });
  alarms.add({
    name: 'breaker-open',
    severity: 'page',
    impact: 'a worker fails at most of what it is given; its queue is off, and its work waits until the fix.',
    metric: alarms.own(METRIC.breakerOpen, 'breaker', Duration.minutes(5)),
    threshold: 1,
    ...FOR_A_QUARTER_IN_AN_HOUR,
    silence: 'fine',
  });
  allowSteering(breaker.scheduled, props);
  return breaker;
}

function placesOf({ workers, queues }: BreakerProps): Record<QueueName, object> {
  return byQueue((name) => ({
    functionName: workers[name].worker.live.lambda.functionName,
    mapping: workers[name].mapping.eventSourceMappingId,
    queueUrl: queues[name].queue.queueUrl,
    timeoutSeconds: workers[name].worker.timeoutSeconds,
  }));
}

function longestTrialSeconds({ workers }: BreakerProps): number {
  const trials = QUEUE_NAMES.map(
    (name) => longestTrial(name, workers[name].worker.timeoutSeconds * 1_000) / 1_000,
  );
  return Math.max(...trials);
}

function allowSteering(breaker: TaskwardenFunction, { workers, queues }: BreakerProps): void {
  const each = <Part>(part: (name: QueueName) => Part) => QUEUE_NAMES.map(part);
  const invoked = each((name) => workers[name].worker.live.functionArn);
  breaker.allow(['lambda:InvokeFunction'], invoked);
  const functions = each((name) => workers[name].worker.live.lambda.functionArn);
  breaker.allow(['lambda:GetAlias'], functions);
  const mappings = each((name) => workers[name].mapping.eventSourceMappingArn);
  breaker.allow(['lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping'], mappings);
  const urls = each((name) => queues[name].queue.queueArn);
  breaker.allow(
    ['sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:SendMessage'],
    urls,
  );
}
