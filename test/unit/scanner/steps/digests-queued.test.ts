import { describe, expect, it } from 'vitest';
import type { Notice } from '../../../../functions/abandonment/task.ts';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../../../functions/abandonment/time.ts';
import type { OutgoingMessage } from '../../../../functions/platform/ports.ts';
import type { Run } from '../../../../functions/scanner/run.ts';
import type { Step } from '../../../../functions/scanner/step.ts';
import { digestsStep } from '../../../../functions/scanner/steps/digests.ts';
import { takeSteps } from '../../../../functions/scanner/take-steps.ts';
import { FleetView } from '../../../../functions/store/fleet-view.ts';
import { bucketOf, keys } from '../../../../functions/store/keys.ts';
import { noticeWrite, type PendingNotice } from '../../../../functions/store/notices.ts';
import { pausesWrite } from '../../../../functions/store/pauses.ts';
import { loadWarmUpLimit, warmUpLimitWrite } from '../../../../functions/store/rate-limits.ts';
import {
  loadRecipient,
  newRecipient,
  type RecipientRecord,
  recipientWrite,
} from '../../../../functions/store/recipients.ts';
import type { Write } from '../../../../functions/store/table/table.port.ts';
import { START as NOW, runStage } from '../run-stage.ts';
import { givenUp, NOTHING_PAUSED } from '../stored-rows.ts';

const ANA = 'ana';

/** What tells one notice from another of its kind. */
interface Times {
  notBefore?: Instant;
  by?: Instant;
  order?: { firedAt: Instant; since: Instant };
}

/** A notice that came to be now, a reminder with a window that stays open for long. */
function pendingOf(
  notice: Notice,
  { notBefore = NOW, by = NOW + 30 * DAY, order }: Times = {},
): PendingNotice {
  const asked = { since: NOW, notBefore };
  if (notice === 'warning') return { notice, ...asked, ...(order && { order }) };
  if (notice === 'reminder') return { notice, ...asked, lead: DAY, by };
  if (notice === 'stopping') return { notice, ...asked, by };
  if (notice === 'overdue') return { notice, ...asked };
  return { notice, ...asked, facts: { since: NOW, restarts: 0 } };
}

/** Who waits for a mail: their notices by name, and what is known of them. */
interface Waiter {
  key?: string;
  address?: string;
  task?: string;
  notices: [Notice, Times?][];
  known?: Partial<RecipientRecord>;
}

/** A run that comes to its digests, with the table as it stands then. */
async function digestStage(waiters: Waiter[], policy: Record<string, unknown> = {}, more: Write[] = []) {
  const stage = runStage();
  const { system, table } = stage;
  const sent: OutgoingMessage[][] = [];
  const queues = new Set<string>();
  system.queues = {
    send: async (queue, messages) => {
      queues.add(queue);
      sent.push([...messages]);
    },
  };
  const writes: Write[] = [{ put: { ...keys.policy(''), v: 1, document: policy } }, ...more];
  for (const { key = ANA, address = `${key}@acme.test`, task = 'acmeCo/a', notices, known } of waiters) {
    if (known) writes.push(recipientWrite({ ...newRecipient(key, address), ...known }));
    notices.forEach(([notice, fields], index) => {
      const pending = pendingOf(notice, fields);
      writes.push(noticeWrite({ recipient: key, address, task, episode: index + 1, pending }));
    });
  }
  for (let from = 0; from < writes.length; from += 90) {
    await table.transact(writes.slice(from, from + 90), `rows from ${from}`);
  }
  const run = async (
    changes: Partial<Run> = {},
    spent: () => boolean = () => false,
    cursor: string | null = null,
  ) => {
    const view = await FleetView.load(table, NOW);
    const figures: Record<string, number> = {};
    const turn = await digestsStep.run(
      { system, view, id: 'run', now: NOW, figures, asked: [], ...changes },
      { spent },
      cursor,
    );
    return { ...turn, figures };
  };
  return {
    ...stage,
    sent,
    queues,
    run,
    /** Of each message: for whom, and with what delay. */
    queued: () =>
      sent.flat().map(({ body, delaySeconds }) => [(JSON.parse(body) as { key: string }).key, delaySeconds]),
    known: async (key = ANA) => (await loadRecipient(table, key)) as RecipientRecord,
  };
}

