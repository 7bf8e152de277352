import type { Writing } from '../../store/commit.ts';
import { commit } from '../../store/commit.ts';
import { type ListingRecord, listingWrite } from '../../store/listings.ts';
import type { Write } from '../../store/table/table.port.ts';

/**
 * Stores how a control plane that is listed fares, with what goes with it; undefined where somebody else changed it
 * meanwhile.
 *
 * @throws TableBusy as `commit` does
 */
export function store<Of extends ListingRecord>(
  writing: Writing,
  record: Of,
  beside: readonly Write[],
): Promise<Of | undefined> {
  return commit<Of | undefined>(writing, `the listing of ${record.name}`, async () => ({
    writes: [listingWrite(record), ...beside],
    value: { ...record, rev: record.rev + 1 },
    refused: () => ({ value: undefined }),
  }));
}
