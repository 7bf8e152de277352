import type { System } from '../platform/system.ts';
import type { Write } from '../store/table.port.ts';
import type { Refusal } from './refusals.ts';

/** What became of a change: written, needless (and why), refused, or the table would not take it now. */
export type Settled =
  | { settled: 'written' }
  | { settled: 'skipped'; reason: string }
  | { settled: 'refused'; refusal: Refusal }
  | { settled: 'busy' };

/** Writes to make on what was read, or none and why. */
export type Plan = { writes: Write[] } | { skip: string } | { refuse: Refusal };

const ATTEMPTS = 6;

/**
 * Reads, decides and writes, until it is written, needless or refused: a refused write is decided again on what is
 * stored then, a busy table is asked again with the same writer, who thereby recognises an answer that was
 * lost.
 *
 * @param plan reads and decides; called again after each refusal
 */
export async function settle(system: System, plan: () => Promise<Plan>): Promise<Settled> {
  let pending: { writes: Write[]; writer: string } | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (!pending) {
      const planned = await plan();
      if ('skip' in planned) return { settled: 'skipped', reason: planned.skip };
      if ('refuse' in planned) return { settled: 'refused', refusal: planned.refuse };
      pending = { writes: planned.writes, writer: system.random.id(system.clock.now()) };
    }
    const result = await system.table.transact(pending.writes, pending.writer);
    if (result.outcome === 'applied') return { settled: 'written' };
    if (result.outcome === 'refused') pending = undefined;
  }
  return { settled: 'busy' };
}