/** The names of so many people whose notices stand in one bucket of the index. */
function keysIn(bucket: number, people: number): string[] {
  const found: string[] = [];
  for (let index = 0; found.length < people; index += 1)
    if (bucketOf(`k${index}`) === bucket) found.push(`k${index}`);
  return found;
}

const order = (firedAt: Instant, since = firedAt) => ({ order: { firedAt, since } });
const a24 = Array.from({ length: 24 }, () => NOW - DAY + 5 * MINUTE);

describe('a recipient with something due', () => {
  it('is queued once, under their tenant, and known to be', async () => {
    const stage = await digestStage([{ notices: [['warning'], ['warning']], task: 'acme#1/orders#2' }]);
    expect(await stage.run()).toMatchObject({ cursor: null, figures: { recipientsQueued: 1 } });
    expect(stage.sent).toEqual([[{ body: expect.any(String), group: 'acme#1', delaySeconds: 0 }]]);
    expect([...stage.queues]).toEqual(['notify']);
    expect(JSON.parse(stage.sent[0]?.[0]?.body ?? '')).toMatchObject({
      kind: 'notify',
      key: ANA,
      correlationId: 'run',
    });
    expect(await stage.known()).toMatchObject({ queuedFor: NOW, admittedAt: NOW });
    await stage.run();
    expect(stage.sent).toHaveLength(1);
  });

  it.each<[string, Waiter['notices'], Partial<RecipientRecord>, number | null]>([
    ['nothing holds them back', [['disabled']], {}, 0],
    ['a warning waits for digestEvery', [['warning']], { lastMailAt: NOW - 50 * MINUTE }, 600],
    ['a warning is free again', [['warning']], { lastMailAt: NOW - HOUR }, 0],
    ['digestEvery ends with the next scan', [['warning']], { lastMailAt: NOW - 45 * MINUTE }, null],
    ['digestEvery ends just before it', [['warning']], { lastMailAt: NOW - 45 * MINUTE - 1 }, 900],
    [
      'the window of a reminder step would close before',
      [['reminder', { by: NOW + 10 * MINUTE }]],
      { lastMailAt: NOW - 50 * MINUTE },
      0,
    ],
    [
      'the first of two windows would',
      [
        ['reminder', { by: NOW + 5 * MINUTE }],
        ['reminder', { by: NOW + DAY }],
      ],
      { lastMailAt: NOW - 50 * MINUTE },
      0,
    ],
    [
      'the window closes later',
      [['reminder', { by: NOW + 10 * MINUTE + 1 }]],
      { lastMailAt: NOW - 50 * MINUTE },
      600,
    ],
    ['a disabling waits for no window', [['disabled']], { lastMailAt: NOW - MINUTE }, 0],
    ['a disabling is gathered, in whole seconds', [['disabled', { notBefore: NOW + 90_500 }]], {}, 91],
    [
      'a notice of the undoing is free',
      [['enabled']],
      { lastMailAt: NOW - MINUTE, lastWithdrawnAt: NOW - MINUTE },
      0,
    ],
    [
      'a withdrawal waits for the one before it',
      [['withdrawn']],
      { lastWithdrawnAt: NOW - 55 * MINUTE },
      300,
    ],
    ['a withdrawal waits for no reminder', [['withdrawn']], { lastMailAt: NOW - MINUTE }, 0],
    ['a reminder waits for no withdrawal', [['reminder']], { lastWithdrawnAt: NOW - MINUTE }, 0],
    [
      'the first of all that waits counts',
      [
        ['disabled', { notBefore: NOW + 2 * MINUTE }],
        ['disabled', { notBefore: NOW + MINUTE }],
        ['reminder'],
      ],
      { lastMailAt: NOW - 57 * MINUTE },
      60,
    ],
    ['a try failed', [['disabled']], { retryAt: NOW + 2 * MINUTE }, 120],
    ['24 mails went within a day', [['disabled']], { mailedAt: a24 }, 300],
    ['they sleep until then', [['disabled']], { quietHours: { from: '11:00', to: '12:05' } }, 300],
    ['they sleep longer', [['disabled']], { quietHours: { from: '11:00', to: '12:15' } }, null],
    ['it is on the queue', [['disabled']], { queuedFor: NOW - HOUR }, null],
    ['it is on the queue for later', [['disabled']], { queuedFor: NOW + SECOND }, 0],
    ['it was on the queue for three hours', [['disabled']], { queuedFor: NOW - 3 * HOUR }, 0],
    ['it was on the queue for less', [['disabled']], { queuedFor: NOW - 3 * HOUR + 1 }, null],
  ])('is queued with a delay, or left to a later scan: %s', async (_what, notices, recipient, delay) => {
    const stage = await digestStage([{ notices, known: recipient }]);
    expect((await stage.run()).figures).toEqual(delay === null ? {} : { recipientsQueued: 1 });
    expect(stage.queued()).toEqual(delay === null ? [] : [[ANA, delay]]);
    if (delay !== null)
      expect(Math.ceil(((await stage.known()).queuedFor ?? 0) / SECOND)).toBe(NOW / SECOND + delay);
  });

  it('is asked again by each scan that comes more seldom, with SQS’s longest delay', async () => {
    const stage = await digestStage([{ notices: [['warning']], known: { lastMailAt: NOW - 30 * MINUTE } }], {
      scanEvery: '1h',
    });
    await stage.run();
    expect(stage.queued()).toEqual([[ANA, 900]]);
    expect((await stage.known()).queuedFor).toBe(NOW + 30 * MINUTE);
  });

  it.each([
    ['PAUSE#notify', {}, 3 * DAY - 1, 0],
    ['PAUSE#notify', {}, 3 * DAY, 1],
    ['notify', { phase: 'open' }, 4 * HOUR, 0],
    ['disable', { phase: 'open' }, 4 * HOUR, 1],
  ])('waits on the queue longer while it is off: %s', async (sk, row, ago, messages) => {
    const off = { put: { pk: 'BREAKER', sk, v: 1, ...row } };
    const stage = await digestStage([{ notices: [['disabled']], known: { queuedFor: NOW - ago } }], {}, [
      off,
    ]);
    await stage.run();
    expect(stage.queued()).toHaveLength(messages);
  });

  it.each([
    [NOW - HOUR, 1],
    [NOW - HOUR + 1, 0],
  ])('is queued again where a scan marked them and died since %i', async (doubtfulSince, messages) => {
    const stage = await digestStage([{ notices: [['disabled']], known: { queuedFor: NOW - HOUR } }]);
    await stage.run({ doubtfulSince });
    expect(stage.queued()).toHaveLength(messages);
  });
});

