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
export function ecsSettings(changes: Record<string, unknown> = {}): SettingsOf<'ecs'> {
  const settings = controlPlaneSettings.parse({
    type: 'ecs',
    name: 'services',
    prefix: 'ecs/',
    dataPlane: 'ecs-eu-west-1',
    region: REGION,
    clusters: ['main'],
    ...changes,
  });
  if (settings.type !== 'ecs') throw new Error('these are others');
  return settings;
}

/** Where clients are to ask. */
interface Endpoints {
  ecs: string;
  scaling: string;
  /** MiniStack takes a key of twelve digits for an account of its own. @default the same for all */
  account?: string;
  /** How long a call may take. @default short */
  timeout?: number;
}

/** The SDK's own clients, which make one attempt. */
export function clientsAt({ ecs, scaling, account = 'test', timeout = 300 }: Endpoints): EcsClients {
  const options = {
    region: REGION,
    credentials: { accessKeyId: account, secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: { requestTimeout: timeout, throwOnRequestTimeout: true },
  };
  return {
    ecs: new ECSClient({ ...options, endpoint: ecs }),
    scaling: new ApplicationAutoScalingClient({ ...options, endpoint: scaling }),
  };
}

/** A control plane before a server, with a clock that stands. */
export async function ecsStage(changes: Record<string, unknown> = {}) {
  const server = await EcsServer.open();
  const settings = ecsSettings(changes);
  const clients = clientsAt({ ecs: server.endpoint, scaling: server.endpoint });
  const controls = new EcsControlPlane({
    settings,
    clients,
    clock: { now: () => NOW },
    pause: async () => {},
  });
  return { server, clients, controls };
}
