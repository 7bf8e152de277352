import { describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import { notifyConsumer } from '../../../functions/notices/send/notify-consumer.ts';
import { resolveOops } from '../../../functions/operators/oops.ts';
import { recipientKey } from '../../../functions/platform/addresses.ts';
import type { QueueName } from '../../../functions/platform/ports.ts';
import { generatorWrite, loadGenerators, newGenerator } from '../../../functions/store/generators.ts';
import { loadGivenUpOf, type Work } from '../../../functions/store/given-up.ts';
import { noticeWrite } from '../../../functions/store/notices.ts';
import { listOops } from '../../../functions/store/oops.ts';
import { loadOpenAlerts } from '../../../functions/store/operator-incidents.ts';
import { RowRefused } from '../../../functions/store/table/row-limits.ts';
import type { Row } from '../../../functions/store/table/table.port.ts';
import type { Consumer } from '../../../functions/work/consumer.ts';
import {
  disablerWork,
  disablingOf,
  enablingOf,
  giveUp,
  nameOfWork,
  takeUp,
  takeUpAll,
} from '../../../functions/work/given-up.ts';
import { processMessage } from '../../../functions/work/pipeline.ts';
import { START, workStage } from './stage.ts';

const KEY = recipientKey('ana@acme.test');

/** A stage in which a recipient is to be notified, and the table refuses a kind of row. */
async function stageThatRefuses(isRefused: (row: Row) => boolean) {
  const stage = workStage();
  let refuses = true;
  const { table } = stage;
  const transact = table.transact.bind(table);
  table.transact = async (writes, writer) => {
    if (refuses && writes.some((write) => 'put' in write && isRefused(write.put)))
      throw new RowRefused('it has 409601 bytes');
    return transact(writes, writer);
  };
  const pending = {
    notice: 'withdrawn',
    since: 0,
    notBefore: 0,
    facts: { since: 0, restarts: 0, resolvedReason: 'policy' },
  } as const;
  const notice = { recipient: KEY, address: 'ana@acme.test', task: 'acmeCo/a', episode: 1, pending };
  await table.transact([noticeWrite(notice)], 'notice');
  const work = (queue: QueueName, consumer: Consumer<never>, body: string) =>
    processMessage(stage.system, consumer as Consumer<unknown>, {
      body,
      messageId: `m-${queue}-${body.length}`,
      receiveCount: 1,
      maxReceives: 10,
    });
  return {
    ...stage,
    work,
    mend: () => {
      refuses = false;
    },
    toldOfWork: async () => (await loadOpenAlerts(table)).map(({ code, subject }) => `${code}#${subject}`),
    notes: () => stage.sent.filter(({ body }) => body.includes('"kind":"notify"')),
  };
}

/** One who cannot be claimed for a mail. */
const unclaimable = ({ sk, sending }: Row) => sk === 'R' && typeof sending === 'string';

describe('work that is given up for its own sake', () => {
  it('is not queued again by scan after scan, until the failure is resolved', async () => {
    const s = await stageThatRefuses(unclaimable);
    await s.scan();
    expect(s.notes()).toHaveLength(1);
    const ended = await s.work('notify', notifyConsumer as Consumer<never>, s.notes()[0]!.body);
    expect(ended).toMatchObject({ outcome: 'dead-letter', reason: 'RowRefused: it has 409601 bytes' });
    for (let round = 0; round < 10; round += 1) {
      s.pass(DAY / 4);
      await s.scan();
    }
    expect(s.notes()).toHaveLength(1);
    expect(await s.toldOfWork()).toEqual([`notify-failing#${KEY}`]);
    const [kind] = await listOops(s.table);
    expect(await resolveOops(s.system, kind!.fingerprint, 'olga')).toEqual({ again: [KEY] });
    expect(await s.toldOfWork()).toEqual([]);
    s.mend();
    s.pass(DAY / 4);
    await s.scan();
    expect(s.notes()).toHaveLength(2);
    expect(await s.work('notify', notifyConsumer as Consumer<never>, s.notes()[1]!.body)).toEqual({
      outcome: 'done',
      reason: 'mailed',
    });
  });

  it('is tried again where something new is due', async () => {
    const s = await stageThatRefuses(unclaimable);
    await s.scan();
    await s.work('notify', notifyConsumer as Consumer<never>, s.notes()[0]!.body);
    s.pass(DAY);
    const pending = {
      notice: 'withdrawn',
      since: 0,
      notBefore: START + DAY,
      facts: { since: 0, restarts: 0 },
    } as const;
    const news = { recipient: KEY, address: 'ana@acme.test', task: 'acmeCo/b', episode: 1, pending };
    await s.table.transact([noticeWrite(news)], 'news');
    await s.scan();
    expect(s.notes()).toHaveLength(2);
  });

  it('is not dead-lettered before it is noted: else the scan would make it again', async () => {
    const s = await stageThatRefuses(unclaimable);
    await s.scan();
    const { transact } = s.table;
    s.table.transact = async (writes, writer) =>
      writes.some((write) => 'put' in write && write.put.pk === 'GIVEN-UP')
        ? { outcome: 'busy', reason: 'throttled' }
        : transact(writes, writer);
    const ended = await s.work('notify', notifyConsumer as Consumer<never>, s.notes()[0]!.body);
    expect(ended).toMatchObject({ outcome: 'retry', failed: true });
  });
});

describe('what is given up', () => {
  const REFUSED = new RowRefused('it has 409601 bytes for bo@acme.test');
  const whys = 'RowRefused: it has 409601 bytes for <address>';

  it.each<[string, Work, string, string, string]>([
    [
      'what waits for a recipient',
      { queue: 'notify', item: 'r1' },
      'notify-failing',
      'r1',
      `what waits for this recipient can never be mailed: ${whys}; \`taskwarden oops resolve f1\` lets it be tried again`,
    ],
    [
      'a disabling',
      disablingOf('acmeCo/a#b', 12),
      'disable-failing',
      'acmeCo/a#b',
      `it can never be disabled: ${whys}; \`taskwarden oops resolve f1\` lets it be tried again`,
    ],
    [
      'an enabling',
      enablingOf('acmeCo/a', 12),
      'enable-refused',
      'acmeCo/a',
      `it can never be enabled: ${whys}; \`taskwarden oops resolve f1\` lets it be tried again`,
    ],
    [
      'work of a generator',
      { generator: 'garbage', item: 'T#acmeCo/a b' },
      'work-given-up',
      'garbage',
      `some of its work can never be done: ${whys}; \`taskwarden generators clear garbage 'T#acmeCo/a b'\` lets it be tried again`,
    ],
  ])(
    '%s: it is noted, and operators hear how to take it up again, until it is',
    async (_what, work, code, subject, detail) => {
      const { system, table } = workStage();
      await giveUp(system, { ...work, fingerprint: 'f1' }, REFUSED);
      expect(await loadGivenUpOf(table, work)).toMatchObject({
        ...work,
        fingerprint: 'f1',
        at: START,
        reason: whys,
      });
      const alert = { code, subject, detail, since: START, toldAt: null, active: true };
      expect(await loadOpenAlerts(table)).toMatchObject([alert]);
      await takeUp(system, work);
      expect(await loadGivenUpOf(table, work)).toBeUndefined();
      expect(await loadOpenAlerts(table)).toEqual([]);
    },
  );

  it('goes to operators once, with the newest reason, and since when', async () => {
    const { system, table, pass } = workStage();
    await giveUp(system, { queue: 'notify', item: 'r1', fingerprint: 'f1' }, new Error('first'));
    pass(DAY);
    await giveUp(system, { queue: 'notify', item: 'r1', fingerprint: 'f2' }, new Error('second'));
    const alerts = await loadOpenAlerts(table);
    expect(alerts).toMatchObject([
      { since: START, detail: expect.stringContaining('Error: second; `taskwarden oops resolve f2`') },
    ]);
  });

  it('is not noted where somebody else notifies operators of it at the same time', async () => {
    const { system, table } = workStage();
    table.transact = async () => ({ outcome: 'refused', index: 1 });
    await expect(
      giveUp(system, { queue: 'notify', item: 'r1', fingerprint: 'f1' }, REFUSED),
    ).rejects.toMatchObject({
      name: 'TableBusy',
      message: 'what operators are told of r1 changes too fast',
    });
  });

  it.each<[string, (system: ReturnType<typeof workStage>['system']) => Promise<void>, string]>([
    [
      'its end',
      (system) => giveUp(system, { queue: 'notify', item: 'r1', fingerprint: 'f1' }, REFUSED),
      'the end of r1',
    ],
    ['its return', (system) => takeUp(system, { queue: 'notify', item: 'r1' }), 'that r1 may be done again'],
  ])('stays as it was where the table is too busy for %s', async (_what, act, what) => {
    const { system, table } = workStage();
    table.transact = async () => ({ outcome: 'busy', reason: 'throttled' });
    await expect(act(system)).rejects.toThrow(`the table is too busy for ${what}`);
  });

  it('of a generator goes to operators for all of its work, until the last of it is taken up', async () => {
    const { system, table } = workStage();
    const [first, last] = ['1', '2'].map((item) => ({ generator: 'garbage', item }));
    for (const work of [first!, last!]) await giveUp(system, { ...work, fingerprint: 'f1' }, REFUSED);
    expect(await loadOpenAlerts(table)).toHaveLength(1);
    await takeUp(system, first!);
    expect(await loadOpenAlerts(table)).toMatchObject([{ code: 'work-given-up', subject: 'garbage' }]);
    await takeUp(system, last!);
    expect(await loadOpenAlerts(table)).toEqual([]);
  });
});

describe('a kind of failure that is mended', () => {
  it('has all taken up again that it had us give up, and nothing else', async () => {
    const { system, table } = workStage();
    const idle = (name: string) =>
      generatorWrite({ ...newGenerator(name), notBefore: START + DAY, empty: 3 });
    for (const name of ['garbage', 'facts']) await table.transact([idle(name)], name);
    const works: Work[] = [
      { queue: 'notify', item: 'r1' },
      disablingOf('acmeCo/a', 1),
      { generator: 'garbage', item: 'T#acmeCo/a' },
    ];
    for (const work of works) await giveUp(system, { ...work, fingerprint: 'mended' }, new Error('x'));
    const others: Work[] = [
      { queue: 'notify', item: 'r2' },
      { generator: 'facts', item: 'day' },
    ];
    for (const work of others) await giveUp(system, { ...work, fingerprint: 'other' }, new Error('x'));

    expect((await takeUpAll(system, 'mended')).toSorted()).toEqual(['T#acmeCo/a', 'acmeCo/a', 'r1']);
    for (const work of works) expect(await loadGivenUpOf(table, work)).toBeUndefined();
    for (const work of others) expect(await loadGivenUpOf(table, work)).toBeDefined();
    // The one that has work again is asked with the next tick.
    const generators = await loadGenerators(table);
    expect(generators.get('garbage')?.notBefore).toBe(0);
    expect(generators.get('facts')?.notBefore).toBe(START + DAY);
    expect(await takeUpAll(system, 'mended')).toEqual([]);
  });
});

describe('the name of a work item of the disabler', () => {
  it.each([
    ['acmeCo/a#1', { task: 'acmeCo/a', episode: 1, isEnabling: false }],
    ['acmeCo/a#1#enable', { task: 'acmeCo/a', episode: 1, isEnabling: true }],
    ['acmeCo/a#b#12', { task: 'acmeCo/a#b', episode: 12, isEnabling: false }],
    ['#enable#7', { task: '#enable', episode: 7, isEnabling: false }],
  ])('%s says what it is', (item, parts) => {
    expect(disablerWork(item)).toEqual(parts);
    const { task, episode, isEnabling } = parts;
    expect((isEnabling ? enablingOf : disablingOf)(task, episode)).toEqual({ queue: 'disable', item });
  });

  it('is that under which it is noted', () => {
    expect(nameOfWork(disablingOf('acmeCo/a', 1))).toBe('disable#acmeCo/a#1');
    expect(nameOfWork({ generator: 'garbage', item: 'x' })).toBe('x');
  });
});
