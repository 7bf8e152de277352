import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../functions/abandonment/time.ts';
import { disableConsumer } from '../../../functions/disabling/disable-consumer.ts';
import { undoDisabling } from '../../../functions/disabling/undo.ts';
import { ControlPlaneUnavailable } from '../../../functions/platform/control-plane.port.ts';
import type { System } from '../../../functions/platform/system.ts';
import { auditFromRow } from '../../../functions/store/audit.ts';
import { keys } from '../../../functions/store/keys.ts';
import { loadOperatorAlert } from '../../../functions/store/operator-alerts.ts';
import { loadPauses, pausesWrite } from '../../../functions/store/pauses.ts';
import { allRows } from '../../../functions/store/rows.ts';
import type { Row, Write } from '../../../functions/store/table/table.port.ts';
import type { TaskRecord } from '../../../functions/store/tasks.ts';
import { eachNews, type NewsRecord } from '../../../functions/store/webhook-news.ts';
import { processMessage } from '../../../functions/work/pipeline.ts';
import { puts, refusing, takingNo } from '../store/refusing-table.ts';
import { A, listedStage } from './listed-stage.ts';

const BY_OLGA = { task: A, by: 'olga', reason: 'it is needed', isOperator: true };
/** The message is worked two minutes after the operator asked. */
const LATER = 2 * MINUTE;

/** A connector that was stopped on day 21, and that an operator asks on day 22 to be resumed; its message is in the test's hands. */
async function asked() {
  const stage = await listedStage();
  await stage.due();
  stage.setNow(stage.at(22));
  const before = await stage.task();
  expect(await undoDisabling(stage.system, BY_OLGA)).toEqual({ outcome: 'requested' });
  const messages = stage.waiting().splice(0);
  stage.setNow(stage.at(22) + LATER);
  const work = ({ system = stage.disabler(), task = A, episode = 1, receiveCount = 1 } = {}) =>
    processMessage(system, disableConsumer, {
      body: JSON.stringify({ ...JSON.parse(messages[0]?.body ?? '{}'), key: task, episode }),
      messageId: 'm',
      receiveCount,
      maxReceives: 10,
    });
  const change = async (changed: (record: TaskRecord) => Partial<TaskRecord>) => {
    const row = (await stage.table.get(keys.task(A))) as Row;
    await stage.table.transact([{ put: { ...row, ...changed(await stage.task()) } }], 'changed');
  };
  const audits = async () =>
    (await allRows(stage.table, { pk: `T#${A}`, sk: { prefix: 'L#' } })).map(auditFromRow);
  const alert = (code: Parameters<typeof loadOperatorAlert>[1], subject: string) =>
    loadOperatorAlert(stage.table, code, subject);
  return { ...stage, before, messages, work, change, audits, alert };
}

type Stage = Awaited<ReturnType<typeof asked>>;

/** Whether the task itself is written, as it is to be. */
const writesTask =
  (holds: (row: Row) => boolean = () => true) =>
  (writes: Write[]) =>
    puts(writes, `T#${A}`, (row) => row.sk === 'T' && holds(row as Row));
const isOn = ({ task }: Row) => (task as { enabled: boolean }).enabled;

/** The disabler, whose control plane answers an enabling as the test says. */
const answering = (stage: Stage, enable: () => Promise<never>): System => ({
  ...stage.disabler(),
  openControlPlane: () => ({ enable }) as never,
});

