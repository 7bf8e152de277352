import { amount } from '../platform/amounts.ts';
import { classOf } from '../work/failure-class.ts';
import { giveUp } from '../work/given-up.ts';
import { recordOops } from '../work/oops.ts';
import { count } from './evaluate-task.ts';
import type { Run } from './run.ts';

/** What one of the scanner's items is known by. */
export type Named = string | { pk: string } | { id: string } | { key: string };

/**
 * One bad item leaves its OOPS record and stops no other (promise 15).
 *
 * @param name of the step or generator
 * @param isMarked whether one that can never be worked is given up under its name
 */
export function faultOf(
  run: Run,
  name: string,
  isMarked = false,
): (item: Named | readonly Named[], error: unknown) => Promise<void> {
  return async (named, error) => {
    count(run, 'failed');
    const item = nameOf(named);
    const failure = { worker: `scanner/${name}`, item, attempt: 1, cause: 'fault', error } as const;
    const fingerprint = await recordOops(run.system, failure);
    if (!isMarked || classOf(error, 1) !== 'permanent') return;
    try {
      await giveUp(run.system, { generator: name, item, fingerprint }, error);
    } catch (failure) {
      // It is tried, and fails, once more.
      run.system.telemetry.log('warn', 'it is not noted that work is given up', {
        item,
        error: String(failure),
      });
    }
  };
}

/** What an item is known by; of several that fail together, the first and how many others. */
export function nameOf(item: Named | readonly Named[]): string {
  if (typeof item === 'string') return item;
  if ('pk' in item) return item.pk;
  if ('id' in item) return item.id;
  if ('key' in item) return item.key;
  const [first, ...others] = item;
  if (first === undefined) return 'nothing';
  return others.length === 0 ? nameOf(first) : `${nameOf(first)} and ${amount(others.length, 'other')}`;
}
