import { parentPort } from 'node:worker_threads';
import { differences } from './compare.ts';
import { randomScenario, type Wanted } from './random-scenario.ts';

/** One scenario to compare, by its seed. */
export interface Compared {
  seed: number;
  wanted: Wanted;
}

parentPort?.on('message', async ({ seed, wanted }: Compared) => {
  const apart = await differences(randomScenario(seed, wanted)).catch((error: unknown) => [String(error)]);
  parentPort?.postMessage(apart);
});
