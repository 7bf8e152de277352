import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../functions/abandonment/time.ts';
import { cancelWork, prioritiseWork, retryWork } from '../../../functions/operator-work/change-work.ts';
import { workPage } from '../../../functions/operator-work/work-page.ts';
import { keys } from '../../../functions/store/keys.ts';
import { listOops } from '../../../functions/store/oops.ts';
import { loadOperatorAlert } from '../../../functions/store/operator-alerts.ts';
import { openOperatorWork } from '../../../functions/store/operator-work.ts';
import { allRows } from '../../../functions/store/rows.ts';
import type { Table } from '../../../functions/store/table/table.port.ts';
import { disabledFleet, NOW, numbered } from './disabled-fleet.ts';

const [A, B, C] = ['acmeCo/a', 'acmeCo/b', 'acmeCo/c'] as const;
const BY = { by: 'olga', reason: '' };

describe('a page of a bulk command', () => {
  it('works a hundred items, and the next one goes on behind them', async () => {
    const ids = numbered(120);
    const stage = await disabledFleet(ids);
    const { id } = await stage.undo();
    expect(await stage.page()).toMatchObject({
      tried: 100,
      record: { state: 'open', counts: { done: 100 } },
    });
    expect(await stage.enabled()).toEqual(ids.slice(0, 100));
    expect(await stage.page()).toMatchObject({ tried: 20, record: { state: 'done', counts: { done: 120 } } });
    expect(await stage.enabled()).toEqual(ids);
    expect(await stage.page()).toBeUndefined();
    expect(await stage.work(id)).toMatchObject({ endedAt: NOW, lease: null });
    expect(await openOperatorWork(stage.table)).toEqual([]);
  });

  it('begins nothing new once its time is spent, and goes on with the same part', async () => {
    const stage = await disabledFleet(numbered(20));
    const { id } = await stage.undo();
    let asked = 0;
    const isSpent = () => {
      asked += 1;
      return asked > 7;
    };
    await stage.page({ isSpent });
    const done = (await stage.enabled()).length;
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(20);
    expect(await stage.work(id)).toMatchObject({ state: 'open', next: 0, counts: { done }, lease: null });
    await stage.page();
    expect(await stage.work(id)).toMatchObject({ state: 'done', counts: { done: 20, skipped: 0 } });
  });

  it('says of each item that it left why it did', async () => {
    const [D, E, F] = ['acmeCo/d', 'acmeCo/e', 'acmeCo/f'];
    const stage = await disabledFleet([A, B, C, D, E, F]);
    const { id } = await stage.undo([A, B, C, D, E, F, 'acmeCo/none']);
    await stage.change(A, ({ task }) => ({ task: { ...task, enabled: true } }));
    await stage.change(B, ({ task }) => ({ task: { ...task, deletedAt: NOW } }));
    await stage.change(C, () => ({ disabledByUs: null }));
    await stage.change(D, ({ task }) => ({ task: { ...task, publishedByUserAt: NOW - 1 } }));
    await stage.change(E, ({ disabledByUs }) => ({ disabledByUs: { ...disabledByUs!, run: null } }));
    await stage.page();
    expect(await stage.results(id)).toEqual([
      `${A}: skipped: the task is enabled`,
      `${B}: skipped: the task was deleted`,
      `${C}: skipped: it was enabled since, and disabled by others than Taskwarden`,
      `${D}: skipped: a user published it since, as disabled`,
      `${E}: skipped: it was disabled again since, by another scan or its owner`,
      `${F}: done`,
      'acmeCo/none: skipped: no such task',
    ]);
    expect(await stage.work(id)).toMatchObject({ state: 'done', counts: { done: 1, skipped: 6, failed: 0 } });
  });

  it('is written down by whom and why, for each task and for the command', async () => {
    const stage = await disabledFleet([A]);
    const { id } = await stage.undo();
    await stage.page();
    const acts = await allRows(stage.table, { pk: keys.task(A).pk, sk: { prefix: 'L#' } });
    expect(acts.at(-1)).toMatchObject({ act: 'enabled', by: 'olga', reason: 'by mistake' });
    const [ours] = await allRows(stage.table, { pk: 'AUDIT#operators', sk: { prefix: 'L#2026-01-23' } });
    expect(ours).toMatchObject({ act: 'work undo', by: 'olga', evidence: { work: id, items: 1 } });
  });
});

