import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ControlPlaneUnavailable,
  type ListedTask,
} from '../../../../functions/platform/control-plane.port.ts';
import { ConnectDouble, starting } from './connect-double.ts';
import { kafkaControlPlane, kafkaSettings, NOW } from './connect-stage.ts';

let connect: ConnectDouble;
let url: string;

beforeEach(async () => {
  connect = new ConnectDouble();
  url = await connect.start();
});

afterEach(() => connect.stop());

/** A value that Connect reads elsewhere. */
const reference = (place: string) => `\${file:${place}}`;

const kafka = (more: Parameters<typeof kafkaControlPlane>[1] = {}) =>
  kafkaControlPlane(kafkaSettings(url), more);

async function listed(more: Parameters<typeof kafkaControlPlane>[1] = {}) {
  const page = await kafka(more).list(null);
  if (page === 'notModified') throw new Error('no tag was given');
  return page;
}

async function only(): Promise<ListedTask> {
  const { tasks } = await listed();
  expect(tasks).toHaveLength(1);
  return tasks[0] as ListedTask;
}

describe('a connector as a task', () => {
  it('is of the kind connector, below the prefix, with its tasks as shards and its owners', async () => {
    connect.put('orders', {
      config: { 'taskwarden.owners': 'Ana@acme.test, bo@acme.test ,team-x', topics: 'orders' },
      tasks: [
        { id: 0, state: 'RUNNING' },
        { id: 1, state: 'FAILED', trace: 'java.lang.RuntimeException: pin 1234' },
        { id: 2, state: 'UNASSIGNED' },
        { id: 3, state: 'RESTARTING' },
      ],
    });
    const task = await only();
    expect(task).toMatchObject({
      id: 'kafka/orders',
      kind: 'connector',
      enabled: true,
      owners: ['ana@acme.test', 'bo@acme.test'],
      dataPlane: 'kafka-1',
      shards: [
        { id: '0', status: 'PRIMARY' },
        { id: '1', status: 'FAILED' },
        { id: '2', status: 'PENDING' },
        { id: '3', status: 'PENDING' },
      ],
    });
    expect(JSON.stringify(task)).not.toContain('1234');
  });

  it('has the class of what it failed of, and none while it runs or is off', async () => {
    const trace = 'java.net.UnknownHostException: secret-db.acme.test';
    const orders = connect.put('orders', { tasks: [{ id: 0, state: 'FAILED', trace }] });
    const failed = await only();
    expect(failed.cause).toBe('unreachable');
    expect(JSON.stringify(failed)).not.toContain('secret-db');
    orders.tasks = [{ id: 0, state: 'RUNNING', trace }];
    expect((await only()).cause).toBeUndefined();
    Object.assign(orders, { state: 'PAUSED', tasks: [{ id: 0, state: 'FAILED', trace }] });
    expect((await only()).cause).toBeUndefined();
    Object.assign(orders, { state: 'FAILED', tasks: [], trace: 'a.ConfigException: x' });
    expect((await only()).cause).toBe('configuration');
  });

  it.each(['PAUSED', 'STOPPED'])('that is %s is disabled, whatever its tasks still say', async (state) => {
    connect.put('orders', { state, tasks: [{ id: 0, state: 'RUNNING' }] });
    expect(await only()).toMatchObject({ enabled: false, shards: [] });
  });

  it('that failed itself is a failed shard, beside the tasks that run on', async () => {
    connect.put('orders', { state: 'FAILED', tasks: [] });
    expect((await only()).shards).toEqual([{ id: 'connector', status: 'FAILED' }]);
    connect.put('orders', { state: 'FAILED' });
    expect((await only()).shards).toEqual([
      { id: 'connector', status: 'FAILED' },
      { id: '0', status: 'PRIMARY' },
    ]);
  });

  it('without a task left is pending', async () => {
    connect.put('orders', { tasks: [] });
    expect((await only()).shards).toEqual([{ id: 'connector', status: 'PENDING' }]);
  });

  it('is got alone as it is listed', async () => {
    connect.put('orders');
    expect(await kafka().get('kafka/orders')).toEqual(await only());
    expect(await kafka().get('kafka/others')).toBeUndefined();
  });

  it.each(['a b', 'ä?x', 'h#y', 'se;m', 'p%25', 's/l', 'b\\s'])(
    'named %s is got by that name',
    async (name) => {
      connect.put(name);
      expect(await kafka().get(`kafka/${name}`)).toMatchObject({ id: `kafka/${name}` });
    },
  );
});

