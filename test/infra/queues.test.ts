import { describe, expect, it } from 'vitest';
import { QUEUE_NAMES, QUEUES } from '../../functions/platform/queues.ts';
import { ofType, synth } from './synth.ts';

const FOURTEEN_DAYS = 14 * 24 * 3_600;

describe('queues', () => {
  const { resources } = synth('dev');
  const queues = ofType(resources, 'AWS::SQS::Queue');
  const mappings = ofType(resources, 'AWS::Lambda::EventSourceMapping');
  const worked = queues.filter(({ Properties }) => Properties.RedrivePolicy);

  it('has a worked queue for each of the catalogue, a dead-letter queue each, and two for each schedule', () => {
    expect(worked).toHaveLength(QUEUE_NAMES.length);
    expect(queues).toHaveLength(2 * QUEUE_NAMES.length + 2 * 2);
  });

  it('dead-letters after 10 receives, to a queue of its own', () => {
    const targets = worked.map(
      ({ Properties }) => Properties.RedrivePolicy.deadLetterTargetArn['Fn::GetAtt'][0],
    );
    expect(new Set(targets).size).toBe(QUEUE_NAMES.length);
    for (const { Properties } of worked) expect(Properties.RedrivePolicy.maxReceiveCount).toBe(10);
  });

  it('keeps what was given up for 14 days, as long as what nothing sends again, and longer than any other', () => {
    const deadLetterQueues = queues.filter(({ Properties }) => !Properties.RedrivePolicy);
    expect(deadLetterQueues).toHaveLength(QUEUE_NAMES.length + 2 * 2);
    for (const { Properties } of deadLetterQueues)
      expect(Properties.MessageRetentionPeriod).toBe(FOURTEEN_DAYS);
    const days = worked.map(({ Properties }) => Properties.MessageRetentionPeriod / 86_400);
    expect(days).toEqual(QUEUE_NAMES.map((queue) => (QUEUES[queue].isUnrepeated ? 14 : 4)));
  });

  it('hides a message for six times the worker’s time limit', () => {
    const limits = QUEUE_NAMES.map((queue) => QUEUES[queue].timeoutSeconds);
    expect(worked.map(({ Properties }) => Properties.VisibilityTimeout)).toEqual(
      limits.map((seconds) => 6 * seconds),
    );
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
    expect(mappings).toHaveLength(QUEUE_NAMES.length);
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
