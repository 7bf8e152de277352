import { describe, expect, it } from 'vitest';
import { QUEUED_AGAIN_AFTER } from '../../../../functions/abandonment/next-look.ts';
import type { Disabling } from '../../../../functions/abandonment/task.ts';
import { DAY, HOUR, MINUTE } from '../../../../functions/abandonment/time.ts';
import { withDisabling } from '../../../../functions/episodes/disabling.ts';
import type { OpenTask } from '../../../../functions/episodes/open-task.ts';
import { dueEvaluationsStep } from '../../../../functions/scanner/steps/due-evaluations.ts';
import { bucketOf, keys } from '../../../../functions/store/keys.ts';
import { loadOperatorAlert, operatorAlert } from '../../../../functions/store/operator-alerts.ts';
import type { Write } from '../../../../functions/store/table/table.port.ts';
import type { TaskRecord } from '../../../../functions/store/tasks.ts';
import { disablingOf, enablingOf } from '../../../../functions/work/given-up.ts';
import { puts, refusing } from '../../store/refusing-table.ts';
import { dueTask } from '../due-task.ts';
import { aPlane, START as NOW, only, type RunStage, runStage } from '../run-stage.ts';
import { givenUp } from '../stored-rows.ts';

const A = 'acmeCo/a';

async function stageOf(tasks: TaskRecord[], ...more: Write[]) {
  const stage = runStage({ confirmWithin: HOUR });
  await stage.policy({ mode: 'disable' });
  await stage.planes(aPlane('eu-1'));
  await stage.tasks(...tasks);
  await stage.write(...more);
  return stage;
}

const take = async (stage: RunStage, how = {}) => stage.take(dueEvaluationsStep, await stage.begin(), how);
const queued = ({ sent }: RunStage) =>
  sent.map(({ queue, body: { kind, key } }) => `${queue} ${kind} ${key}`);

const asker = { by: 'run', run: 'before', disableAt: NOW - 2 * HOUR } as const;

/** A task on its way to be turned off since half an hour, of which nothing was heard. */
function onItsWay(disabling: Partial<Disabling> = {}, id = A): TaskRecord {
  const way = { state: 'queued', asker, queuedAt: NOW - QUEUED_AGAIN_AFTER, attempts: 1, ...disabling };
  const task = dueTask(id, { disableAt: NOW - 2 * HOUR, open: { disabling: way as Disabling } });
  return { ...task, next: { at: NOW, why: 'look' } };
}

/** One that was asked for, and that is not confirmed within the hour. */
const unconfirmed = {
  state: 'requested',
  queuedAt: NOW - HOUR,
  requestedAt: NOW - HOUR,
} as Partial<Disabling>;

describe('a task whose instant has come', () => {
  it('is evaluated: one that recovered is over, and one whose instant comes later is not', async () => {
    const well = dueTask(A, { disableAt: NOW + 3 * DAY });
    const records = [A, 'acmeCo/later'].map(
      (id, later): TaskRecord => ({
        ...well,
        task: { ...well.task, id },
        evidence: { ...well.evidence, statuses: ['PRIMARY'] },
        next: { at: NOW + later, why: 'look' },
      }),
    );
    const stage = await stageOf(records);
    expect(await take(stage)).toMatchObject({ cursor: null, figures: only({ looked: 1, resolved: 1 }) });
    expect((await stage.task(A)).open).toBeNull();
    expect((await stage.task('acmeCo/later')).open).not.toBeNull();
    expect(queued(stage)).toEqual([]);
  });

  it('is found in whatever bucket it is, and from where the scan before stopped', async () => {
    const ids = Array.from({ length: 20 }, (_, number) => `acmeCo/t${number}`);
    expect(new Set(ids.map((id) => bucketOf(id))).size).toBe(8);
    const stage = await stageOf(ids.map((id) => onItsWay({}, id)));
    expect(await take(stage, { budget: { spent: () => true } })).toMatchObject({
      cursor: '0',
      figures: only({}),
    });
    const last = ids.filter((id) => bucketOf(id) === 7);
    expect((await take(stage, { cursor: '7' })).figures.looked).toBe(last.length);
    expect((await take(stage)).figures.looked).toBe(ids.length - last.length);
    expect(queued(stage).sort()).toEqual(ids.map((id) => `disable disable ${id}`).sort());
  });

  it('may be gone by then', async () => {
    const stage = await stageOf([onItsWay()]);
    const { query } = stage.table;
    stage.table.query = async (asked) => {
      const page = await query.call(stage.table, asked);
      const isFound = asked.index === 'g1' && page.rows.length > 0;
      if (isFound) await stage.table.transact([{ delete: keys.task(A) }], 'meanwhile');
      return page;
    };
    expect(await take(stage)).toMatchObject({ cursor: null, figures: only({}) });
  });

  it('may change too fast to be evaluated: the next scan evaluates it again', async () => {
    const well = onItsWay();
    well.evidence = { ...well.evidence, statuses: ['PRIMARY'] };
    const stage = await stageOf([well]);
    stage.on(refusing(stage.system.table, (writes) => puts(writes, `T#${A}`), { times: 5 }));
    expect((await take(stage)).figures).toEqual({ looked: 1, conflicts: 5 });
    expect((await take(stage)).figures).toEqual({ looked: 1, resolved: 1 });
  });

  it('and cannot be read leaves its record, and keeps no other from being evaluated', async () => {
    const stage = await stageOf([onItsWay(), onItsWay({}, 'acmeCo/b')]);
    const { batchGet } = stage.table;
    stage.table.batchGet = async (asked) => {
      if (asked.some(({ pk }) => pk === `T#${A}`)) throw new Error('unreadable');
      return batchGet.call(stage.table, asked);
    };
    expect((await take(stage)).figures).toEqual({ looked: 1, failed: 1 });
    expect(await stage.rows({ pk: 'OOPS#' })).toMatchObject([{ worker: 'scanner/ladder', item: `T#${A}` }]);
  });
});