describe('an enabling that somebody asks for', () => {
  it('has an audit row that says who asked, and what is to be taken back', async () => {
    const stage = await asked();
    const { disabledByUs } = stage.before;
    expect((await stage.audits()).at(-1)).toEqual({
      task: A,
      at: stage.at(22),
      act: 'ask to enable',
      by: 'olga',
      reason: 'it is needed',
      evidence: { disabled: { ...disabledByUs, undoneAt: stage.at(22) } },
      mails: [],
    });
    expect(stage.messages).toHaveLength(1);
  });

  it('is not queued where the task changed meanwhile, and may be asked for again', async () => {
    const stage = await listedStage();
    await stage.due();
    stage.system.table = refusing(stage.table, writesTask());
    expect(await undoDisabling(stage.system, BY_OLGA)).toEqual({
      outcome: 'refused',
      reason: 'the task changed meanwhile; try again',
    });
    expect(stage.waiting()).toEqual([]);
    expect((await stage.acts()).map(({ act }) => act)).not.toContain('ask to enable');
    expect(await undoDisabling(stage.system, BY_OLGA)).toEqual({ outcome: 'requested' });
    expect(stage.waiting()).toHaveLength(1);
  });

  it('is done once: a message that comes again finds it over', async () => {
    const stage = await asked();
    expect(await stage.work()).toEqual({ outcome: 'done', reason: 'enabled' });
    expect((await stage.task()).task).toMatchObject({ enabled: true, enabledAt: stage.at(22) + LATER });
    expect(await stage.work({ receiveCount: 2 })).toEqual({ outcome: 'skipped', reason: 'over' });
    expect(stage.worker.calls).toEqual(['stop a', 'resume a']);
  });

  it('that is done has an audit row that says who asked, and what was taken back', async () => {
    const stage = await asked();
    const { disabledByUs } = await stage.task();
    await stage.work();
    expect((await stage.audits()).at(-1)).toEqual({
      ...{ task: A, at: stage.at(22) + LATER, act: 'enabled', by: 'olga', reason: 'it is needed' },
      ...{ evidence: { disabled: disabledByUs }, mails: [] },
    });
  });

  it('that is done is news to webhooks: somebody asked for it', async () => {
    const stage = await asked();
    const pauses = await loadPauses(stage.table);
    const scope = { id: 'hook', prefix: 'kafka/', types: [] };
    await stage.table.transact([pausesWrite({ ...pauses, webhooks: [scope] })], 'webhook');
    await stage.work();
    const news: NewsRecord[] = [];
    for await (const record of eachNews(stage.table, null)) news.push(record);
    expect(news).toMatchObject([
      { task: A, webhooks: ['hook'], events: [{ type: 'task.enabled', data: { episode: 1, undone: true } }] },
    ]);
  });

  it.each<[string, Parameters<Stage['work']>[0], (record: TaskRecord) => Partial<TaskRecord>]>([
    ['a task that nobody knows', { task: 'kafka/none' }, () => ({})],
    ['another episode', { episode: 2 }, () => ({})],
    [
      'a task that nobody asks to enable any more',
      {},
      ({ disabledByUs }) => ({
        disabledByUs: disabledByUs && { ...disabledByUs, enabling: undefined as never },
      }),
    ],
    ['a task that is on again', {}, ({ task }) => ({ task: { ...task, enabled: true }, disabledByUs: null })],
  ])('is over where its message is about %s', async (_what, message, changed) => {
    const stage = await asked();
    await stage.change(changed);
    const before = await stage.task();
    expect(await stage.work(message)).toEqual({ outcome: 'skipped', reason: 'over' });
    expect(await stage.task()).toEqual(before);
    expect(stage.worker.calls).toEqual(['stop a']);
  });

  it('ends the alert that its control plane does not answer', async () => {
    const stage = await asked();
    const key = keys.operatorAlert('control-plane-unavailable', 'connect');
    const alert = {
      code: 'control-plane-unavailable',
      subject: 'connect',
      detail: 'down',
      since: stage.at(21),
    };
    await stage.table.transact(
      [{ put: { ...key, v: 1, ...alert, toldAt: null, active: true, rev: 1 } }],
      'alert',
    );
    await stage.work();
    expect(await stage.table.get(key)).toBeUndefined();
  });
});

describe('what a control plane is asked to enable', () => {
  it('is of the revision that was disabled, whatever was listed since', async () => {
    const stage = await asked();
    await stage.change(({ listed }) => ({ listed: { ...listed, revision: 'r2' } }));
    await stage.work();
    expect(stage.requests[1]).toMatchObject({ revision: 'r1' });
  });

  it.each<[string, TaskRecord['listed'], object]>([
    [
      'of the revision that was listed',
      { revision: 'r1', kept: 'RUNNING' },
      { revision: 'r1', kept: 'RUNNING' },
    ],
    ['without what was kept, where nothing was', { revision: 'r1' }, { revision: 'r1' }],
    ['of any revision, where it was never listed', undefined as never, {}],
  ])('by an older version, which noted none, is %s', async (_what, listed, expected) => {
    const stage = await asked();
    await stage.change(({ disabledByUs }) => {
      const { revision: _, ...older } = disabledByUs ?? ({} as never);
      return { disabledByUs: older, listed };
    });
    await stage.work();
    const { task: _task, ...request } = stage.requests[1] as { task: unknown };
    expect(request).toStrictEqual({
      requestId: `${A}#1#undo`,
      by: 'olga',
      reason: 'it is needed',
      ...expected,
    });
  });
});

