import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  type ECSClient,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import type { ControlPlaneDriver } from './control-plane-contract.ts';

/** Two clusters, so that a listing has more than one page. */
export const CLUSTERS = ['main', 'jobs'];
const SERVICES = ['jobs/nightly', 'main/api', 'main/web'];

/** Makes clusters and services by ECS's own API, each with two tasks wanted. */
export async function makeServices(ecs: ECSClient, tags: { key: string; value: string }[] = []) {
  for (const clusterName of CLUSTERS) await ecs.send(new CreateClusterCommand({ clusterName }));
  const containerDefinitions = [{ name: 'main', image: 'scratch', memory: 64 }];
  await ecs.send(new RegisterTaskDefinitionCommand({ family: 'anything', containerDefinitions }));
  for (const name of SERVICES) {
    const input = { ...placeOf(name), taskDefinition: 'anything:1', desiredCount: 2 };
    const { cluster, service, ...others } = input;
    await ecs.send(new CreateServiceCommand({ cluster, serviceName: service, tags, ...others }));
  }
}

/** Somebody at the console of ECS, as its own API lets them. */
export function ecsDriver(
  ecs: ECSClient,
  prefix: string,
  faults: Pick<ControlPlaneDriver, 'fault' | 'heal'> = { fault: noFault, heal: async () => {} },
): ControlPlaneDriver {
  const placed = (task: string) => placeOf(task.slice(prefix.length));
  const update = (task: string, change: { desiredCount?: number; forceNewDeployment?: boolean }) =>
    ecs.send(new UpdateServiceCommand({ ...placed(task), ...change }));
  return {
    tasks: SERVICES.map((name) => prefix + name),
    edit: async (task) => void (await update(task, { forceNewDeployment: true })),
    remove: async (task) => void (await ecs.send(new DeleteServiceCommand({ ...placed(task), force: true }))),
    disableByHand: async (task) => void (await update(task, { desiredCount: 0 })),
    async isEnabled(task) {
      const { cluster, service } = placed(task);
      const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
      const found = services?.find(({ status }) => status === 'ACTIVE');
      return found && (found.desiredCount ?? 0) > 0;
    },
    ...faults,
  };
}

function placeOf(name: string): { cluster: string; service: string } {
  const [cluster = '', service = ''] = name.split('/');
  return { cluster, service };
}

async function noFault(): Promise<void> {
  throw new Error('an emulator has none');
}
