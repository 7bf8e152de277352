import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { ECSClient } from '@aws-sdk/client-ecs';
import { parseInstant } from '../../../../functions/abandonment/time.ts';
import type { EcsClients } from '../../../../functions/control-planes/ecs/ecs-clients.ts';
import { EcsControlPlane } from '../../../../functions/control-planes/ecs/ecs-control-plane.ts';
import {
  controlPlaneSettings,
  type SettingsOf,
} from '../../../../functions/platform/control-plane-settings.ts';
import { EcsServer, REGION } from './ecs-server.ts';

export const NOW = parseInstant('2026-03-01T12:00:00Z') ?? 0;

/** Settings as a configuration has them. */
export function ecsSettings(given: Record<string, unknown> = {}): SettingsOf<'ecs'> {
  const settings = controlPlaneSettings.parse({
    type: 'ecs',
    name: 'services',
    prefix: 'ecs/',
    dataPlane: 'ecs-eu-west-1',
    region: REGION,
    clusters: ['main'],
    ...given,
  });
  if (settings.type !== 'ecs') throw new Error('these are others');
  return settings;
}

/** The SDK's own clients, at an endpoint; one attempt, and a short time-out. */
export function clientsAt(endpoint: string, scalingEndpoint = endpoint): EcsClients {
  const given = {
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: { requestTimeout: 300, throwOnRequestTimeout: true },
  };
  return {
    ecs: new ECSClient({ ...given, endpoint }),
    scaling: new ApplicationAutoScalingClient({ ...given, endpoint: scalingEndpoint }),
  };
}

/** A control plane before a server, with a clock that stands. */
export async function ecsStage(given: Record<string, unknown> = {}) {
  const server = await EcsServer.open();
  const settings = ecsSettings(given);
  const clients = clientsAt(server.endpoint);
  const controls = new EcsControlPlane({ settings, clients, clock: { now: () => NOW } });
  return { server, clients, controls };
}
