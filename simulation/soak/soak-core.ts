import { parentPort } from 'node:worker_threads';
import { soakRun } from './soak.ts';

parentPort?.on('message', async (seed: number) => {
  parentPort?.postMessage(await soakRun(seed));
});
