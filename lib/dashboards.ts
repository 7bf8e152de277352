import { Duration } from 'aws-cdk-lib';
import { type IMetric, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { CustomMetricGroup } from 'cdk-monitoring-constructs';
import { DefaultDashboardFactory, MonitoringFacade } from 'cdk-monitoring-constructs';
import { Construct } from 'constructs';
import { METRIC, SERVICES, type Service } from '../functions/platform/names.ts';
import { byQueue, QUEUE_NAMES, QUEUES, type QueueName } from '../functions/platform/queues.ts';
import type { Alarms } from './constructs/alarms.ts';
import type { TaskwardenFunction } from './constructs/taskwarden-function.ts';
import type { WorkQueue } from './constructs/work-queue.ts';

export interface DashboardsProps {
  readonly stage: string;
  readonly alarms: Alarms;
  readonly functions: Record<Service, TaskwardenFunction>;
  readonly queues: Record<QueueName, WorkQueue>;
  readonly table: TableV2;
}

const PERIOD = Duration.minutes(15);
const STATISTIC = { statistic: Stats.SUM, period: PERIOD };

/**
 * Three dashboards, which is what an account has for nothing, of fewer than fifty metrics each: what the stage did and what it used,
 * the flow through the queues, and the functions. Their alarms are those of `Alarms`, and none of the library's.
 */
export class Dashboards extends Construct {
  private readonly props: DashboardsProps;

  constructor(scope: Construct, id: string, props: DashboardsProps) {
    super(scope, id);
    this.props = props;
    this.add('', [
      ['What it did', this.whatItDid()],
      ['What costs money', this.money()],
    ]);
    this.add('-flow', [['Flow', this.flow()]]);
    this.add('-functions', [['Functions', this.ofFunctions()]]);
  }

  /** One dashboard, with a heading for each group of graphs. */
  private add(suffix: string, parts: readonly (readonly [string, CustomMetricGroup[]])[]): void {
    const name = `taskwarden-${this.props.stage}${suffix}`;
    const id = suffix === '' ? 'Work' : suffix.slice(1);
    const dashboardFactory = new DefaultDashboardFactory(this, `${id}Dashboard`, {
      dashboardNamePrefix: name,
      detailDashboardRange: Duration.days(1),
    });
    const facade = new MonitoringFacade(this, id, { dashboardFactory });
    for (const [title, metricGroups] of parts)
      facade.monitorCustom({
        humanReadableName: title,
        alarmFriendlyName: title.replaceAll(' ', ''),
        metricGroups,
      });
  }

  private own(name: string, service: Service, label: string): Metric {
    return this.props.alarms.own(name, service, PERIOD).with({ label });
  }

  private whatItDid(): CustomMetricGroup[] {
    const own = (name: string, service: Service, label: string) => this.own(name, service, label);
    return [
      group('Scans', [
        own(METRIC.scanCompleted, 'scanner', 'completed'),
        own(METRIC.stepFailed, 'scanner', 'steps that failed'),
        own(METRIC.canaryMissed, 'scanner', 'canaries missed'),
      ]),
      group('Alerts', [
        own('Scan.fired', 'scanner', 'fired'),
        own('Scan.resolved', 'scanner', 'resolved'),
        own('Scan.held', 'scanner', 'held'),
        own('Scan.queuedToDisable', 'scanner', 'queued to disable'),
      ]),
      group('Mails', [
        own(METRIC.mailAccepted, 'notifier', 'accepted'),
        own(METRIC.mailNotAccepted, 'notifier', 'not accepted'),
        own(METRIC.mailEnvironmentRefused, 'notifier', 'refused, and not for the recipient'),
        own(METRIC.mailEvent, 'mail-events', 'reported by SES'),
      ]),
      group('Events of control planes', [
        own(METRIC.messageDone, 'ingest', 'taken in'),
        own(METRIC.eventRefused, 'ingest', 'refused'),
      ]),
    ];
  }

  /** What grows with use. Alarms, keys and polls of queues cost the same each month: `taskwarden cost`. */
  private money(): CustomMetricGroup[] {
    const { table, functions } = this.props;
    const units = (name: string, label: string) =>
      new Metric({
        namespace: 'AWS/DynamoDB',
        metricName: name,
        dimensionsMap: { TableName: table.tableName },
        label,
        ...STATISTIC,
      });
    const indexes = ['g1-index', 'g2-index', 'g3-index'].map(
      (index) =>
        new Metric({
          namespace: 'AWS/DynamoDB',
          metricName: 'ConsumedWriteCapacityUnits',
          dimensionsMap: { TableName: table.tableName, GlobalSecondaryIndexName: index },
          label: `writes of ${index}`,
          ...STATISTIC,
        }),
    );
    const sent = new Metric({
      namespace: 'AWS/SES',
      metricName: 'Send',
      label: 'mails of the account',
      ...STATISTIC,
    });
    return [
      group('Units of the table', [
        units('ConsumedReadCapacityUnits', 'reads'),
        units('ConsumedWriteCapacityUnits', 'writes'),
        ...indexes,
      ]),
      group(
        'Milliseconds of functions',
        SERVICES.map((service) => durationOf(service, functions[service])),
      ),
      group('Mails that SES sends', [sent]),
    ];
  }

  private flow(): CustomMetricGroup[] {
    const { queues } = this.props;
    const each = (metric: (queue: WorkQueue, name: QueueName) => IMetric) =>
      Object.values(byQueue((name) => metric(queues[name], name)));
    const most = { statistic: Stats.MAXIMUM, period: PERIOD };
    return [
      group(
        'Messages that wait',
        each(({ queue }, label) => queue.metricApproximateNumberOfMessagesVisible({ ...most, label })),
      ),
      group(
        'Age of the oldest, in seconds',
        each(({ queue }, label) => queue.metricApproximateAgeOfOldestMessage({ ...most, label })),
      ),
      group(
        'Messages that were worked',
        each(({ queue }, label) => queue.metricNumberOfMessagesDeleted({ ...STATISTIC, label })),
      ),
      group(
        'Dead letters',
        each(({ deadLetters }, label) =>
          deadLetters.metricApproximateNumberOfMessagesVisible({ ...most, label }),
        ),
      ),
      group(
        'Failed attempts',
        QUEUE_NAMES.map((name) => this.own(METRIC.attemptFailed, QUEUES[name].worker, name)),
      ),
      group('Queues that the breaker keeps off', [this.own(METRIC.breakerOpen, 'breaker', 'looks')]),
    ];
  }

  private ofFunctions(): CustomMetricGroup[] {
    const { functions } = this.props;
    const each = (metric: (fn: TaskwardenFunction, label: string) => IMetric) =>
      SERVICES.map((service) => metric(functions[service], service));
    return [
      group(
        'Invocations',
        each(({ lambda }, label) => lambda.metricInvocations({ ...STATISTIC, label })),
      ),
      group(
        'Errors',
        each(({ lambda }, label) => lambda.metricErrors({ ...STATISTIC, label })),
      ),
      group(
        'Throttles',
        each(({ lambda }, label) => lambda.metricThrottles({ ...STATISTIC, label })),
      ),
      group(
        'Slowest tenth, in milliseconds',
        each(({ lambda }, label) => lambda.metricDuration({ statistic: Stats.p(90), period: PERIOD, label })),
      ),
    ];
  }
}

function group(title: string, metrics: IMetric[]): CustomMetricGroup {
  return { title, metrics: metrics as CustomMetricGroup['metrics'] };
}

function durationOf(label: string, { lambda }: TaskwardenFunction): IMetric {
  return lambda.metricDuration({ ...STATISTIC, label });
}
