import { recordOops } from '../work/oops.ts';
import { count, type Run } from './look.ts';

/** One bad item leaves its OOPS record and stops no other (promise 15). */
export function faultOf(run: Run, generator: string): (item: unknown, error: unknown) => Promise<void> {
  return async (item, error) => {
    count(run, 'failed');
    const name = typeof item === 'string' ? item : ((item as { pk?: string }).pk ?? 'unknown');
    await recordOops(run.system, {
      worker: `scanner/${generator}`,
      item: name,
      attempt: 1,
      cause: 'fault',
      error,
    });
  };
}
