import {
  DescribeScalableTargetsCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { DescribeServicesCommand, ListTasksCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { EcsClients } from '../../functions/control-planes/ecs/ecs-clients.ts';
import { EcsControlPlane } from '../../functions/control-planes/ecs/ecs-control-plane.ts';
import { RealClock } from '../../functions/platform/real-clock.ts';
import {
  askToDisable,
  askToEnable,
  FAULTS,
  type Fault,
  listedControlPlaneContract,
} from '../contract/control-plane-contract.ts';
import { CLUSTERS, ecsDriver, makeServices } from '../contract/ecs-driver.ts';
import { EcsServer } from '../unit/control-planes/ecs/ecs-server.ts';
import { clientsAt, ecsSettings } from '../unit/control-planes/ecs/ecs-stage.ts';
import { type Moto, startMoto } from './moto.ts';

const PREFIX = 'ecs/';
const API = 'ecs/main/api';
const TARGET = {
  ServiceNamespace: 'ecs',
  ResourceId: 'service/main/api',
  ScalableDimension: 'ecs:service:DesiredCount',
} as const;
/** Emulators answer as they should; what is wrong is shown over the protocol (test/contract/). */
const ABILITIES = { without: Object.keys(FAULTS) as Fault[] };
const PATIENT = 20_000;

function planeOf(clients: EcsClients) {
  const settings = ecsSettings({ clusters: CLUSTERS });
  const clock = new RealClock();
  const controls = new EcsControlPlane({
    settings,
    clients,
    clock,
    pause: (duration) => clock.pause(duration),
  });
  return { controls, driver: ecsDriver(clients.ecs, PREFIX) };
}

let accounts = 100_000_000_000;

/** An account of its own in MiniStack, which has no Application Auto Scaling: that is our own server's. */
async function onMinistack() {
  accounts += 1;
  const scaling = await EcsServer.open();
  const endpoints = { ecs: inject('endpoint'), scaling: scaling.endpoint };
  const clients = clientsAt({ ...endpoints, account: String(accounts), timeout: PATIENT });
  await makeServices(clients.ecs, [{ key: 'taskwarden:owners', value: 'ana@example.com bo@example.com' }]);
  return { clients, ...planeOf(clients), close: () => scaling.close() };
}

let moto: Moto;
beforeAll(async () => {
  moto = await startMoto();
});
afterAll(() => moto?.stop());

async function onMoto() {
  await moto.reset();
  const clients = clientsAt({ ecs: moto.endpoint, scaling: moto.endpoint, timeout: PATIENT });
  await makeServices(clients.ecs);
  return { clients, ...planeOf(clients) };
}

listedControlPlaneContract('Amazon ECS, as MiniStack has it', onMinistack, ABILITIES);
listedControlPlaneContract('Amazon ECS, as moto has it', onMoto, ABILITIES);

describe('MiniStack', () => {
  it('shows a service whose tasks were stopped as one that does not run, until it is started anew', async () => {
    const { clients, controls, close } = await onMinistack();
    expect(await controls.get(API)).toMatchObject({
      owners: ['ana@example.com', 'bo@example.com'],
      shards: [{ status: 'PRIMARY' }],
      restarts: 0,
    });
    const { taskArns = [] } = await clients.ecs.send(
      new ListTasksCommand({ cluster: 'main', serviceName: 'api' }),
    );
    expect(taskArns).toHaveLength(2);
    for (const task of taskArns) await clients.ecs.send(new StopTaskCommand({ cluster: 'main', task }));
    expect(await controls.get(API)).toMatchObject({ enabled: true, shards: [{ status: 'PENDING' }] });
    await close();
  });

  it('has what is noted of a disabled service on it, and no more after an undo', async () => {
    const { clients, controls, close } = await onMinistack();
    const described = async () => {
      const asked = new DescribeServicesCommand({ cluster: 'main', services: ['api'], include: ['TAGS'] });
      const { services: [service] = [] } = await clients.ecs.send(asked);
      return { desiredCount: service?.desiredCount, keys: service?.tags?.map(({ key }) => key) };
    };
    const answer = await askToDisable(controls, API);
    const keys = ['taskwarden:owners', 'taskwarden:disabled'];
    expect(await described()).toEqual({ desiredCount: 0, keys });
    await askToEnable(controls, API, { kept: answer.outcome === 'confirmed' ? answer.kept : undefined });
    expect(await described()).toEqual({ desiredCount: 2, keys: ['taskwarden:owners'] });
    await close();
  });
});

describe('moto', () => {
  it('shows the scaling of a disabled service as suspended, and as it was after an undo', async () => {
    const { clients, controls } = await onMoto();
    const { scaling } = clients;
    await scaling.send(new RegisterScalableTargetCommand({ ...TARGET, MinCapacity: 1, MaxCapacity: 8 }));
    await scaling.send(
      new PutScalingPolicyCommand({
        ...TARGET,
        PolicyName: 'cpu',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 50,
          PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
        },
      }),
    );
    const target = async () => {
      const { ScalableTargets: [described] = [] } = await scaling.send(
        new DescribeScalableTargetsCommand({
          ServiceNamespace: 'ecs',
          ResourceIds: [TARGET.ResourceId],
          ScalableDimension: TARGET.ScalableDimension,
        }),
      );
      return {
        bounds: [described?.MinCapacity, described?.MaxCapacity],
        suspended: described?.SuspendedState,
      };
    };
    const each = (is: boolean) => ({
      DynamicScalingInSuspended: is,
      DynamicScalingOutSuspended: is,
      ScheduledScalingSuspended: is,
    });
    const answer = await askToDisable(controls, API);
    expect(answer.outcome).toBe('confirmed');
    expect(await target()).toEqual({ bounds: [1, 8], suspended: each(true) });
    const kept = answer.outcome === 'confirmed' ? answer.kept : undefined;
    expect((await askToEnable(controls, API, { kept })).outcome).toBe('confirmed');
    expect(await target()).toEqual({ bounds: [1, 8], suspended: each(false) });
  });
});
