import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod/mini';
import { HOUR } from '../../../functions/abandonment/time.ts';
import type { OperatorAlertCode } from '../../../functions/platform/alert-codes.ts';
import { keys } from '../../../functions/store/keys.ts';
import { operatorAlert } from '../../../functions/store/operator-alerts.ts';
import { loadDeliveries } from '../../../functions/store/webhook-deliveries.ts';
import { WEBHOOK_EVENTS } from '../../../functions/webhooks/event-schemas.ts';
import { answered, type WebhookStage, webhookStage } from './webhook-stage.ts';

interface Event {
  type: keyof typeof WEBHOOK_EVENTS;
  data: Record<string, unknown>;
}

let stage: WebhookStage;
let writes = 0;
beforeEach(() => {
  stage = webhookStage();
});

const raise = (code: OperatorAlertCode, subject: string, detail = 'it is so') => {
  writes += 1;
  return stage.table.transact([operatorAlert(code, subject, detail, stage.now())], `raise ${writes}`);
};
const takeBack = (code: OperatorAlertCode, subject: string) => {
  writes += 1;
  return stage.table.transact([{ delete: keys.operatorAlert(code, subject) }], `take back ${writes}`);
};
const pass = async (hours = 1) => {
  stage.pass(hours * HOUR);
  await stage.scan();
  await stage.work();
};
const heard = () => (stage.said() as Event[]).map(({ type, data }) => [type, data.code, data.subject]);

describe('an alert about the whole', () => {
  it('is told of when it begins, once, and when it is over', async () => {
    await stage.add();
    await raise('correlated-failure', 'eu-1');
    for (let hours = 0; hours < 8 * 24; hours += 1) await pass();
    await takeBack('correlated-failure', 'eu-1');
    await pass();
    await pass();
    expect(stage.said()).toEqual([
      {
        type: 'operator.alert.raised',
        version: 1,
        timestamp: '2026-01-01T01:00:00Z',
        data: {
          code: 'correlated-failure',
          about: 'data plane',
          subject: 'eu-1',
          task: null,
          tenant: null,
          since: '2026-01-01T00:00:00Z',
        },
      },
      {
        type: 'operator.alert.ended',
        version: 1,
        timestamp: '2026-01-09T01:00:00Z',
        data: {
          code: 'correlated-failure',
          about: 'data plane',
          subject: 'eu-1',
          task: null,
          tenant: null,
          since: '2026-01-01T00:00:00Z',
          endedAt: '2026-01-09T01:00:00Z',
        },
      },
    ]);
    for (const event of stage.said() as Event[])
      expect(z.safeParse(WEBHOOK_EVENTS[event.type], event).success).toBe(true);
  });

  it('is for no webhook of a prefix', async () => {
    await stage.add({ prefix: 'acmeCo/' });
    await raise('evidence-stale', 'events');
    await raise('topic-refused', 'arn:aws:sns:eu-west-1:1:acmeCo');
    await pass();
    expect(stage.said()).toEqual([]);
  });

  it('is not told of by whom it does not interest', async () => {
    await stage.add({ types: ['operator.alert.ended'] });
    await raise('correlated-failure', 'eu-1');
    await pass();
    expect(stage.said()).toEqual([]);
    await takeBack('correlated-failure', 'eu-1');
    await pass();
    expect(heard()).toEqual([['operator.alert.ended', 'correlated-failure', 'eu-1']]);
  });
});

describe('an alert about a task', () => {
  it('is for those whose prefix covers it', async () => {
    await stage.add({ prefix: 'acmeCo/prod/' });
    for (const id of ['acmeCo/prod/a', 'acmeCo/test/b', 'otherCo/prod/c'])
      await raise('disable-reverted', id);
    await pass();
    expect(heard()).toEqual([['operator.alert.raised', 'disable-reverted', 'acmeCo/prod/a']]);
    expect((stage.said() as Event[])[0]?.data).toMatchObject({ task: 'acmeCo/prod/a', tenant: 'acmeCo' });
  });

  it('keeps its order, whatever comes of other events of the task', async () => {
    const { id } = await stage.add();
    stage.answering((_, { type }) => answered(type === 'operator.alert.raised' ? 422 : 200));
    await raise('no-reachable-owner', 'acmeCo/a');
    await pass();
    await takeBack('no-reachable-owner', 'acmeCo/a');
    await stage.happen(['acmeCo/a']);
    await pass(0.01);
    // What was not taken waits, and its end behind it; the task's own event does not.
    const waiting = await loadDeliveries(stage.table, id, 'D', { limit: 9 });
    expect(waiting.records.map(({ type, task }) => [type, task])).toEqual([
      ['operator.alert.raised', 'acmeCo/a'],
      ['operator.alert.ended', 'acmeCo/a'],
    ]);
    stage.answering(() => answered(200));
    for (let hours = 0; hours < 12; hours += 1) await pass();
    expect((stage.said() as Event[]).slice(-2).map(({ type }) => type)).toEqual([
      'operator.alert.raised',
      'operator.alert.ended',
    ]);
  });
});

describe('what no webhook is told', () => {
  it('is who a recipient is, and the words of an alert', async () => {
    await stage.add();
    await raise('notify-failing', 'ana@acme.test', 'ana@acme.test cannot be mailed');
    await raise('not-mine', 'acmeCo/a', 'ana@acme.test said that it is not theirs');
    await pass();
    expect(heard()).toEqual([
      ['operator.alert.raised', 'not-mine', 'acmeCo/a'],
      ['operator.alert.raised', 'notify-failing', null],
    ]);
    expect(JSON.stringify(stage.calls)).not.toContain('ana');
  });

  it('is that it did not answer itself; others hear it', async () => {
    const own = await stage.add();
    const other = await stage.add({ url: 'https://other.acme.test/in' });
    await raise('webhook-failing', own.id);
    await pass();
    expect(stage.calls.map(({ call }) => call.url)).toEqual([other.url]);
  });
});

it('an alert that a breaker told itself is heard of with the next scan, once', async () => {
  await stage.add();
  const { put } = operatorAlert('breaker-open', 'notify', 'it is off', stage.now());
  await stage.table.transact([{ put: { ...put, toldAt: stage.now(), rev: 2 } }], 'breaker');
  await pass();
  await pass();
  expect(heard()).toEqual([['operator.alert.raised', 'breaker-open', 'notify']]);
  expect(stage.codes).toEqual([]);
});
