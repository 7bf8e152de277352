import type { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { METRIC_NAMESPACE, type Service } from '../../functions/platform/names.ts';

/** One alarm: what is wrong when it rings, and for whom. */
export interface AlarmSpec {
  /** `scanner-not-running`: its name under the stage, and its section in the runbook. */
  readonly name: string;
  /** What it means to owners and operators while it rings. */
  readonly impact: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** @default rings at and above the threshold */
  readonly comparison?: ComparisonOperator;
  /** @default 1 */
  readonly periods?: number;
  /** How many of the periods ring. @default all of them */
  readonly ringing?: number;
  /**
   * What silence means: nothing wrong (`fine`), or, once there was a sound, that something stopped (`stopped`). Before the
   * first sound nobody is called: a deployment begins silent.
   */
  readonly silence: 'fine' | 'stopped';
}

/**
 * The only place that makes alarms: each has a name, an impact, a place in the runbook, and tells operators.
 */
export class Alarms extends Construct {
  private readonly stage: string;
  private readonly topic: ITopic;
  private readonly hasMetricMath: boolean;

  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly stage: string;
      /** Told when an alarm rings and when it stops. */
      readonly topic: ITopic;
      /** Whether the deployment's CloudWatch knows metric math; emulators refuse it. */
      readonly hasMetricMath: boolean;
    },
  ) {
    super(scope, id);
    this.stage = props.stage;
    this.topic = props.topic;
    this.hasMetricMath = props.hasMetricMath;
  }

  /** Makes the alarm; none where it stands on metric math and the deployment has none. */
  add(spec: AlarmSpec): Alarm | undefined {
    if (spec.metric instanceof MathExpression && !this.hasMetricMath) return undefined;
    const alarm = new Alarm(this, spec.name, {
      alarmName: `taskwarden/${this.stage}/${spec.name}`,
      alarmDescription: `Impact: ${spec.impact} Runbook: docs/runbook.md#${spec.name}`,
      metric: spec.metric,
      threshold: spec.threshold,
      comparisonOperator: spec.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: spec.periods ?? 1,
      ...(spec.ringing !== undefined && { datapointsToAlarm: spec.ringing }),
      treatMissingData:
        spec.silence === 'stopped' ? TreatMissingData.MISSING : TreatMissingData.NOT_BREACHING,
    });
    const tell = new SnsAction(this.topic);
    alarm.addAlarmAction(tell);
    alarm.addOkAction(tell);
    // An alarm is made in this state and tells nobody of it; it comes back to it only from a sound that ended.
    if (spec.silence === 'stopped') alarm.addInsufficientDataAction(tell);
    return alarm;
  }

  /** Rings as soon as a dead-letter queue holds something; the visible count alone sees redriven messages. */
  addDeadLetters(name: string, queue: IQueue, period: Duration, impact: string): void {
    this.add({
      name,
      impact,
      metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period }),
      threshold: 1,
      silence: 'fine',
    });
  }

  /** A figure that the code itself writes. */
  own(metricName: string, service: Service, period: Duration): Metric {
    return new Metric({
      namespace: METRIC_NAMESPACE,
      metricName,
      dimensionsMap: { service, stage: this.stage },
      statistic: Stats.SUM,
      period,
    });
  }
}
