import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../../functions/abandonment/time.ts';
import { listerConsumer } from '../../../../functions/catalog/listings/lister-consumer.ts';
import {
  ControlPlaneUnavailable,
  type ListedControlPlane,
} from '../../../../functions/platform/control-plane.port.ts';
import { readControlPlanes } from '../../../../functions/platform/control-plane-settings.ts';
import type { OutgoingMessage } from '../../../../functions/platform/ports.ts';
import { loadDataPlane } from '../../../../functions/store/data-planes.ts';
import type { Table, Write } from '../../../../functions/store/table/table.port.ts';
import { at, listed, listedStage } from './listed-stage.ts';

type Stage = ReturnType<typeof listedStage>;

const names = (count: number) =>
  Array.from({ length: count }, (_, place) => `t${String(place).padStart(3, '0')}`);

async function listedOnce(count = 7): Promise<Stage> {
  const s = listedStage();
  s.plane.tasks = names(count).map((name) => listed(name));
  await s.scan();
  await s.drain();
  return s;
}

const away = () => {
  throw new ControlPlaneUnavailable('connect', 'connection refused');
};

class Died extends Error {}

/** Lets the process die at the nth of its calls, before or after its effect; what is after that never happens. */
function dieAt(s: Stage, nth: number, when: 'before' | 'after') {
  let calls = 0;
  let dead = false;
  const at = async <Value>(call: () => Promise<Value>): Promise<Value> => {
    calls += 1;
    if (dead || (calls === nth && when === 'before')) {
      dead = true;
      throw new Died();
    }
    const value = await call();
    if (calls === nth) {
      dead = true;
      throw new Died();
    }
    return value;
  };
  const { table, queues } = s.system;
  const dyingTable: Table = {
    get: (key, options) => table.get(key, options),
    batchGet: (keys, options) => table.batchGet(keys, options),
    query: (query) => table.query(query),
    scan: (cursor) => table.scan(cursor),
    transact: (writes: Write[], writer: string) => at(() => table.transact(writes, writer)),
  };
  const plane: ListedControlPlane = Object.create(s.plane, {
    list: { value: (cursor: string | null, tag?: string) => at(() => s.plane.list(cursor, tag)) },
    get: { value: (id: string) => at(() => s.plane.get(id)) },
  });
  const system = {
    ...s.system,
    table: dyingTable,
    queues: { send: (...sent: Parameters<typeof queues.send>) => at(() => queues.send(...sent)) },
    openControlPlane: () => plane,
  };
  return { system, hasDied: () => dead };
}

/** Works one message in a process that may die; its message is then lost with it. */
async function workOrDie(
  s: Stage,
  message: OutgoingMessage,
  nth: number,
  when: 'before' | 'after',
): Promise<boolean> {
  const { system, hasDied } = dieAt(s, nth, when);
  const parsed = listerConsumer.parse(JSON.parse(message.body));
  if (!parsed.ok) throw new Error(parsed.reason);
  const delivery = { body: message.body, messageId: 'm', receiveCount: 1, maxReceives: 10 };
  try {
    await listerConsumer.act(system, parsed.message, delivery);
  } catch (error) {
    if (!(error instanceof Died)) throw error;
  }
  return hasDied();
}

