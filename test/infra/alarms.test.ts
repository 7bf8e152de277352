import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ofType, synth } from './synth.ts';

describe('alarms', () => {
  const { resources } = synth('dev', { scanEvery: '15m' });
  const alarms = ofType(resources, 'AWS::CloudWatch::Alarm');
  /** A test of each of none would hold whatever the template says. */
  const some = (chosen: typeof alarms): typeof alarms => {
    expect(chosen.length).toBeGreaterThan(0);
    return chosen;
  };
  const named = (name: string) =>
    alarms.find(({ Properties }) => Properties.AlarmName === `taskwarden/dev/${name}`)?.Properties;

  it('says in each alarm what it means and where the runbook speaks of it', () => {
    for (const { Properties } of some(alarms)) {
      const name = String(Properties.AlarmName).replace('taskwarden/dev/', '');
      expect(Properties.AlarmDescription).toMatch(/^Impact: .{30,}/);
      expect(Properties.AlarmDescription).toMatch(new RegExp(`Runbook: docs/runbook\\.md#${name}$`));
    }
  });

  it('has an article in the runbook for each alarm', () => {
    const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
    const articles = new Set([...runbook.matchAll(/^## (\S+)$/gm)].map(([, name]) => name));
    const names = alarms.map(({ Properties }) => Properties.AlarmName.replace('taskwarden/dev/', ''));
    expect(names.filter((name) => !articles.has(name))).toEqual([]);
  });

  it('tells operators when an alarm rings and when it stops', () => {
    for (const { Properties } of some(alarms)) {
      expect(Properties.AlarmActions).toHaveLength(1);
      expect(Properties.OKActions).toEqual(Properties.AlarmActions);
    }
  });

  it('rings when scans that once went through do so no more, and never before the first', () => {
    expect(named('scanner-not-running')).toMatchObject({
      Namespace: 'Taskwarden',
      MetricName: 'ScanCompleted',
      Dimensions: expect.arrayContaining([
        { Name: 'service', Value: 'scanner' },
        { Name: 'stage', Value: 'dev' },
      ]),
      Statistic: 'Sum',
      Period: 900,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      // An alarm begins without data and tells nobody; it comes back to that only when runs stopped.
      TreatMissingData: 'missing',
      InsufficientDataActions: named('scanner-not-running')?.AlarmActions,
    });
  });

  it('calls nobody for silence that is no news: other alarms take it for well', () => {
    const others = alarms.filter(({ Properties }) => !/-not-running$/.test(Properties.AlarmName));
    for (const { Properties } of some(others)) {
      expect(Properties.TreatMissingData).toBe('notBreaching');
      expect(Properties.InsufficientDataActions).toBeUndefined();
    }
  });

  it('expects no runs where the schedule is off', () => {
    const off = ofType(synth('dev', { schedule: 'off' }).resources, 'AWS::CloudWatch::Alarm');
    const names = off.map(({ Properties }) => Properties.AlarmName);
    expect(names.filter((name) => /not-running/.test(name))).toEqual([]);
    expect(names).toContain('taskwarden/dev/scanner-failed');
  });

  const OF_SCANS = [
    'scan-part-failing',
    'generator-failing',
    'canary-missed',
    'feedback-silent',
    'feedback-canary-missed',
    'feed-silent',
  ];

  it.each([
    ['5m', 900],
    ['15m', 900],
    ['20m', 1_200],
    ['30m', 1_800],
    ['1h', 3_600],
  ])('looks for what scans say in windows that hold a scan: every %s', (scanEvery, period) => {
    const rhythm = ofType(synth('dev', { scanEvery }).resources, 'AWS::CloudWatch::Alarm');
    for (const name of OF_SCANS) {
      const alarm = rhythm.find(({ Properties }) => Properties.AlarmName === `taskwarden/dev/${name}`);
      expect(alarm?.Properties.Period, name).toBe(period);
      // One scan that takes longer than the last can leave a window empty.
      expect(alarm?.Properties.EvaluationPeriods - alarm?.Properties.DatapointsToAlarm, name).toBe(1);
    }
    for (const { Properties } of some(rhythm)) {
      const most = (Properties.Period ?? 3_600) >= 3_600 ? 7 * 86_400 : 86_400;
      expect((Properties.Period ?? 3_600) * Properties.EvaluationPeriods).toBeLessThanOrEqual(most);
    }
  });

  it('watches the visible messages of every dead-letter queue', () => {
    const queues = ofType(resources, 'AWS::SQS::Queue');
    const given = queues.filter(({ Properties }) => !Properties.RedrivePolicy).map(({ id }) => id);
    const watched = alarms
      .filter(({ Properties }) => Properties.MetricName === 'ApproximateNumberOfMessagesVisible')
      .map(({ Properties }) => Properties.Dimensions[0].Value['Fn::GetAtt'][0]);
    expect(watched.sort()).toEqual(given.sort());
    expect(given.length).toBeGreaterThan(0);
    const ofLetters = alarms.filter(({ Properties }) =>
      /dead-letters|undelivered|failed$/.test(Properties.AlarmName),
    );
    for (const { Properties } of some(ofLetters)) {
      expect(Properties).toMatchObject({
        Threshold: 1,
        EvaluationPeriods: 1,
        TreatMissingData: 'notBreaching',
      });
    }
  });

  it('knows a queue that nobody works from one that only has much to do', () => {
    const expression = named('notify-stalled')?.Metrics.find(
      (metric: { Expression?: string }) => metric.Expression,
    );
    expect(expression.Expression).toBe('IF(age > 900 AND FILL(deleted, 0) == 0, 1, 0)');
  });

  it('leaves out what emulators refuse: metric math on stage local', () => {
    const local = ofType(synth('local').resources, 'AWS::CloudWatch::Alarm');
    for (const { Properties } of some(local)) expect(Properties.Metrics).toBeUndefined();
  });

  it('looks back no further than a day, beyond which CloudWatch evaluates hourly', () => {
    for (const { Properties } of some(alarms)) {
      const period = Properties.Period ?? 3_600;
      expect(period * Properties.EvaluationPeriods).toBeLessThanOrEqual(86_400);
    }
  });

  it('lets CloudWatch publish to the operators’ topic', () => {
    const statements = ofType(resources, 'AWS::SNS::TopicPolicy').flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement,
    );
    expect(statements).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }),
    );
  });

  it('mails operators', () => {
    const mail = ofType(resources, 'AWS::SNS::Subscription').filter(
      ({ Properties }) => Properties.Protocol === 'email',
    );
    expect(mail.map(({ Properties }) => Properties.Endpoint)).toEqual(['ops@example.com']);
  });
});
