import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { Connectors } from '../../local/kafka-connect/connectors.ts';
import {
  type ControlPlaneDriver,
  listedControlPlaneContract,
  type Made,
} from '../contract/control-plane-contract.ts';
import { FaultyProxy, RETRY_AFTER } from '../contract/faulty-proxy.ts';
import {
  disabling,
  kafkaControlPlane,
  kafkaSettings,
} from '../unit/control-planes/kafka-connect/connect-stage.ts';

const { url, folder } = inject('kafkaConnect');
const connectors = new Connectors(url);
const PREFIX = 'kafka/';
const NAMES = ['contract-a', 'contract ä?b', 'contract-c'];
/** As long as a worker of a busy machine may take, which a silent proxy does not. */
const TIMEOUT_MS = 2_500;

/** Fails at once, so that it starts and stops without delay: what it is asked to do is the same. */
const config = (more: Record<string, string> = {}) => ({
  'connector.class': 'FileStreamSink',
  topics: 'lines',
  file: join(folder, 'missing', 'out.txt'),
  ...more,
});

listedControlPlaneContract('Kafka Connect, a real worker', made, {
  // It contradicts itself only in moments that nobody can make; the double does.
  without: ['inconsistent'],
  retryAfter: RETRY_AFTER,
});

async function made(): Promise<Made<ReturnType<typeof kafkaControlPlane>>> {
  await remove();
  for (const name of NAMES) await connectors.put(name, config());
  for (const name of NAMES) await connectors.until(name, 'RUNNING FAILED');
  const proxy = await FaultyProxy.before(url);
  const settings = { ...kafkaSettings(proxy.url), timeout: TIMEOUT_MS };
  const pause = (wait: number) => new Promise<void>((resolve) => setTimeout(resolve, wait));
  return {
    controls: kafkaControlPlane(settings, { pageSize: 2, pause }),
    driver: driverOf(proxy),
    async close() {
      await proxy.close();
      await remove();
    },
  };
}

async function remove(): Promise<void> {
  for (const name of NAMES) await connectors.remove(name).catch(() => {});
}

function driverOf(proxy: FaultyProxy): ControlPlaneDriver {
  const nameOf = (task: string) => task.slice(PREFIX.length);
  return {
    tasks: NAMES.map((name) => PREFIX + name),
    edit: (task) => connectors.put(nameOf(task), config({ topics: 'others' })),
    remove: (task) => connectors.remove(nameOf(task)),
    disableByHand: async (task) => {
      await connectors.change(nameOf(task), 'pause');
      await connectors.until(nameOf(task), 'PAUSED FAILED');
    },
    isEnabled: async (task) => {
      const [state = ''] = (await connectors.states(nameOf(task))).split(' ');
      return state === '' ? undefined : state === 'RUNNING';
    },
    fault: (fault) => proxy.fault(fault),
    heal: () => proxy.heal(),
  };
}

describe('a connector with a name that no path can carry', () => {
  // Last of this file: nothing can remove it, and the suite above knows all that is listed.
  it('is listed, and not stopped', async () => {
    await connectors.create('s/l', config());
    const kafka = kafkaControlPlane(kafkaSettings(url));
    await expect
      .poll(async () => (await kafka.get('kafka/s/l'))?.shards, { timeout: 10_000 })
      .toEqual([{ id: '0', status: 'FAILED' }]);
    expect(await kafka.disable(disabling('kafka/s/l'))).toMatchObject({ outcome: 'refused' });
  });
});
