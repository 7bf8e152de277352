import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  type ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  StopTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';

export const CLUSTER = 'main';

/** Services of one cluster of an emulator, as their owners and their tools see them. */
export class EcsFleet {
  /** Services whose tasks do not stay. */
  readonly broken = new Set<string>();
  readonly #ecs: ECSClient;

  private constructor(ecs: ECSClient) {
    this.#ecs = ecs;
  }

  static async on(ecs: ECSClient): Promise<EcsFleet> {
    await ecs.send(new CreateClusterCommand({ clusterName: CLUSTER }));
    const containerDefinitions = [{ name: 'main', image: 'scratch', memory: 64 }];
    await ecs.send(new RegisterTaskDefinitionCommand({ family: 'any', containerDefinitions }));
    return new EcsFleet(ecs);
  }

  /** A service of two tasks. */
  async add(serviceName: string, owner: string, isBroken: boolean): Promise<void> {
    const tags = [{ key: 'taskwarden:owners', value: owner }];
    const input = { cluster: CLUSTER, serviceName, taskDefinition: 'any:1', desiredCount: 2, tags };
    await this.#ecs.send(new CreateServiceCommand(input));
    if (isBroken) this.broken.add(serviceName);
  }

  async update(service: string, change: { desiredCount?: number; forceNewDeployment?: boolean }) {
    await this.#ecs.send(new UpdateServiceCommand({ cluster: CLUSTER, service, ...change }));
  }

  async remove(service: string): Promise<void> {
    await this.#ecs.send(new DeleteServiceCommand({ cluster: CLUSTER, service, force: true }));
    this.broken.delete(service);
  }

  /** Each task of a broken service is stopped as soon as ECS has started it. */
  readonly breakDown = async (): Promise<void> => {
    for (const serviceName of this.broken) {
      const asked = new ListTasksCommand({ cluster: CLUSTER, serviceName });
      const { taskArns = [] } = await this.#ecs.send(asked);
      for (const task of taskArns) await this.#ecs.send(new StopTaskCommand({ cluster: CLUSTER, task }));
    }
  };

  /** What ECS itself has of a service. */
  async truth(service: string): Promise<{ desired: number | undefined; running: number | undefined }> {
    const asked = new DescribeServicesCommand({ cluster: CLUSTER, services: [service] });
    const { services: [described] = [] } = await this.#ecs.send(asked);
    return { desired: described?.desiredCount, running: described?.runningCount };
  }
}