it('a recipient who is given up is left out until another notice comes, and no other with them', async () => {
  const waiters: Waiter[] = [
    { key: 'ana', notices: [['disabled'], ['disabled', { notBefore: NOW }]] },
    { key: 'bo', notices: [['disabled'], ['disabled', { notBefore: NOW + 1 }]] },
    { key: 'cy', notices: [['disabled']] },
  ];
  const marks = ['ana', 'bo'].map((item) => givenUp({ queue: 'notify', item }));
  const stage = await digestStage(waiters, {}, marks);
  expect((await stage.run()).figures).toEqual({ recipientsQueued: 2 });
  expect(new Set(stage.queued().map(([key]) => key))).toEqual(new Set(['bo', 'cy']));
  expect(await stage.known('ana')).toBeUndefined();
});

it('where nobody waits for a mail there is nothing to do', async () => {
  const stage = await digestStage([]);
  expect(await stage.run()).toEqual({ cursor: null, worked: 0, figures: {} });
});

it('nobody is queued before all is decided; where time is over its row says where it goes on', async () => {
  const stage = await digestStage([{ notices: [['disabled']] }]);
  let cursor: string | null = '7';
  const deciding: Step = { name: 'deciding', run: async () => ({ cursor }) };
  const tick = async (remaining: number) =>
    takeSteps(await stage.begin(), [deciding, digestsStep], () => remaining);
  await tick(900 * SECOND);
  expect(await stage.table.get(keys.step('digests'))).toBeUndefined();
  cursor = null;
  await tick(10 * SECOND);
  expect(await stage.table.get(keys.step('digests'))).toMatchObject({ cursor: '0' });
  expect(stage.queued()).toEqual([]);
  await tick(900 * SECOND);
  expect(stage.queued()).toEqual([[ANA, 0]]);
});

