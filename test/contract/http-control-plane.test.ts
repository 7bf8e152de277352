import { HttpControlPlane } from '../../functions/control-planes/http/http-control-plane.ts';
import type { SettingsOf } from '../../functions/platform/control-plane-settings.ts';
import { RealClock } from '../../functions/platform/real-clock.ts';
import { type ControlPlaneDriver, listedControlPlaneContract, type Made } from './control-plane-contract.ts';
import { FaultyProxy, RETRY_AFTER } from './faulty-proxy.ts';
import { failedTask, type Running, serve, TaskFile } from './http-servers.ts';

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
  callsPerSecond: 10,
  timeout: 400,
  pageSize: 2,
};

async function made(serverOf: (file: TaskFile) => Promise<Running>): Promise<Made<HttpControlPlane>> {
  const file = new TaskFile(NAMES.map((id) => failedTask(id)));
  const server = await serverOf(file);
  const proxy = await FaultyProxy.before(server.url);
  const controls = new HttpControlPlane({
    settings: { ...SETTINGS, url: `${proxy.url}/` },
    fetch,
    credentials: async () => `Basic ${Buffer.from(BASIC).toString('base64')}`,
    signingSecret: async () => SECRET,
    clock: new RealClock(),
  });
  return {
    controls,
    driver: driverOf(file, proxy),
    async close() {
      await proxy.close();
      await server.close();
      file.delete();
    },
  };
}

function driverOf(file: TaskFile, proxy: FaultyProxy): ControlPlaneDriver {
  const named = (task: string) => task.slice(PREFIX.length);
  const found = (task: string) => file.read().find(({ id }) => id === named(task));
  return {
    tasks: NAMES.map((name) => PREFIX + name),
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

listedControlPlaneContract(
  'HTTP, the server in TypeScript',
  () => made((file) => serve(file.tasks(), { basic: BASIC, secret: SECRET })),
  ABILITIES,
);
