import { commit, type Writing } from './commit.ts';
import type { Write } from './table/table.port.ts';

/**
 * Writes all or nothing; false where a condition did not hold, which the caller has to know what to make of.
 *
 * @param what names what was to be written, for the fault
 * @throws TableBusy where the table stays busy: nothing is known to be written
 */
export function writeUnlessRefused(writing: Writing, writes: Write[], what: string): Promise<boolean> {
  return commit(writing, what, async () => ({
    writes,
    value: true,
    refused: () => ({ value: false }),
  }));
}
