import type { System } from '../platform/system.ts';
import { commit } from '../store/commit.ts';
import type { Write } from '../store/table/table.port.ts';
import { TableBusy } from '../store/table-busy.ts';
import type { Refusal } from './refusals.ts';

/** What became of a change: written, needless (and why), refused, or the table would not take it now. */
export type Committed =
  | { result: 'written' }
  | { result: 'skipped'; reason: string }
  | { result: 'refused'; refusal: Refusal }
  | { result: 'busy' };

/** Writes to make on what was read, or none and why. */
export type Plan = { writes: Write[] } | { skip: string } | { refuse: Refusal };

/**
 * Reads, decides and writes, until it is written, needless or refused. That the table would not take it is an answer here:
 * what else an event says is taken in all the same.
 *
 * @param what changes
 * @param plan reads and decides; called again where it was decided on what is stored no longer
 */
export async function commitPlan(
  system: System,
  what: string,
  plan: () => Promise<Plan>,
): Promise<Committed> {
  try {
    return await commit<Committed>(system, what, async () => {
      const planned = await plan();
      if ('skip' in planned) return { value: { result: 'skipped', reason: planned.skip } };
      if ('refuse' in planned) return { value: { result: 'refused', refusal: planned.refuse } };
      return { writes: planned.writes, value: { result: 'written' } };
    });
  } catch (error) {
    if (error instanceof TableBusy) return { result: 'busy' };
    throw error;
  }
}
