import { RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  StopTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { HOUR } from '../../functions/abandonment/time.ts';
import type { EcsClients } from '../../functions/control-planes/ecs/ecs-clients.ts';
import { EcsControlPlane } from '../../functions/control-planes/ecs/ecs-control-plane.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { deployedService } from '../../simulation/engine/deployed-service.ts';
import { EcsServer } from '../unit/control-planes/ecs/ecs-server.ts';
import { clientsAt, ecsSettings } from '../unit/control-planes/ecs/ecs-stage.ts';
import { ListedWorld } from './listed-world.ts';

const CLUSTER = 'main';
const OWNERS = { api: 'ana@example.com', worker: 'bo@example.com', mended: 'cleo@example.com' };
const BROKEN = new Set(['api', 'worker', 'mended', 'off']);

let clients: EcsClients;
let scaling: EcsServer;
let world: ListedWorld;

/** What ECS itself has of a service. */
async function truth(service: string) {
  const asked = new DescribeServicesCommand({ cluster: CLUSTER, services: [service] });
  const { services: [told] = [] } = await clients.ecs.send(asked);
  return { desired: told?.desiredCount, running: told?.runningCount };
}

const update = (service: string, change: { desiredCount?: number; forceNewDeployment?: boolean }) =>
  clients.ecs.send(new UpdateServiceCommand({ cluster: CLUSTER, service, ...change }));

/** The tasks of broken services do not stay: each is stopped as soon as ECS starts it. */
async function breakDown(): Promise<void> {
  for (const serviceName of BROKEN) {
    const { taskArns = [] } = await clients.ecs.send(new ListTasksCommand({ cluster: CLUSTER, serviceName }));
    for (const task of taskArns) await clients.ecs.send(new StopTaskCommand({ cluster: CLUSTER, task }));
  }
}

async function makeService(serviceName: string, owner: string): Promise<void> {
  const tags = [{ key: 'taskwarden:owners', value: owner }];
  const given = { cluster: CLUSTER, serviceName, taskDefinition: 'story:1', desiredCount: 2, tags };
  await clients.ecs.send(new CreateServiceCommand(given));
}

beforeAll(async () => {
  scaling = await EcsServer.open();
  const endpoints = { ecs: inject('endpoint'), scaling: scaling.endpoint };
  clients = clientsAt({ ...endpoints, account: '200000000000', timeout: 20_000 });
  await clients.ecs.send(new CreateClusterCommand({ clusterName: CLUSTER }));
  const containerDefinitions = [{ name: 'main', image: 'scratch', memory: 64 }];
  await clients.ecs.send(new RegisterTaskDefinitionCommand({ family: 'story', containerDefinitions }));
  for (const name of ['api', 'worker', 'mended'] as const) await makeService(name, OWNERS[name]);
  await makeService('off', 'dora@example.com');
  await makeService('web', 'eve@example.com');
  await clients.scaling.send(
    new RegisterScalableTargetCommand({
      ServiceNamespace: 'ecs',
      ResourceId: 'service/main/api',
      ScalableDimension: 'ecs:service:DesiredCount',
      MinCapacity: 2,
      MaxCapacity: 4,
    }),
  );
  const settings = { ...ecsSettings({ clusters: [CLUSTER] }), pollEvery: HOUR, callsPerSecond: 1_000 };
  world = new ListedWorld(settings, (_, given) => new EcsControlPlane({ settings, clients, ...given }));
  await world.setPolicy('ecs/', {
    mode: 'disable',
    warnAfter: '3d',
    disableAfter: '2d',
    reminders: [],
    minHealthy: '2h',
  });
});
afterAll(() => scaling.close());

/** What is known of it, where it was disabled by us. */
const disabledByUs = async (service: string) =>
  (await loadTask(world.system.table, `ecs/main/${service}`))?.disabledByUs ?? null;

const suspended = () => scaling.targets.get('service/main/api')?.SuspendedState;

/**
 * One history, told in its order: each test goes on where the one before it ended. A scan each six hours; the first one
 * lists what there is, so that all clocks begin at 0d6h, and each listing is decided upon by the scan after it.
 */
describe('services of ECS that nobody keeps alive', () => {
  it('warn their owners once they were without a running task for three days', async () => {
    await world.until(3, breakDown);
    expect(world.heard()).toEqual([]);
    await world.until(4, breakDown);
    expect(world.heard().sort()).toEqual([
      '3d6h mail ana@example.com: warning ecs/main/api',
      '3d6h mail bo@example.com: warning ecs/main/worker',
      '3d6h mail cleo@example.com: warning ecs/main/mended',
      '3d6h mail dora@example.com: warning ecs/main/off',
    ]);
    for (const name of Object.keys(OWNERS)) expect(await truth(name)).toEqual({ desired: 2, running: 0 });
  });

  it('are left alone where somebody deploys or stops them before the date', async () => {
    await update('mended', { forceNewDeployment: true });
    await update('off', { desiredCount: 0 });
    await world.until(5, breakDown);
    expect(world.heard()).toEqual(['4d12h mail cleo@example.com: withdrawn ecs/main/mended']);
  });

  it('are disabled in ECS itself at the date, and their owners are notified of it', async () => {
    for (const name of ['api', 'worker']) expect(await truth(name)).toMatchObject({ desired: 2 });
    await world.until(7, breakDown);
    expect(world.heard().sort()).toEqual([
      '5d6h mail ana@example.com: disabled ecs/main/api',
      '5d6h mail bo@example.com: disabled ecs/main/worker',
    ]);
    expect(await truth('api')).toEqual({ desired: 0, running: 0 });
    expect(await truth('worker')).toEqual({ desired: 0, running: 0 });
    expect(suspended()?.DynamicScalingOutSuspended).toBe(true);
    expect(await truth('mended')).toMatchObject({ desired: 2 });
    expect(await truth('web')).toEqual({ desired: 2, running: 2 });
    expect(await Promise.all(['api', 'worker', 'mended', 'off', 'web'].map(disabledByUs))).toEqual([
      expect.anything(),
      expect.anything(),
      null,
      null,
      null,
    ]);
  });

  it('run again after an undo, as they were, and scale again', async () => {
    BROKEN.delete('api');
    await deployedService.undo(world.system, { task: 'ecs/main/api' });
    await world.until(8, breakDown);
    expect(await truth('api')).toEqual({ desired: 2, running: 2 });
    expect(suspended()?.DynamicScalingOutSuspended).toBe(false);
    expect(world.heard()).toEqual(['7d6h mail ana@example.com: enabled ecs/main/api']);
  });

  it('are not disabled a second time where a deployment tool starts them again', async () => {
    await update('worker', { desiredCount: 2 });
    await world.until(15, breakDown);
    expect(world.heard()).toEqual(['8d12h operators disable-reverted ecs/main/worker']);
    expect(await truth('worker')).toEqual({ desired: 2, running: 0 });
  });
});
