import { MINUTE } from '../../../functions/abandonment/time.ts';
import { fetchKafkaConnect } from '../../../local/kafka-connect/jars.ts';
import type { ConnectCluster } from '../connect-cluster.ts';
import type { Fault } from '../fault.ts';
import type { ChaosWorld } from '../world.ts';

/** Rounds in which Connect is away: longer than operators wait before they are told. */
const ROUNDS = 6;

function clusterOf({ connect }: ChaosWorld): ConnectCluster {
  if (connect) return connect;
  throw new Error('Kafka Connect was not started');
}

async function roundsWithout(world: ChaosWorld): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) await world.round(15 * MINUTE);
}

const OF_CONNECT = {
  before: 'disabling',
  isOfConnect: true,
  missing: fetchKafkaConnect,
} as const satisfies Partial<Fault>;

/** Faults of a control plane that is listed: a real Kafka Connect. */
export const CONNECT_FAULTS: readonly Fault[] = [
  {
    ...OF_CONNECT,
    name: 'connect-stops',
    what: 'Kafka Connect is stopped as connectors are due, and started 90 minutes later',
    async inject(world) {
      const connect = clusterOf(world);
      await connect.stop('SIGTERM');
      await roundsWithout(world);
      return { repair: () => connect.start() };
    },
  },
  {
    ...OF_CONNECT,
    name: 'connect-dies-asked',
    what: 'Kafka Connect dies (SIGKILL) as it took the request to stop a connector',
    async inject(world) {
      const connect = clusterOf(world);
      connect.dieAtNextStop();
      for (let round = 0; round < ROUNDS && connect.isUp; round += 1) await world.round(MINUTE);
      if (connect.isUp) throw new Error('Connect was asked to stop nothing');
      await roundsWithout(world);
      return { repair: () => connect.start() };
    },
  },
];