describe('an enabling of which the task changes while its control plane is asked', () => {
  it('is tried again, and finds what was done', async () => {
    const stage = await asked();
    const table = refusing(stage.table, writesTask(isOn));
    expect(await stage.work({ system: { ...stage.disabler(), table }, receiveCount: 2 })).toEqual({
      outcome: 'retry',
      reason: 'the task changed meanwhile',
      // 20 s, doubled once, and half of that by chance, of which a half.
      delaySeconds: 30,
      failed: true,
    });
    expect((await stage.task()).task.enabled).toBe(false);
    expect((await stage.audits()).map(({ act }) => act)).not.toContain('enabled');
    expect(await stage.work({ receiveCount: 3 })).toEqual({ outcome: 'done', reason: 'enabled' });
    expect(stage.worker.calls).toEqual(['stop a', 'resume a']);
  });
});

describe('an enabling by a control plane that answers by events since', () => {
  /** It is configured as one that is listed no more. */
  async function byEvents() {
    const stage = await asked();
    const published: string[] = [];
    stage.system.config.controlPlanes = [];
    stage.system.config.controlPlane = 'fed';
    stage.system.events = { publish: async (type) => void published.push(type) };
    return { ...stage, published };
  }

  it('is asked for, and is over: it answers by publishing the task', async () => {
    const stage = await byEvents();
    expect(await stage.work()).toEqual({ outcome: 'done', reason: 'requested' });
    expect(stage.published).toEqual(['Task Enable Requested']);
    expect(await stage.task()).toMatchObject({ task: { enabled: false }, disabledByUs: { episode: 1 } });
    expect((await stage.audits()).at(-1)).toMatchObject({ act: 'enabled', by: 'olga' });
    expect(await stage.work({ receiveCount: 2 })).toEqual({ outcome: 'skipped', reason: 'over' });
  });

  it('is tried again where the task changed meanwhile', async () => {
    const stage = await byEvents();
    const table = refusing(stage.table, writesTask());
    expect(await stage.work({ system: { ...stage.disabler(), table } })).toEqual({
      outcome: 'retry',
      reason: 'the task changed meanwhile',
      delaySeconds: 15,
      failed: true,
    });
    expect((await stage.audits()).map(({ act }) => act)).not.toContain('enabled');
  });
});

describe('an enabling that its control plane does not do', () => {
  it.each<[string, (stage: Stage) => unknown, string, number]>([
    [
      'does not know the task',
      ({ worker }) => worker.connectors.clear(),
      'its control plane knows no such task',
      2,
    ],
    [
      'knows another revision of it',
      ({ worker }) => worker.connectors.set('a', { isOn: false, revision: 'r2' }),
      'it was edited',
      2,
    ],
    [
      'is not asked, for the task was deleted',
      ({ change, at }) => change(({ task }) => ({ task: { ...task, deletedAt: at(22) } })),
      'the task was deleted',
      1,
    ],
  ])(
    'since it %s: it stays off, and the audit and operators read why',
    async (_what, meanwhile, why, requests) => {
      const stage = await asked();
      await meanwhile(stage);
      const { disabledByUs } = await stage.task();
      expect(await stage.work()).toEqual({ outcome: 'skipped', reason: 'refused' });
      expect(stage.requests).toHaveLength(requests);
      expect(stage.worker.calls).toEqual(['stop a']);
      expect(await stage.task()).toMatchObject({ task: { enabled: false }, disabledByUs: { episode: 1 } });
      expect((await stage.task()).disabledByUs).not.toHaveProperty('enabling');
      expect((await stage.audits()).at(-1)).toEqual({
        task: A,
        at: stage.at(22) + LATER,
        act: 'enable refused',
        by: 'olga',
        reason: 'it is needed',
        evidence: { disabled: disabledByUs, why },
        mails: [],
      });
      expect(await stage.alert('enable-refused', A)).toMatchObject({
        detail: `it stays disabled, though olga asked for it to be enabled: ${why}`,
        since: stage.at(22) + LATER,
      });
    },
  );
});

