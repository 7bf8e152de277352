import { describe, expect, it } from 'vitest';
import { SERVICES } from '../../functions/platform/names.ts';
import { QUEUE_NAMES } from '../../functions/platform/queues.ts';
import { ofType, type Resource, synth } from './synth.ts';

/** The text of a dashboard, what only CloudFormation knows as the name of its resource. */
function bodyOf({ Properties }: Resource): string {
  const body = Properties.DashboardBody as { 'Fn::Join': [string, unknown[]] };
  return body['Fn::Join'][1]
    .map((part) => (typeof part === 'string' ? part : 'known-when-deployed'))
    .join('');
}

interface Widget {
  type: string;
  properties: { title?: string; metrics?: unknown[][] };
}

const widgetsOf = (dashboard: Resource) => (JSON.parse(bodyOf(dashboard)) as { widgets: Widget[] }).widgets;
const metricsOf = (dashboard: Resource) =>
  widgetsOf(dashboard).flatMap(({ properties }) => properties.metrics ?? []);

describe('dashboards', () => {
  const { resources } = synth('prod');
  const dashboards = ofType(resources, 'AWS::CloudWatch::Dashboard');
  const named = (name: string) => {
    const found = dashboards.find(({ Properties }) => Properties.DashboardName === name);
    if (!found) throw new Error(`no dashboard ${name}`);
    return found;
  };

  it('are three, which cost nothing with at most fifty metrics each', () => {
    expect(dashboards.map(({ Properties }) => Properties.DashboardName).sort()).toEqual([
      'taskwarden-prod',
      'taskwarden-prod-flow',
      'taskwarden-prod-functions',
    ]);
    for (const dashboard of dashboards) {
      expect(metricsOf(dashboard).length).toBeGreaterThan(10);
      expect(metricsOf(dashboard).length).toBeLessThanOrEqual(50);
    }
  });

  it('show what it did and what costs money, each queue, and each function', () => {
    const text = bodyOf(named('taskwarden-prod'));
    for (const shown of [
      'What it did',
      'What costs money',
      'ScanCompleted',
      'MailAccepted',
      'ConsumedWriteCapacityUnits',
    ])
      expect(text).toContain(shown);
    for (const queue of QUEUE_NAMES) expect(bodyOf(named('taskwarden-prod-flow'))).toContain(`"${queue}"`);
    for (const service of SERVICES)
      expect(bodyOf(named('taskwarden-prod-functions'))).toContain(`"${service}"`);
  });

  it('make no alarms of their own', () => {
    const without = synth('prod', { dashboards: false }).resources;
    const alarms = (of: Resource[]) => ofType(of, 'AWS::CloudWatch::Alarm').length;
    expect(alarms(without)).toBe(alarms(resources));
    expect(ofType(without, 'AWS::CloudWatch::Dashboard')).toEqual([]);
  });

  it('are none on an emulator', () => {
    expect(ofType(synth('local').resources, 'AWS::CloudWatch::Dashboard')).toEqual([]);
  });
});
