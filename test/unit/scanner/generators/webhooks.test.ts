import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../../functions/abandonment/time.ts';
import { webhooksGenerator } from '../../../../functions/scanner/generators/webhooks.ts';
import type { Run } from '../../../../functions/scanner/run.ts';
import { FleetView } from '../../../../functions/store/fleet-view.ts';
import { keys } from '../../../../functions/store/keys.ts';
import { eachNews } from '../../../../functions/store/webhook-news.ts';
import { loadWebhooks, type WebhookRecord } from '../../../../functions/store/webhooks.ts';
import { webhookStage } from '../../webhooks/webhook-stage.ts';

/** A stage with a webhook, and tasks to which something happened. */
async function stageOf(happened = 0) {
  const stage = webhookStage();
  const { id } = await stage.add();
  // What has more than one digit sorts as it happened.
  await stage.happen(Array.from({ length: happened }, (_, number) => `acmeCo/t${100 + number}`));
  const begin = async (): Promise<Run> => {
    const now = stage.now();
    return {
      system: stage.system,
      view: await FleetView.load(stage.table, now),
      id: 'run',
      now,
      figures: {},
      asked: [],
    };
  };
  return {
    ...stage,
    id,
    begin,
    take: async (cursor: string | null = null, spent = () => false) => {
      const run = await begin();
      return { ...(await webhooksGenerator.run(run, { spent }, cursor)), figures: run.figures };
    },
    /** Changes the row of the webhook. */
    change: async (more: Partial<WebhookRecord>) => {
      const row = (await stage.table.get(keys.webhook(id)))!;
      await stage.table.transact([{ put: { ...row, ...more } }], `changed ${JSON.stringify(more)}`);
    },
    left: async () => {
      let left = 0;
      for await (const _ of eachNews(stage.table, null)) left += 1;
      return left;
    },
    due: async () => (await loadWebhooks(stage.table)).map(({ due }) => due),
  };
}

describe('what happened', () => {
  it('is put into the histories, and one message hints at it', async () => {
    const stage = await stageOf(40);
    expect(await stage.take()).toEqual({ cursor: null, figures: { webhookEvents: 40, webhooks: 1 } });
    expect([await stage.left(), await stage.due()]).toEqual([0, [40]]);
    expect(stage.queue.map(({ body }) => JSON.parse(body).key)).toEqual([stage.id]);
    expect(await stage.take()).toEqual({ cursor: null, figures: {} });
    expect(stage.queue).toHaveLength(1);
  });

  it('of which time left a part is taken by the next turn from there on; what is due already does not wait', async () => {
    const stage = await stageOf(40);
    let isOver = false;
    const { transact } = stage.table;
    stage.table.transact = (writes, writer) => {
      isOver = true;
      return transact.call(stage.table, writes, writer);
    };
    const first = await stage.take(null, () => isOver);
    expect(first.cursor).toBe('acmeCo/t114#000000000015');
    expect(first.figures).toEqual({ webhookEvents: 15 });
    expect([await stage.left(), stage.queue.length]).toEqual([25, 0]);
    const second = await stage.take(first.cursor, () => true);
    expect(second).toEqual({ cursor: first.cursor, figures: { webhooks: 1 } });
    expect(await stage.take(second.cursor)).toEqual({ cursor: null, figures: { webhookEvents: 25 } });
    expect([await stage.left(), await stage.due()]).toEqual([0, [40]]);
  });

  it('that cannot be taken leaves its record, and what is due is hinted at all the same', async () => {
    const stage = await stageOf(3);
    await stage.take();
    await stage.change({ queuedAt: null, rev: 9 });
    await stage.happen(['acmeCo/bad']);
    const { batchGet } = stage.table;
    stage.table.batchGet = (asked) => {
      if (asked.some(({ pk }) => pk === 'WEBHOOK-NEWS')) throw new Error('unreadable');
      return batchGet.call(stage.table, asked);
    };
    expect(await stage.take()).toEqual({ cursor: null, figures: { failed: 1, webhooks: 1 } });
    const { rows } = await stage.table.scan();
    expect(rows.filter(({ pk }) => pk.startsWith('OOPS#'))).toMatchObject([
      { worker: 'scanner/webhooks', item: 'acmeCo/bad' },
    ]);
  });
});

describe('a webhook', () => {
  const off = { put: { ...keys.queuePause('webhook'), v: 1 } };

  it.each<[string, number, boolean, number]>([
    ['is hinted at again once its message is lost', 2 * HOUR, false, 1],
    ['is not before', 2 * HOUR - 1, false, 0],
    ['is not while the queue is off', 2 * HOUR, true, 0],
    ['is at last, before the queue drops it', 72 * HOUR, true, 1],
  ])('%s', async (_what, after, isOff, hints) => {
    const stage = await stageOf(1);
    await stage.take();
    if (isOff) await stage.table.transact([off], 'off');
    stage.pass(after);
    expect((await stage.take()).figures).toEqual(hints ? { webhooks: 1 } : {});
    expect(stage.queue).toHaveLength(1 + hints);
  });

  it.each<[string, Partial<WebhookRecord>]>([
    ['paused', { state: 'paused' }],
    ['gone', { state: 'gone' }],
  ])('that is %s gets no hint, and what is older than seven days ends', async (_what, state) => {
    const stage = await stageOf(2);
    await stage.take();
    await stage.change({ ...state, queuedAt: null });
    expect((await stage.take()).figures).toEqual({});
    expect(await stage.due()).toEqual([2]);
    stage.pass(7 * 24 * HOUR);
    await stage.take();
    expect([await stage.due(), stage.queue.length]).toEqual([[0], 1]);
  });

  it('that is removed is forgotten once nothing is due, and not while somebody sends its events', async () => {
    const stage = await stageOf(2);
    await stage.take();
    await stage.change({ state: 'removed', lease: { by: 'x', until: stage.now() + MINUTE } });
    stage.pass(MINUTE - 1);
    await stage.take();
    expect(await stage.due()).toEqual([2]);
    stage.pass(1);
    await stage.take();
    expect(await stage.due()).toEqual([0]);
    await stage.take();
    expect(await stage.due()).toEqual([]);
    expect(await webhooksGenerator.isWanted?.(await stage.begin())).toBe(false);
  });

  it('that is paused and for which nothing waits is not read', async () => {
    const stage = await stageOf();
    await stage.change({ state: 'paused' });
    const read: string[] = [];
    const { query } = stage.table;
    stage.table.query = (asked) => {
      read.push(asked.pk);
      return query.call(stage.table, asked);
    };
    await stage.take();
    expect(read.filter((pk) => pk.startsWith('WEBHOOK#'))).toEqual([]);
  });

  it('is there: else nothing is asked for', async () => {
    expect(webhooksGenerator).toMatchObject({ band: 'normal', everySeconds: 0 });
    expect(await webhooksGenerator.isWanted?.(await (await stageOf()).begin())).toBe(true);
    const none = webhookStage();
    const view = await FleetView.load(none.table, none.now());
    expect(webhooksGenerator.isWanted?.({ view } as Run)).toBe(false);
  });
});
