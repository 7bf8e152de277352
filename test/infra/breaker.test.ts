import { describe, expect, it } from 'vitest';
import { QUEUE_NAMES } from '../../functions/platform/queues.ts';
import { ofType, type Resource, synth } from './synth.ts';

function functionOf(resources: Resource[], service: string): Resource | undefined {
  return ofType(resources, 'AWS::Lambda::Function').find(({ Properties }) =>
    String(Properties.Description).includes(service),
  );
}

describe('the breaker', () => {
  const { resources } = synth('dev', { scanEvery: '15m' });
  const breaker = functionOf(resources, 'breaker');
  const alarms = ofType(resources, 'AWS::CloudWatch::Alarm');
  const named = (name: string) =>
    alarms.find(({ Properties }) => Properties.AlarmName === `taskwarden/dev/${name}`)?.Properties;
  const statements = ofType(resources, 'AWS::IAM::Policy')
    .filter(({ id }) => id.startsWith('Breaker'))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const allowed = (action: string) =>
    statements.filter((statement) => [statement.Action].flat().includes(action));

  it('looks every minute, however often is scanned', () => {
    const schedules = ofType(resources, 'AWS::Scheduler::Schedule').map(
      ({ Properties }) => Properties.ScheduleExpression,
    );
    expect(schedules).toEqual(['rate(15 minutes)', 'rate(1 minute)']);
    expect(breaker?.Properties.Timeout).toBe(55);
  });

  it('outlives a trial of whatever its workers may take, but for those that stop by themselves', () => {
    const queues = { disable: { timeoutSeconds: 90 }, listing: { timeoutSeconds: 300 } };
    const slow = functionOf(synth('dev', { queues }).resources, 'breaker');
    // A cold start, other messages for 5 s, and what is left to write, besides the 90 s.
    expect(slow?.Properties.Timeout).toBe(115);
    expect(JSON.stringify(slow?.Properties.Environment.Variables.TASKWARDEN_WORKERS)).toContain(
      '\\"timeoutSeconds\\":90',
    );
  });

  it('knows the worker, the mapping and the URL of each queue', () => {
    const text = JSON.stringify(breaker?.Properties.Environment.Variables.TASKWARDEN_WORKERS);
    for (const queue of QUEUE_NAMES) expect(text).toContain(`\\"${queue}\\":{\\"functionName\\":`);
    for (const { id } of ofType(resources, 'AWS::Lambda::EventSourceMapping')) expect(text).toContain(id);
  });

  it('may probe the workers and switch their mappings, and no others', () => {
    for (const action of ['lambda:InvokeFunction', 'lambda:GetAlias', 'lambda:UpdateEventSourceMapping']) {
      const [statement, ...more] = allowed(action);
      expect(more).toEqual([]);
      expect(statement.Resource).toHaveLength(QUEUE_NAMES.length);
    }
    expect(JSON.stringify(allowed('lambda:InvokeFunction'))).not.toContain('Scanner');
  });

  it('may take messages off the worked queues, and put them back there and nowhere else', () => {
    const taking = allowed('sqs:ReceiveMessage');
    expect(taking).toHaveLength(1);
    expect([taking[0].Action].flat()).toEqual(
      expect.arrayContaining(['sqs:DeleteMessage', 'sqs:SendMessage']),
    );
    expect(taking[0].Resource).toHaveLength(QUEUE_NAMES.length);
    expect(JSON.stringify(taking[0].Resource)).not.toContain('DeadLetters');
  });

  it('has a dead man’s alarm of its own, and one for a queue that it keeps off', () => {
    const { Metrics, ...alarm } = named('breaker-not-running') ?? {};
    expect(alarm).toMatchObject({
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
    expect(JSON.stringify(Metrics)).toContain('"MetricName":"BreakerRan"');
    expect(named('breaker-open')).toMatchObject({ MetricName: 'BreakerOpen', Threshold: 1 });
  });
});

describe('canaries and watches', () => {
  it('go through every queue that the scanner may send to', () => {
    const { resources } = synth('dev');
    const sends = ofType(resources, 'AWS::IAM::Policy')
      .filter(({ id }) => id.startsWith('Scanner'))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Action }) => [Action].flat().includes('sqs:SendMessage'));
    const taken = JSON.stringify(sends);
    for (const queue of ['IngestQueue', 'NotifyQueue', 'DisableQueue', 'MailEventsQueue', 'ListingQueue']) {
      expect(taken).toContain(queue);
    }
  });

  it.each(['canary-missed', 'feedback-silent', 'feed-silent'])('ring as %s', (name) => {
    const alarms = ofType(synth('dev').resources, 'AWS::CloudWatch::Alarm');
    expect(alarms.map(({ Properties }) => Properties.AlarmName)).toContain(`taskwarden/dev/${name}`);
  });

  it('can be switched off', () => {
    const on = functionOf(synth('dev').resources, 'scanner');
    expect(on?.Properties.Environment.Variables.TASKWARDEN_CANARIES).toBe('on');
    const off = functionOf(synth('dev', { canaries: false }).resources, 'scanner');
    expect(off?.Properties.Environment.Variables).not.toHaveProperty('TASKWARDEN_CANARIES');
  });
});