describe('the revision of a connector', () => {
  const revision = async (config: Record<string, unknown>) => {
    connect.put('orders', { config });
    return (await only()).revision;
  };

  it('changes with its configuration, and not with the order of its keys or with its state', async () => {
    const before = await revision({ topics: 'a', file: 'f' });
    expect(before).toMatch(/^[\w-]{32}$/);
    expect(await revision({ file: 'f', topics: 'a' })).toBe(before);
    expect(await revision({ topics: 'b', file: 'f' })).not.toBe(before);
    expect(await revision({ topics: 'a', file: 'f', more: '' })).not.toBe(before);
    connect.put('orders', { config: { topics: 'a', file: 'f' }, state: 'PAUSED' });
    expect((await only()).revision).toBe(before);
  });

  it.each([
    ['database.password', 'old', 'new'],
    ['ssl.keystore.key', 'old', 'new'],
    ['aws.secret.access.key', 'old', 'new'],
    ['consumer.override.sasl.jaas.config', 'Plain user="a" password="b";', 'Plain user="a" password="c";'],
    ['basic.auth.user.info', 'a:b', 'a:c'],
    ['connection.url', 'jdbc:postgresql://me:old@db/x', 'jdbc:postgresql://me:new@db/x'],
    [
      'connection.url',
      'jdbc:postgresql://db/x?user=me&password=old',
      'jdbc:postgresql://db/x?user=me&password=new',
    ],
  ])('does not change with the secret of %s', async (key, old, next) => {
    expect(await revision({ topics: 'a', [key]: next })).toBe(await revision({ topics: 'a', [key]: old }));
  });

  it.each([
    ['connection.url', 'jdbc:postgresql://me:pw@db/x', 'jdbc:postgresql://me:pw@db/y'],
    ['database.password', reference('/run/secrets:one'), reference('/run/secrets:two')],
    ['tasks.max', '1', '2'],
    ['key.converter', 'A', 'B'],
    ['tokenizer.class', 'A', 'B'],
  ])('changes with %s, which is no secret', async (key, old, next) => {
    expect(await revision({ [key]: next })).not.toBe(await revision({ [key]: old }));
  });

  it('changes where a password is given for the first time', async () => {
    expect(await revision({ topics: 'a', password: 'x' })).not.toBe(await revision({ topics: 'a' }));
  });
});

describe('a listing', () => {
  it('goes through all connectors by pages in the order of their names', async () => {
    for (const name of ['c', 'a', 'e', 'b', 'd']) connect.put(name);
    const seen: string[][] = [];
    for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
      const page = await kafka({ pageSize: 2 }).list(cursor);
      if (page === 'notModified') throw new Error('no tag was given');
      seen.push(page.tasks.map(({ id }) => id));
      cursor = page.cursor;
    }
    expect(seen).toEqual([['kafka/a', 'kafka/b'], ['kafka/c', 'kafka/d'], ['kafka/e']]);
  });

  it('misses nothing that stays while connectors come and go between its pages', async () => {
    for (const name of ['a', 'b', 'c', 'd']) connect.put(name);
    const first = await listed({ pageSize: 2 });
    connect.connectors.delete('b');
    connect.put('bb');
    const second = await kafka({ pageSize: 2 }).list(first.cursor);
    expect(second).toMatchObject({ tasks: [{ id: 'kafka/bb' }, { id: 'kafka/c' }] });
  });

  it('says that a page is as it was, by its tag, until anything of it changes', async () => {
    const orders = connect.put('orders');
    const { tag } = await listed();
    expect(await kafka().list(null, tag)).toBe('notModified');
    orders.tasks = [{ id: 0, state: 'FAILED' }];
    expect(await kafka().list(null, tag)).toMatchObject({ tasks: [{ shards: [{ status: 'FAILED' }] }] });
  });

  it('refuses one that it cannot take, says why, and lists the others', async () => {
    connect.put('good');
    connect.put('odd', { state: 'DANCING' });
    connect.put('..');
    connect.put('two  spaces');
    connect.put('x'.repeat(600));
    const { tasks, refused } = await listed();
    expect(tasks.map(({ id }) => id)).toEqual(['kafka/good']);
    expect(refused).toEqual([
      { task: `kafka/${'x'.repeat(506)}`, reason: 'is 606 bytes long; allowed are 512 bytes of UTF-8' },
      { task: 'kafka/..', reason: 'no URL can name it' },
      { task: 'kafka/odd', reason: 'it has a state that is not known (DANCING)' },
      { task: 'kafka/two  spaces', reason: 'has spaces in a row; a task id has single ones only' },
    ]);
  });

  it('goes on behind a page that ends with a name of any length', async () => {
    for (const name of ['a', 'b', 'c', 'x'.repeat(600)]) connect.put(name);
    const first = await listed({ pageSize: 2 });
    expect([first.cursor, first.refused.length]).toEqual(['b', 1]);
    expect(await kafka({ pageSize: 2 }).list(first.cursor)).toMatchObject({
      tasks: [{ id: 'kafka/c' }],
      refused: [],
      cursor: null,
    });
  });

  it('does not take one for gone that Connect names and does not describe', async () => {
    connect.put('good');
    connect.put('lost');
    const body = JSON.stringify({
      good: { status: { connector: { state: 'RUNNING' }, tasks: [] }, info: { config: {} } },
    });
    connect.fault = (call) => (call.includes('expand') ? { status: 200, body } : undefined);
    const { tasks, refused } = await listed();
    expect(tasks.map(({ id }) => id)).toEqual(['kafka/good']);
    expect(refused).toEqual([{ task: 'kafka/lost', reason: 'Connect names it, and does not describe it' }]);
  });

  it('tells who we are', async () => {
    await listed({ authorization: 'Basic YTpi' });
    expect(connect.authorizations).toEqual(['Basic YTpi', 'Basic YTpi']);
    await kafka().check();
    expect(connect.authorizations.at(-1)).toBeUndefined();
  });

  it('works below a path of a gateway', async () => {
    connect.put('orders');
    connect.fault = (call) => {
      const inner = call.replace(' /connect/', ' /');
      return inner === call ? { status: 404, body: 'no' } : undefined;
    };
    const settings = kafkaSettings(`${url}/connect/`);
    await expect(kafkaControlPlane(settings).check()).rejects.toThrow(ControlPlaneUnavailable);
    expect(connect.calls).toEqual(['GET /connect/connectors']);
  });
});