describe('a lister that dies', () => {
  it.each(['before', 'after'] as const)(
    'at any call, %s its effect, loses nothing and concludes nothing',
    async (when) => {
      let died = true;
      let deaths = 0;
      for (let nth = 1; died; nth += 1) {
        const s = await listedOnce();
        // One is gone, one is new, one is edited, one fails.
        s.plane.tasks.splice(2, 1);
        s.plane.tasks.splice(0, 0, listed('a-new-one'));
        s.plane.tasks[3] = listed('t003', { revision: 'r2' });
        s.plane.tasks[6] = listed('t006', { shards: [{ status: 'FAILED' }] });
        s.pass(15);
        await s.scan();
        const message = s.queue.shift();
        if (!message) throw new Error('no listing began');
        died = await workOrDie(s, message, nth, when);
        if (died) deaths += 1;
        for (let scans = 0; scans < 3; scans += 1) {
          await s.drain();
          s.pass(15);
          await s.scan();
        }
        await s.drain();
        const versions = await Promise.all(
          ['a-new-one', ...names(7)].map(async (name) => {
            const record = await s.task(name);
            return [
              name,
              record?.task.version,
              record?.task.deletedAt !== undefined,
              record?.evidence.statuses[0],
            ];
          }),
        );
        expect(versions).toEqual([
          ['a-new-one', 1, false, 'PRIMARY'],
          ['t000', 1, false, 'PRIMARY'],
          ['t001', 1, false, 'PRIMARY'],
          ['t002', 1, true, 'PRIMARY'],
          ['t003', 2, false, 'PRIMARY'],
          ['t004', 1, false, 'PRIMARY'],
          ['t005', 1, false, 'PRIMARY'],
          ['t006', 1, false, 'FAILED'],
        ]);
        expect((await s.ends())[0]).toMatchObject({ outcome: 'whole', counts: { tasks: 7, gone: 0 } });
      }
      expect(deaths).toBeGreaterThan(8);
    },
  );

  it('at each page once, and comes to its end', async () => {
    const s = listedStage();
    s.plane.tasks = names(10).map((name) => listed(name));
    const died = new Set<number>();
    s.plane.before = (page) => {
      if (died.has(page)) return;
      died.add(page);
      throw new Error('the process is gone');
    };
    await s.scan();
    for (let message = s.queue.shift(), receive = 1; message; receive += 1) {
      const { outcome } = await s.work(message, receive);
      if (outcome !== 'retry') message = s.queue.shift();
    }
    expect([...died]).toEqual([0, 1, 2, 3]);
    expect((await s.ends())[0]).toMatchObject({ outcome: 'whole', counts: { pages: 4, tasks: 10 } });
    for (const name of names(10)) expect(await s.task(name)).toBeDefined();
  });
});

describe('a message of a listing', () => {
  it('that is doubled or late does nothing again', async () => {
    const s = await listedOnce();
    s.pass(15);
    await s.scan();
    const message = s.queue[0] as OutgoingMessage;
    expect(await s.drain()).toEqual(['whole']);
    expect(await s.work(message)).toEqual({ outcome: 'skipped', reason: 'over' });
    s.pass(15);
    await s.scan();
    expect(await s.work(message)).toEqual({ outcome: 'skipped', reason: 'over' });
    expect(await s.drain()).toEqual(['whole']);
    expect(await s.ends()).toHaveLength(3);
  });

  it('that is lost is made up for by the next scan', async () => {
    const s = await listedOnce();
    s.pass(15);
    await s.scan();
    s.queue.length = 0;
    s.pass(15);
    await s.scan();
    expect(await s.drain()).toEqual(['whole']);
    expect(await s.ends()).toHaveLength(2);
  });

  it('of a control plane that is no longer configured is skipped', async () => {
    const s = await listedOnce();
    s.pass(15);
    await s.scan();
    s.system.config.controlPlanes = [];
    expect(await s.drain()).toEqual(['not-configured']);
  });
});

describe('half a listing', () => {
  it('deletes nothing, and the next whole one is compared with the whole one before', async () => {
    const s = await listedOnce(9);
    // The first page goes; the second cannot be asked for.
    s.plane.tasks.splice(0, 1);
    let broken = true;
    s.plane.before = (page) => {
      if (broken && page === 1) away();
    };
    s.pass(15);
    await s.scan();
    const deadline = s.now() + 2 * HOUR;
    while (s.now() < deadline) {
      await s.drain();
      s.pass(15);
      await s.scan();
    }
    expect((await s.ends())[0]?.outcome).toBe('failed');
    expect((await s.task('t000'))?.task.deletedAt).toBeUndefined();
    broken = false;
    for (let scans = 0; scans < 8; scans += 1) {
      s.pass(15);
      await s.scan();
      await s.drain();
    }
    expect((await s.ends())[0]?.outcome).toBe('whole');
    const gone = await Promise.all(
      names(9).map(async (name) => (await s.task(name))?.task.deletedAt !== undefined),
    );
    expect(gone).toEqual([true, ...Array(8).fill(false)]);
  });
});

