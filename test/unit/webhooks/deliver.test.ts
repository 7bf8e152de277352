import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../functions/abandonment/time.ts';
import {
  pauseWebhook,
  removeWebhook,
  resumeWebhook,
  rotateWebhook,
  testWebhook,
  webhookHistory,
} from '../../../functions/operators/webhooks.ts';
import { loadOpenAlerts } from '../../../functions/store/operator-incidents.ts';
import { answered, GONE_AWAY, type WebhookStage, webhookStage } from './webhook-stage.ts';

const history = (stage: WebhookStage, id: string) =>
  webhookHistory(stage.table, id, { limit: 1_000 }).then((all) =>
    all.map(({ task, state, reason, ended, attempts }) => [task, state, ended?.reason ?? reason, attempts]),
  );

/** One tick, and all that it queued. */
async function tick(stage: WebhookStage) {
  await stage.scan();
  const outcomes = await stage.work();
  stage.pass(15 * MINUTE);
  return outcomes;
}

describe('what happened', () => {
  it('is told to each webhook that hears of it, in the order of the writes of a task, and signed', async () => {
    const stage = webhookStage();
    const all = await stage.add();
    await stage.add({ url: 'https://other.test/in', prefix: 'otherCo/' });
    await stage.add({ url: 'https://types.test/in', types: ['task.disabled'] });
    await stage.happen(['acmeCo/b', 'acmeCo/a', 'acmeCo/b']);
    await tick(stage);
    expect(stage.said().map(({ data }) => [data.task, data.rev])).toEqual([
      ['acmeCo/a', 2],
      ['acmeCo/b', 1],
      ['acmeCo/b', 3],
    ]);
    const { url, headers = {} } = stage.calls[0]?.call ?? {};
    expect(url).toBe('https://hooks.acme.test/in');
    expect(headers['webhook-id']).toMatch(/^evt_/);
    expect(Number(headers['webhook-timestamp'])).toBe(stage.now() / 1_000 - 15 * 60);
    expect(stage.kept.get(all.id)).toHaveLength(1);
    expect(await history(stage, all.id)).toEqual([
      ['acmeCo/b', 'sent', null, 1],
      ['acmeCo/b', 'sent', null, 1],
      ['acmeCo/a', 'sent', null, 1],
    ]);
  });

  it('costs no read and no write where there is no webhook', async () => {
    const stage = webhookStage();
    await stage.happen(['acmeCo/a']);
    expect((await stage.table.query({ pk: 'WEBHOOK-NEWS' })).rows).toEqual([]);
    const asked: string[] = [];
    const query = stage.table.query.bind(stage.table);
    stage.table.query = async (request) => {
      asked.push(request.pk);
      return query(request);
    };
    await stage.scan();
    expect(asked.filter((pk) => pk.startsWith('WEBHOOK'))).toEqual([]);
  });

  it('is put into a history once, though the scan that takes it dies between two webhooks', async () => {
    const stage = webhookStage();
    const first = await stage.add();
    const second = await stage.add({ url: 'https://other.test/in' });
    await stage.happen(['acmeCo/a']);
    const transact = stage.table.transact.bind(stage.table);
    let taken = 0;
    stage.table.transact = async (writes, writer) => {
      const isTaking = writes.some((write) => 'put' in write && write.put.pk.startsWith('WEBHOOK#'));
      taken += isTaking ? 1 : 0;
      if (isTaking && taken === 2) throw new Error('it died');
      return transact(writes, writer);
    };
    await stage.scan();
    stage.pass(15 * MINUTE);
    await tick(stage);
    await tick(stage);
    expect(await history(stage, first.id)).toEqual([['acmeCo/a', 'sent', null, 1]]);
    expect(await history(stage, second.id)).toEqual([['acmeCo/a', 'sent', null, 1]]);
    expect((await stage.table.query({ pk: 'WEBHOOK-NEWS' })).rows).toEqual([]);
  });
});