describe('items that fail', () => {
  /** The owning system is asked by an event that the bus takes of some tasks alone. */
  async function fed(fails: (task: string) => Error | undefined) {
    const stage = await disabledFleet([A, B, C]);
    const asked: string[] = [];
    stage.system.config.controlPlane = 'fed';
    stage.system.events = {
      publish: async (_, { task }) => {
        const error = fails(String(task));
        if (error) throw error;
        asked.push(String(task));
      },
    };
    return { ...stage, asked };
  }
  const busy = () => Object.assign(new Error('slow down'), { name: 'ThrottlingException' });

  it('stop no other, and are tried again after a wait that grows', async () => {
    let isAway = true;
    const stage = await fed((task) => (isAway && task === B ? busy() : undefined));
    const { id } = await stage.undo();
    await stage.page();
    expect(stage.asked.sort()).toEqual([A, C]);
    expect(await stage.work(id)).toMatchObject({ round: 1, notBefore: NOW + MINUTE, counts: { done: 2 } });
    expect(await stage.page()).toBeUndefined();
    stage.setNow(NOW + MINUTE);
    expect(await stage.page()).toMatchObject({ tried: 1, record: { round: 2, notBefore: NOW + 3 * MINUTE } });
    isAway = false;
    stage.setNow(NOW + 3 * MINUTE);
    expect(await stage.page()).toMatchObject({ record: { state: 'done', counts: { done: 3, failed: 0 } } });
    const [oops] = await listOops(stage.table);
    expect(oops).toMatchObject({ worker: 'scanner/operator-work', lastItem: `${id} ${B}`, count: 2 });
  });

  it('have failed after eight rounds, with their reason, until an operator tries them again', async () => {
    let isAway = true;
    const stage = await fed((task) => (isAway && task === B ? busy() : undefined));
    const { id } = await stage.undo();
    const tries: number[] = [];
    for (let at = NOW; (await stage.work(id)).state === 'open'; at += MINUTE) {
      stage.setNow(at);
      if (await stage.page()) tries.push((at - NOW) / MINUTE);
    }
    // Waits of 1, 2, 4, 8, 16, 32 and 60 minutes.
    expect(tries).toEqual([0, 1, 3, 7, 15, 31, 63, 123]);
    expect(await stage.results(id)).toContain(`${B}: failed: slow down`);
    expect(await stage.work(id)).toMatchObject({ state: 'done', counts: { done: 2, skipped: 0, failed: 1 } });
    isAway = false;
    await retryWork(stage.system, { id, ...BY });
    expect(await stage.results(id)).toContain(`${B}: left`);
    await stage.page();
    expect(await stage.work(id)).toMatchObject({ state: 'done', counts: { done: 3, skipped: 0, failed: 0 } });
    expect(stage.asked.sort()).toEqual([A, B, C]);
  });

  it('have failed at once where no new attempt mends it', async () => {
    const refused = Object.assign(new Error('the row is too large'), { name: 'RowRefused' });
    const stage = await fed((task) => (task === B ? refused : undefined));
    const { id } = await stage.undo();
    await stage.page();
    expect(await stage.work(id)).toMatchObject({ state: 'done', counts: { done: 2, failed: 1 } });
    expect(await stage.results(id)).toContain(`${B}: failed: the row is too large`);
  });

  it('are told to operators once their command is at its end, until it is tried again', async () => {
    const refused = Object.assign(new Error('the row is too large'), { name: 'RowRefused' });
    let isRefused = true;
    const stage = await fed((task) => (isRefused && task === B ? refused : undefined));
    const { id } = await stage.undo();
    const alert = () => loadOperatorAlert(stage.table, 'bulk-command-failed', id);
    await stage.page();
    expect(await alert()).toMatchObject({
      detail: `undo (olga): 1 of 3 items failed; \`taskwarden work show ${id}\` says why`,
    });
    isRefused = false;
    await retryWork(stage.system, { id, ...BY });
    await stage.page();
    expect(await alert()).toBeUndefined();
  });

  it('keep nobody’s address in their reason', async () => {
    const error = Object.assign(new Error('no mail to ana@acme.test'), { name: 'RowRefused' });
    const stage = await fed((task) => (task === B ? error : undefined));
    const { id } = await stage.undo();
    await stage.page();
    expect((await stage.results(id)).join()).not.toContain('ana@');
  });
});

