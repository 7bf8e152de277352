import { AwsError } from '../unit/control-planes/ecs/ecs-server.ts';
import { ecsStage } from '../unit/control-planes/ecs/ecs-stage.ts';
import { type Fault, listedControlPlaneContract } from './control-plane-contract.ts';
import { CLUSTERS, ecsDriver } from './ecs-driver.ts';

const PREFIX = 'ecs/';

/** ECS over its own protocol; test/local/ecs-control-plane.test.ts asks emulators that others wrote the same. */
async function made() {
  const { server, clients, controls } = await ecsStage({ clusters: CLUSTERS });
  const driver = ecsDriver(clients.ecs, PREFIX, {
    fault: async (fault) => fail(fault),
    heal: async () => {
      server.fault = undefined;
      server.error = undefined;
    },
  });
  const fail = (fault: Fault) => {
    if (fault === 'throttle') server.error = new AwsError('ThrottlingException', 'Rate exceeded');
    else server.fault = fault;
  };
  for (const task of driver.tasks) server.add(task.slice(PREFIX.length));
  const spoil = async (task: string) => {
    server.services.get(task.slice(PREFIX.length))!.desiredCount = -1;
  };
  return { controls, driver: { ...driver, spoil }, close: () => server.close() };
}

listedControlPlaneContract('Amazon ECS, over its protocol', made, { spoils: true });
