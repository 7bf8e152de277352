import { parentPort } from 'node:worker_threads';
import type { CrashPoint } from './crash.ts';
import { CrashSuite } from './crash-suite.ts';

const suite = await CrashSuite.prepare();
parentPort?.on('message', async (points: CrashPoint[]) => {
  parentPort?.postMessage(await suite.run(points));
});
