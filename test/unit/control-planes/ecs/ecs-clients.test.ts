import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ecsClients } from '../../../../functions/control-planes/ecs/ecs-clients.ts';
import { EcsControlPlane } from '../../../../functions/control-planes/ecs/ecs-control-plane.ts';
import { controlPlaneOpener } from '../../../../functions/control-planes/open-control-plane.ts';
import { SeededRandom } from '../../../../simulation/engine/seeded-random.ts';
import { askToDisable } from '../../../contract/control-plane-contract.ts';
import { ASSUMED, AwsError, EcsServer } from './ecs-server.ts';
import { ecsSettings, NOW } from './ecs-stage.ts';

const ROLE = 'arn:aws:iam::210987654321:role/taskwarden-ecs';

let server: EcsServer;
let turns: number;

/** As a function has it: settings from the configuration, all else from the environment. */
function opened(changes: Record<string, unknown> = {}): EcsControlPlane {
  const settings = ecsSettings(changes);
  const turn = async () => {
    turns += 1;
  };
  const clients = ecsClients(settings, turn);
  return new EcsControlPlane({ settings, clients, clock: { now: () => NOW }, pause: async () => {} });
}

beforeEach(async () => {
  turns = 0;
  server = await EcsServer.open();
  server.add('main/api');
  vi.stubEnv('AWS_ENDPOINT_URL', server.endpoint);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'OWNKEY');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

it('is what the functions of a stage open for type ecs, and is asked no more often than it allows', async () => {
  const secrets = { read: () => Promise.reject(new Error('there are none')) };
  const waits: number[] = [];
  const clock = { now: () => NOW, pause: async (duration: number) => void waits.push(duration) };
  const open = controlPlaneOpener({ secrets, fetch, clock, random: new SeededRandom(1) });
  const controls = open(ecsSettings({ callsPerSecond: 0.5 }));
  for (let call = 1; call <= 3; call += 1)
    expect((await controls.get('ecs/main/api'))?.id).toBe('ecs/main/api');
  // The clock stands: each call waits two seconds more than the one before it.
  expect(waits).toEqual([2_000, 4_000]);
});

describe('the clients of a control plane', () => {
  it('ask in its region, as the function itself where no role is named', async () => {
    await opened({ region: 'eu-central-1' }).get('ecs/main/api');
    expect(new Set(server.signed)).toEqual(new Set(['OWNKEY eu-central-1 ecs']));
    expect(server.assumed).toEqual([]);
  });

  it('assume its role, once for many calls, and ask all of AWS with it', async () => {
    const controls = opened({ roleArn: ROLE, externalId: 'taskwarden-prod' });
    await askToDisable(controls, 'ecs/main/api');
    expect(server.assumed).toHaveLength(1);
    expect(server.assumed[0]).toMatchObject({
      Action: 'AssumeRole',
      RoleArn: ROLE,
      RoleSessionName: 'taskwarden-services',
      ExternalId: 'taskwarden-prod',
      DurationSeconds: '3600',
    });
    const [own, ...others] = server.signed;
    expect(own).toBe('OWNKEY us-east-1 sts');
    expect(new Set(others)).toEqual(
      new Set([`${ASSUMED} eu-west-1 ecs`, `${ASSUMED} eu-west-1 application-autoscaling`]),
    );
  });

  it('assume it again before its credentials end', async () => {
    server.assumedFor = 10;
    const controls = opened({ roleArn: ROLE });
    await controls.get('ecs/main/api');
    await controls.get('ecs/main/api');
    expect(server.assumed.length).toBeGreaterThan(1);
    expect(server.assumed[0]).not.toHaveProperty('ExternalId');
  });

  it('say so where the role cannot be assumed', async () => {
    const controls = opened({ roleArn: ROLE });
    const message = 'User: x is not authorized to perform: sts:AssumeRole on resource: y';
    server.error = new AwsError('AccessDenied', message);
    await expect(controls.list(null)).rejects.toThrow(
      'control plane services: its role cannot be assumed: it does not trust',
    );
    expect(server.asked).toEqual([]);
  });

  it('wait for their turn before each attempt, those that are tried again too', async () => {
    const refusals = { left: 2 };
    server.before = () => {
      refusals.left -= 1;
      if (refusals.left >= 0) throw new AwsError('ThrottlingException', 'Rate exceeded');
    };
    expect((await opened().get('ecs/main/api'))?.id).toBe('ecs/main/api');
    expect(server.asked).toHaveLength(3);
    expect(turns).toBe(3);
  });

  it.each(['AccessDeniedException', 'InvalidParameterException'])(
    'take nothing for undone where an attempt before one that is refused (%s) may have done it',
    async (refusal) => {
      const attempts = { left: 2 };
      server.fault = 'lose-answer';
      server.before = (action) => {
        if (action === 'UpdateService') attempts.left -= 1;
        if (action !== 'UpdateService' || attempts.left > 0) return;
        server.fault = undefined;
        server.before = undefined;
        throw new AwsError(refusal);
      };
      const controls = opened();
      await expect(askToDisable(controls, 'ecs/main/api')).rejects.toThrow('control plane services');
      expect(server.services.get('main/api')?.desiredCount).toBe(0);
      const again = await askToDisable(controls, 'ecs/main/api', { isRepeated: true });
      expect(again).toMatchObject({ outcome: 'confirmed', kept: '{"desiredCount":2,"suspended":null}' });
    },
  );

  it('say that nobody is there', async () => {
    await server.close();
    await expect(opened().list(null)).rejects.toThrow('control plane services: ECONNREFUSED');
    server = await EcsServer.open();
  });

  it('give up a call that hangs', async () => {
    server.fault = 'slow';
    const settings = { ...ecsSettings(), timeout: 50 };
    const clients = ecsClients(settings, async () => {});
    const controls = new EcsControlPlane({
      settings,
      clients,
      clock: { now: () => NOW },
      pause: async () => {},
    });
    await expect(controls.list(null)).rejects.toThrow('control plane services: AWS gives no answer in time');
  });
});
