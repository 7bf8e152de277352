import { Aws, Duration } from 'aws-cdk-lib';
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
import { Construct, type IDependable } from 'constructs';
import { alarmName, type Severity } from '../../functions/platform/alarm-names.ts';
import { METRIC_NAMESPACE, type Service, type WHOLE_STAGE } from '../../functions/platform/names.ts';

/** One alarm: what is wrong when it rings, and for whom. */
export interface AlarmSpec {
  /** `scanner-not-running`: its name under the stage, and its section in the runbook. */
  readonly name: string;
  /** `page` wakes somebody: only for what does not heal by itself. `ticket` waits for working hours. */
  readonly severity: Severity;
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
  /** What silence means: nothing wrong (`fine`), or that something stopped (`stopped`). */
  readonly silence: 'fine' | 'stopped';
}

/** A sign of life that each run gives once it went through. */
export interface Heartbeat extends Pick<AlarmSpec, 'name' | 'severity' | 'impact'> {
  readonly metric: string;
  readonly service: Service;
  /** In each of these spans there is one at least. */
  readonly everySeconds: number;
  /** What must be there before it is watched. */
  readonly after: IDependable;
}

/** A dead-letter queue that is watched. */
export interface DeadLetters extends Pick<AlarmSpec, 'name' | 'severity' | 'impact'> {
  readonly queue: IQueue;
}

/** An alarm in metric math stands on so many metrics at most. */
const MOST_METRICS = 10;

/**
 * The only place that makes alarms: each has a name, a severity, an impact, a place in the runbook, and tells the people of its
 * severity when it rings and when it stops.
 */
export class Alarms extends Construct {
  private readonly stage: string;
  private readonly topics: Readonly<Record<Severity, ITopic>>;
  private readonly hasMetricMath: boolean;

  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly stage: string;
      /** Told when an alarm of that severity rings and when it stops. */
      readonly topics: Readonly<Record<Severity, ITopic>>;
      /** Whether the deployment's CloudWatch knows metric math; emulators refuse it. */
      readonly hasMetricMath: boolean;
    },
  ) {
    super(scope, id);
    this.stage = props.stage;
    this.topics = props.topics;
    this.hasMetricMath = props.hasMetricMath;
  }

  /** Makes the alarm; none where it stands on metric math and the deployment has none. */
  add(spec: AlarmSpec): Alarm | undefined {
    if (spec.metric instanceof MathExpression && !this.hasMetricMath) return undefined;
    const alarm = new Alarm(this, spec.name, {
      alarmName: alarmName(this.stage, spec.name),
      alarmDescription: this.describe(spec),
      metric: spec.metric,
      threshold: spec.threshold,
      comparisonOperator: spec.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: spec.periods ?? 1,
      ...(spec.ringing !== undefined && { datapointsToAlarm: spec.ringing }),
      treatMissingData:
        spec.silence === 'stopped' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    const action = new SnsAction(this.topics[spec.severity]);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  }

  /**
   * Rings once no run came to its end for so long that more than two are missing, and within three of them (docs/runbook.md).
   * Silence is filled with zeros, so that CloudWatch does not look further back than it is told; where it fills nothing, what
   * is missing counts as silence all the same.
   */
  addHeartbeat({ metric, service, everySeconds, after, ...spec }: Heartbeat): void {
    const { period, periods } = heartbeatWindow(everySeconds);
    const own = this.own(metric, service, period);
    const filled = new MathExpression({
      expression: 'FILL(beats, 0)',
      usingMetrics: { beats: own },
      period,
    });
    const alarm = this.add({
      ...spec,
      metric: this.hasMetricMath ? filled : own,
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      periods,
      silence: 'stopped',
    });
    alarm?.node.addDependency(after);
  }

  /** Rings as soon as a dead-letter queue holds something; the visible count alone sees redriven messages. */
  addDeadLetters({ queue, ...spec }: DeadLetters): void {
    const period = Duration.minutes(1);
    this.add({ ...spec, metric: visibleIn(queue, period), threshold: 1, silence: 'fine' });
  }

  /**
   * Rings each time a dead-letter queue that already holds something gets more: the alarm of its depth rings on and says
   * nothing of a second loss. Ends by itself, to ring again for a third.
   */
  addGrowth(spec: Pick<AlarmSpec, 'name' | 'severity' | 'impact'>, queues: readonly IQueue[]): void {
    const period = Duration.minutes(5);
    const grown = (id: string) => `IF(${id} - DIFF(${id}) >= 1 AND DIFF(${id}) > 0, 1, 0)`;
    this.addOverQueues(spec, queues, grown, (queue) => visibleIn(queue, period), { period, threshold: 1 });
  }

  /** Rings when the oldest message of one of the queues is older than that. */
  addAge(
    spec: Pick<AlarmSpec, 'name' | 'severity' | 'impact'>,
    queues: readonly IQueue[],
    oldest: Duration,
  ): void {
    const period = Duration.hours(1);
    const age = (queue: IQueue) =>
      queue.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM, period });
    this.addOverQueues(spec, queues, (id) => id, age, { period, threshold: oldest.toSeconds() });
  }

  /** A figure that the code itself writes. */
  own(
    metricName: string,
    service: Service | typeof WHOLE_STAGE,
    period: Duration,
    statistic: string = Stats.SUM,
  ): Metric {
    return new Metric({
      namespace: METRIC_NAMESPACE,
      metricName,
      dimensionsMap: { service, stage: this.stage },
      statistic,
      period,
    });
  }

  private addOverQueues(
    spec: Pick<AlarmSpec, 'name' | 'severity' | 'impact'>,
    queues: readonly IQueue[],
    part: (id: string) => string,
    metricOf: (queue: IQueue) => IMetric,
    { period, threshold }: { readonly period: Duration; readonly threshold: number },
  ): void {
    if (queues.length > MOST_METRICS)
      throw new Error(`${spec.name}: an alarm takes at most ${MOST_METRICS} metrics, not ${queues.length}`);
    const metrics = queues.map((queue, at) => [`q${at}`, metricOf(queue)] as const);
    const parts = metrics.map(([id]) => part(id)).join(', ');
    const metric = new MathExpression({
      expression: `MAX([${parts}])`,
      usingMetrics: Object.fromEntries(metrics),
      period,
    });
    this.add({ ...spec, metric, threshold, silence: 'fine' });
  }

  /** What a person reads in the mail of an alarm: what it means, how urgent it is, what to do, and where to look. */
  private describe({ name, severity, impact }: AlarmSpec): string {
    const page = encodeURIComponent(alarmName(this.stage, name));
    const console = `https://console.aws.amazon.com/cloudwatch/home?region=${Aws.REGION}#alarmsV2:alarm/${page}`;
    return `Impact: ${impact} Severity: ${severity}. Runbook: docs/runbook.md#${name} Console: ${console}`;
  }
}

function visibleIn(queue: IQueue, period: Duration): Metric {
  return queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period });
}

/** How late CloudWatch's own look may be. */
const EVALUATED_WITHIN = 60;

/**
 * Windows of a third of the span between two beats, as many as are over within three spans whatever their place on the clock:
 * more than two spans of silence, for one run that fails is taken over by the next.
 */
function heartbeatWindow(everySeconds: number): { period: Duration; periods: number } {
  const seconds = Math.max(60, Math.floor(everySeconds / 180) * 60);
  const fitting = Math.floor((3 * everySeconds - EVALUATED_WITHIN) / seconds) - 1;
  return { period: Duration.seconds(seconds), periods: Math.max(2, fitting) };
}
