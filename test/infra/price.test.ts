import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/config.ts';
import {
  type Fleet,
  IDLE,
  type Price,
  priceOf,
  recordedPrices,
  recordedUnits,
} from '../../lib/price/price.ts';
import { synthesizedResources } from '../../lib/synthesize.ts';
import { sectionOf, tablesOf } from '../unit/architecture/pages.ts';
import { LEAST } from './synth.ts';

const stage = (document: object = {}) => synthesizedResources(parseConfig('prod', { ...LEAST, ...document }));
const idle = (resources: ReturnType<typeof stage>) => priceOf(resources, IDLE, 900);
const dollarsOf = ({ parts }: Price, part: string) =>
  parts.find((entry) => entry.part === part)?.dollars ?? 0;

describe('the price of a month', () => {
  const resources = stage();

  it('is at most ten dollars for an idle stage, and is the sum of its parts', () => {
    const price = idle(resources);
    expect(price.dollars).toBeLessThanOrEqual(10);
    expect(price.dollars).toBeCloseTo(price.parts.reduce((sum, { dollars }) => sum + dollars, 0));
    expect(price.recorded).toMatch(/^20\d\d-\d\d-\d\d$/);
  });

  it('is on the page what it is: what is watched, and what empty queues are asked', () => {
    const heading = 'Price: `npm run bench -- price`, `taskwarden cost`';
    const [table = []] = tablesOf(sectionOf('docs/performance.md', heading));
    const { parts } = idle(resources);
    for (const [part, unit] of [
      ['alarms', 'metrics'],
      ['requests to empty queues', 'requests'],
    ] as const) {
      const [, of, dollars] = table.find(([name]) => name === part) ?? [];
      const [figure] = parts.find((entry) => entry.part === part)?.of.split(' ') ?? [];
      expect(of).toMatch(new RegExp(`^${figure} ${unit}\\b`));
      expect(dollars).toBe(dollarsOf(idle(resources), part).toFixed(2));
    }
  });

  // 1 + 3 metrics and a composite: 0.40 + 0.50. Of five dashboards three are free.
  it('counts metrics of alarms, composites, and dashboards beyond those that are free', () => {
    const metric = { MetricStat: {} };
    const made = {
      a: { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'x' } },
      b: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: { Metrics: [{ Expression: 'x' }, metric, metric, metric] },
      },
      c: { Type: 'AWS::CloudWatch::CompositeAlarm' },
      ...Object.fromEntries([1, 2, 3, 4, 5].map((at) => [`d${at}`, { Type: 'AWS::CloudWatch::Dashboard' }])),
    };
    const price = idle(made);
    expect(dollarsOf(price, 'alarms')).toBeCloseTo(0.9);
    expect(dollarsOf(price, 'dashboards')).toBeCloseTo(6);
  });

  // Five pollers ask each 20 s: 5 × 3 × 60 × 730 = 657,000 requests a queue, of 0.40 a million.
  it('counts what Lambda asks of empty queues, and what a key costs', () => {
    const mapping = { Type: 'AWS::Lambda::EventSourceMapping' };
    const price = idle({ a: mapping, b: mapping, key: { Type: 'AWS::KMS::Key' } });
    expect(dollarsOf(price, 'requests to empty queues')).toBeCloseTo(2 * 0.657 * 0.4);
    expect(dollarsOf(price, 'KMS keys')).toBe(1);
    expect(dollarsOf(price, 'ticks')).toBe(0);
  });

  // 1,000 of 100,000 tasks: 129 write units of a life and twice a day refreshed evidence; 1 GiB is 0.45.
  it('grows with the fleet by what each task takes', () => {
    const fleet: Fleet = { tasks: 100_000, failing: 0.01, observationsPerDay: 0, tasksPerEvent: 1 };
    const more = priceOf(resources, fleet, 900);
    const { lifeOfATask, refreshOfAFailingTask, rowBytes, busyCustomMetrics } = recordedUnits();
    const { writeUnits, readUnits } = lifeOfATask;
    const days = 730 / 24;
    const refreshed = days * refreshOfAFailingTask.writeUnits;
    const table = 1_000 * ((writeUnits + refreshed) * 0.000000625 + readUnits * 0.000000125);
    const before = idle(resources);
    expect(dollarsOf(more, 'table') - dollarsOf(before, 'table')).toBeCloseTo(table);
    expect(dollarsOf(more, 'mails') - dollarsOf(before, 'mails')).toBeCloseTo(1_000 * 4 * 0.0001);
    expect(dollarsOf(more, 'rows stored and backed up')).toBeCloseTo(((100_000 * rowBytes) / 2 ** 30) * 0.45);
    expect(dollarsOf(more, 'custom metrics') - dollarsOf(before, 'custom metrics')).toBeCloseTo(
      busyCustomMetrics * 0.3,
    );
  });

  it('falls without the key, and counts secrets and traces where they are', () => {
    expect(dollarsOf(idle(stage({ alarms: { encrypted: false } })), 'KMS keys')).toBe(0);
    expect(dollarsOf(idle(resources), 'traces')).toBe(0);
    const listed = {
      type: 'kafka-connect',
      name: 'connect',
      prefix: 'connect/',
      dataPlane: 'connect',
      url: 'https://connect.example.com',
      credentials: { scheme: 'basic', from: { secret: 'taskwarden/connect' } },
      network: {
        vpc: 'vpc-0123456789abcdef0',
        subnets: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
        securityGroups: ['sg-0123456789abcdef0'],
      },
    };
    const price = idle(stage({ tracing: true, controlPlanes: [listed] }));
    expect(dollarsOf(price, 'secrets that are read')).toBeCloseTo(0.4);
    expect(dollarsOf(price, 'traces')).toBeGreaterThan(0);
    // A gateway in each of two subnets: 2 × 730 × 0.045, which somebody else deploys.
    expect(price.beside.map(({ dollars }) => dollars)).toEqual([expect.closeTo(65.7)]);
  });

  it('names a price for all that it multiplies by', () => {
    const { region, recorded, source, ...prices } = recordedPrices() as Record<string, unknown>;
    expect([region, recorded, source].every((text) => typeof text === 'string')).toBe(true);
    for (const price of Object.values(prices)) expect(price).toBeGreaterThan(0);
  });
});
