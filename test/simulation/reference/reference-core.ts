import { parentPort } from 'node:worker_threads';
import { differences } from './compare.ts';
import { type Mode, randomScenario, type Wanted } from './random-scenario.ts';

/** One scenario to compare, by its seed. */
export interface Compared {
  seed: number;
  wanted: Wanted;
  mode: Mode;
}

parentPort?.on('message', async ({ seed, wanted, mode }: Compared) => {
  const apart = await differences(randomScenario(seed, wanted, mode)).catch((error: unknown) => [
    String(error),
  ]);
  parentPort?.postMessage(apart);
});
