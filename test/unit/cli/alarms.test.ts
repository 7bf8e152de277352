import { CloudWatchClient, DescribeAlarmsCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, it } from 'vitest';
import { proveDelivery } from '../../../cli/alarms/prove-delivery.ts';
import { sdkAlarmBoard } from '../../../cli/alarms/sdk-alarm-board.ts';
import { cliStage, QuietBoard } from './cli-stage.ts';

/** A clock on which each look takes ten seconds. */
function ports(within = 60_000) {
  let now = 0;
  return { now: () => (now += 10_000), mark: 'mark-1', by: 'olga', within };
}

it('proves that the message of an alarm of each severity arrives, and leaves no alarm ringing', async () => {
  const board = new QuietBoard();
  const proofs = await proveDelivery(board, ports());
  expect(proofs).toEqual([
    expect.objectContaining({ severity: 'page', topic: 'arn:page', way: 'alarm', unseen: [] }),
    expect.objectContaining({ severity: 'ticket', topic: 'arn:ticket', way: 'alarm', unseen: [] }),
  ]);
  expect([...board.states.values()]).toEqual(['OK', 'OK']);
  expect(board.isListening).toBe(false);
  // Who is paged by it must see at once that it is a test, and whose.
  expect(board.told.filter((text) => text.startsWith('page ALARM'))).toEqual([
    expect.stringContaining('A test by olga (taskwarden alarms test): nothing is wrong.'),
  ]);
});

it('tells an alarm that does not reach its topic from a topic that delivers nothing', async () => {
  const board = new QuietBoard();
  board.alarmsArrive = false;
  const [page] = await proveDelivery(board, ports());
  expect(page).toMatchObject({ way: 'topic' });
  expect(page?.unseen).toEqual([
    'no message of the alarm notify-dead-letters came: see the policy of its topic and of its key',
  ]);
  board.topicsDeliver = false;
  const [silent] = await proveDelivery(board, ports());
  expect(silent).toMatchObject({ way: null, took: null });
});

it('says what it could not see: an alarm that cannot be rung, a topic that nobody subscribed to', async () => {
  const board = new QuietBoard();
  board.confirmed = 0;
  board.set = async () => Promise.reject(Object.assign(new Error('no'), { name: 'ResourceNotFound' }));
  const [page] = await proveDelivery(board, ports());
  expect(page).toMatchObject({ way: 'topic' });
  expect(page?.unseen).toEqual([
    'the alarm could not be set off (ResourceNotFound)',
    'nobody confirmed a subscription: no person hears',
  ]);
});

it('stops listening also where something breaks', async () => {
  const board = new QuietBoard();
  board.subscribers = async () => Promise.reject(new Error('denied'));
  await expect(proveDelivery(board, ports())).rejects.toThrow('denied');
  expect(board.isListening).toBe(false);
});

it('takes no message of another test, and none of another topic, for its own', async () => {
  const board = new QuietBoard();
  board.alarmsArrive = false;
  board.publish = async () => {
    board.waiting.push({ topic: 'arn:page', text: '[mark-2 page topic]' });
    board.waiting.push({ topic: 'arn:other', text: '[mark-1 page topic]' });
  };
  const [page] = await proveDelivery(board, ports());
  expect(page?.way).toBeNull();
});

it('ends with a fault where an alarm was not seen to arrive, and says for which', async () => {
  const stage = cliStage();
  expect((await stage.taskwarden(['alarms', 'test'])).code).toBe(0);
  stage.board.alarmsArrive = false;
  const failed = await stage.taskwarden(['alarms', 'test', '--wait', '1']);
  expect(failed.code).toBe(1);
  expect(failed.err).toContain('no message of an alarm was seen to arrive for: page, ticket');
  expect(failed.out).toContain('from the topic alone');
});

it('lists what rings first, with what it means', async () => {
  const stage = cliStage();
  stage.board.alarms = [
    { name: 'feed-silent', severity: 'ticket', state: 'OK', since: 0, impact: 'nothing comes in' },
    { name: 'breaker-open', severity: 'page', state: 'ALARM', since: 0, impact: 'a worker fails' },
  ];
  const { out, code } = await stage.taskwarden(['alarms', 'list']);
  expect(code).toBe(0);
  const [, first, second] = out.trimEnd().split('\n');
  expect(first).toMatch(/^rings +page +breaker-open +.* +a worker fails$/);
  expect(second).toMatch(/^ok +ticket +feed-silent/);
  expect((await stage.taskwarden(['alarms', 'list', '--json'])).json[0]).toMatchObject({
    name: 'breaker-open',
    severity: 'page',
    state: 'ALARM',
    since: '1970-01-01T00:00:00Z',
  });
});

it('reads severity and impact from the text that the deployment wrote, and rings its tested alarms by name', async () => {
  const cloudWatch = mockClient(CloudWatchClient);
  cloudWatch.on(DescribeAlarmsCommand, { AlarmNamePrefix: 'taskwarden/prod/' }).resolves({
    MetricAlarms: [
      {
        AlarmName: 'taskwarden/prod/breaker-open',
        AlarmDescription:
          'Impact: a worker fails. Severity: page. Runbook: docs/runbook.md#breaker-open Console: https://x',
        StateValue: 'ALARM',
        StateUpdatedTimestamp: new Date(5_000),
      },
      {
        AlarmName: 'taskwarden/prod/older',
        AlarmDescription: 'Impact: old. Runbook: docs/runbook.md#feed-silent',
      },
    ],
  });
  cloudWatch.on(SetAlarmStateCommand).resolves({});
  const alarmTopics = { page: 'arn:p', ticket: 'arn:t' };
  const board = sdkAlarmBoard({ stage: 'prod', alarmTopics } as never);
  expect(await board.list()).toEqual([
    { name: 'breaker-open', severity: 'page', state: 'ALARM', since: 5_000, impact: 'a worker fails.' },
    { name: 'older', severity: null, state: 'INSUFFICIENT_DATA', since: null, impact: 'old.' },
  ]);
  await board.set('ticket', 'ALARM', 'a test');
  expect(cloudWatch.commandCalls(SetAlarmStateCommand)[0]?.args[0].input).toEqual({
    AlarmName: 'taskwarden/prod/events-refused',
    StateValue: 'ALARM',
    StateReason: 'a test',
  });
});
