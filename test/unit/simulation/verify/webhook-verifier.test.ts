import { beforeEach, describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../../functions/abandonment/time.ts';
import type { WebhookAnswer } from '../../../../functions/platform/ports.ts';
import type { DeliveryRecord } from '../../../../functions/store/webhook-deliveries.ts';
import { answered, GONE_AWAY } from '../../../../simulation/engine/sim-webhooks.ts';
import { WebhookVerifier } from '../../../../simulation/verify/webhook-verifier.ts';

const START = Date.parse('2026-01-01T00:00:00Z');

let now = START;
let broken: string[] = [];
let verifier: WebhookVerifier;

beforeEach(() => {
  now = START;
  broken = [];
  const note = (holds: boolean, what: () => string) => {
    if (!holds) broken.push(what());
  };
  const checks = {
    check: (_promise: number, holds: boolean, what: () => string) => note(holds, what),
    checkWhere: (_atStake: boolean, _promise: number, holds: boolean, what: () => string) =>
      note(holds, what),
  };
  verifier = new WebhookVerifier(checks, { now: () => now });
  verifier.added('wh-1', '');
});

/** A call for an event that happened so many minutes after the start. */
function begin(id: string, minute = 0, type = 'task.held') {
  const timestamp = new Date(START + minute * MINUTE).toISOString();
  const body = JSON.stringify({ type, version: 1, timestamp, data: { task: 'acmeCo/a', episode: 1 } });
  return verifier.callBegun('wh-1', {
    url: 'https://hooks.acme.test/in',
    headers: { 'webhook-id': id },
    body,
  });
}

function call(id: string, minute = 0, answer: WebhookAnswer = answered(204), isTaken = answer !== GONE_AWAY) {
  verifier.callEnded('wh-1', begin(id, minute), { answer, isTaken });
}

/** A call for what operators were told of a data plane, or of a task. */
function alertCall(id: string, minute: number, more: Record<string, unknown> = {}) {
  const timestamp = new Date(START + minute * MINUTE).toISOString();
  const data = { code: 'correlated-failure', subject: 'eu-1', task: null, ...more };
  const body = JSON.stringify({ type: 'operator.alert.raised', version: 1, timestamp, data });
  const headers = { 'webhook-id': id };
  const event = verifier.callBegun('wh-1', { url: 'https://hooks.acme.test/in', headers, body });
  verifier.callEnded('wh-1', event, { answer: answered(204), isTaken: true });
}

const senderDies = () =>
  verifier.senderEnded({
    queue: 'webhook',
    body: '{"key":"wh-1"}',
    died: true,
    failed: true,
    records: 1,
    outcome: null,
    reason: null,
    receiveCount: 1,
    delaySeconds: null,
  });

describe('what a server of a webhook may hear', () => {
  it('is each event once, in the order of its task, tried again until it is taken', () => {
    call('evt_1', 0, GONE_AWAY);
    now += HOUR;
    call('evt_1', 0);
    call('evt_2', 1);
    expect(broken).toEqual([]);
  });

  it('is an event again whose answer was lost, on its way or with its sender', () => {
    call('evt_1', 0, GONE_AWAY, true);
    call('evt_1', 0);
    senderDies();
    now += HOUR;
    call('evt_1', 0);
    expect(broken).toEqual([]);
  });

  it('is no event again for which it answered, though a sender dies later', () => {
    call('evt_1');
    now += HOUR;
    senderDies();
    call('evt_1');
    expect(broken).toEqual([expect.stringContaining('for which it answered')]);
  });

  it('is no second call while one is under way', () => {
    begin('evt_1', 0);
    begin('evt_2', 1);
    expect(broken).toEqual([expect.stringContaining('2 times at once')]);
  });

  it('is no later event of a task while one waits, for seven days', () => {
    call('evt_1', 0, GONE_AWAY);
    now += 6 * DAY;
    call('evt_2', 1, GONE_AWAY);
    expect(broken).toEqual([expect.stringContaining('while evt_1 waits')]);
    broken = [];
    now = START + 8 * DAY;
    call('evt_3', 8 * 24 * 60);
    expect(broken).toEqual([]);
  });

  it('is no earlier event of a task after a later one', () => {
    call('evt_2', 9);
    call('evt_1', 0);
    expect(broken).toEqual([expect.stringContaining('after one of')]);
  });

  it('is no event under two names, and no name of two events', () => {
    call('evt_1', 0, GONE_AWAY, true);
    now += 8 * DAY;
    call('evt_2', 0);
    expect(broken).toEqual([expect.stringContaining('is named evt_1 and evt_2')]);
    broken = [];
    call('evt_2', 5);
    expect(broken).toContainEqual(expect.stringContaining('evt_2 names two events'));
  });
});

describe('at the end', () => {
  const record = (state: DeliveryRecord['state'], reason: 'expired' | null = null): DeliveryRecord => ({
    webhook: 'wh-1',
    seq: 1,
    id: 'evt_1',
    type: 'task.disabled',
    task: 'acmeCo/a',
    at: START,
    data: { task: 'acmeCo/a', episode: 1 },
    state,
    until: START + 7 * DAY,
    attempts: 1,
    nextAt: START,
    reason: null,
    status: null,
    answer: null,
    triedAt: null,
    ended: state === 'sent' || state === 'dead' ? { at: START, reason } : null,
  });

  const finish = (...history: DeliveryRecord[]) => {
    now = START + 20 * DAY;
    verifier.finish('wh-1', history, START);
    return broken;
  };

  it('each event is sent, or dead with a reason', () => {
    verifier.disabled({ task: 'acmeCo/a', episode: 1 });
    expect(finish(record('dead', 'expired'))).toEqual([]);
  });

  it('no event waits, and none is called sent that the server never had', () => {
    expect(finish(record('failed'), record('sent'), record('dead'))).toEqual([
      expect.stringContaining('which is failed'),
      expect.stringContaining('never took'),
      expect.stringContaining('which is dead'),
    ]);
  });

  it('an event runs out of time only where its server took none in its last day', () => {
    now = START + 6 * DAY + HOUR;
    call('evt_9', 8 * 24 * 60);
    expect(finish(record('dead', 'expired'))).toEqual([expect.stringContaining('took others')]);
  });

  it('an event runs out of time where its server took one only as its last hour began', () => {
    now = START + 7 * DAY - HOUR;
    call('evt_9', 8 * 24 * 60);
    broken = [];
    expect(finish(record('dead', 'expired'))).toEqual([]);
  });

  it('an event runs out of time where its server refused it, whatever else it took', () => {
    now = START + 6 * DAY + HOUR;
    call('evt_1', 0, answered(422), false);
    call('evt_9', 8 * 24 * 60);
    broken = [];
    expect(finish(record('dead', 'expired'))).toEqual([]);
  });

  it('a task that was disabled is told of', () => {
    verifier.disabled({ task: 'acmeCo/a', episode: 1 });
    expect(finish()).toEqual(['wh-1 never heard that acmeCo/a #1 was disabled']);
  });
});

describe('what a server may hear of operator alerts', () => {
  it('is what operators were told, in an order apart from that of tasks', () => {
    verifier.operatorAlerted('correlated-failure', 'eu-1');
    call('evt_1', 10);
    alertCall('evt_2', 5);
    expect(broken).toEqual([]);
  });

  it('is nothing that operators were not told', () => {
    verifier.operatorAlerted('correlated-failure', 'eu-2');
    alertCall('evt_1', 0);
    expect(broken).toEqual([
      'wh-1 hears of operator.alert.raised of alert#correlated-failure#eu-1 (evt_1), of which no operator was told',
    ]);
  });

  it('is nothing about all where it asked for the tasks of a prefix', () => {
    verifier.added('wh-1', 'acmeCo/');
    verifier.operatorAlerted('correlated-failure', 'eu-1');
    verifier.operatorAlerted('veto-loop', 'acmeCo/a');
    alertCall('evt_1', 0, { code: 'veto-loop', subject: 'acmeCo/a', task: 'acmeCo/a' });
    expect(broken).toEqual([]);
    alertCall('evt_2', 0);
    expect(broken).toEqual([
      'wh-1 hears of operator.alert.raised of alert#correlated-failure#eu-1 (evt_2), and asked for acmeCo/',
    ]);
  });
});