describe('a webhook that does not answer', () => {
  it('is asked less and less often, by one message at most, and hears all of it once it is back', async () => {
    const stage = webhookStage();
    const { id } = await stage.add();
    stage.answering(() => GONE_AWAY);
    for (let hour = 0; hour < 48; hour += 1) {
      await stage.happen(['acmeCo/a', 'acmeCo/b']);
      for (let quarter = 0; quarter < 4; quarter += 1) await tick(stage);
    }
    // 1, 2, 4 ... minutes to six hours: some tries at first, then four to eight a day.
    expect(stage.calls.length).toBeGreaterThan(8);
    expect(stage.calls.length).toBeLessThan(25);
    expect(stage.state.mostInFlight).toBe(1);
    expect(stage.codes).toEqual(['webhook-failing']);
    expect(await stage.webhook(id)).toMatchObject({ due: 96, last: { reason: 'not-connected' } });
    stage.answering(() => answered(200));
    stage.calls.length = 0;
    for (let quarter = 0; quarter < 32; quarter += 1) await tick(stage);
    const revs = stage.said().map(({ data }) => data.rev);
    expect(revs).toHaveLength(96);
    expect(revs).toEqual([...revs].sort((a, b) => a - b));
    expect(await stage.webhook(id)).toMatchObject({ due: 0, failures: 0, isTold: false });
    expect(await loadOpenAlerts(stage.table)).toEqual([]);
  });

  it('has each event end as expired after seven days', async () => {
    const stage = webhookStage();
    const { id } = await stage.add();
    stage.answering(() => answered(503));
    await stage.happen(['acmeCo/a']);
    await tick(stage);
    stage.pass(7 * DAY - 16 * MINUTE);
    await tick(stage);
    expect(await history(stage, id)).toMatchObject([['acmeCo/a', 'failed', 'server-error', 2]]);
    stage.pass(6 * HOUR);
    await tick(stage);
    expect(await history(stage, id)).toEqual([['acmeCo/a', 'dead', 'expired', 2]]);
    expect(await stage.webhook(id)).toMatchObject({ due: 0 });
  });

  it('is let be as long as Retry-After asks', async () => {
    const stage = webhookStage();
    const { id } = await stage.add();
    stage.answering(() => answered(429, { retryAfter: String(5 * 3_600) }));
    await stage.happen(['acmeCo/a']);
    await stage.scan();
    await stage.work();
    expect((await stage.webhook(id)).notBefore).toBe(stage.now() + 5 * HOUR);
    stage.pass(5 * HOUR - MINUTE);
    await tick(stage);
    expect(stage.calls).toHaveLength(1);
    await tick(stage);
    expect(stage.calls).toHaveLength(2);
  });

  it('that says it is gone is paused, and operators are told; resumed, it hears what waited', async () => {
    const stage = webhookStage();
    const { id } = await stage.add();
    stage.answering(() => answered(410));
    await stage.happen(['acmeCo/a', 'acmeCo/b']);
    for (let quarter = 0; quarter < 8; quarter += 1) await tick(stage);
    expect(stage.calls).toHaveLength(1);
    expect(stage.codes).toEqual(['webhook-gone']);
    expect(await stage.webhook(id)).toMatchObject({ state: 'gone', due: 2, queuedAt: null });
    stage.answering(() => answered(200));
    expect(await resumeWebhook(stage.system, id, 'olga')).toEqual({ changed: true, due: 2 });
    await stage.work();
    expect(await stage.webhook(id)).toMatchObject({ state: 'active', due: 0 });
    expect(await loadOpenAlerts(stage.table)).toEqual([]);
  });
});

describe('an event that is not taken', () => {
  it('holds up the events of its task alone, and is tried again', async () => {
    const stage = webhookStage();
    const { id } = await stage.add();
    stage.answering((_, { data }) => answered(data.task === 'acmeCo/bad' ? 422 : 200, { body: 'no' }));
    await stage.happen(['acmeCo/bad', 'acmeCo/a', 'acmeCo/bad', 'acmeCo/a']);
    await tick(stage);
    expect(stage.said().map(({ data }) => data.rev)).toEqual([2, 4, 1]);
    expect(await history(stage, id)).toMatchObject([
      ['acmeCo/bad', 'due', null, 0],
      ['acmeCo/bad', 'failed', 'event-refused', 1],
      ['acmeCo/a', 'sent', null, 1],
      ['acmeCo/a', 'sent', null, 1],
    ]);
    stage.answering(() => answered(200));
    await tick(stage);
    expect(stage.said().map(({ data }) => data.rev)).toEqual([2, 4, 1, 1, 3]);
    const ids = stage.calls.map(({ call }) => call.headers['webhook-id']);
    expect(ids[2]).toBe(ids[3]);
  });

  it('holds up no other where it is about no task, for these have no order', async () => {
    const stage = webhookStage();
    const { id } = await stage.add();
    await testWebhook(stage.system, id, 'olga');
    await testWebhook(stage.system, id, 'olga');
    let calls = 0;
    stage.answering(() => answered(++calls === 1 ? 422 : 200));
    await tick(stage);
    expect((await history(stage, id)).map(([, state]) => state).sort()).toEqual(['failed', 'sent']);
  });

  it('stands in the history at its time, the newest first, among what was sent before and after it', async () => {
    const stage = webhookStage();
    const { id } = await stage.add();
    stage.answering((_, { data }) => answered(data.task === 'acmeCo/bad' ? 422 : 200));
    for (const task of ['acmeCo/a', 'acmeCo/bad', 'acmeCo/c', 'acmeCo/bad']) {
      await stage.happen([task]);
      await tick(stage);
    }
    const rows = (await history(stage, id)).map(([task, state]) => [task, state]);
    expect(rows).toEqual([
      ['acmeCo/bad', 'due'],
      ['acmeCo/c', 'sent'],
      ['acmeCo/bad', 'failed'],
      ['acmeCo/a', 'sent'],
    ]);
    const newest = await webhookHistory(stage.table, id, { limit: 2 });
    expect(newest.map(({ task }) => task)).toEqual(['acmeCo/bad', 'acmeCo/c']);
  });

  it('keeps no more of the answer than its first kilobyte', async () => {
    const stage = webhookStage();
    const { id } = await stage.add();
    stage.answering(() => answered(400, { body: 'é'.repeat(2_000) }));
    await stage.happen(['acmeCo/a']);
    await tick(stage);
    const [delivery] = await webhookHistory(stage.table, id, { limit: 1 });
    expect(delivery?.answer).toBe('é'.repeat(512));
  });
});