describe('a disabling of which nothing was heard', () => {
  it('is queued again, and once more half an hour later', async () => {
    const stage = await stageOf([onItsWay()]);
    await take(stage);
    expect(stage.sent).toMatchObject([
      {
        queue: 'disable',
        group: 'acmeCo',
        body: { kind: 'disable', key: A, episode: 1, correlationId: 'run' },
      },
    ]);
    expect(await stage.task(A)).toMatchObject({
      open: { disabling: { state: 'queued', queuedAt: NOW, attempts: 1, asker } },
      next: { at: NOW + QUEUED_AGAIN_AFTER, why: 'look' },
    });
    await take(stage);
    expect(stage.sent).toHaveLength(1);
  });

  it.each<[string, Partial<Disabling>]>([
    ['was queued less than half an hour ago', { queuedAt: NOW - QUEUED_AGAIN_AFTER + 1 }],
    [
      'was asked for less than an hour ago',
      { ...unconfirmed, requestedAt: NOW - HOUR + 1 } as Partial<Disabling>,
    ],
  ])('is left alone where it %s', async (_what, disabling) => {
    const stage = await stageOf([onItsWay(disabling)]);
    await take(stage);
    expect(queued(stage)).toEqual([]);
  });

  it('that a person asked for is left alone by the next scan too, and is queued again half an hour later', async () => {
    const byAna = { by: 'person', person: 'ana@acme.test', at: NOW - 10 * MINUTE } as const;
    const task = dueTask(A, { disableAt: NOW + 5 * DAY }) as OpenTask;
    const stage = await stageOf([withDisabling(task, byAna, NOW - 10 * MINUTE)]);
    await take(stage);
    expect(queued(stage)).toEqual([]);
    expect((await stage.task(A)).next).toEqual({ at: NOW + 20 * MINUTE, why: 'look' });
    await stage.take(dueEvaluationsStep, await stage.begin(NOW + 20 * MINUTE), {});
    expect(queued(stage)).toEqual([`disable disable ${A}`]);
  });

  it('that was refused is asked for again a day later, and not with each scan', async () => {
    const refused = { at: NOW - HOUR, reason: 'locked', version: 7, fingerprint: 'f' };
    const stage = await stageOf([onItsWay({ state: 'refused', refused } as Partial<Disabling>)]);
    await take(stage);
    expect(queued(stage)).toEqual([]);
    expect((await stage.task(A)).hold?.reason).toBe('refused');
  });

  it('goes to operators where the owning system did not confirm in time, and asked for again', async () => {
    const stage = await stageOf([onItsWay(unconfirmed)]);
    await take(stage);
    expect(queued(stage)).toEqual([`disable disable ${A}`]);
    expect(await stage.task(A)).toMatchObject({ open: { disabling: { state: 'queued', queuedAt: NOW } } });
    expect(await loadOperatorAlert(stage.table, 'disable-failing', A)).toEqual({
      code: 'disable-failing',
      subject: A,
      detail: 'the owning system was asked to disable it and did not confirm in time; it is asked again',
      since: NOW,
      toldAt: null,
      active: true,
      rev: 1,
    });
  });

  it('is sent as it was where operators know of it', async () => {
    const stage = await stageOf(
      [onItsWay(unconfirmed)],
      operatorAlert('disable-failing', A, 'as it was', NOW - DAY),
    );
    await take(stage);
    expect(await loadOperatorAlert(stage.table, 'disable-failing', A)).toMatchObject({
      detail: 'as it was',
      since: NOW - DAY,
      rev: 2,
    });
  });

  it('is not sent where the control plane could not be asked: operators hear of that', async () => {
    const waiting = { ...unconfirmed, queuedAt: NOW - HOUR, unanswered: true } as Partial<Disabling>;
    const stage = await stageOf([onItsWay(waiting)]);
    await take(stage);
    expect(queued(stage)).toEqual([`disable disable ${A}`]);
    expect(await stage.task(A)).toMatchObject({
      open: { disabling: { state: 'requested', queuedAt: NOW, requestedAt: NOW, unanswered: true } },
    });
    expect(await loadOperatorAlert(stage.table, 'disable-failing', A)).toBeUndefined();
  });

  it('is not queued where the task changed as that was noted', async () => {
    const stage = await stageOf([onItsWay(unconfirmed)]);
    stage.on(refusing(stage.system.table, (writes) => puts(writes, `T#${A}`)));
    expect((await take(stage)).figures).toEqual({ looked: 1 });
    expect(queued(stage)).toEqual([]);
    expect(await loadOperatorAlert(stage.table, 'disable-failing', A)).toBeUndefined();
  });

  it.each([
    [7, 0],
    [6, 1],
  ])('is let be where it is given up for the version of the task (%i)', async (version, messages) => {
    const stage = await stageOf([onItsWay()], givenUp(disablingOf(A, 1), { version }));
    await take(stage);
    expect(stage.sent).toHaveLength(messages);
  });
});

