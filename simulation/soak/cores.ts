import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/**
 * Works jobs on all cores, each in a thread that runs `module`: it must answer every message with one. Results come
 * in no order; `done` hears each.
 */
export async function onAllCores<Job, Result>(
  module: URL,
  jobs: Iterator<Job>,
  done: (result: Result, job: Job) => void,
  cores: number = availableParallelism(),
): Promise<void> {
  await Promise.all(Array.from({ length: cores }, () => onOneCore(module, jobs, done)));
}

function onOneCore<Job, Result>(
  module: URL,
  jobs: Iterator<Job>,
  done: (result: Result, job: Job) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(module);
    let current: Job | undefined;
    const next = (): void => {
      const { done: over, value } = jobs.next();
      if (over) {
        void worker.terminate().then(() => resolve(), reject);
        return;
      }
      current = value;
      worker.postMessage(value);
    };
    worker.on('message', (result: Result) => {
      done(result, current as Job);
      next();
    });
    worker.on('error', reject);
    next();
  });
}