describe('a control plane that is away', () => {
  it('is put off for longer and longer, and stops neither its queue nor another one', async () => {
    const http = (name: string) => ({
      type: 'http',
      name,
      prefix: `${name}/`,
      dataPlane: name,
      url: 'https://x.test',
    });
    const s = listedStage({
      controlPlanes: readControlPlanes(JSON.stringify([http('connect'), http('other')])),
    });
    s.plane.before = away;
    s.planeOf('other').tasks = [{ ...listed('x', { dataPlane: 'other' }), id: 'other/x' }];
    await s.scan();
    const first = await s.work(s.queue.shift() as OutgoingMessage);
    expect(first).toEqual({ outcome: 'skipped', reason: 'put-off' });
    expect(await s.work(s.queue.shift() as OutgoingMessage)).toEqual({ outcome: 'done', reason: 'whole' });
    expect(s.metrics).not.toContain('AttemptFailed');
    const delays: number[] = [];
    for (let message = s.queue.shift(); message; message = s.queue.shift()) {
      delays.push(message.delaySeconds ?? 0);
      s.setNow(s.now() + (message.delaySeconds ?? 0) * 1_000);
      await s.work(message);
    }
    // Three quarters of 30 s, 1, 2, 4 and 8 min.
    expect(delays).toEqual([23, 45, 90, 180, 360]);
    expect((await s.ends())[0]).toMatchObject({
      outcome: 'failed',
      why: 'control plane connect: connection refused',
    });
  });

  it('waits as long as it is told to', async () => {
    const s = listedStage();
    s.plane.before = () => {
      throw new ControlPlaneUnavailable('connect', '429', 600);
    };
    await s.scan();
    await s.work(s.queue.shift() as OutgoingMessage);
    expect(s.queue[0]?.delaySeconds).toBe(600);
    expect(await s.work(s.queue.shift() as OutgoingMessage)).toEqual({
      outcome: 'skipped',
      reason: 'put-off',
    });
  });

  it('is silent since its newest whole listing once that is too old; operators are told once, and it ends with the next', async () => {
    const s = await listedOnce();
    s.plane.before = away;
    const plane = () => loadDataPlane(s.table, 'connect');
    // 2 x 15 min for the scans, and 15 min of `silentAfter`.
    s.setNow(at(0) + 45 * MINUTE - 1);
    await s.scan();
    expect((await plane())?.state).toBe('up');
    s.setNow(at(0) + 60 * MINUTE);
    await s.scan();
    expect(await plane()).toMatchObject({ state: 'silent', since: at(0) });
    for (let hours = 2; hours <= 72; hours += 1) {
      s.setNow(at(hours));
      await s.drain();
      await s.scan();
    }
    expect(s.alerts.map(({ code, subject }) => [code, subject])).toEqual([['data-plane-silent', 'connect']]);
    s.plane.before = () => {};
    s.setNow(at(0) + 3 * DAY + 2 * HOUR);
    await s.scan();
    await s.drain();
    expect(await plane()).toMatchObject({ state: 'up', unknown: [{ from: at(0), to: s.now() }] });
    expect((await s.task('t001'))?.task.deletedAt).toBeUndefined();
  });

  it('from the beginning makes the data plane silent that the configuration names', async () => {
    const s = listedStage();
    s.plane.before = away;
    for (let scans = 0; scans < 6; scans += 1) {
      await s.scan();
      await s.drain();
      s.pass(15);
    }
    expect((await loadDataPlane(s.table, 'connect'))?.state).toBe('silent');
    expect(s.alerts.map(({ code }) => code)).toEqual(['data-plane-silent']);
  });
});

describe('a page that cannot be meant', () => {
  it.each([
    ['goes on where it began', { cursor: '3' }],
    ['goes on at a place too long to note', { cursor: 'x'.repeat(4_097) }],
    ['has more tasks than can be stored together', { tasks: names(2_001).map((name) => listed(name)) }],
    ['has not changed, which nobody asked', 'notModified' as const],
  ])('and %s ends its listing, and nothing is concluded from it', async (_, answer) => {
    const s = await listedOnce();
    const list = s.plane.list.bind(s.plane);
    s.plane.list = async (cursor) => {
      const page = await list(cursor);
      if (cursor !== '3' || page === 'notModified') return page;
      return answer === 'notModified' ? answer : { ...page, ...answer };
    };
    s.plane.tasks.splice(0, 1);
    for (let scans = 0; scans < 9; scans += 1) {
      s.pass(15);
      await s.scan();
      await s.drain();
    }
    expect((await s.ends()).map(({ outcome }) => outcome)).toEqual(['failed', 'whole']);
    expect((await s.task('t000'))?.task.deletedAt).toBeUndefined();
  });
});

describe('our own code that cannot work a page', () => {
  it('is tried again, and the listing ends as stuck', async () => {
    const s = await listedOnce();
    s.plane.before = () => {
      throw new Error('a bug of ours');
    };
    for (let scans = 0; scans < 12; scans += 1) {
      s.pass(15);
      await s.scan();
      await s.drain();
    }
    const ends = await s.ends();
    expect(ends.map(({ outcome }) => outcome)).toContain('stuck');
    expect(s.metrics).toContain('AttemptFailed');
  });
});
