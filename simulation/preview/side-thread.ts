/** The thread in which one side of a preview runs, beside the other one. */
import { parentPort } from 'node:worker_threads';
import { deployedService } from '../engine/deployed-service.ts';
import { runSide, type Side } from './side.ts';

parentPort?.once('message', async (side: Side) => {
  parentPort?.postMessage(await runSide(side, deployedService));
});
