import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { afterAll, it } from 'vitest';
import { controlPlaneOpener } from '../../functions/control-planes/open-control-plane.ts';
import type { ListedControlPlane } from '../../functions/platform/control-plane.port.ts';
import type { SettingsOf } from '../../functions/platform/control-plane-settings.ts';
import type { Fetch } from '../../functions/platform/ports.ts';
import { RealClock } from '../../functions/platform/real-clock.ts';
import { RealRandom } from '../../functions/platform/real-random.ts';
import { CHILD_LIMIT } from '../child-limit.ts';
import { type ControlPlaneDriver, listedControlPlaneContract, type Made } from './control-plane-contract.ts';
import { FaultyProxy, RETRY_AFTER } from './faulty-proxy.ts';
import { failedTask, type Running, serve, start, TaskFile } from './http-servers.ts';

const PREFIX = 'jobs/prod/';
const NAMES = ['ana/orders', 'ben/ledger export', 'ben/räksmörgås', 'cleo/a%2Fb?c#d', 'z'];
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const BASIC = 'warden:correct horse';

const SETTINGS: Omit<SettingsOf<'http'>, 'url'> = {
  type: 'http',
  name: 'jobs',
  prefix: PREFIX,
  dataPlane: 'eu-1',
  pollEvery: 600_000,
  callsPerSecond: 1_000,
  timeout: 400,
  pageSize: 2,
  credentials: { scheme: 'basic', from: { secret: 'taskwarden/jobs' } },
  signedWith: { parameter: '/taskwarden/jobs' },
};

let tests = 0;

/** A control plane whose server has tasks of names that no test before had: it remembers what was done. */
async function made(
  { server, file }: { server: Running; file: TaskFile },
  fetched: Fetch = fetch,
): Promise<Made<ListedControlPlane>> {
  tests += 1;
  const names = NAMES.map((name) => `${name} ${tests}`);
  file.write(names.map((id) => failedTask(id)));
  const proxy = await FaultyProxy.before(server.url);
  const open = controlPlaneOpener({
    secrets: { read: async (place) => ('secret' in place ? BASIC : SECRET) },
    fetch: fetched,
    clock: new RealClock(),
    random: new RealRandom(),
  });
  const controls = open({ ...SETTINGS, url: `${proxy.url}/` });
  return {
    controls,
    driver: driverOf(names, file, proxy),
    close: () => proxy.close(),
  };
}

function driverOf(names: readonly string[], file: TaskFile, proxy: FaultyProxy): ControlPlaneDriver {
  const named = (task: string) => task.slice(PREFIX.length);
  const found = (task: string) => file.read().find(({ id }) => id === named(task));
  return {
    tasks: names.map((name) => PREFIX + name),
    edit: async (task) => file.change(named(task), { version: `${found(task)?.version}1` }),
    remove: async (task) => file.remove(named(task)),
    disableByHand: async (task) => file.change(named(task), { enabled: false }),
    spoil: async (task) => file.change(named(task), { shards: [{ id: '0', status: 'BROKEN' }] }),
    isEnabled: async (task) => found(task)?.enabled,
    fault: (fault) => proxy.fault(fault),
    heal: () => proxy.heal(),
  };
}

const ABILITIES = { spoils: true, retryAfter: RETRY_AFTER };

async function servedHere(fetched?: Fetch): Promise<Made<ListedControlPlane>> {
  const file = new TaskFile([]);
  const server = await serve(file.tasks(), { basic: BASIC, secret: SECRET });
  const stage = await made({ server, file }, fetched);
  return {
    ...stage,
    async close() {
      await stage.close?.();
      await server.close();
      file.delete();
    },
  };
}

listedControlPlaneContract('HTTP, the server in TypeScript', () => servedHere(), ABILITIES);

/** As a server is that was started again since: it knows no request that came before. */
const forgotten: Fetch = (url, init) => {
  const headers = new Headers(init?.headers);
  if (headers.has('idempotency-key')) headers.set('idempotency-key', randomUUID());
  return fetch(url, { ...init, headers });
};

listedControlPlaneContract('HTTP, a server that forgets keys', () => servedHere(forgotten), ABILITIES);

/** Started once: what is tested finds other tasks in its file each time. */
let python: { server: Running; file: TaskFile } | undefined;
afterAll(async () => {
  await python?.server.close();
  python?.file.delete();
});

async function pythonServer(): Promise<{ server: Running; file: TaskFile }> {
  const file = new TaskFile([]);
  const command = ['python3', 'examples/control-plane-http-python/server.py', '--port', '0'] as const;
  const env = { TASKS_BASIC: BASIC, TASKS_SECRET: SECRET };
  return { server: await start([...command, '--tasks', file.path], env), file };
}

if (spawnSync('python3', ['-c', 'import http.server'], CHILD_LIMIT).status === 0)
  listedControlPlaneContract(
    'HTTP, the server in Python',
    async () => {
      python ??= await pythonServer();
      return made(python);
    },
    ABILITIES,
  );
else it.skip('HTTP, the server in Python: there is no Python');
