import { expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import { DEFAULT_RETENTION } from '../../../functions/platform/retention.ts';
import { recordingSystem } from '../../../functions/scanner/recorded-effects.ts';
import { endingOf } from '../../../functions/store/table/expiry.ts';
import { START as NOW, runStage } from './run-stage.ts';

const row = (pk: string, sk: string, more = {}) => ({ pk, sk, v: 1, ...more });
const ALERT = { code: 'correlated-failure', subject: 'eu-1', detail: 'it is so' } as const;

it('what would be written is found by later reads and stays in memory, in its order and by its kind', async () => {
  const stage = runStage();
  await stage.write({ put: row('T#acmeCo/a', 'T') }, { put: row('PLANES', 'eu-1') });
  const { system, effects } = recordingSystem(stage.system);
  const writes = [
    { put: row('T#acmeCo/a', 'A#000001') },
    { delete: { pk: 'PLANES', sk: 'eu-1' } },
    { add: { pk: 'COUNT#eu-1', sk: 'acmeCo' }, by: { eligible: 1 } },
  ];
  await system.table.transact(writes, 'w1');
  await system.table.transact(
    [
      { put: row('R#ana', 'N#acmeCo/a#000001') },
      { put: row('META', 'PAUSES') },
      { put: row('LISTED#own', 'P#000001#0000001') },
    ],
    'w2',
  );
  expect(effects.writes).toEqual([
    { kind: 'put T/A', what: 'T#acmeCo/a A#000001' },
    { kind: 'delete PLANES', what: 'PLANES eu-1' },
    { kind: 'add COUNT', what: 'COUNT#eu-1 acmeCo' },
    { kind: 'put R/N', what: 'R#ana N#acmeCo/a#000001' },
    { kind: 'put META/PAUSES', what: 'META PAUSES' },
    { kind: 'put LISTED/P', what: 'LISTED#own P#000001#0000001' },
  ]);
  expect(await system.table.get({ pk: 'COUNT#eu-1', sk: 'acmeCo' })).toMatchObject({ eligible: 1 });
  expect(await system.table.get({ pk: 'PLANES', sk: 'eu-1' })).toBeUndefined();
  expect(await stage.table.get({ pk: 'PLANES', sk: 'eu-1' })).toBeDefined();
  expect((await stage.table.scan()).rows).toHaveLength(2);
});

it('a check changes nothing, and is no effect', async () => {
  const stage = runStage();
  await stage.write({ put: row('META', 'PAUSES', { rev: 1 }) });
  const { system, effects } = recordingSystem(stage.system);
  const check = { check: { pk: 'META', sk: 'PAUSES' }, if: [{ equals: ['rev', 1] as [string, number] }] };
  expect(await system.table.transact([check, { put: row('A', 'B') }], 'w')).toMatchObject({
    outcome: 'applied',
  });
  expect(effects.writes).toEqual([{ kind: 'put A', what: 'A B' }]);
});

it('rows end by the clock and the retention of the stage', async () => {
  const stage = runStage({ retention: { ...DEFAULT_RETENTION, runs: DAY } });
  const { system } = recordingSystem(stage.system);
  await system.table.transact([{ put: row('RUNS', 'r', endingOf('runs', NOW)) }], 'w');
  expect((await system.table.get({ pk: 'RUNS', sk: 'r' }))?.ttl).toBe((NOW + DAY) / 1_000);
  stage.pass(DAY);
  expect(await system.table.get({ pk: 'RUNS', sk: 'r' })).toBeUndefined();
});

it('what would leave is only noted: messages, mails, alerts, events, calls', async () => {
  const stage = runStage();
  const broken = () => Promise.reject(new Error('it left'));
  Object.assign(stage.system, {
    queues: { send: broken },
    mailer: { send: broken },
    topics: { publish: broken },
    events: { publish: broken },
    operators: { notify: broken },
    webhooks: { call: broken, secrets: { read: async () => 'secret' } },
    openControlPlane: broken,
  });
  const { system, effects } = recordingSystem(stage.system);
  await system.queues.send('notify', [{ body: '{"key":"a"}' }, { body: '{"key":"b"}' }]);
  const mail = { to: 'ana@acme.test', subject: 'Hello', text: 't', html: 'h', headers: {}, digest: 'd' };
  expect(await system.mailer.send(mail)).toEqual({ outcome: 'accepted', messageId: 'dry-run' });
  const topic = { topic: 'arn:t', subject: 'Hi', text: 't', attributes: {} } as const;
  expect(await system.topics?.publish(topic)).toEqual({ outcome: 'accepted', messageId: 'dry-run' });
  await system.events.publish('task.disabled', { task: 'acmeCo/a' });
  await system.operators.notify(ALERT, [{ ...ALERT, subject: 'us-1', isOver: true }]);
  await system.operators.notify(ALERT);
  const call = { url: 'https://hooks.acme.test/', headers: {}, body: '' };
  expect(await system.webhooks?.call(call)).toEqual({
    outcome: 'failed',
    reason: 'not-connected',
    detail: 'a dry run',
  });
  expect(await system.webhooks?.secrets.read({} as never)).toBe('secret');
  expect(() => system.openControlPlane?.({ name: 'own' } as never)).toThrow(
    'a dry run asks no control plane',
  );
  const alertText = (subject: string) => JSON.stringify({ subject, detail: ALERT.detail });
  expect(effects.messages).toEqual([
    { kind: 'queue notify', what: '{"key":"a"}' },
    { kind: 'queue notify', what: '{"key":"b"}' },
    { kind: 'mail', what: '{"to":"ana@acme.test","subject":"Hello"}' },
    { kind: 'topic', what: '{"topic":"arn:t","subject":"Hi"}' },
    { kind: 'event task.disabled', what: '{"task":"acmeCo/a"}' },
    { kind: 'operator alert correlated-failure', what: alertText('eu-1') },
    { kind: 'operator alert correlated-failure is over', what: alertText('us-1') },
    { kind: 'operator alert correlated-failure', what: alertText('eu-1') },
    { kind: 'webhook', what: 'https://hooks.acme.test/' },
    { kind: 'control plane', what: 'own' },
  ]);
});

it('what would be measured is summed up, and nothing is logged', () => {
  const stage = runStage();
  const { system, effects } = recordingSystem(stage.system);
  system.telemetry.metric('Rows', 2, 'Count');
  system.telemetry.metric('Rows', 3, 'Count');
  system.telemetry.metric('Others', 1, 'Count');
  system.telemetry.log('error', 'something');
  expect([...effects.metrics]).toEqual([
    ['Rows', 5],
    ['Others', 1],
  ]);
  expect([stage.logged, stage.measured]).toEqual([[], []]);
});

it('what the system does not have it does not get', () => {
  const { system } = recordingSystem(runStage().system);
  expect([system.webhooks, system.openControlPlane]).toEqual([undefined, undefined]);
});
