import { describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import { disableTask } from '../../../functions/disabling/disable.ts';
import { disableConsumer } from '../../../functions/disabling/disable-consumer.ts';
import { FleetView } from '../../../functions/store/fleet-view.ts';
import { loadOperatorAlert } from '../../../functions/store/operator-alerts.ts';
import type { Row } from '../../../functions/store/table/table.port.ts';
import { loadTask, type TaskRecord, taskWrite } from '../../../functions/store/tasks.ts';
import type { Delivery } from '../../../functions/work/consumer.ts';
import { processMessage } from '../../../functions/work/pipeline.ts';
import { failingFleet, T } from '../cli/cli-stage.ts';
import { puts, refusing, takingNo } from '../store/refusing-table.ts';

const A = 'acmeCo/a';
const delivery = (receiveCount = 1): Delivery => ({
  body: '',
  messageId: 'm',
  receiveCount,
  maxReceives: 10,
});

/** A task of which the scan of day 21 asked that it be turned off; its message is in the test's hands. */
async function due(controlPlane: 'own' | 'fed' = 'own') {
  const stage = await failingFleet([A]);
  await stage.scanOn(14);
  const { send } = stage.system.queues;
  const queued: string[] = [];
  stage.system.queues = {
    send: async (queue, messages) => {
      if (queue === 'disable') queued.push(...messages.map(({ body }) => body));
      else await send(queue, messages);
    },
  };
  await stage.scanOn(21);
  const requests: Record<string, unknown>[] = [];
  stage.system.config.controlPlane = controlPlane;
  stage.system.events = { publish: async (_type, detail) => void requests.push({ ...detail }) };
  const task = async (): Promise<TaskRecord> => (await loadTask(stage.table, A))!;
  expect((await task()).open?.disabling?.state).toBe('queued');
  const work = (receiveCount = 1, episode = 1) =>
    disableTask(stage.system, { task: A, episode }, delivery(receiveCount));
  return { ...stage, queued, requests, task, work };
}

describe('the work of turning off one task', () => {
  it('turns it off, which is all that is left to do', async () => {
    const stage = await due();
    expect(await stage.work()).toEqual({ outcome: 'done', reason: 'disabled' });
    const { task, open, disabledByUs } = await stage.task();
    expect(task.enabled).toBe(false);
    expect(open).toBeNull();
    expect(disabledByUs).toMatchObject({ at: T + 21 * DAY, episode: 1 });
    expect(await stage.work()).toEqual({ outcome: 'skipped', reason: 'over' });
  });

  it('does not ask for it where the task changed meanwhile, and tries again', async () => {
    for (const controlPlane of ['own', 'fed'] as const) {
      const stage = await due(controlPlane);
      stage.system.table = refusing(stage.table, (writes) =>
        puts(writes, `T#${A}`, (row) => JSON.stringify(row).includes('"requestedAt"')),
      );
      expect(await stage.work()).toMatchObject({
        outcome: 'retry',
        failed: true,
        reason: 'the task changed meanwhile',
      });
      expect(stage.requests).toEqual([]);
      expect((await stage.task()).task.enabled).toBe(true);
      expect(await stage.work(2)).toMatchObject({ outcome: 'done' });
    }
  });

  it('is over where its message is of another episode', async () => {
    const stage = await due();
    expect(await stage.work(1, 2)).toEqual({ outcome: 'skipped', reason: 'over' });
    expect((await stage.task()).open?.disabling?.state).toBe('queued');
  });

  it('asks an owning system once for each message, and again where one comes back', async () => {
    const stage = await due('fed');
    expect(await stage.work()).toEqual({ outcome: 'done', reason: 'requested' });
    expect(await stage.work()).toEqual({ outcome: 'skipped', reason: 'requested' });
    expect(stage.requests).toHaveLength(1);
    // Nobody knows whether the one that died had asked: asking again harms nothing.
    expect(await stage.work(2)).toEqual({ outcome: 'done', reason: 'requested' });
    expect(stage.requests.map(({ requestId }) => requestId)).toEqual([`${A}#1`, `${A}#1`]);
    expect(stage.requests[0]).toMatchObject({
      task: A,
      episode: 1,
      run: '2026-01-22T00:00:00Z',
      disableAt: '2026-01-22T00:00:00Z',
      reason: 'abandoned; its grace is over',
    });
  });

  it('gives up what is not to be turned off any more, with the reason', async () => {
    const stage = await due();
    await stage.taskwarden(['pause', 'disable']);
    expect(await stage.work()).toEqual({ outcome: 'skipped', reason: 'paused' });
    const { task, open } = await stage.task();
    expect(task.enabled).toBe(true);
    expect(open?.disabling).toBeUndefined();
    await stage.taskwarden(['resume', 'disable']);
    await stage.scanOn(21.1);
    expect(await stage.work()).toEqual({ outcome: 'done', reason: 'disabled' });
  });
});

describe('a disabling that the table can never take', () => {
  async function givenUp() {
    const stage = await due();
    const isNoted = (row: Row) => row.pk === `T#${A}` && JSON.stringify(row).includes('"requestedAt"');
    const system = { ...stage.system, table: takingNo(stage.table, isNoted) };
    const message = { ...delivery(), body: stage.queued[0] ?? '' };
    expect(await processMessage(system, disableConsumer, message)).toMatchObject({
      outcome: 'dead-letter',
      reason: 'RowRefused: it has 409601 bytes',
    });
    const alert = await loadOperatorAlert(stage.table, 'disable-failing', A);
    return { ...stage, detail: alert?.detail ?? '' };
  }

  it('is given up: operators read how it is taken up again, and no scan queues it meanwhile', async () => {
    const stage = await givenUp();
    expect(stage.detail).toMatch(
      /^it can never be disabled: RowRefused: .*; `taskwarden oops resolve [\w-]+` lets it be tried again$/,
    );
    await stage.scanOn(22);
    await stage.scanOn(23);
    expect(stage.queued).toHaveLength(1);
    const fingerprint = /resolve ([\w-]+)/.exec(stage.detail)?.[1] ?? '';
    expect((await stage.taskwarden(['oops', 'resolve', fingerprint])).code).toBe(0);
    await stage.scanOn(24);
    expect(stage.queued).toHaveLength(2);
  });

  it('is queued again once somebody edited the task', async () => {
    const stage = await givenUp();
    await stage.scanOn(22);
    const record = await stage.task();
    const { policies } = await FleetView.load(stage.table, T + 22 * DAY);
    const task = { ...record.task, version: record.task.version + 1 };
    await stage.table.transact([taskWrite({ ...record, task }, policies.for(A))], 'edited');
    await stage.scanOn(23);
    expect(stage.queued).toHaveLength(2);
  });
});