describe('while something is paused', () => {
  const pause = (what: 'notify' | 'evaluate') => pausesWrite({ ...NOTHING_PAUSED, [what]: NOW });

  it('nobody is queued, or only who has something other than warnings and reminders', async () => {
    const waiters: Waiter[] = [
      { key: 'ana', notices: [['warning'], ['reminder']] },
      { key: 'bo', notices: [['warning'], ['withdrawn']] },
    ];
    const notify = await digestStage(waiters, {}, [pause('notify')]);
    expect(await notify.run()).toEqual({ cursor: null, figures: {} });
    expect(notify.queued()).toEqual([]);
    const evaluate = await digestStage(waiters, {}, [pause('evaluate')]);
    await evaluate.run();
    expect(evaluate.queued()).toEqual([['bo', 0]]);
    expect((await evaluate.known('bo')).admittedAt).toBeNull();
  });
});

describe('the warm-up limit', () => {
  const OLD = NOW - DAY;
  const two = { rampPerDay: 2 };
  const admittedOf = async (waiters: Waiter[], policy: object = two, more: Write[] = []) => {
    const stage = await digestStage(waiters, { ...policy }, more);
    const { figures } = await stage.run();
    return { ...stage, figures, keys: stage.queued().map(([key]) => key) };
  };

  it.each<[string, Waiter[], string[]]>([
    [
      'whose oldest alert fired first',
      [
        { key: 'a', notices: [['warning', order(OLD + 2)]] },
        {
          key: 'b',
          notices: [
            ['warning', order(OLD + 3)],
            ['warning', order(OLD)],
          ],
        },
        { key: 'c', notices: [['warning', order(OLD + 1)]] },
      ],
      ['b', 'c'],
    ],
    [
      'however long its task fails, and whichever of their warnings that is',
      [
        { key: 'a', notices: [['warning', order(OLD + 2, 1)]] },
        {
          key: 'b',
          notices: [
            ['warning', order(OLD, 9)],
            ['warning', order(OLD + 3, 0)],
          ],
        },
        { key: 'c', notices: [['warning', order(OLD + 1, 5)]] },
      ],
      ['b', 'c'],
    ],
    [
      'then whose task fails longer',
      [
        { key: 'a', notices: [['warning', order(OLD, 3)]] },
        { key: 'b', notices: [['warning', order(OLD, 1)]] },
        { key: 'c', notices: [['warning', order(OLD, 2)]] },
      ],
      ['b', 'c'],
    ],
    [
      'then by the name of the task',
      [
        { key: 'a', task: 't/3', notices: [['warning', order(OLD)]] },
        { key: 'b', task: 't/1', notices: [['warning', order(OLD)]] },
        { key: 'c', task: 't/2', notices: [['warning', order(OLD)]] },
      ],
      ['b', 'c'],
    ],
    [
      'then by address',
      [
        { key: 'a', address: 'z@acme.test', notices: [['warning', order(OLD)]] },
        { key: 'b', address: 'x@acme.test', notices: [['warning', order(OLD)]] },
        { key: 'c', address: 'y@acme.test', notices: [['warning', order(OLD)]] },
      ],
      ['b', 'c'],
    ],
    [
      'of an older version by the instant it was asked for',
      [
        { key: 'a', notices: [['warning', { notBefore: NOW }]] },
        { key: 'b', notices: [['warning', { notBefore: NOW - 2 }]] },
        { key: 'c', notices: [['warning', order(NOW - 1)]] },
      ],
      ['b', 'c'],
    ],
  ])('admits as many as have a place, in their order: %s', async (_what, waiters, keys) => {
    const stage = await admittedOf(waiters);
    expect(stage.keys).toEqual(keys);
    expect((await loadWarmUpLimit(stage.table)).runs).toEqual([{ at: NOW, count: 2 }]);
    expect(await stage.known('b')).toMatchObject({ admittedAt: NOW });
    expect(await stage.known('a')).toBeUndefined();
  });

  it('counts those of the last day, and nobody who was admitted or warned within it', async () => {
    const full = warmUpLimitWrite({ runs: [{ at: NOW - DAY + 1, count: 2 }], rev: 0 });
    const stage = await admittedOf(
      [
        { key: 'new', notices: [['warning']] },
        { key: 'admitted', notices: [['warning']], known: { admittedAt: NOW - HOUR } },
        { key: 'warned', notices: [['warning']], known: { lastWarnedAt: NOW - 2 * HOUR } },
        { key: 'delayed', notices: [['warning']], known: { lastMailAt: NOW - 50 * MINUTE } },
        { key: 'reminded', notices: [['reminder']] },
      ],
      two,
      [full],
    );
    expect([...stage.keys].sort()).toEqual(['admitted', 'delayed', 'reminded', 'warned']);
    expect(await stage.known('admitted')).toMatchObject({ admittedAt: NOW - HOUR });
    expect(await stage.known('delayed')).toMatchObject({ admittedAt: null });
  });

  it('has a place for nobody whom the limit of the day delays: they take one when they are mailed', async () => {
    const stage = await admittedOf(
      [
        { key: 'a', notices: [['warning', order(OLD)]], known: { mailedAt: a24 } },
        { key: 'b', notices: [['warning', order(OLD + 1)]] },
      ],
      { rampPerDay: 1 },
    );
    expect(stage.queued()).toEqual([
      ['a', 300],
      ['b', 0],
    ]);
    expect(await stage.known('a')).toMatchObject({ admittedAt: null });
  });

  it('keeps nobody from what is no warning', async () => {
    const full = { at: NOW - HOUR, count: 1 };
    const stage = await admittedOf(
      [
        { key: 'a', notices: [['warning'], ['disabled', { notBefore: NOW + MINUTE }]] },
        { key: 'b', notices: [['warning'], ['disabled', { notBefore: NOW + HOUR }]] },
      ],
      { rampPerDay: 1 },
      [warmUpLimitWrite({ runs: [full], rev: 0 })],
    );
    expect(stage.queued()).toEqual([['a', 60]]);
    // Who is not queued yet is no fault.
    expect(stage.figures).toEqual({ recipientsQueued: 1 });
    expect(await stage.known('a')).toMatchObject({ admittedAt: null, queuedFor: NOW + MINUTE });
    expect((await loadWarmUpLimit(stage.table)).runs).toEqual([full]);
  });

  it('counts no topic, which is queued after the people', async () => {
    const topic = 'arn:aws:sns:eu-west-1:123456789012:chat';
    const stage = await admittedOf(
      [
        { key: 'a-topic', address: topic, notices: [['warning']] },
        { key: 'b', notices: [['disabled']] },
        { key: 'c', notices: [['warning']] },
      ],
      { rampPerDay: 1 },
    );
    expect(stage.keys).toEqual(['b', 'c', 'a-topic']);
    expect(stage.figures).toEqual({ recipientsQueued: 3 });
    expect((await loadWarmUpLimit(stage.table)).runs).toEqual([{ at: NOW, count: 1 }]);
  });

  it.each([
    [7, 1],
    [8, 0],
  ])('is stored on fresh state where others change it %i times', async (times, messages) => {
    const stage = await digestStage([{ notices: [['warning']] }]);
    let left = times;
    const { table } = stage;
    const contested = async (writes: Write[], writer: string) => {
      const isWarmUpLimit = writes.some((write) => 'put' in write && write.put.sk === 'RAMP');
      if (isWarmUpLimit && left > 0) {
        left -= 1;
        return { outcome: 'busy', reason: 'a conflict' } as const;
      }
      return table.transact(writes, writer);
    };
    stage.system.table = new Proxy(table, {
      get: (target, name: keyof typeof table) =>
        name === 'transact' ? contested : (target[name].bind(target) as unknown),
    });
    const done = stage.run();
    if (messages === 0)
      await expect(done).rejects.toThrow('the warm-up limit could not be stored: it changes too fast');
    else await done;
    expect(stage.queued()).toHaveLength(messages);
  });
});