describe('which bulk command is worked', () => {
  it('is the one of the highest priority, then the oldest', async () => {
    const stage = await disabledFleet([A, B, C]);
    await stage.undo([A]);
    stage.setNow(NOW + 1);
    const later = await stage.undo([B]);
    const last = await stage.undo([C], { priority: 'low' });
    await prioritiseWork(stage.system, { id: later.id, priority: 'high', ...BY });
    const order: string[][] = [];
    while (await stage.page()) order.push(await stage.enabled());
    expect(order).toEqual([[B], [A, B], [A, B, C]]);
    expect(await stage.work(last.id)).toMatchObject({ state: 'done' });
  });

  it('is none that somebody else works, until they are not heard of for five minutes', async () => {
    const stage = await disabledFleet([A]);
    const { id } = await stage.undo();
    const { table } = stage.system;
    let isTaken = false;
    stage.system.table = {
      ...methodsOf(table),
      get: (key) => (isTaken ? Promise.reject(new Error('the process ended')) : table.get(key)),
      transact: async (writes, writer) => {
        const taken = await table.transact(writes, writer);
        isTaken = true;
        return taken;
      },
    };
    await expect(stage.page()).rejects.toThrow('the process ended');
    stage.system.table = table;
    expect(await stage.page()).toBeUndefined();
    stage.setNow(NOW + 5 * MINUTE - 1);
    expect(await stage.page()).toBeUndefined();
    stage.setNow(NOW + 5 * MINUTE);
    expect(await stage.page()).toMatchObject({ tried: 1 });
    expect(await stage.work(id)).toMatchObject({ state: 'done', counts: { done: 1 } });
  });

  it('is none whose kind only a newer version knows', async () => {
    const stage = await disabledFleet([A, B]);
    const newer = { name: 'newer', work: async () => ({ outcome: 'done' as const }) };
    const { id } = await stage.undo([A], { kind: newer, priority: 'high' });
    await stage.undo([B]);
    await stage.page();
    expect(await stage.page()).toBeUndefined();
    expect(await stage.enabled()).toEqual([B]);
    expect(await stage.work(id)).toMatchObject({ state: 'open', lease: null });
  });
});

describe('a bulk command that is cancelled', () => {
  it('is worked no further, and goes on when it is tried again', async () => {
    const ids = numbered(120);
    const stage = await disabledFleet(ids);
    const { id } = await stage.undo();
    await stage.page();
    expect(await cancelWork(stage.system, { id, ...BY })).toMatchObject({ changed: true });
    expect(await stage.page()).toBeUndefined();
    expect(await stage.work(id)).toMatchObject({ state: 'cancelled', counts: { done: 100 }, endedAt: NOW });
    await retryWork(stage.system, { id, ...BY });
    while (await stage.page());
    expect(await stage.work(id)).toMatchObject({ state: 'done', counts: { done: 120, skipped: 0 } });
  });

  it('while a page is worked keeps what that page did', async () => {
    const stage = await disabledFleet([A, B]);
    const { id } = await stage.undo();
    let isFirst = true;
    stage.system.events = {
      publish: async () => {
        if (isFirst) await cancelWork(stage.system, { id, ...BY });
        isFirst = false;
      },
    };
    stage.system.config.controlPlane = 'fed';
    await stage.page();
    expect(await stage.work(id)).toMatchObject({ state: 'cancelled', counts: { done: 2 }, lease: null });
  });

  it.each([
    ['cancel', cancelWork, 'it is at its end'],
    ['retry', retryWork, 'nothing of it failed or is left'],
  ])('%s is refused at its end', async (_, act, reason) => {
    const stage = await disabledFleet([A]);
    const { id } = await stage.undo();
    await stage.page();
    expect(await act(stage.system, { id, ...BY })).toEqual({ changed: false, reason });
    expect(await act(stage.system, { id: 'none', ...BY })).toMatchObject({ changed: false });
  });
});

