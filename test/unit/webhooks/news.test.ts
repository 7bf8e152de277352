import { describe, expect, it } from 'vitest';
import { z } from 'zod/mini';
import { DAY } from '../../../functions/abandonment/time.ts';
import { actOnTask } from '../../../functions/owner-page/actions.ts';
import type { WebhookCall } from '../../../functions/platform/ports.ts';
import { webhookSecretOf } from '../../../functions/platform/webhook-signature.ts';
import { WEBHOOK_EVENTS } from '../../../functions/webhooks/event-schemas.ts';
import { failingFleet } from '../cli/cli-stage.ts';

interface Event {
  type: keyof typeof WEBHOOK_EVENTS;
  data: Record<string, unknown>;
}

/** A stage whose tasks a webhook hears of. */
async function heardFleet(ids: string[], policy?: string[]) {
  const calls: WebhookCall[] = [];
  const webhooks = {
    call: async (call: WebhookCall) => {
      calls.push(call);
      return { outcome: 'answered' as const, status: 200, retryAfter: null, body: '' };
    },
    secrets: { read: async () => webhookSecretOf(Buffer.alloc(32)) },
  };
  const stage = await failingFleet(ids, policy, { disabler: { webhooks } });
  await stage.taskwarden(['webhooks', 'add', 'https://hooks.acme.test/']);
  const heard = (): Event[] => calls.map(({ body }) => JSON.parse(body));
  /** What was heard since it was asked last, without what is the same in each. */
  let read = 0;
  const news = () => {
    const fresh = heard().slice(read);
    read = calls.length;
    return fresh.map(({ type, data }) => {
      const { task: _, tenant: _t, kind: _k, dataPlane: _d, ...rest } = data;
      return [type, rest];
    });
  };
  return { ...stage, heard, news };
}

describe('the life of an episode', () => {
  it('is told step by step, by the documented schemas, and names nobody', async () => {
    const stage = await heardFleet(['acmeCo/a']);
    const days = async (from: number, to: number) => {
      for (let day = from; day <= to; day += 0.25) await stage.scanOn(day);
    };

    await days(13.5, 14.5);
    expect(stage.news()).toEqual([
      ['task.abandoned', { episode: 1, since: '2026-01-01T00:00:00Z' }],
      ['task.warned', { episode: 1, disableAt: '2026-01-22T00:00:00Z' }],
    ]);

    await days(14.75, 20.75);
    expect(stage.news()).toEqual([
      ['task.reminded', { episode: 1, disableAt: '2026-01-22T00:00:00Z' }],
      ['task.reminded', { episode: 1, disableAt: '2026-01-22T00:00:00Z' }],
    ]);

    await days(21, 21.5);
    expect(stage.news()).toEqual([
      ['task.disabled', { episode: 1, at: '2026-01-22T00:00:00Z', by: 'taskwarden' }],
      ['task.resolved', { episode: 1, alert: 'task_abandoned', reason: 'disabled' }],
    ]);

    await stage.taskwarden(['undo', '--task', 'acmeCo/a']);
    await days(21.75, 22);
    expect(stage.news()).toEqual([['task.enabled', { episode: 1, undone: true }]]);

    for (const event of stage.heard())
      expect(z.safeParse(WEBHOOK_EVENTS[event.type], event).success).toBe(true);
    expect(JSON.stringify(stage.heard())).not.toMatch(/@|olga/);
  });
});

describe('an act of a person', () => {
  it('keeps a task: its episode ends, and no hold is told of that nobody sees', async () => {
    const stage = await heardFleet(['acmeCo/a']);
    for (const day of [14, 14.25, 14.5]) await stage.scanOn(day);
    stage.news();
    await actOnTask(stage.system, 'acmeCo/a', 'ana@acme.test', {
      action: 'snooze',
      for: 5 * DAY,
      reason: 'mine',
    });
    for (const day of [14.75, 15]) await stage.scanOn(day);
    expect(stage.news().map(([type, data]) => [type, data])).toEqual([
      ['task.snoozed', { episode: 1, until: '2026-01-20T12:00:00Z' }],
      ['task.resolved', { episode: 1, alert: 'task_abandoned', reason: 'snoozed' }],
      ['task.held', { episode: 1, reason: 'kept' }],
    ]);
    expect(JSON.stringify(stage.heard())).not.toMatch(/ana|mine/);
  });

  it('disables it at once, on their page', async () => {
    const stage = await heardFleet(['acmeCo/a']);
    for (const day of [14, 14.25, 14.5]) await stage.scanOn(day);
    stage.news();
    await actOnTask(stage.system, 'acmeCo/a', 'ana@acme.test', { action: 'disable' });
    await stage.work();
    await stage.scanOn(14.75);
    await stage.scanOn(15);
    expect(stage.news()).toEqual([
      ['task.disabled', { episode: 1, at: '2026-01-15T12:00:00Z', by: 'person' }],
      ['task.resolved', { episode: 1, alert: 'task_abandoned', reason: 'disabled-by-owner' }],
    ]);
  });
});

describe('what is not told', () => {
  it('is a hold that lasts, and what happens to tasks of other prefixes', async () => {
    const stage = await heardFleet(['acmeCo/a', 'otherCo/b']);
    const { json } = await stage.taskwarden(['webhooks', 'list', '--json']);
    await stage.taskwarden(['webhooks', 'remove', (json[0] as { id: string }).id]);
    await stage.taskwarden(['webhooks', 'add', 'https://hooks.acme.test/', '--prefix', 'otherCo/']);
    await stage.taskwarden(['pause', 'disable']);
    for (let day = 14; day < 26; day += 0.5) await stage.scanOn(day);
    expect(new Set(stage.heard().map(({ data }) => data.task))).toEqual(new Set(['otherCo/b']));
    expect(stage.heard().filter(({ type }) => type === 'task.held')).toMatchObject([
      { data: { reason: 'paused' } },
    ]);
  });
});
