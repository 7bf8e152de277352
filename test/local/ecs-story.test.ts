import { RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { HOUR } from '../../functions/abandonment/time.ts';
import type { EcsClients } from '../../functions/control-planes/ecs/ecs-clients.ts';
import { EcsControlPlane } from '../../functions/control-planes/ecs/ecs-control-plane.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { deployedService } from '../../simulation/engine/deployed-service.ts';
import { FaultyProxy } from '../contract/faulty-proxy.ts';
import { EcsServer } from '../unit/control-planes/ecs/ecs-server.ts';
import { clientsAt, ecsSettings } from '../unit/control-planes/ecs/ecs-stage.ts';
import { CLUSTER, EcsFleet } from './ecs-fleet.ts';
import { ListedWorld } from './listed-world.ts';

/** MiniStack has no Application Auto Scaling: that is our own server's. */
let scaling: EcsServer;
beforeAll(async () => {
  scaling = await EcsServer.open();
});
afterAll(() => scaling.close());

/** Clients of an account of its own; `ecs`: where ECS is asked. */
function clientsOf(account: string, ecs = inject('endpoint')): EcsClients {
  return clientsAt({ ecs, scaling: scaling.endpoint, account, timeout: 20_000 });
}

/** Three days without a running task, two days of grace, and a scan each six hours. */
async function worldOf(clients: EcsClients): Promise<ListedWorld> {
  const settings = { ...ecsSettings({ clusters: [CLUSTER] }), pollEvery: HOUR, callsPerSecond: 1_000 };
  const world = new ListedWorld(settings, (_, ports) => new EcsControlPlane({ settings, clients, ...ports }));
  const policy = { warnAfter: '3d', disableAfter: '2d', reminders: [], minHealthy: '2h' };
  await world.setPolicy('ecs/', { mode: 'disable', ...policy });
  return world;
}

const suspended = () => scaling.targets.get('service/main/api')?.SuspendedState;

/**
 * One history, told in its order: each test goes on where the one before it ended. The first scan lists what there is, so
 * that all clocks begin at 0d6h, and each listing is decided upon by the scan after it.
 */
describe('services of ECS that nobody keeps alive', () => {
  let fleet: EcsFleet;
  let world: ListedWorld;
  const disabledByUs = async (service: string) =>
    (await loadTask(world.system.table, `ecs/main/${service}`))?.disabledByUs ?? null;

  beforeAll(async () => {
    const clients = clientsOf('200000000000');
    fleet = await EcsFleet.on(clients.ecs);
    await fleet.add('api', 'ana@example.com', true);
    await fleet.add('worker', 'bo@example.com', true);
    await fleet.add('mended', 'cleo@example.com', true);
    await fleet.add('off', 'dora@example.com', true);
    await fleet.add('removed', 'eli@example.com', true);
    await fleet.add('web', 'fay@example.com', false);
    await clients.scaling.send(
      new RegisterScalableTargetCommand({
        ServiceNamespace: 'ecs',
        ResourceId: 'service/main/api',
        ScalableDimension: 'ecs:service:DesiredCount',
        MinCapacity: 2,
        MaxCapacity: 4,
      }),
    );
    world = await worldOf(clients);
  });

  it('warn their owners once they were without a running task for three days', async () => {
    await world.until(3, fleet.breakDown);
    expect(world.heard()).toEqual([]);
    await world.until(4, fleet.breakDown);
    expect(world.heard().sort()).toEqual([
      '3d6h mail ana@example.com: warning ecs/main/api',
      '3d6h mail bo@example.com: warning ecs/main/worker',
      '3d6h mail cleo@example.com: warning ecs/main/mended',
      '3d6h mail dora@example.com: warning ecs/main/off',
      '3d6h mail eli@example.com: warning ecs/main/removed',
    ]);
    expect(await fleet.truth('api')).toEqual({ desired: 2, running: 0 });
  });

  it('are left alone where somebody deploys, stops or deletes them before the date', async () => {
    await fleet.update('mended', { forceNewDeployment: true });
    await fleet.update('off', { desiredCount: 0 });
    await fleet.remove('removed');
    await world.until(5, fleet.breakDown);
    expect(world.heard()).toEqual(['4d12h mail cleo@example.com: withdrawn ecs/main/mended']);
  });

  it('are disabled in ECS itself at the date, and their owners are notified of it', async () => {
    for (const name of ['api', 'worker']) expect(await fleet.truth(name)).toMatchObject({ desired: 2 });
    await world.until(7, fleet.breakDown);
    expect(world.heard().sort()).toEqual([
      '5d6h mail ana@example.com: disabled ecs/main/api',
      '5d6h mail bo@example.com: disabled ecs/main/worker',
    ]);
    expect(await fleet.truth('api')).toEqual({ desired: 0, running: 0 });
    expect(await fleet.truth('worker')).toEqual({ desired: 0, running: 0 });
    expect(suspended()?.DynamicScalingOutSuspended).toBe(true);
    expect(await fleet.truth('mended')).toMatchObject({ desired: 2 });
    expect(await fleet.truth('web')).toEqual({ desired: 2, running: 2 });
    const others = ['mended', 'off', 'removed', 'web'];
    expect(await Promise.all(others.map(disabledByUs))).toEqual([null, null, null, null]);
  });

  it('run again after an undo, as they were, and scale again', async () => {
    fleet.broken.delete('api');
    await deployedService.undo(world.system, { task: 'ecs/main/api' });
    await world.until(8, fleet.breakDown);
    expect(await fleet.truth('api')).toEqual({ desired: 2, running: 2 });
    expect(suspended()?.DynamicScalingOutSuspended).toBe(false);
    expect(world.heard()).toEqual(['7d6h mail ana@example.com: enabled ecs/main/api']);
  });

  it('are not disabled a second time where a deployment tool starts them again', async () => {
    await fleet.update('worker', { desiredCount: 2 });
    await world.until(15, fleet.breakDown);
    expect(world.heard()).toEqual(['8d12h operators disable-reverted ecs/main/worker']);
    expect(await fleet.truth('worker')).toEqual({ desired: 2, running: 0 });
  });
});

describe('ECS that is away for three days', () => {
  let proxy: FaultyProxy;
  afterAll(() => proxy?.close());

  it('has nothing decided on what was known before, and dates move by the time it was away', async () => {
    proxy = await FaultyProxy.before(inject('endpoint'));
    const fleet = await EcsFleet.on(clientsOf('300000000000').ecs);
    await fleet.add('api', 'ana@example.com', true);
    const world = await worldOf(clientsOf('300000000000', proxy.url));
    await world.until(4, fleet.breakDown);
    expect(world.heard()).toEqual(['3d6h mail ana@example.com: warning ecs/main/api']);
    await proxy.fault('down');
    await world.until(7, fleet.breakDown);
    // The date was 5d6h. The newest whole listing is of 4d0h; two of them are missed, and 15 minutes more, at 4d12h15m.
    expect(world.heard()).toEqual(['4d18h operators data-plane-silent ecs-eu-west-1']);
    expect(await fleet.truth('api')).toMatchObject({ desired: 2 });
    await proxy.heal();
    // Away from 4d0h to 7d6h at the latest: the date is 8d12h, or up to five hours before it, which the same scan meets.
    await world.until(8.25, fleet.breakDown);
    expect(world.heard()).toEqual([]);
    await world.until(9, fleet.breakDown);
    expect(world.heard()).toEqual(['8d12h mail ana@example.com: disabled ecs/main/api']);
    expect(await fleet.truth('api')).toEqual({ desired: 0, running: 0 });
  });
});
