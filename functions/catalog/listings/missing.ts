import { bucketOf } from '../../store/keys.ts';
import { eachMissing, eachMoves, loadListedEntries, loadListedPages } from '../../store/listed-pages.ts';
import type { Table } from '../../store/table/table.port.ts';
import type { Listing } from './progress.ts';

/** So many ids are judged at a time: memory does not grow with the fleet. */
const AT_A_TIME = 50_000;

/** Pages whose rows are read at a time. */
const PAGES = 100;

/** Where a task that is missing was before: among those held since an earlier listing, or on a page. */
export type MissedFrom = 'held' | 'page';

/** Tasks that the newest whole listing had and this one has not, some at a time. */
export interface Missing {
  /** How many there are in all, by where they were. */
  count: Record<MissedFrom, number>;
  each(from: MissedFrom): AsyncGenerator<string[]>;
}

/** Finds out what a listing that came to its last page misses; it can be asked again, and answers the same. */
export async function missingIn(table: Table, record: Listing): Promise<Missing> {
  let ids = 0;
  for await (const { left, came } of eachId(table, record)) ids += left.length + came.length;
  const passes = Math.max(1, Math.ceil(ids / AT_A_TIME));
  const count = { held: 0, page: 0 };
  async function* each(from: MissedFrom): AsyncGenerator<string[]> {
    for (let pass = 0; pass < passes; pass += 1) {
      const of = (id: string): boolean => passes === 1 || bucketOf(id, passes) === pass;
      const missing = await missingOf(table, record, of);
      yield [...missing].flatMap(([id, where]) => (where === from ? [id] : []));
    }
  }
  for (const from of ['held', 'page'] as const)
    for await (const some of each(from)) count[from] += some.length;
  return { count, each };
}

async function missingOf(
  table: Table,
  record: Listing,
  isOf: (id: string) => boolean,
): Promise<Map<string, MissedFrom>> {
  const missing = new Map<string, MissedFrom>();
  const back: string[] = [];
  for await (const { from, left, came } of eachId(table, record)) {
    for (const id of left) if (isOf(id) && !missing.has(id)) missing.set(id, from);
    for (const id of came) if (isOf(id)) back.push(id);
  }
  for (const id of back) missing.delete(id);
  return missing;
}

/** Ids that are no longer where they were, and ids that were found elsewhere. */
interface Moved {
  from: MissedFrom;
  left: readonly string[];
  came: readonly string[];
}

async function* eachId(table: Table, record: Listing): AsyncGenerator<Moved> {
  const { name, held, current } = record;
  if (held)
    for await (const left of eachMissing(table, name, held.number)) yield { from: 'held', left, came: [] };
  yield { from: 'page', left: record.doubtful, came: [] };
  for await (const moves of eachMoves(table, name, current.number)) yield { from: 'page', ...moves };
  yield* eachOnPagesNoMore(table, record);
}

/** The tasks of pages that the newest whole listing had and this one has not. */
async function* eachOnPagesNoMore(table: Table, { name, whole, current }: Listing): AsyncGenerator<Moved> {
  if (!whole) return;
  for (let from = current.page; from < whole.pages; from += PAGES) {
    const count = Math.min(PAGES, whole.pages - from);
    const forms = await loadListedPages(table, name, { from, count });
    for (const ofPage of forms.values()) {
      const base = ofPage.find(({ number }) => number <= whole.number);
      if (!base) continue;
      const left = (await loadListedEntries(table, name, base)).map(([id]) => id);
      yield { from: 'page', left, came: [] };
    }
  }
}