describe('one call at a time', () => {
  it('is made, though a message is there twice and both are worked side by side', async () => {
    const stage = webhookStage();
    await stage.add();
    await stage.happen(['acmeCo/a', 'acmeCo/b']);
    await stage.scan();
    const [message] = stage.queue;
    if (!message) throw new Error('nothing was queued');
    stage.queue.push({ ...message });
    const both = await Promise.all([stage.work(), stage.work()]);
    expect(stage.state.mostAtOnce).toBe(1);
    expect(stage.said().map(({ data }) => data.rev)).toEqual([1, 2]);
    expect(both.flat()).toContainEqual({ outcome: 'skipped', reason: 'in-use' });
  });

  it('goes on after a process died in a call, once its lease is over, with the same id', async () => {
    const stage = webhookStage();
    const { id } = await stage.add();
    await stage.happen(['acmeCo/a']);
    await stage.scan();
    stage.answering(() => {
      throw new Error('the process died');
    });
    await stage.work();
    stage.answering(() => answered(200));
    expect(await stage.work()).toEqual([{ outcome: 'skipped', reason: 'in-use' }]);
    expect(stage.queue).toEqual([]);
    // The message is gone: the scanner sends another once the first cannot come back.
    stage.pass(2 * HOUR + 1);
    await tick(stage);
    expect(stage.calls.map(({ call }) => call.headers['webhook-id'])).toHaveLength(2);
    expect(new Set(stage.calls.map(({ call }) => call.headers['webhook-id'])).size).toBe(1);
    expect(await stage.webhook(id)).toMatchObject({ due: 0, lease: null, queuedAt: null });
  });
});

describe('acts of operators', () => {
  it('pause: nothing is queued or called, and what is older than seven days ends as expired', async () => {
    const stage = webhookStage();
    const { id } = await stage.add();
    expect(await pauseWebhook(stage.system, id, 'olga')).toEqual({ changed: true });
    await stage.happen(['acmeCo/a']);
    await tick(stage);
    expect(stage.queue).toEqual([]);
    stage.pass(7 * DAY);
    await stage.happen(['acmeCo/b']);
    await tick(stage);
    expect(stage.calls).toEqual([]);
    expect(await history(stage, id)).toEqual([
      ['acmeCo/b', 'due', null, 0],
      ['acmeCo/a', 'dead', 'expired', 0],
    ]);
  });

  it('remove: what is due ends as removed, its secrets are forgotten, and its row goes', async () => {
    const stage = webhookStage();
    const { id } = await stage.add();
    await stage.happen(['acmeCo/a']);
    await stage.scan();
    await removeWebhook(stage.system, stage.secrets, id, 'olga');
    expect(await stage.work()).toEqual([{ outcome: 'skipped', reason: 'removed' }]);
    stage.pass(15 * MINUTE);
    await tick(stage);
    await tick(stage);
    expect(stage.calls).toEqual([]);
    expect(stage.kept.has(id)).toBe(false);
    expect(await history(stage, id)).toEqual([['acmeCo/a', 'dead', 'removed', 0]]);
    expect(await stage.table.get({ pk: 'WEBHOOKS', sk: id })).toBeUndefined();
    expect(await stage.table.get({ pk: 'META', sk: 'PAUSES' })).not.toHaveProperty('webhooks');
  });

  it('rotate: receivers with either secret verify calls until the old one is over, then only with the new one', async () => {
    const stage = webhookStage();
    const { id } = await stage.add();
    const [old = ''] = stage.kept.get(id) ?? [];
    const rotated = await rotateWebhook(stage.system, stage.secrets, id, { overlap: HOUR }, 'olga');
    const fresh = rotated && 'secret' in rotated ? (rotated.secret ?? '') : '';
    const verifies = async () => {
      stage.calls.length = 0;
      await stage.happen(['acmeCo/a']);
      await stage.scan();
      await stage.work();
      const { headers = {}, body = '' } = stage.calls[0]?.call ?? {};
      // The library has no clock to be told: what it checks is the signature.
      const signature = headers['webhook-signature'] ?? '';
      const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
      return [old, fresh].map((secret) =>
        signature.split(' ').includes(new Webhook(secret).sign(headers['webhook-id'] ?? '', at, body)),
      );
    };
    expect(fresh).not.toBe(old);
    expect(await verifies()).toEqual([true, true]);
    stage.pass(HOUR);
    expect(await verifies()).toEqual([false, true]);
  });
});
