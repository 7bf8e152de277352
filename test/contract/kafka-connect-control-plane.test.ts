import {
  ConnectDouble,
  type Fault as DoubleFault,
} from '../unit/control-planes/kafka-connect/connect-double.ts';
import { kafkaControlPlane, kafkaSettings } from '../unit/control-planes/kafka-connect/connect-stage.ts';
import { type ControlPlaneDriver, type Fault, listedControlPlaneContract } from './control-plane-contract.ts';

const PREFIX = 'kafka/';
const NAMES = ['clicks', 'ä b?c#d', 'orders', 'payments', 'z'];
const RETRY_AFTER = 7;

listedControlPlaneContract(
  'Kafka Connect, its double',
  async () => {
    const connect = new ConnectDouble();
    const settings = { ...kafkaSettings(await connect.start()), timeout: 400 };
    for (const name of NAMES) connect.put(name);
    const controls = kafkaControlPlane(settings, { pageSize: 2 });
    return { controls, driver: driverOf(connect), close: async () => connect.stop() };
  },
  { spoils: true, retryAfter: RETRY_AFTER },
);

function driverOf(connect: ConnectDouble): ControlPlaneDriver {
  const found = (task: string) => connect.connectors.get(task.slice(PREFIX.length));
  return {
    tasks: NAMES.map((name) => PREFIX + name),
    edit: async (task) => void Object.assign(found(task)?.config ?? {}, { topics: 'others' }),
    remove: async (task) => void connect.connectors.delete(task.slice(PREFIX.length)),
    disableByHand: async (task) => void Object.assign(found(task) ?? {}, { state: 'PAUSED' }),
    spoil: async (task) => void Object.assign(found(task) ?? {}, { state: 'DANCING' }),
    isEnabled: async (task) => {
      const state = found(task)?.state;
      return state === undefined ? undefined : state === 'RUNNING';
    },
    fault: async (fault) => {
      connect.fault = (call) => doubleFault(connect, fault, call);
    },
    heal: async () => {
      connect.fault = () => undefined;
    },
  };
}

function doubleFault(connect: ConnectDouble, fault: Fault, call: string): DoubleFault | undefined {
  switch (fault) {
    case 'down':
      return 'cut';
    case 'throttle':
      return { status: 429, headers: { 'retry-after': String(RETRY_AFTER) } };
    case 'slow':
      return 'silent';
    case 'half':
      return 'half';
    case 'lose-answer':
      return call.startsWith('PUT') ? 'lost' : undefined;
    case 'inconsistent':
      // Between a change and its status, Connect names a connector and does not describe it.
      return call.includes('expand=') ? { status: 200, body: allButOne(connect) } : undefined;
  }
}

function allButOne({ connectors }: ConnectDouble): string {
  const described = [...connectors].slice(1).map(([name, { config, state, tasks }]) => {
    return [name, { info: { config }, status: { connector: { state }, tasks } }];
  });
  return JSON.stringify(Object.fromEntries(described));
}
