import { recordOops } from '../work/oops.ts';
import { count } from './look.ts';
import type { Run } from './run.ts';

/** What one of the scanner's items is known by. */
export type Named = string | { pk: string } | { id: string } | { key: string };

/** One bad item leaves its OOPS record and stops no other (promise 15). */
export function faultOf(
  run: Run,
  generator: string,
): (item: Named | readonly Named[], error: unknown) => Promise<void> {
  return async (item, error) => {
    count(run, 'failed');
    await recordOops(run.system, {
      worker: `scanner/${generator}`,
      item: nameOf(item),
      attempt: 1,
      cause: 'fault',
      error,
    });
  };
}

/** Of several that fail together, the first and how many others. */
function nameOf(item: Named | readonly Named[]): string {
  if (typeof item === 'string') return item;
  if ('pk' in item) return item.pk;
  if ('id' in item) return item.id;
  if ('key' in item) return item.key;
  const [first, ...others] = item;
  if (first === undefined) return 'nothing';
  return others.length === 0 ? nameOf(first) : `${nameOf(first)} and ${others.length} others`;
}
