import { expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../../functions/abandonment/time.ts';
import { EventLoop, RANK } from '../../../../simulation/engine/event-loop.ts';
import { type Answer, type Delivery, SimQueues } from '../../../../simulation/engine/sim-queues.ts';
import { VirtualClock } from '../../../../simulation/engine/virtual-clock.ts';

const DONE: Answer = { outcome: 'done' };

function queuesWorkedBy(worker: (delivery: Delivery) => Answer) {
  const loop = new EventLoop(new VirtualClock(0));
  const queues = new SimQueues(loop);
  const seen: string[] = [];
  queues.workWith(async (delivery) => {
    seen.push(`${delivery.body}@${loop.clock.now() / SECOND} #${delivery.receiveCount}`);
    return worker(delivery);
  });
  return { loop, queues, seen };
}

test('a message without delay is worked at the instant it was sent', async () => {
  const { loop, queues, seen } = queuesWorkedBy(() => DONE);
  loop.at(60 * SECOND, RANK.event, () => queues.send('notify', [{ body: 'a' }, { body: 'b' }]));
  await loop.run(HOUR);
  expect(seen).toEqual(['a@60 #1', 'b@60 #1']);
  expect(queues.waiting).toBe(0);
});

test('a delayed message is worked after its delay and after the scan of that instant', async () => {
  const { loop, queues, seen } = queuesWorkedBy(() => DONE);
  await queues.send('disable', [{ body: 'late', delaySeconds: 900 }]);
  loop.at(15 * MINUTE, RANK.scan, () => {
    seen.push('scan');
  });
  await loop.run(HOUR);
  expect(seen).toEqual(['scan', 'late@900 #1']);
});

test('a reported failure comes back after the delay the worker asked for', async () => {
  const { loop, queues, seen } = queuesWorkedBy(({ receiveCount }) =>
    receiveCount < 3 ? { outcome: 'retry', delaySeconds: 20 * receiveCount } : DONE,
  );
  await queues.send('notify', [{ body: 'a' }]);
  await loop.run(HOUR);
  expect(seen).toEqual(['a@0 #1', 'a@20 #2', 'a@60 #3']);
  expect(queues.failedReceives).toBe(2);
});

test('after a died process the message is seen again when its visibility ends, 180 s later', async () => {
  const { loop, queues, seen } = queuesWorkedBy(({ receiveCount }) => {
    if (receiveCount === 1) throw new Error('killed');
    return DONE;
  });
  await queues.send('disable', [{ body: 'a' }]);
  await loop.run(HOUR);
  expect(seen).toEqual(['a@0 #1', 'a@180 #2']);
  expect(queues.deaths.map(({ process, error }) => `${process}: ${error}`)).toEqual([
    'disable: Error: killed',
  ]);
});

test('a message is dead-lettered only by the receive that exceeds ten, and keeps its first enqueue time', async () => {
  const { loop, queues, seen } = queuesWorkedBy(() => ({ outcome: 'retry', delaySeconds: 60 }));
  loop.at(5 * MINUTE, RANK.event, () => queues.send('notify', [{ body: 'poison' }]));
  await loop.run(5 * MINUTE + 9 * MINUTE);
  expect(seen).toHaveLength(10);
  expect(queues.deadLetters).toEqual([]);
  await loop.run(DAY);
  expect(seen).toHaveLength(10);
  expect(queues.deadLetters).toEqual([
    {
      queue: 'notify',
      messageId: 'm1',
      body: 'poison',
      reason: null,
      sentAt: 5 * MINUTE,
      movedAt: 15 * MINUTE,
      receives: 11,
    },
  ]);
});

test('what the worker dead-letters goes there at once, with the reason', async () => {
  const { loop, queues } = queuesWorkedBy(() => ({ outcome: 'dead-letter', reason: 'unreadable' }));
  await queues.send('ingest', [{ body: '{' }]);
  await loop.run(0);
  expect(queues.deadLetters.map(({ body, reason, receives }) => [body, reason, receives])).toEqual([
    ['{', 'unreadable', 1],
  ]);
});

test('one poison message does not hold up the others', async () => {
  const { loop, queues, seen } = queuesWorkedBy(({ body }) =>
    body === 'poison' ? { outcome: 'retry' } : DONE,
  );
  await queues.send('notify', [{ body: 'poison' }, { body: 'good' }]);
  await loop.run(0);
  expect(seen).toEqual(['poison@0 #1', 'good@0 #1']);
});

test('throttled receives count, although nobody worked the message', async () => {
  const { loop, queues, seen } = queuesWorkedBy(() => DONE);
  queues.faults.onReceive = ({ receiveCount }) => (receiveCount <= 2 ? 'throttle' : undefined);
  await queues.send('notify', [{ body: 'a' }]);
  await loop.run(HOUR);
  expect(seen).toEqual(['a@360 #3']);
  expect(queues.failedReceives).toBe(2);
});

test('a message whose deletion is lost is worked a second time', async () => {
  const { loop, queues, seen } = queuesWorkedBy(() => DONE);
  queues.faults.onReceive = ({ receiveCount }) => (receiveCount === 1 ? 'duplicate' : undefined);
  await queues.send('notify', [{ body: 'a' }]);
  await loop.run(HOUR);
  expect(seen).toEqual(['a@0 #1', 'a@180 #2']);
});

test('messages can be lost, copied and late on their way', async () => {
  const { loop, queues, seen } = queuesWorkedBy(() => DONE);
  queues.faults.onSend = (_queue, message) =>
    ({ lost: { drop: true }, twice: { copies: 2 }, late: { delay: 30 * SECOND } })[message.body];
  await queues.send('notify', [{ body: 'late' }, { body: 'lost' }, { body: 'twice' }, { body: 'plain' }]);
  await loop.run(HOUR);
  expect(seen).toEqual(['twice@0 #1', 'twice@0 #1', 'plain@0 #1', 'late@30 #1']);
});

test('a message that nobody finishes within the retention is gone', async () => {
  const loop = new EventLoop(new VirtualClock(0));
  const queues = new SimQueues(loop, { visibility: 2 * DAY, maxReceiveCount: 10, retention: 4 * DAY });
  let received = 0;
  queues.workWith(async () => {
    received += 1;
    return { outcome: 'retry' };
  });
  await queues.send('notify', [{ body: 'a' }]);
  await loop.run(30 * DAY);
  expect(received).toBe(3);
  expect(queues.waiting).toBe(0);
});