describe('an enabling while its control plane cannot be asked', () => {
  const nextAt = async (stage: Stage) => (await stage.task()).disabledByUs?.enabling?.nextAt;
  const away = (isUnasked: boolean) => () =>
    Promise.reject(new ControlPlaneUnavailable('connect', 'it sleeps', undefined, isUnasked));

  it('is put off for half an hour, with nothing given up', async () => {
    const stage = await asked();
    const system = answering(stage, away(false));
    expect(await stage.work({ system })).toEqual({ outcome: 'skipped', reason: 'control-plane-unavailable' });
    expect(await nextAt(stage)).toBe(stage.at(22) + LATER + 30 * MINUTE);
    expect((await stage.task()).task.enabled).toBe(false);
  });

  it('is not put off further where the scan that queued it has done so', async () => {
    const stage = await asked();
    await stage.scanAfter(22 * 24 * HOUR + LATER);
    expect((await stage.task()).task.enabled).toBe(true);
    const other = await asked();
    other.worker.mood = 'down';
    await other.scanAfter(22 * 24 * HOUR + LATER);
    const due = await nextAt(other);
    expect(due).toBe(other.at(22) + LATER + 30 * MINUTE);
    // Its message comes late.
    other.setNow(other.at(22) + 20 * MINUTE);
    await other.work();
    expect(await nextAt(other)).toBe(due);
  });

  it('is put off as the time comes at which it is due', async () => {
    const stage = await asked();
    stage.setNow(stage.at(22));
    await stage.work({ system: answering(stage, away(true)) });
    expect(await nextAt(stage)).toBe(stage.at(22) + 30 * MINUTE);
  });

  it('is told to operators once it waits for as long as a disabling may', async () => {
    const stage = await asked();
    const system = answering(stage, away(true));
    stage.setNow(stage.at(22) + HOUR - 1);
    await stage.work({ system });
    expect(await stage.alert('control-plane-unavailable', 'connect')).toBeUndefined();
    stage.setNow(stage.at(22) + HOUR);
    await stage.work({ system });
    expect(await stage.alert('control-plane-unavailable', 'connect')).toMatchObject({
      since: stage.at(22) + HOUR,
    });
  });

  it('is no such case where the adapter itself fails: that is a fault, which is tried again', async () => {
    const stage = await asked();
    const system = answering(stage, () => Promise.reject(new TypeError('no such field')));
    expect(await stage.work({ system })).toMatchObject({ outcome: 'retry', reason: 'fault' });
    expect(await nextAt(stage)).toBe(stage.at(22));
    expect((await stage.failures()).recorded).toMatchObject([{ item: `${A}#1#enable` }]);
  });
});

describe('an enabling that the table can never take', () => {
  it('is given up, operators read how it is taken up again, and no scan queues it meanwhile', async () => {
    const stage = await asked();
    const table = takingNo(stage.table, (row) => row.pk === `T#${A}` && row.sk === 'T' && isOn(row));
    expect(await stage.work({ system: { ...stage.disabler(), table } })).toMatchObject({
      outcome: 'dead-letter',
    });
    const alert = await stage.alert('enable-refused', A);
    expect(alert?.detail).toMatch(
      /^it can never be enabled: RowRefused: .*; `taskwarden oops resolve [\w-]+` lets it be tried again$/,
    );
    await stage.scanAfter(23 * 24 * HOUR);
    await stage.scanAfter(24 * 24 * HOUR);
    expect((await stage.task()).task.enabled).toBe(false);
    const fingerprint = /resolve ([\w-]+)/.exec(alert?.detail ?? '')?.[1] ?? '';
    expect((await stage.taskwarden(['oops', 'resolve', fingerprint])).code).toBe(0);
    await stage.scanAfter(25 * 24 * HOUR);
    expect((await stage.task()).task.enabled).toBe(true);
  });
});
