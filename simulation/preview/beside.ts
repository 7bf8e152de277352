import { Worker } from 'node:worker_threads';
import type { Side, SideRun } from './side.ts';

/** What loads the thread's code on any version of Node. */
const THREAD = new URL('./side-thread.mjs', import.meta.url);

/** What a thread may take: code and what lives for an instant, and what it keeps of each row, with as much again to breathe. */
const LEAST_MB = 256;
const MB_PER_ROW = 2 / 1024;

/**
 * Runs one side on the deployed code, in a thread of its own. Rejects where the thread fails.
 *
 * @param heapMb its bound: without one it would keep as much garbage as the machine has room for
 * @returns undefined where that was not enough
 */
export function runBeside(
  side: Side,
  heapMb: number = LEAST_MB + (side.rows?.length ?? 0) * MB_PER_ROW,
): Promise<SideRun | undefined> {
  return new Promise((resolve, reject) => {
    const resourceLimits = { maxOldGenerationSizeMb: Math.ceil(heapMb) };
    // Flags of this process may be of no use to a thread, or refused.
    const thread = new Worker(THREAD, { execArgv: [], resourceLimits });
    thread.once('message', (run: SideRun) => {
      resolve(run);
      void thread.terminate();
    });
    thread.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') resolve(undefined);
      else reject(error);
    });
    thread.once('exit', () => reject(new Error('the thread of a preview ended without an answer')));
    thread.postMessage(side);
  });
}
