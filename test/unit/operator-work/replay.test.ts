import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../functions/abandonment/time.ts';
import { beginWork } from '../../../functions/operator-work/begin-work.ts';
import { replayItem, replayKind } from '../../../functions/operator-work/kinds/replay.ts';
import { workPage } from '../../../functions/operator-work/work-page.ts';
import { endedEvents } from '../../../functions/operators/webhook-replay.ts';
import { removeWebhook } from '../../../functions/operators/webhooks.ts';
import { keys } from '../../../functions/store/keys.ts';
import { loadOperatorWork } from '../../../functions/store/operator-work.ts';
import type { Table } from '../../../functions/store/table/table.port.ts';
import { puts, refusing } from '../store/refusing-table.ts';
import { answered, GONE_AWAY, type WebhookStage, webhookStage } from '../webhooks/webhook-stage.ts';

/** One tick, and all that it queued. */
async function tick(stage: WebhookStage) {
  await stage.scan();
  await stage.work();
  stage.pass(15 * MINUTE);
}

const TASKS = ['acmeCo/a', 'acmeCo/b', 'acmeCo/a'];
const ASKED = { id: 'work', by: 'olga', reason: '', at: 0 };

/** A webhook whose three events are dead, and which answers again. */
async function withDead() {
  const stage = webhookStage();
  const { id } = await stage.add();
  stage.answering(() => GONE_AWAY);
  await stage.happen(TASKS);
  await tick(stage);
  stage.pass(7 * DAY);
  await tick(stage);
  stage.answering(() => answered(200));
  stage.pass(6 * HOUR);
  stage.calls.length = 0;
  const items = (await endedEvents(stage.table, id, { state: 'dead' })).map(replayItem);
  return { stage, id, items };
}

const heard = ({ calls }: WebhookStage) => calls.map(({ call }) => call.headers['webhook-id']);

const begin = ({ system }: WebhookStage, items: ReturnType<typeof replayItem>[]) =>
  beginWork(system, { kind: replayKind, what: 'replay', items, by: 'olga', reason: '' });

describe('a replay of many events', () => {
  it('is worked by the next scan: each is sent again once, with its id, those of a task in their order', async () => {
    const { stage, items } = await withDead();
    const { id: work } = await begin(stage, items);
    await tick(stage);
    expect(stage.said().map(({ data }) => [data.task, data.rev])).toEqual([
      ['acmeCo/a', 1],
      ['acmeCo/a', 3],
      ['acmeCo/b', 2],
    ]);
    expect(heard(stage).sort()).toEqual(items.map(({ id }) => id).sort());
    expect(await loadOperatorWork(stage.table, work)).toMatchObject({
      state: 'done',
      counts: { done: 3, skipped: 0, failed: 0 },
    });
    await tick(stage);
    expect(stage.calls).toHaveLength(3);
  });

  it('sends an event once, however often it is worked: while it is due, and once it ended again', async () => {
    const { stage, id, items } = await withDead();
    const [item = { id: '' }] = items;
    for (let time = 0; time < 2; time += 1)
      expect(await replayKind.work(stage.system, item, ASKED)).toEqual({ outcome: 'done' });
    expect((await stage.webhook(id)).due).toBe(1);
    await tick(stage);
    expect(heard(stage)).toEqual([item.id]);
    expect(await replayKind.work(stage.system, item, ASKED)).toEqual({ outcome: 'done' });
    expect((await stage.webhook(id)).due).toBe(0);
  });

  it('sends each once, though whoever worked it died before they noted so', async () => {
    const { stage, id, items } = await withDead();
    const { id: work } = await begin(stage, items);
    const dying: Table = {
      ...refusing(stage.table, () => false),
      transact: async (writes, writer) => {
        if (puts(writes, `OPERATOR-WORK#${work}`)) throw new Error('died');
        return stage.table.transact(writes, writer);
      },
    };
    const turn = workPage({ ...stage.system, table: dying }, { isSpent: () => false });
    await expect(turn).rejects.toThrow('died');
    expect((await stage.webhook(id)).due).toBe(3);
    await tick(stage);
    await tick(stage);
    expect(heard(stage).sort()).toEqual(items.map((delivery) => delivery.id).sort());
    expect(await loadOperatorWork(stage.table, work)).toMatchObject({ state: 'done', counts: { done: 3 } });
  });

  it('leaves a webhook that was removed, and says of what is forgotten that it failed', async () => {
    const { stage, id, items } = await withDead();
    const [first = { id: '' }, second = { id: '' }] = items;
    await stage.table.transact([{ delete: keys.webhookDelivery(id, 'E', 1) }], 'expired');
    expect(await replayKind.work(stage.system, first, ASKED)).toEqual({
      outcome: 'failed',
      why: 'its history ended meanwhile',
    });
    await removeWebhook(stage.system, stage.secrets, id, 'olga');
    expect(await replayKind.work(stage.system, second, ASKED)).toEqual({
      outcome: 'skipped',
      why: 'its webhook is removed',
    });
  });
});
