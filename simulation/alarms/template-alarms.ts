import * as z from 'zod/mini';
import type { Judged } from './alarm-state.ts';

/** A metric that an alarm stands on, with the statistic of one period. */
export interface WatchedMetric {
  id: string;
  /** As `metricKey` writes it. */
  key: string;
  statistic: 'Sum' | 'Maximum' | 'Average';
}

/** An alarm of a template. */
export interface TemplateAlarm extends Judged {
  name: string;
  severity: 'page' | 'ticket';
  periodSeconds: number;
  threshold: number;
  isBelow: boolean;
  metrics: WatchedMetric[];
  /** What is judged: an expression over the metrics, or the one metric. */
  expression: string;
}

const dimension = z.object({ Name: z.string(), Value: z.unknown() });
const metric = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.optional(z.array(dimension)),
});
const statistic = z.enum(['Sum', 'Maximum', 'Average']);
const comparison = z.enum(['GreaterThanOrEqualToThreshold', 'LessThanThreshold']);
const properties = z.object({
  AlarmName: z.string(),
  AlarmDescription: z.unknown(),
  EvaluationPeriods: z.number(),
  DatapointsToAlarm: z.optional(z.number()),
  Threshold: z.number(),
  ComparisonOperator: comparison,
  TreatMissingData: z.enum(['breaching', 'notBreaching', 'missing', 'ignore']),
  Namespace: z.optional(z.string()),
  MetricName: z.optional(z.string()),
  Dimensions: z.optional(z.array(dimension)),
  Period: z.optional(z.number()),
  Statistic: z.optional(statistic),
  Metrics: z.optional(
    z.array(
      z.object({
        Id: z.string(),
        Expression: z.optional(z.string()),
        ReturnData: z.optional(z.boolean()),
        MetricStat: z.optional(z.object({ Metric: metric, Period: z.number(), Stat: statistic })),
      }),
    ),
  ),
});
type Properties = z.infer<typeof properties>;

/**
 * The alarms of a synthesized template.
 * @throws where one uses what the simulation does not know
 */
export function alarmsOf(resources: Readonly<Record<string, unknown>>): TemplateAlarm[] {
  const shape = z.object({ Type: z.literal('AWS::CloudWatch::Alarm'), Properties: properties });
  const isAlarm = (resource: unknown) => (resource as { Type?: unknown }).Type === 'AWS::CloudWatch::Alarm';
  return Object.values(resources)
    .filter(isAlarm)
    .map((alarm) => alarmOf(z.parse(shape, alarm).Properties));
}

function alarmOf(alarm: Properties): TemplateAlarm {
  const text = JSON.stringify(alarm.AlarmDescription);
  return {
    name: alarm.AlarmName.slice(alarm.AlarmName.lastIndexOf('/') + 1),
    severity: text.includes(' Severity: page. ') ? 'page' : 'ticket',
    periods: alarm.EvaluationPeriods,
    ringing: alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods,
    missing: alarm.TreatMissingData,
    threshold: alarm.Threshold,
    isBelow: alarm.ComparisonOperator === 'LessThanThreshold',
    ...(alarm.Metrics ? mathOf(alarm.Metrics) : plainOf(alarm)),
  };
}

type Watching = Pick<TemplateAlarm, 'metrics' | 'expression' | 'periodSeconds'>;

function mathOf(metrics: NonNullable<Properties['Metrics']>): Watching {
  const stats = metrics.flatMap(({ Id, MetricStat }) => (MetricStat ? [{ Id, ...MetricStat }] : []));
  const expression = metrics.find(({ ReturnData }) => ReturnData === true)?.Expression;
  const [period, ...others] = new Set(stats.map(({ Period }) => Period));
  if (expression === undefined || period === undefined || others.length > 0)
    throw new Error('an alarm of one expression over metrics of one period alone is known here');
  return {
    expression,
    periodSeconds: period,
    metrics: stats.map(({ Id, Metric, Stat }) => ({ id: Id, key: keyOf(Metric), statistic: Stat })),
  };
}

function plainOf(alarm: Properties): Watching {
  const { Namespace = '', MetricName = '', Dimensions, Period = 0, Statistic = 'Sum' } = alarm;
  const key = keyOf({ Namespace, MetricName, Dimensions });
  return { expression: 'm', periodSeconds: Period, metrics: [{ id: 'm', key, statistic: Statistic }] };
}

function keyOf({ Namespace, MetricName, Dimensions = [] }: z.infer<typeof metric>): string {
  const about = Dimensions.filter(({ Name }) => Name !== 'stage').map(({ Value }) => nameOf(Value));
  return metricKey(Namespace, MetricName, Namespace === 'AWS/Usage' ? '' : about.join(' '));
}

/** How a metric is called here: namespace, name, and what it is about. */
export function metricKey(namespace: string, name: string, about: string): string {
  return [namespace, name, about].join(' ').trimEnd();
}

/** A reference stands for what it refers to: its logical id without the CDK's hash, or the export that carries it. */
function nameOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const text = JSON.stringify(value);
  const [, id = text] = /"(?:Ref|Fn::GetAtt)":\[?"(\w+?)[0-9A-F]{8}"/.exec(text) ?? [];
  return /Pages/.test(text) ? 'Pages' : id;
}