const off = (sk: string, more: object = {}): Write => ({ put: { pk: 'BREAKER', sk, v: 1, ...more } });

describe('while the queue is off', () => {
  it.each<[string, Write[], number, number]>([
    ['by an operator', [off('PAUSE#disable')], 3 * DAY - 1, 0],
    ['by its breaker', [off('disable', { phase: 'open' })], 3 * DAY - 1, 0],
    ['so long that the queue may drop what is on it', [off('PAUSE#disable')], 3 * DAY, 1],
    ['no more', [off('disable', { phase: 'closed' })], 3 * DAY - 1, 1],
    ['and it is another one', [off('PAUSE#notify'), off('notify', { phase: 'open' })], 3 * DAY - 1, 1],
  ])('nothing is queued a second time: %s', async (_what, rows, ago, messages) => {
    const stage = await stageOf([onItsWay({ queuedAt: NOW - ago })], ...rows);
    await take(stage);
    expect(stage.sent).toHaveLength(messages);
    const enabling = await stageOf([toBeEnabled(NOW - ago)], ...rows);
    await take(enabling);
    expect(enabling.sent).toHaveLength(messages);
  });

  it('it is asked for once in a scan, however many wait', async () => {
    const stage = await stageOf(
      [onItsWay(), onItsWay({}, 'acmeCo/b'), onItsWay({}, 'acmeCo/c')],
      off('PAUSE#disable'),
    );
    let asked = 0;
    const { query } = stage.table;
    stage.table.query = (query_) => {
      if (query_.pk === 'BREAKER') asked += 1;
      return query.call(stage.table, query_);
    };
    await take(stage);
    expect([asked, stage.sent]).toEqual([1, []]);
  });
});

/** A task that we disabled and that a person asked to be enabled, and when its control plane is to be asked again. */
function toBeEnabled(nextAt: number): TaskRecord {
  const { task, ...record } = dueTask(A);
  const enabling = { by: 'ana', reason: 'needed', at: NOW - 4 * DAY, nextAt };
  return {
    ...record,
    task: { ...task, enabled: false },
    open: null,
    disabledByUs: { at: NOW - 5 * DAY, episode: 1, run: 'before', undoneAt: NOW - 4 * DAY, enabling },
    next: { at: nextAt, why: 'look' },
  };
}

describe('an enabling of which nothing was heard', () => {
  it('is queued again, and once more half an hour later', async () => {
    const stage = await stageOf([toBeEnabled(NOW)]);
    await take(stage);
    expect(stage.sent).toMatchObject([
      {
        queue: 'disable',
        group: 'acmeCo',
        body: { kind: 'enable', key: A, episode: 1, correlationId: 'run' },
      },
    ]);
    expect(await stage.task(A)).toMatchObject({
      disabledByUs: { enabling: { by: 'ana', nextAt: NOW + QUEUED_AGAIN_AFTER } },
    });
    await take(stage);
    expect(stage.sent).toHaveLength(1);
  });

  it('is not queued where its control plane is to be asked later, though the task be evaluated', async () => {
    const stage = await stageOf([toBeEnabled(NOW + MINUTE)]);
    const row = (await stage.table.get(keys.task(A)))!;
    await stage.write({ put: { ...row, g1sk: new Date(NOW).toISOString() } });
    expect((await take(stage)).figures.looked).toBe(1);
    expect(stage.sent).toEqual([]);
  });

  it.each([
    [7, 0],
    [6, 1],
  ])('is let be where it is given up for the version of the task (%i)', async (version, messages) => {
    const stage = await stageOf([toBeEnabled(NOW)], givenUp(enablingOf(A, 1), { version }));
    await take(stage);
    expect(stage.sent).toHaveLength(messages);
  });

  it('is not queued where the task changed as that was noted', async () => {
    const stage = await stageOf([toBeEnabled(NOW)]);
    stage.on(refusing(stage.system.table, (writes) => puts(writes, `T#${A}`)));
    expect((await take(stage)).figures).toEqual({ looked: 1 });
    expect(stage.sent).toEqual([]);
  });
});
