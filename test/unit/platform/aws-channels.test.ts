import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { AwsEvents } from '../../../functions/platform/aws-events.ts';
import { AwsOperators } from '../../../functions/platform/aws-operators.ts';

const bus = mockClient(EventBridgeClient);
const sns = mockClient(SNSClient);
const region = { region: 'eu-west-1' };

describe('publishing an event', () => {
  const events = new AwsEvents(new EventBridgeClient(region), 'the-bus');
  beforeEach(() => bus.reset());

  it('puts it on the bus as Taskwarden’s own', async () => {
    bus.on(PutEventsCommand).resolves({ Entries: [{ EventId: '1' }], FailedEntryCount: 0 });
    await events.publish('Task Disable Requested', { task: 'acmeCo/a' });
    expect(bus.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries).toEqual([
      {
        EventBusName: 'the-bus',
        Source: 'taskwarden',
        DetailType: 'Task Disable Requested',
        Detail: '{"task":"acmeCo/a"}',
      },
    ]);
  });

  it('throws where the bus refuses the entry, which PutEvents answers as success', async () => {
    bus
      .on(PutEventsCommand)
      .resolves({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'x' }] });
    await expect(events.publish('Task Disable Requested', {})).rejects.toThrow('InternalFailure');
  });
});

describe('telling operators', () => {
  const operators = new AwsOperators(new SNSClient(region), 'arn:topic', 'dev');
  beforeEach(() => sns.reset());

  it('publishes a subject of one ASCII line that SNS takes', async () => {
    sns.on(PublishCommand).resolves({});
    await operators.tell({
      code: 'no-reachable-owner',
      subject: `acmé\n${'x'.repeat(200)}`,
      detail: 'Nobody is left.',
    });
    const input = sns.commandCalls(PublishCommand)[0]?.args[0].input;
    expect(input?.Subject).toMatch(/^Taskwarden dev: no-reachable-owner acm\?\?x+$/);
    expect(input?.Subject?.length).toBeLessThanOrEqual(100);
    expect(input?.Message).toContain('Nobody is left.');
  });
});
