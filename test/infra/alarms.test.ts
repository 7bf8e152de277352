import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { QUEUE_NAMES } from '../../functions/platform/queues.ts';
import { ofType, type Resource, synth } from './synth.ts';

const WITH_QUOTA = { identity: 'example.com', mailsPerDay: 50_000 };

describe('alarms', () => {
  const { resources } = synth('dev', { scanEvery: '15m' });
  const alarms = ofType(resources, 'AWS::CloudWatch::Alarm');
  /** A test of each of none would hold whatever the template says. */
  const some = (chosen: typeof alarms): typeof alarms => {
    expect(chosen.length).toBeGreaterThan(0);
    return chosen;
  };
  const nameOf = ({ Properties }: Resource) => String(Properties.AlarmName).replace(/^taskwarden\/\w+\//, '');
  const named = (name: string) => alarms.find((alarm) => nameOf(alarm) === name)?.Properties;
  const textOf = (description: { 'Fn::Join': [string, unknown[]] }) =>
    description['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : 'eu-west-1')).join('');

  it('says in each alarm what it means, how urgent it is, where the runbook speaks of it, and where to look', () => {
    for (const alarm of some(alarms)) {
      const text = textOf(alarm.Properties.AlarmDescription);
      const name = nameOf(alarm);
      expect(text).toMatch(/^Impact: .{30,}\. Severity: (page|ticket)\. Runbook: /);
      expect(text).toContain(` Runbook: docs/runbook.md#${name} `);
      expect(text).toContain(
        ` Console: https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/taskwarden%2Fdev%2F${name}`,
      );
      // CloudWatch's own limit.
      expect(text.length).toBeLessThan(1_024);
    }
  });

  it('has one article in the runbook for each alarm, and no article for an alarm that there is not', () => {
    const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
    const section = /^# Alarms$([\s\S]*?)^# /m.exec(runbook)?.[1] ?? '';
    const articles = [...section.matchAll(/^## (\S+)\n([\s\S]*?)(?=^## |$(?![\s\S]))/gm)];
    const all = ofType(
      synth('dev', { ses: WITH_QUOTA, gradualDeployment: '10m' }).resources,
      'AWS::CloudWatch::Alarm',
    ).map(nameOf);
    expect(articles.map(([, name]) => name).sort()).toEqual(all.sort());
    for (const [, name, text] of articles)
      for (const part of ['Description', 'Investigation', 'Resolution'])
        expect(text?.includes(`**${part}.**`) || text?.includes(`**${part}`), `${name}: ${part}`).toBe(true);
  });

  const PAGES = [
    /^(scanner|breaker)-not-running$/,
    /-dead-letters$/,
    /^dead-letters-growing$/,
    new RegExp(`^(${QUEUE_NAMES.join('|')})-failing$`),
    /^breaker-open$/,
    /^canary-missed$/,
    /^feedback-silent$/,
  ];

  it('wakes somebody only for what does not heal by itself', () => {
    const [pages] = ofType(resources, 'AWS::SNS::Topic').filter(({ id }) => id.startsWith('Pages'));
    for (const alarm of some(alarms)) {
      const isPage = JSON.stringify(alarm.Properties.AlarmActions).includes(pages?.id ?? 'no topic');
      expect(isPage, nameOf(alarm)).toBe(PAGES.some((page) => page.test(nameOf(alarm))));
      const severity = isPage ? 'page' : 'ticket';
      expect(textOf(alarm.Properties.AlarmDescription)).toContain(` Severity: ${severity}. `);
    }
  });

  it('tells operators when an alarm rings and when it stops', () => {
    for (const { Properties } of some(alarms)) {
      expect(Properties.AlarmActions).toHaveLength(1);
      expect(Properties.OKActions).toEqual(Properties.AlarmActions);
      // Pagers take no notice of this state: whatever is to be heard is an alarm.
      expect(Properties.InsufficientDataActions).toBeUndefined();
    }
  });

  it('rings when scans that go through stay away, by a figure that nothing else can give', () => {
    const { Metrics, ...alarm } = named('scanner-not-running') ?? {};
    expect(alarm).toMatchObject({
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
    const [beats] = Metrics.filter(({ MetricStat }: { MetricStat?: object }) => MetricStat);
    expect(beats.MetricStat).toMatchObject({
      Metric: { Namespace: 'Taskwarden', MetricName: 'ScanCompleted' },
      Stat: 'Sum',
    });
  });

  // What scans say is looked for in windows that hold a scan; one that takes longer than the last can leave a window empty.
  it.each([
    ['5m', 900],
    ['15m', 900],
    ['20m', 1_200],
    ['1h', 3_600],
  ])('looks for what scans say in windows that hold a scan: every %s', (scanEvery, period) => {
    const rhythm = ofType(synth('dev', { scanEvery }).resources, 'AWS::CloudWatch::Alarm');
    for (const name of ['scan-part-failing', 'generator-failing', 'canary-missed', 'feed-silent']) {
      const alarm = rhythm.find((candidate) => nameOf(candidate) === name)?.Properties;
      const math = alarm?.Metrics?.find((metric: { MetricStat?: object }) => metric.MetricStat).MetricStat
        .Period;
      expect(alarm?.Period ?? math, name).toBe(period);
      expect(alarm?.EvaluationPeriods - alarm?.DatapointsToAlarm, name).toBe(1);
    }
  });

  // From the last scan on: more than two spans of silence, and all windows over within three, wherever they begin.
  it.each([
    ['5m', 60],
    ['15m', 300],
    ['20m', 360],
    ['30m', 600],
    ['1h', 1_200],
  ])('hears within three scans that they stopped: every %s', (scanEvery, period) => {
    const rhythm = ofType(synth('dev', { scanEvery }).resources, 'AWS::CloudWatch::Alarm');
    const alarm = rhythm.find((candidate) => nameOf(candidate) === 'scanner-not-running')?.Properties;
    const stat = alarm?.Metrics.find((metric: { MetricStat?: object }) => metric.MetricStat).MetricStat;
    const every = Number.parseInt(scanEvery, 10) * (scanEvery.endsWith('h') ? 3_600 : 60);
    expect(stat.Period).toBe(period);
    expect(alarm?.EvaluationPeriods * period).toBeGreaterThan(2 * every);
    expect((alarm?.EvaluationPeriods + 1) * period + 60).toBeLessThanOrEqual(3 * every);
  });

  it('calls nobody for silence that is no news: other alarms take it for well', () => {
    for (const alarm of some(alarms.filter((candidate) => !nameOf(candidate).endsWith('-not-running'))))
      expect(alarm.Properties.TreatMissingData, nameOf(alarm)).toBe('notBreaching');
  });

  it('expects no runs where the schedule is off', () => {
    const off = ofType(synth('dev', { schedule: 'off' }).resources, 'AWS::CloudWatch::Alarm').map(nameOf);
    expect(off.filter((name) => /not-running/.test(name))).toEqual([]);
    expect(off).toContain('scanner-failed');
  });

  it('stays within what CloudWatch evaluates: a day, a week where periods are of an hour or more', () => {
    for (const { Properties } of some(alarms)) {
      const period =
        Properties.Period ??
        Properties.Metrics.find((metric: { MetricStat?: object }) => metric.MetricStat).MetricStat.Period;
      const most = period >= 3_600 ? 7 * 86_400 : 86_400;
      expect(period * Properties.EvaluationPeriods).toBeLessThanOrEqual(most);
    }
  });

  it('counts no more than ten metrics in one alarm, which is what CloudWatch takes', () => {
    for (const { Properties } of some(alarms.filter((alarm) => alarm.Properties.Metrics)))
      expect(
        Properties.Metrics.filter((metric: { MetricStat?: object }) => metric.MetricStat).length,
      ).toBeLessThanOrEqual(10);
  });

  it('watches the visible messages of every dead-letter queue', () => {
    const queues = ofType(resources, 'AWS::SQS::Queue');
    const ids = queues.filter(({ Properties }) => !Properties.RedrivePolicy).map(({ id }) => id);
    const watched = alarms
      .filter(({ Properties }) => Properties.MetricName === 'ApproximateNumberOfMessagesVisible')
      .map(({ Properties }) => Properties.Dimensions[0].Value['Fn::GetAtt'][0]);
    expect(watched.sort()).toEqual(ids.sort());
    expect(ids.length).toBeGreaterThan(0);
    const ofLetters = alarms.filter((alarm) =>
      /^(?!dead-letters-).*(dead-letters|undelivered|failed)$/.test(nameOf(alarm)),
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
    expect(expression.Expression).toBe('SUM([IF(age > 900, 1, 0), deleted * (0 - 1)])');
  });

  it('leaves out what emulators refuse: metric math on stage local', () => {
    const local = ofType(synth('local').resources, 'AWS::CloudWatch::Alarm');
    for (const { Properties } of some(local)) expect(Properties.Metrics).toBeUndefined();
  });

  it('hears of a second loss while the first is open, of letters near their end, and of each queue', () => {
    const own = ofType(resources, 'AWS::SQS::Queue').filter(({ Properties }) => Properties.RedrivePolicy);
    const growing = named('dead-letters-growing');
    const watched = growing?.Metrics.filter((metric: { MetricStat?: object }) => metric.MetricStat);
    expect(watched).toHaveLength(own.length);
    expect(named('dead-letters-old')).toMatchObject({ Threshold: 7 * 86_400 });
  });

  it('takes what one metric says for one incident with another: the canary of a queue that the breaker keeps off', () => {
    const text = JSON.stringify(named('canary-missed')?.Metrics);
    expect(text).toContain('CanaryMissed');
    expect(text).toContain('BreakerOpen');
  });
});

describe('the topics of alarms', () => {
  const fromAlarms = (action: unknown) =>
    expect.objectContaining({
      Effect: 'Allow',
      Action: action,
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    });
  const { resources } = synth('dev');

  it('let CloudWatch publish, by their policy and by that of their key', () => {
    const policies = ofType(resources, 'AWS::SNS::TopicPolicy').filter(
      ({ id }) => !id.startsWith('MailEvents'),
    );
    const ofTopics = policies.filter(({ id }) => /^(Operators|Pages)/.test(id));
    expect(ofTopics).toHaveLength(2);
    for (const { Properties } of ofTopics)
      expect(Properties.PolicyDocument.Statement).toContainEqual(fromAlarms('sns:Publish'));
    const [key, ...more] = ofType(resources, 'AWS::KMS::Key');
    expect(more).toEqual([]);
    expect(key?.Properties.KeyPolicy.Statement).toContainEqual(
      fromAlarms(['kms:Decrypt', 'kms:GenerateDataKey*']),
    );
    expect(key?.Properties.EnableKeyRotation).toBe(true);
    const topics = ofType(resources, 'AWS::SNS::Topic').filter(({ id }) => /^(Operators|Pages)/.test(id));
    for (const { Properties } of topics) expect(JSON.stringify(Properties.KmsMasterKeyId)).toContain(key?.id);
  });

  it('let those who raise operator alerts use the key', () => {
    const users = ofType(resources, 'AWS::IAM::Policy')
      .filter(({ Properties }) => JSON.stringify(Properties).includes('kms:GenerateDataKey'))
      .map(({ id }) => id.replace(/Function.*/, ''));
    expect(users.sort()).toEqual(['Breaker', 'Scanner']);
  });

  it('can go without a key, which costs something, and have none on an emulator', () => {
    const without = synth('dev', { alarms: { encrypted: false } }).resources;
    expect(ofType(without, 'AWS::KMS::Key')).toEqual([]);
    expect(JSON.stringify(without)).not.toContain('kms:');
    expect(ofType(synth('local').resources, 'AWS::KMS::Key')).toEqual([]);
  });

  const mailed = (document: object) =>
    ofType(synth('dev', document).resources, 'AWS::SNS::Subscription')
      .filter(({ Properties }) => Properties.Protocol === 'email')
      .map(({ id, Properties }) => `${/^(Operators|Pages)/.exec(id)?.[0]} ${Properties.Endpoint}`)
      .sort();

  it('mail operators, and for pages whom the configuration names', () => {
    expect(mailed({})).toEqual(['Operators ops@example.com', 'Pages ops@example.com']);
    expect(mailed({ alarms: { pageEmails: ['on-call@example.com'] } })).toEqual([
      'Operators ops@example.com',
      'Pages on-call@example.com',
    ]);
  });

  it('can be those that you have', () => {
    const pageTopic = 'arn:aws:sns:eu-west-1:123456789012:pager';
    const ticketTopic = 'arn:aws:sns:eu-west-1:123456789012:desk';
    const own = synth('dev', { alarms: { pageTopic, ticketTopic } }).resources;
    const topics = ofType(own, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties.AlarmActions[0]);
    expect([...new Set(topics)].sort()).toEqual([ticketTopic, pageTopic].sort());
    expect(ofType(own, 'AWS::SNS::Topic').filter(({ id }) => id.startsWith('Pages'))).toEqual([]);
  });
});