describe('a Kafka Connect that cannot be asked', () => {
  const failure = async (work: () => Promise<unknown>): Promise<ControlPlaneUnavailable> => {
    const error = await work().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ControlPlaneUnavailable);
    return error as ControlPlaneUnavailable;
  };

  it.each([
    [401, {}, 'control plane kafka: refuses our credentials (status 401)', undefined],
    [403, {}, 'control plane kafka: refuses our credentials (status 403)', undefined],
    [409, {}, 'control plane kafka: is rebalancing (status 409)', 15],
    [429, { 'retry-after': '90' }, 'control plane kafka: answers with status 429: too busy', 90],
    [
      503,
      { 'retry-after': new Date(NOW + 60_000).toUTCString() },
      'control plane kafka: answers with status 503: too busy',
      60,
    ],
    [500, {}, 'control plane kafka: answers with status 500: too busy', undefined],
    [
      302,
      { location: 'http://evil.test/' },
      'control plane kafka: answers with status 302: too busy',
      undefined,
    ],
  ])('answers %s', async (status, headers, message, after) => {
    connect.fault = () => ({ status, headers, body: '{"error_code":1,"message":"too busy"}' });
    const error = await failure(() => kafka().list(null));
    expect([error.message, error.retryAfterSeconds]).toEqual([message, after]);
  });

  it('repeats no more than 200 characters of an answer, and no address', async () => {
    const message = `for ana@acme.test ${'x'.repeat(500)}`;
    connect.fault = () => ({ status: 500, body: JSON.stringify({ message }) });
    const { message: words } = await failure(() => kafka().list(null));
    expect(words).toContain('for <address> xxx');
    expect(words.length).toBeLessThan(260);
  });

  it.each([
    ['that is starting', starting(), 'has no connectors there'],
    ['that is none', { status: 200, body: '{"tables":[]}' }, 'cannot be read'],
    ['that ends in the middle', { status: 200, body: '["a",' }, 'cannot be read'],
    ['that cuts the connection', 'cut' as const, 'cannot be reached'],
  ])('%s names no connector, and none is gone', async (_, fault, why) => {
    connect.fault = () => fault;
    expect((await failure(() => kafka().list(null))).message).toContain(why);
    expect((await failure(() => kafka().get('kafka/orders'))).message).not.toContain('undefined');
    await failure(() => kafka().check());
  });

  it('says nothing for too long', async () => {
    connect.fault = () => 'silent';
    const settings = { ...kafkaSettings(url), timeout: 100 };
    expect((await failure(() => kafkaControlPlane(settings).check())).message).toContain('within 0.1 s');
  });

  it('is not there', async () => {
    connect.stop();
    expect((await failure(() => kafka().check())).message).toBe(
      'control plane kafka: cannot be reached (ECONNREFUSED)',
    );
  });

  it('says more than can be meant', async () => {
    const body = `["${'x'.repeat(33 * 1024 * 1024)}"]`;
    connect.fault = () => ({ status: 200, body });
    expect((await failure(() => kafka().check())).message).toContain('more than 32 MB');
  });
});
