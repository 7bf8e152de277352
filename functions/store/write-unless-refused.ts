import type { Writing } from './commit.ts';
import type { Write } from './table/table.port.ts';
import { TableBusy } from './table-busy.ts';

/** So often a write is tried that the table is too busy for. */
const ATTEMPTS = 3;

/**
 * Writes all or nothing; false where a condition did not hold, which the caller has to know what to make of.
 *
 * @param what names what was to be written, for the fault
 * @throws TableBusy where the table stays busy: nothing is written
 */
export async function writeUnlessRefused(
  { table, random, clock }: Writing,
  writes: Write[],
  what: string,
): Promise<boolean> {
  const writer = random.id(clock.now());
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { outcome } = await table.transact(writes, writer);
    if (outcome !== 'busy') return outcome === 'applied';
  }
  throw new TableBusy(`the table is too busy for ${what}`);
}
