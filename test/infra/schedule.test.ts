import { describe, expect, it } from 'vitest';
import { ofType, synth } from './synth.ts';

describe('the schedule', () => {
  const { resources } = synth('dev', { scanEvery: '15m' });
  const [schedule] = ofType(resources, 'AWS::Scheduler::Schedule');

  it('ticks at the configured rate and says when each tick was due', () => {
    expect(schedule?.Properties.ScheduleExpression).toBe('rate(15 minutes)');
    expect(schedule?.Properties.State).toBe('ENABLED');
    expect(JSON.parse(schedule?.Properties.Target.Input)).toEqual({
      scheduledAt: '<aws.scheduler.scheduled-time>',
    });
  });

  it('ticks each minute on stage local', () => {
    const [local] = ofType(synth('local', { scanEvery: '1m' }).resources, 'AWS::Scheduler::Schedule');
    expect(local?.Properties.ScheduleExpression).toBe('rate(1 minute)');
  });

  it('can be switched off', () => {
    const [off] = ofType(synth('local', { schedule: 'off' }).resources, 'AWS::Scheduler::Schedule');
    expect(off?.Properties.State).toBe('DISABLED');
  });

  it('drops a tick before the next one is due', () => {
    const { MaximumEventAgeInSeconds, MaximumRetryAttempts } = schedule?.Properties.Target.RetryPolicy ?? {};
    expect(MaximumEventAgeInSeconds).toBe(600);
    expect(MaximumRetryAttempts).toBeLessThanOrEqual(2);
  });

  it('has one dead-letter queue for ticks not delivered and another for runs that failed', () => {
    const undelivered = schedule?.Properties.Target.DeadLetterConfig.Arn['Fn::GetAtt'][0];
    const [invoke] = ofType(resources, 'AWS::Lambda::EventInvokeConfig');
    const failed = invoke?.Properties.DestinationConfig.OnFailure.Destination['Fn::GetAtt'][0];
    expect(undelivered).not.toBe(failed);
    const queues = ofType(resources, 'AWS::SQS::Queue').map(({ id }) => id);
    expect(queues).toEqual(expect.arrayContaining([undelivered, failed]));
  });

  it('does not run a failed tick again: the alias that it invokes has no retries', () => {
    const [invoke] = ofType(resources, 'AWS::Lambda::EventInvokeConfig');
    expect(invoke?.Properties).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 600 });
    const invoked = schedule?.Properties.Target.Arn.Ref;
    expect(ofType(resources, 'AWS::Lambda::Alias').map(({ id }) => id)).toContain(invoked);
    expect(JSON.stringify(invoke?.Properties.Qualifier)).toContain(invoked);
  });

  it('gives the scanner less time than a period', () => {
    const scanner = ofType(resources, 'AWS::Lambda::Function').find(({ Properties }) =>
      String(Properties.Description).includes('scanner'),
    );
    expect(scanner?.Properties.Timeout).toBe(810);
  });
});