function methodsOf(table: Table): Table {
  const { get, batchGet, query, transact, scan } = table;
  return {
    get: get.bind(table),
    batchGet: batchGet.bind(table),
    query: query.bind(table),
    transact: transact.bind(table),
    scan: scan.bind(table),
  };
}

describe('an item in which whoever works it dies', () => {
  /** The process ends where the owning system is asked for a task: nothing after that takes place. */
  async function deadlyFleet(ids: string[], isDeadly: (task: string) => boolean) {
    const stage = await disabledFleet(ids);
    stage.system.config.controlPlane = 'fed';
    const begun: string[] = [];
    let now = NOW;
    const turn = async () => {
      let hasDied = false;
      const never = new Promise<never>(() => {});
      const alive = stage.table;
      const table: Table = {
        get: (key) => alive.get(key),
        batchGet: (asked) => alive.batchGet(asked),
        query: (query) => alive.query(query),
        scan: (cursor) => alive.scan(cursor),
        transact: (writes, writer) => (hasDied ? never : alive.transact(writes, writer)),
      };
      const died = new Promise<'died'>((answer) => {
        stage.system.events = {
          publish: async (_, { task }) => {
            begun.push(String(task));
            if (!isDeadly(String(task))) return;
            hasDied = true;
            answer('died');
            await never;
          },
        };
      });
      const page = workPage({ ...stage.system, table }, { isSpent: () => hasDied });
      const ended = await Promise.race([died, page]);
      // Its lease is over by then.
      now += 5 * MINUTE;
      stage.setNow(now);
      return ended === 'died' ? 'died' : 'lived';
    };
    /** Turn by turn, until the command is at its end. */
    const turns = async (id: string) => {
      const all: string[] = [];
      while ((await stage.work(id)).state === 'open' && all.length < 30) all.push(await turn());
      return all;
    };
    return { ...stage, begun, turns };
  }

  it('has failed with that reason after three claims, and all others are done', async () => {
    const stage = await deadlyFleet([A, B, C], (task) => task === B);
    const { id } = await stage.undo();
    const turns = await stage.turns(id);
    // Nobody knows in what the first one died; then each item is claimed.
    expect(turns).toEqual(['died', 'died', 'died', 'died', 'lived']);
    expect(await stage.results(id)).toEqual([
      `${A}: done: asked for at its owning system`,
      `${B}: failed: the worker died in it 3 times`,
      `${C}: done: asked for at its owning system`,
    ]);
    expect(await stage.work(id)).toMatchObject({
      state: 'done',
      counts: { done: 2, failed: 1 },
      lease: null,
    });
    expect(await loadOperatorAlert(stage.table, 'bulk-command-failed', id)).toMatchObject({ active: true });
    expect(await listOops(stage.table)).toContainEqual(
      expect.objectContaining({ worker: 'scanner/operator-work', cause: 'died', lastItem: `${id} ${B}` }),
    );
  });

  it('gives no blame to those that were worked before it', async () => {
    const ids = numbered(12);
    const deadly = [ids[5], ids[11]];
    const stage = await deadlyFleet(ids, (task) => deadly.includes(task));
    const { id } = await stage.undo();
    await stage.turns(id);
    const failed = (await stage.results(id)).filter((line) => line.includes('failed'));
    expect(failed).toEqual(deadly.map((item) => `${item}: failed: the worker died in it 3 times`));
    expect(await stage.work(id)).toMatchObject({
      state: 'done',
      counts: { done: 10, skipped: 0, failed: 2 },
    });
  });

  it('is begun again as often where an operator asks for that', async () => {
    let isDeadly = true;
    const stage = await deadlyFleet([A, B], (task) => isDeadly && task === B);
    const { id } = await stage.undo();
    await stage.turns(id);
    isDeadly = false;
    await retryWork(stage.system, { id, ...BY });
    expect(await stage.turns(id)).toEqual(['lived']);
    expect(await stage.work(id)).toMatchObject({ state: 'done', counts: { done: 2, failed: 0 } });
  });

  it('costs no write more where nobody died', async () => {
    const stage = await disabledFleet(numbered(20));
    const { id } = await stage.undo();
    const part = async () => (await stage.table.get(keys.operatorWorkPart(id, 0)))?.rev;
    const before = await part();
    await stage.page();
    expect(await part()).toBe(Number(before) + 1);
  });
});
