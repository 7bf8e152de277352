import type { System } from '../platform/system.ts';

/** One failed attempt. */
export interface Oops {
  worker: string;
  /** The work item's name: ids, never addresses. */
  item: string;
  attempt: number;
  cause: 'fault' | 'died' | 'environment' | 'permanent';
  error: unknown;
}

/** Leaves the record of a failed attempt (promise 12): to the log first, so that a failing table loses none. */
export function recordOops(system: System, oops: Oops): void {
  const error = oops.error instanceof Error ? oops.error : new Error(String(oops.error));
  system.telemetry.log('error', 'attempt failed', {
    worker: oops.worker,
    item: oops.item,
    attempt: oops.attempt,
    cause: oops.cause,
    error: error.name,
    message: error.message,
    site: error.stack?.split('\n')[1]?.trim(),
    functionVersion: system.config.functionVersion,
  });
  system.telemetry.metric('AttemptFailed', 1, 'Count', { worker: oops.worker, cause: oops.cause });
}