describe('a queue that fails, and others at work', () => {
  it('leaves nobody marked whose message was not sent, and one record', async () => {
    const stage = await digestStage([{ notices: [['disabled']], known: { declined: true } }]);
    stage.system.queues = { send: () => Promise.reject(new Error('the queue is away')) };
    expect((await stage.run()).figures).toEqual({ failed: 1 });
    expect(await stage.known()).toMatchObject({ queuedFor: null, declined: true });
    expect(await stage.rows({ pk: 'OOPS#' })).toMatchObject([{ worker: 'scanner/digests', item: ANA }]);
  });

  it('sends nothing for one whom another process changes at the same time', async () => {
    const stage = await digestStage([
      { key: 'a', notices: [['disabled']], known: {} },
      { key: 'b', notices: [['disabled']], known: {} },
    ]);
    const { table } = stage;
    const contested = async (writes: Write[], writer: string) =>
      writes.some((write) => 'put' in write && write.put.pk === 'R#a')
        ? ({ outcome: 'busy', reason: 'a conflict' } as const)
        : table.transact(writes, writer);
    stage.system.table = new Proxy(table, {
      get: (target, name: keyof typeof table) =>
        name === 'transact' ? contested : (target[name].bind(target) as unknown),
    });
    expect((await stage.run()).figures).toEqual({ recipientsQueued: 1 });
    expect(stage.queued()).toEqual([['b', 0]]);
  });

  it('queues each of 120, at most 50 at once', async () => {
    const waiters = Array.from(
      { length: 120 },
      (_, index): Waiter => ({ key: `k${index}`, notices: [['warning'], ['disabled']] }),
    );
    const stage = await digestStage(waiters);
    expect((await stage.run()).figures).toEqual({ recipientsQueued: 120 });
    expect(new Set(stage.queued().map(([key]) => key)).size).toBe(120);
    expect(stage.sent.map(({ length }) => length)).toEqual([50, 50, 20]);
  });

  it.each([
    [50, [50]],
    [101, [50, 50, 1]],
  ])('queues %i of one bucket, at most 50 at once', async (people, messages) => {
    const waiters = keysIn(0, people).map((key): Waiter => ({ key, notices: [['disabled']] }));
    const stage = await digestStage(waiters);
    expect(await stage.run()).toEqual({
      cursor: null,
      worked: messages.length,
      figures: { recipientsQueued: people },
    });
    expect(stage.sent.map(({ length }) => length)).toEqual(messages);
    expect(new Set(stage.queued().map(([key]) => key)).size).toBe(people);
  });

  it('ends where its time is over, and goes on from there', async () => {
    const inBucket = (bucket: number) => keysIn(bucket, 1)[0] as string;
    const waiters = [0, 3, 7].map((bucket): Waiter => ({ key: inBucket(bucket), notices: [['disabled']] }));
    const stage = await digestStage(waiters);
    expect(await stage.run({}, () => true)).toMatchObject({ cursor: '0' });
    expect(stage.queued()).toEqual([]);
    expect(await stage.run({}, () => stage.sent.length >= 2)).toMatchObject({ cursor: '3' });
    expect(stage.queued().map(([key]) => key)).toEqual([inBucket(0), inBucket(3)]);
    const other = await digestStage(waiters);
    await other.run({}, () => false, '4');
    expect(other.queued().map(([key]) => key)).toEqual([inBucket(7)]);
    expect(await stage.run({}, () => false, '7')).toMatchObject({ cursor: null });
    expect(stage.queued().map(([key]) => key)).toEqual([inBucket(0), inBucket(3), inBucket(7)]);
  });
});
