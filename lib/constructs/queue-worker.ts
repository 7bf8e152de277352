import { Duration } from 'aws-cdk-lib';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { ENV, FAILS_AGAIN, METRIC } from '../../functions/platform/names.ts';
import { QUEUES, type QueueName } from '../../functions/platform/queues.ts';
import type { Config } from '../config.ts';
import type { Alarms } from './alarms.ts';
import type { Network } from './network.ts';
import { TaskwardenFunction } from './taskwarden-function.ts';
import type { WorkQueue } from './work-queue.ts';

export interface QueueWorkerProps {
  readonly config: Config;
  readonly queueName: QueueName;
  readonly queue: WorkQueue;
  readonly environment: Record<string, string>;
  /** The private network that its worker runs in. @default none */
  readonly network?: Network | undefined;
  readonly alarms: Alarms;
}

/**
 * At the seventh receive, ten to twenty minutes after the first: what heals by itself is over by then. Where fewer receives are
 * allowed, three before the last.
 */
function receivesThatLast(maxReceiveCount: number): number {
  return Math.max(FAILS_AGAIN, Math.min(7, maxReceiveCount - 3));
}

/** A function that works a queue through its alias, in partial batches, and the alarms of both. */
export class QueueWorker extends Construct {
  readonly worker: TaskwardenFunction;
  /** What feeds the worker: switched off, it receives nothing. */
  readonly mapping: SqsEventSource;

  constructor(scope: Construct, id: string, props: QueueWorkerProps) {
    super(scope, id);
    const { queue, deadLetters } = props.queue;
    const { worker, handler } = QUEUES[props.queueName];
    const tuning = props.config.queues[props.queueName];
    this.worker = new TaskwardenFunction(this, 'Worker', {
      config: props.config,
      service: worker,
      entry: handler,
      timeoutSeconds: tuning.timeoutSeconds,
      network: props.network,
      environment: {
        ...props.environment,
        [ENV.sourceQueue]: queue.queueUrl,
        [ENV.deadLetterQueue]: deadLetters.queueUrl,
        [ENV.maxReceives]: String(tuning.maxReceiveCount),
      },
    });
    this.mapping = new SqsEventSource(queue, {
      batchSize: tuning.batchSize,
      maxConcurrency: tuning.maxConcurrency,
      reportBatchItemFailures: true,
      ...(tuning.batchWindowSeconds > 0 && {
        maxBatchingWindow: Duration.seconds(tuning.batchWindowSeconds),
      }),
    });
    this.worker.live.addEventSource(this.mapping);
    this.worker.allow(['sqs:SendMessage'], [deadLetters.queueArn]);
    this.addAlarms(props);
  }

  private addAlarms({ alarms, config, queue, queueName }: QueueWorkerProps): void {
    const { worker, impact } = QUEUES[queueName];
    const period = Duration.minutes(5);
    alarms.addDeadLetters({
      name: `${queueName}-dead-letters`,
      severity: 'page',
      impact: `messages of the ${queueName} queue were given up; ${impact}`,
      queue: queue.deadLetters,
    });
    // SQS leaves out of the age of its oldest message what was received three times: this sees it.
    alarms.add({
      name: `${queueName}-failing`,
      severity: 'page',
      impact: `a message of the ${queueName} queue fails again and again; ${impact}`,
      metric: alarms.own(METRIC.failedReceives, worker, period, Stats.MAXIMUM),
      threshold: receivesThatLast(config.queues[queueName].maxReceiveCount),
      // Its attempts lie up to a quarter of an hour apart, and are one incident.
      periods: 12,
      ringing: 1,
      silence: 'fine',
    });
    alarms.add({
      name: `${queueName}-stalled`,
      severity: 'ticket',
      impact: `the ${queueName} queue holds messages and nobody works them; ${impact}`,
      metric: new MathExpression({
        // Of one that waits too long, less what was worked: `SUM` takes the points that are there.
        expression: 'SUM([IF(age > 900, 1, 0), deleted * (0 - 1)])',
        usingMetrics: {
          age: queue.queue.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM, period }),
          deleted: queue.queue.metricNumberOfMessagesDeleted({ statistic: Stats.SUM, period }),
        },
        period,
      }),
      threshold: 1,
      periods: 3,
      silence: 'fine',
    });
  }
}
