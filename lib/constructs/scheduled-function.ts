import { Duration, Validations } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { METRIC, type Service } from '../../functions/platform/names.ts';
import { type Config, scannerTimeoutSeconds } from '../config.ts';
import type { Alarms, Heartbeat } from './alarms.ts';
import { deadLetterQueue } from './dead-letter-queue.ts';
import { TaskwardenFunction } from './taskwarden-function.ts';

export interface ScheduledFunctionProps {
  readonly config: Config;
  readonly service: Service;
  /** Path of the handler's file from the root of the repository. */
  readonly entry: string;
  readonly environment: Record<string, string>;
  readonly alarms: Alarms;
  /** What owners and operators miss while it does not run. */
  readonly impact: string;
  /** @default the period of scans */
  readonly everySeconds?: number;
  /** After this time a tick that could not be delivered is dropped. @default that of scans */
  readonly maxAgeSeconds?: number;
  /** @default that of the scanner */
  readonly timeoutSeconds?: number;
  /** @default 1024 */
  readonly memoryMiB?: number;
  /** What a run that went through says, and in which spans one is missed. @default a completed scan in each period */
  readonly heartbeat?: Pick<Heartbeat, 'metric' | 'everySeconds'>;
}

/**
 * A function that EventBridge Scheduler starts at a rate. Scheduler invokes asynchronously, so a tick can
 * be lost in two places: before the function took it (delivery) and after (execution). Each has a dead-
 * letter queue and an alarm.
 */
export class ScheduledFunction extends Construct {
  readonly scheduled: TaskwardenFunction;
  readonly scheduleName: string;
  /** What did not reach the function, and the runs that failed. */
  readonly deadLetters: { readonly undelivered: IQueue; readonly failed: IQueue };

  constructor(scope: Construct, id: string, props: ScheduledFunctionProps) {
    super(scope, id);
    const { config } = props;
    const undelivered = deadLetterQueue(this, 'Undelivered');
    const failed = deadLetterQueue(this, 'Failed');
    this.deadLetters = { undelivered, failed };
    for (const queue of [undelivered, failed]) {
      Validations.of(queue).acknowledge({
        id: 'AwsSolutions-SQS3',
        reason:
          'It is a dead-letter queue: of the schedule, or of asynchronous invocations, not of another queue',
      });
    }
    const every = props.everySeconds ?? config.scanEvery;
    const maxEventAge = Duration.seconds(props.maxAgeSeconds ?? config.schedulerMaxAge);
    this.scheduled = new TaskwardenFunction(this, 'Function', {
      config,
      service: props.service,
      entry: props.entry,
      timeoutSeconds: props.timeoutSeconds ?? scannerTimeoutSeconds(config),
      memoryMiB: props.memoryMiB ?? 1_024,
      environment: props.environment,
      // The next tick takes over what a failed one left: a retry would only run beside it.
      asynchronous: { onFailure: new SqsDestination(failed), retryAttempts: 0, maxEventAge },
    });
    const schedule = new Schedule(this, 'Schedule', {
      description: `Taskwarden ${props.service} (${config.stage})`,
      schedule: ScheduleExpression.rate(Duration.seconds(every)),
      enabled: config.schedule === 'on',
      target: new LambdaInvoke(this.scheduled.live as IFunction, {
        input: ScheduleTargetInput.fromObject({ scheduledAt: ContextAttribute.scheduledTime }),
        deadLetterQueue: undelivered,
        maxEventAge,
        retryAttempts: every > 60 ? 2 : 0,
      }),
    });
    this.scheduleName = schedule.scheduleName;
    this.addAlarms(props, schedule, { undelivered, failed });
  }

  private addAlarms(
    props: ScheduledFunctionProps,
    schedule: Schedule,
    { undelivered, failed }: Record<'undelivered' | 'failed', IQueue>,
  ): void {
    const { alarms, config, service, impact } = props;
    const lost = { severity: 'ticket' } as const;
    alarms.addDeadLetters({
      ...lost,
      name: `${service}-undelivered`,
      impact: `ticks did not reach the ${service}; ${impact}`,
      queue: undelivered,
    });
    alarms.addDeadLetters({
      ...lost,
      name: `${service}-failed`,
      impact: `runs of the ${service} failed; ${impact}`,
      queue: failed,
    });
    // Whoever starts runs instead of the schedule has a rhythm of their own.
    if (config.schedule === 'off') return;
    const heartbeat = props.heartbeat ?? { metric: METRIC.scanCompleted, everySeconds: config.scanEvery };
    alarms.addHeartbeat({
      name: `${service}-not-running`,
      severity: 'page',
      impact: `no run of the ${service} went through to its end for more than two periods; ${impact}`,
      service,
      ...heartbeat,
      after: schedule,
    });
  }
}
