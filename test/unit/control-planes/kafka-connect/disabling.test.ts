import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControlPlaneUnavailable } from '../../../../functions/platform/control-plane.port.ts';
import { ConnectDouble, type DoubleConnector, starting } from './connect-double.ts';
import { disabling, enabling, kafkaControlPlane, kafkaSettings, NOW } from './connect-stage.ts';

let connect: ConnectDouble;
let url: string;
let orders: DoubleConnector;

beforeEach(async () => {
  connect = new ConnectDouble();
  url = await connect.start();
  orders = connect.put('orders', { tasks: [{ id: 0, state: 'FAILED' }] });
});

afterEach(() => connect.stop());

const kafka = (more: Record<string, unknown> = {}) => kafkaControlPlane(kafkaSettings(url, more));
const revision = async () => (await kafka().get('kafka/orders'))?.revision ?? '';
const puts = () => connect.calls.filter((call) => call.startsWith('PUT'));

describe('disabling a connector', () => {
  it('stops it, and says so once Connect has done it', async () => {
    connect.lag = 2;
    const answer = await kafka().disable(disabling('kafka/orders', { revision: await revision() }));
    expect(answer).toEqual({ outcome: 'confirmed', at: NOW, kept: 'STOPPED' });
    expect([orders.state, puts()]).toEqual(['STOPPED', ['PUT /connectors/orders/stop']]);
    expect(await kafka().get('kafka/orders')).toMatchObject({ enabled: false });
  });

  it.each([
    ['where the configuration says so', '4.1.0', { disableBy: 'pause' }],
    ['where the worker is older than 3.5', '3.4.1', {}],
    ['where Confluent Platform is older than 7.5', '7.4.2-ccs', {}],
  ])('pauses it %s', async (_, version, settings) => {
    connect.version = version;
    expect(await kafka(settings).disable(disabling('kafka/orders'))).toMatchObject({ outcome: 'confirmed' });
    expect([orders.state, puts()]).toEqual(['PAUSED', ['PUT /connectors/orders/pause']]);
  });

  it('does not pause one that failed itself, which Connect cannot, and stops it', async () => {
    Object.assign(orders, { state: 'FAILED', tasks: [] });
    const paused = await kafka({ disableBy: 'pause' }).disable(disabling('kafka/orders'));
    expect([paused.outcome, puts()]).toEqual(['refused', []]);
    expect(await kafka().disable(disabling('kafka/orders'))).toMatchObject({ outcome: 'confirmed' });
    expect(orders.state).toBe('STOPPED');
  });

  it.each(['3.5.0', '3.10.1', '4.0.0', '7.5.0-ccs', '8.0.0-ce', 'trunk'])(
    'stops it with %s',
    async (version) => {
      connect.version = version;
      await kafka().disable(disabling('kafka/orders'));
      expect(puts()).toEqual(['PUT /connectors/orders/stop']);
    },
  );

  it('leaves one alone that was edited since it was listed', async () => {
    const seen = await revision();
    orders.config.file = 'another';
    const answer = await kafka().disable(disabling('kafka/orders', { revision: seen }));
    expect(answer).toEqual({ outcome: 'changed', reason: 'its configuration was changed' });
    expect([orders.state, puts()]).toEqual(['RUNNING', []]);
  });

  it.each(['PAUSED', 'STOPPED'])('leaves one alone that somebody made %s', async (state) => {
    orders.state = state;
    const answer = await kafka().disable(disabling('kafka/orders', { revision: await revision() }));
    expect(answer).toMatchObject({ outcome: 'changed', reason: expect.stringContaining('somebody else') });
    expect(puts()).toEqual([]);
  });

  it('finds that one is gone', async () => {
    connect.connectors.clear();
    expect(await kafka().disable(disabling('kafka/orders'))).toEqual({ outcome: 'gone' });
  });

  it('lets one run that was edited in the moment between the look and the call', async () => {
    connect.after = (call) => {
      if (call === 'GET /') orders.config.file = 'another';
    };
    const answer = await kafka().disable(disabling('kafka/orders', { revision: await revision() }));
    expect(answer).toEqual({ outcome: 'changed', reason: 'its configuration was changed' });
    expect([orders.state, puts()]).toEqual([
      'RUNNING',
      ['PUT /connectors/orders/stop', 'PUT /connectors/orders/resume'],
    ]);
  });

  it('is asked again after an answer was lost, and knows what it did for its own', async () => {
    const request = disabling('kafka/orders', { revision: await revision() });
    connect.after = (call) => {
      if (call.startsWith('PUT')) connect.fault = () => 'cut';
    };
    await expect(kafka().disable(request)).rejects.toThrow(ControlPlaneUnavailable);
    connect.fault = () => undefined;
    const again = await kafka().disable({ ...request, isRepeated: true });
    expect(again).toMatchObject({ outcome: 'confirmed' });
    expect(puts()).toHaveLength(1);
  });

  it('does not take for its own what was paused or edited since it asked', async () => {
    const request = disabling('kafka/orders', { revision: await revision(), isRepeated: true });
    orders.state = 'PAUSED';
    expect(await kafka().disable(request)).toMatchObject({ outcome: 'changed' });
    orders.state = 'STOPPED';
    orders.config.file = 'another';
    expect(await kafka().disable(request)).toMatchObject({ outcome: 'changed' });
  });

  it('waits for no longer than one call may take, and is asked again', async () => {
    connect.lag = 1_000;
    const waits: number[] = [];
    const patient = kafkaControlPlane(kafkaSettings(url, { timeout: '5s' }), {
      pause: async (wait) => void waits.push(wait),
    });
    await expect(patient.disable(disabling('kafka/orders'))).rejects.toThrow('has not done it yet');
    expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200]);
  });

  it('is refused for good where Connect takes no such name in a URL', async () => {
    connect.put('s/l');
    expect(await kafka().disable(disabling('kafka/s/l'))).toMatchObject({ outcome: 'refused' });
  });

  it.each([
    ['a rebalance', { status: 409, body: '{"message":"rebalance"}' }],
    ['a worker that is starting', starting()],
    ['one that refuses us', { status: 401 }],
  ])('does nothing during %s, and concludes nothing', async (_, fault) => {
    connect.fault = (call) => (call.includes('/orders') || call === 'GET /connectors' ? fault : undefined);
    await expect(kafka().disable(disabling('kafka/orders'))).rejects.toThrow(ControlPlaneUnavailable);
    await expect(kafka().enable(enabling('kafka/orders'))).rejects.toThrow(ControlPlaneUnavailable);
    expect(puts()).toEqual([]);
  });

  it('concludes nothing where the connector goes while it is asked', async () => {
    connect.after = (call) => {
      if (call === 'GET /') connect.connectors.clear();
    };
    await expect(kafka().disable(disabling('kafka/orders'))).rejects.toThrow(ControlPlaneUnavailable);
    connect.after = () => {};
    expect(await kafka().disable(disabling('kafka/orders', { isRepeated: true }))).toEqual({
      outcome: 'gone',
    });
  });

  it('refuses a task that is not its own', async () => {
    await expect(kafka().disable(disabling('acmeCo/orders'))).rejects.toThrow('not below kafka/');
  });
});

