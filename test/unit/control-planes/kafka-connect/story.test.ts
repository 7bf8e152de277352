import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY } from '../../../../functions/abandonment/time.ts';
import { controlPlaneOpener } from '../../../../functions/control-planes/open-control-plane.ts';
import type { OperatorAlert } from '../../../../functions/platform/ports.ts';
import type { System } from '../../../../functions/platform/system.ts';
import { loadTask } from '../../../../functions/store/tasks.ts';
import { cliStage } from '../../cli/cli-stage.ts';
import { ConnectDouble, type DoubleConnector } from './connect-double.ts';
import { kafkaSettings } from './connect-stage.ts';

const A = 'kafka/orders';
const SCANS_A_DAY = 2;

let connect: ConnectDouble;
let orders: DoubleConnector;
let stage: ReturnType<typeof cliStage>;
let alerts: OperatorAlert[];
/** The scan that comes next; the first is the one of day 0. */
let next: number;

/** A connector that fails since day 0, on a stage that lists Connect twice a day. */
beforeEach(async () => {
  connect = new ConnectDouble();
  const url = await connect.start();
  const config = { 'connector.class': 'FileStreamSink', 'taskwarden.owners': 'ana@acme.test' };
  orders = connect.put('orders', { config, tasks: [{ id: 0, state: 'FAILED' }] });
  const disabler: Partial<System> = {};
  stage = cliStage({ disabler, lists: true });
  alerts = [];
  next = 0;
  const { system, table } = stage;
  const { clock, random } = system;
  system.config.controlPlanes = [kafkaSettings(url)];
  system.operators = { notify: async (alert, others = []) => void alerts.push(alert, ...others) };
  const secrets = { read: () => Promise.reject(new Error('no secrets')) };
  const pacing = { now: () => Date.now(), pause: async () => {} };
  disabler.openControlPlane = controlPlaneOpener({ secrets, fetch, clock, pacing, random, table });
  await stage.taskwarden(['policy', 'set', '--yes', 'global', 'mode=disable', 'scanEvery=12h']);
});

afterEach(() => connect.stop());

/** Lets all scans happen up to a day, with it. */
async function until(day: number): Promise<void> {
  for (; next <= day * SCANS_A_DAY; next += 1) await stage.scanOn(next / SCANS_A_DAY);
}

const subjects = () => stage.mails.map(({ subject }) => subject);
const puts = () => connect.calls.filter((call) => call.startsWith('PUT'));
const alert = (code: string) => alerts.filter((sent) => sent.code === code && !sent.isOver);
const ends = (code: string) => alerts.filter((sent) => sent.code === code && sent.isOver);
const task = async () => {
  const record = await loadTask(stage.table, A);
  if (!record) throw new Error('the connector was not listed');
  return record;
};

describe('a connector that nobody keeps alive', () => {
  it('is stopped on its date, and its owner is notified before and after', async () => {
    await until(20.5);
    expect([orders.state, puts()]).toEqual(['RUNNING', []]);
    await until(21);
    expect([orders.state, puts()]).toEqual(['STOPPED', ['PUT /connectors/orders/stop']]);
    await until(23);
    expect(subjects()).toEqual([
      'orders will be turned off on 22 January 2026 unless you act',
      'Reminder: orders will be turned off on 22 January 2026 unless you act',
      'Reminder: orders will be turned off on 22 January 2026 unless you act',
      'orders was turned off',
    ]);
    expect((await task()).task).toMatchObject({ enabled: false });
  });

  it('runs again after an undo, and its clock starts anew', async () => {
    await until(22);
    await stage.taskwarden(['undo', '--task', A, '--reason', 'still needed']);
    await stage.work();
    expect([orders.state, puts().at(-1)]).toEqual(['RUNNING', 'PUT /connectors/orders/resume']);
    await until(35.5);
    expect((await task()).task.enabled).toBe(true);
    expect(subjects().filter((subject) => subject.includes('will be turned off'))).toHaveLength(3);
  });
});

describe('a connector that somebody looks after between warning and date', () => {
  it.each<[string, () => void]>([
    ['edits', () => void Object.assign(orders.config, { topics: 'others' })],
    ['pauses', () => void Object.assign(orders, { state: 'PAUSED' })],
    ['stops', () => void Object.assign(orders, { state: 'STOPPED', tasks: [] })],
    ['deletes', () => connect.connectors.clear()],
    ['repairs', () => void Object.assign(orders, { tasks: [{ id: 0, state: 'RUNNING' }] })],
  ])('is left alone: somebody %s it', async (_, act) => {
    await until(15);
    act();
    await until(25);
    expect(puts()).toEqual([]);
    expect(subjects()).not.toContain('orders was turned off');
    expect((await task()).open).toBeNull();
  });
});

describe('a connector that somebody touches between the decision and the call', () => {
  it.each<[string, () => void]>([
    ['edits', () => void Object.assign(orders.config, { topics: 'others' })],
    ['pauses', () => void Object.assign(orders, { state: 'PAUSED' })],
    ['deletes', () => connect.connectors.clear()],
  ])('is left alone: somebody %s it', async (_, act) => {
    await until(20.5);
    // All that is known at the date is from before.
    act();
    const before = orders.state;
    connect.calls.length = 0;
    await stage.scanOn(21);
    expect(connect.calls).toContain('GET /connectors/orders');
    expect([orders.state, puts()]).toEqual([before, []]);
    await stage.scanOn(21.5);
    await stage.scanOn(22);
    expect(puts()).toEqual([]);
    expect(subjects()).not.toContain('orders was turned off');
  });
});

describe('a Kafka Connect that is down for three days', () => {
  it('has nothing decided, the date moved by as much, and operators told once', async () => {
    await until(19);
    connect.fault = () => 'cut';
    await until(22);
    expect(puts()).toEqual([]);
    expect(alert('data-plane-silent')).toHaveLength(1);
    connect.fault = () => undefined;
    // Nothing is known from the listing of day 19 to that of day 22.5.
    await until(24);
    expect([orders.state, puts()]).toEqual(['RUNNING', []]);
    await until(25);
    expect([orders.state, puts()]).toEqual(['STOPPED', ['PUT /connectors/orders/stop']]);
    expect([alert('data-plane-silent'), ends('data-plane-silent')].map(({ length }) => length)).toEqual([
      1, 1,
    ]);
  });
});

describe('a system that starts again what was stopped', () => {
  it('is told of once, and nobody is mailed again', async () => {
    await until(21.5);
    const mails = stage.mails.length;
    Object.assign(orders, { state: 'RUNNING', tasks: [{ id: 0, state: 'FAILED' }] });
    await until(27);
    expect(alert('disable-reverted')).toHaveLength(1);
    expect((await task()).task.reverted?.disabledAt).toBe(Date.parse('2026-01-01T00:00:00Z') + 21 * DAY);
    await until(45);
    expect([stage.mails.length, puts()]).toEqual([mails, ['PUT /connectors/orders/stop']]);
  });
});
