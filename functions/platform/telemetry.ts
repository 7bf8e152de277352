import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { METRIC_NAMESPACE, OF_WHOLE_STAGE, type Service, WHOLE_STAGE } from './names.ts';
import type { LogLevel, Telemetry } from './ports.ts';
import { recordable } from './recorded-text.ts';

/**
 * Logs as JSON lines and metrics in CloudWatch's embedded format: both are lines on standard output, no
 * calls.
 */
export class LambdaTelemetry implements Telemetry {
  readonly logger: Logger;
  readonly #service: Service;
  readonly #stage: string;

  constructor(service: Service, stage: string) {
    this.#service = service;
    this.#stage = stage;
    this.logger = new Logger({ serviceName: service, persistentKeys: { stage } });
  }

  log(level: LogLevel, message: string, properties: Record<string, unknown> = {}): void {
    quietly(() => this.logger[level](message, { properties: recordableIn(properties) as typeof properties }));
  }

  metric(
    name: string,
    value: number,
    unit: 'Count' | 'Milliseconds' = 'Count',
    properties: Record<string, unknown> = {},
  ): void {
    const service = OF_WHOLE_STAGE.has(name) ? WHOLE_STAGE : this.#service;
    quietly(() => this.#line(properties, true, service).addMetric(name, unit, value));
  }

  metrics(counts: Readonly<Record<string, number>>, properties: Record<string, unknown> = {}): void {
    quietly(() => {
      const line = this.#line(properties, false, this.#service);
      for (const [name, value] of Object.entries(counts)) line.addMetric(name, 'Count', value);
      line.publishStoredMetrics();
    });
  }

  #line(properties: Record<string, unknown>, singleMetric: boolean, serviceName: string): Metrics {
    const metrics = new Metrics({
      namespace: METRIC_NAMESPACE,
      serviceName,
      defaultDimensions: { stage: this.#stage },
      singleMetric,
    });
    for (const [key, property] of Object.entries(properties))
      metrics.addMetadata(key, asText(recordableIn(property)));
    return metrics;
  }
}

/** The same with each text in it as it may be recorded: what a service or an error says may name a person. */
function recordableIn(value: unknown): unknown {
  if (typeof value === 'string') return recordable(value);
  if (Array.isArray(value)) return value.map(recordableIn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, recordableIn(inner)]));
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
}

/** What reports must not break what it reports on. */
function quietly(report: () => void): void {
  try {
    report();
  } catch {
    process.stdout.write('{"level":"ERROR","message":"telemetry failed"}\n');
  }
}