describe('enabling a connector', () => {
  it.each([
    ['STOPPED', {}],
    ['PAUSED', { disableBy: 'pause' }],
  ])('resumes what was %s, and says so once it runs', async (state, settings) => {
    const { kept } = (await kafka(settings).disable(disabling('kafka/orders'))) as { kept: string };
    expect(orders.state).toBe(state);
    connect.lag = 2;
    const answer = await kafka().enable(enabling('kafka/orders', { revision: await revision(), kept }));
    expect(answer).toEqual({ outcome: 'confirmed', at: NOW });
    expect([orders.state, puts().at(-1)]).toEqual(['RUNNING', 'PUT /connectors/orders/resume']);
  });

  it('leaves one alone that was edited since it was disabled', async () => {
    orders.state = 'STOPPED';
    const answer = await kafka().enable(enabling('kafka/orders', { revision: 'another' }));
    expect(answer).toMatchObject({ outcome: 'changed' });
    expect(puts()).toEqual([]);
  });

  it('leaves one alone that we stopped and somebody paused since', async () => {
    orders.state = 'PAUSED';
    const answer = await kafka().enable(enabling('kafka/orders', { kept: 'STOPPED' }));
    expect(answer).toEqual({ outcome: 'changed', reason: 'somebody else paused it' });
  });

  it('asks nothing of one that runs: asked before, or enabled by somebody else', async () => {
    expect(await kafka().enable(enabling('kafka/orders'))).toMatchObject({ outcome: 'confirmed' });
    expect(puts()).toEqual([]);
  });

  it('finds that one is gone', async () => {
    connect.connectors.clear();
    expect(await kafka().enable(enabling('kafka/orders'))).toEqual({ outcome: 'gone' });
  });
});

describe('what we stopped and a system starts again', () => {
  it('is listed as enabled, with the revision that we stopped', async () => {
    const seen = await revision();
    await kafka().disable(disabling('kafka/orders', { revision: seen }));
    await fetch(`${url}/connectors/orders/resume`, { method: 'PUT' });
    expect(await kafka().get('kafka/orders')).toMatchObject({ enabled: true, revision: seen });
  });
});
