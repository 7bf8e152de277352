import { describe, expect, it } from 'vitest';
import { ofType, synth } from './synth.ts';

const FOURTEEN_DAYS = 14 * 24 * 3_600;

describe('queues', () => {
  const { resources } = synth('dev');
  const queues = ofType(resources, 'AWS::SQS::Queue');
  const mappings = ofType(resources, 'AWS::Lambda::EventSourceMapping');
  const worked = queues.filter(({ Properties }) => Properties.RedrivePolicy);

  it('has six worked queues, a dead-letter queue each, and two for each schedule', () => {
    expect(worked).toHaveLength(6);
    expect(queues).toHaveLength(16);
  });

  it('dead-letters after 10 receives, to a queue of its own', () => {
    const targets = worked.map(
      ({ Properties }) => Properties.RedrivePolicy.deadLetterTargetArn['Fn::GetAtt'][0],
    );
    expect(new Set(targets).size).toBe(6);
    expect(worked.map(({ Properties }) => Properties.RedrivePolicy.maxReceiveCount)).toEqual([
      10, 10, 10, 10, 10, 10,
    ]);
  });

  it('keeps what was given up for 14 days, as long as what nothing sends again, and longer than any other', () => {
    const given = queues.filter(({ Properties }) => !Properties.RedrivePolicy);
    expect(given.map(({ Properties }) => Properties.MessageRetentionPeriod)).toEqual(
      Array(10).fill(FOURTEEN_DAYS),
    );
    const days = (queue: string) =>
      (worked.find(({ id }) => id.startsWith(queue))?.Properties.MessageRetentionPeriod ?? 0) / 86_400;
    expect(['Ingest', 'MailEvents', 'Notify', 'Disable', 'Listing', 'Webhook'].map(days)).toEqual([
      14, 14, 4, 4, 4, 4,
    ]);
  });

  it('hides a message for six times the worker’s time limit', () => {
    expect(worked.map(({ Properties }) => Properties.VisibilityTimeout)).toEqual([
      180, 180, 180, 180, 360, 360,
    ]);
  });

  it('adds the batching window to the time a message is hidden', () => {
    const other = synth('dev', {
      queues: { ingest: { timeoutSeconds: 60, batchWindowSeconds: 5 } },
    }).resources;
    const times = ofType(other, 'AWS::SQS::Queue').map(({ Properties }) => Properties.VisibilityTimeout);
    expect(times).toContain(365);
  });

  it('is encrypted and refuses plain connections, every one of them', () => {
    for (const { Properties } of queues) expect(Properties.SqsManagedSseEnabled).toBe(true);
    const policies = ofType(resources, 'AWS::SQS::QueuePolicy');
    expect(policies).toHaveLength(queues.length);
  });

  it('is worked through the alias, in partial batches, with bounded concurrency', () => {
    expect(mappings).toHaveLength(6);
    const aliases = ofType(resources, 'AWS::Lambda::Alias').map(({ id }) => id);
    for (const { Properties } of mappings) {
      const target = JSON.stringify(Properties.FunctionName);
      expect(aliases.filter((id) => target.includes(`"${id}"`))).toHaveLength(1);
      expect(Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
      expect(Properties.ScalingConfig.MaximumConcurrency).toBeGreaterThanOrEqual(2);
    }
  });

  it('takes everything from the bus but our own events, and dead-letters what cannot be delivered', () => {
    const [rule] = ofType(resources, 'AWS::Events::Rule');
    expect(rule?.Properties.EventPattern).toEqual({
      source: [{ 'anything-but': ['taskwarden'] }],
      account: [{ Ref: 'AWS::AccountId' }],
    });
    expect(rule?.Properties.Targets[0].DeadLetterConfig).toBeDefined();
  });

  it('gets what SES reports from a topic, with a dead-letter queue on the way', () => {
    const subscription = ofType(resources, 'AWS::SNS::Subscription').find(
      ({ Properties }) => Properties.Protocol === 'sqs',
    );
    expect(subscription?.Properties.RedrivePolicy.deadLetterTargetArn).toBeDefined();
    const [destination] = ofType(resources, 'AWS::SES::ConfigurationSetEventDestination');
    expect(destination?.Properties.EventDestination.MatchingEventTypes).toEqual(
      expect.arrayContaining(['bounce', 'complaint', 'delivery', 'reject', 'renderingFailure']),
    );
  });
});
