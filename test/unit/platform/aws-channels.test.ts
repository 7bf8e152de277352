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

  const published = () => sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);
  const of = (subject: string) => ({
    code: 'no-reachable-owner' as const,
    subject,
    detail: 'Nobody is left.',
  });

  it('publishes a subject of one ASCII line that SNS takes', async () => {
    sns.on(PublishCommand).resolves({});
    await operators.notify(of('acmeCo/acmé-orders'));
    expect(published()[0]?.Subject).toBe('Taskwarden dev: no-reachable-owner acm?-orders');
    expect(published()[0]?.Message).toBe(
      'Nobody is left.\nAbout: "acmeCo/acmé-orders"\n\nCode: no-reachable-owner\nStage: dev\n',
    );
  });

  it('says what is over behind what is not, and marks a message in which all is', async () => {
    sns.on(PublishCommand).resolves({});
    const over = (subject: string) => ({
      ...of(subject),
      detail: 'over since 2026-03-01T15:15:00Z; it lasted 3 h',
      isOver: true as const,
    });
    await operators.notify(of('acmeCo/a'), [over('acmeCo/b'), over('acmeCo/c')]);
    await operators.notify(over('acmeCo/b'));
    const [both, ended] = published();
    expect(both?.Subject).toBe('Taskwarden dev: no-reachable-owner a');
    expect(both?.MessageAttributes?.state?.StringValue).toBe('open');
    const overAt = 'over since 2026-03-01T15:15:00Z; it lasted 3 h';
    expect(both?.Message?.split('\n\n').slice(0, 4)).toEqual([
      'Nobody is left.\nAbout: "acmeCo/a"',
      '2 are over:',
      `${overAt}\nAbout: "acmeCo/b"`,
      `${overAt}\nAbout: "acmeCo/c"`,
    ]);
    expect(ended?.Subject).toBe('Taskwarden dev: no-reachable-owner is over b');
    expect(ended?.MessageAttributes?.state?.StringValue).toBe('over');
    expect(ended?.Message).toMatch(/^over since 2026-03-01T15:15:00Z; it lasted 3 h\nAbout: "acmeCo\/b"/);
  });

  it('lets no name of a task speak in its subject, or become a link', async () => {
    sns.on(PublishCommand).resolves({});
    await operators.notify(of(`acmé\n${'x'.repeat(200)}`));
    await operators.notify(of('acmeCo/evil.com'));
    expect(published().map(({ Subject }) => Subject)).toEqual([
      'Taskwarden dev: no-reachable-owner',
      'Taskwarden dev: no-reachable-owner',
    ]);
    expect(published()[1]?.Message).toContain('About: "acmeCo/evil\u2060.\u2060com"');
  });

  it('publishes many of one code in one message, with their number and the first ten', async () => {
    sns.on(PublishCommand).resolves({});
    const [first, ...others] = Array.from({ length: 1_000 }, (_, index) => of(`acmeCo/t${1_000 + index}`));
    await operators.notify(first!, others);
    expect(published()).toHaveLength(1);
    const { Subject, Message = '' } = published()[0]!;
    expect(Subject).toBe('Taskwarden dev: no-reachable-owner (1000)');
    expect(Message).toMatch(/^1000 of this code:\n\nNobody is left\.\nAbout: "acmeCo\/t1000"/);
    expect(Message).toContain('"acmeCo/t1009"');
    expect(Message).not.toContain('t1010');
    expect(Message).toContain('And 990 more.');
  });
});
