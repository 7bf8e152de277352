/** The thread in which one side of a preview runs, beside the other one. */
import { parentPort } from 'node:worker_threads';
import { deployedService } from '../engine/deployed-service.ts';
import { received, type SentSide } from './beside.ts';
import { runSide } from './side.ts';

parentPort?.once('message', async (sent: SentSide) => {
  parentPort?.postMessage(await runSide(received(sent), deployedService));
});
