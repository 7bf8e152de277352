import type { Writing } from '../../../functions/store/commit.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { Query, Table, Write } from '../../../functions/store/table/table.port.ts';
import { SeededRandom } from '../../../simulation/engine/seeded-random.ts';

let writers = 0;

const random = new SeededRandom(1);

/** Applies writes at once; throws where they are refused. */
export async function apply(table: Table, ...writes: Write[]): Promise<void> {
  writers += 1;
  const { outcome } = await table.transact(writes, `writer-${writers}`);
  if (outcome !== 'applied') throw new Error(`not applied: ${outcome}`);
}

/** A table with what some writes stored, one after the other. */
export async function tableWith(...writes: Write[]): Promise<MemoryTable> {
  const table = new MemoryTable();
  for (const write of writes) await apply(table, write);
  return table;
}

/** The queries that a table is asked from now on. */
export function queriesOf(table: MemoryTable): Query[] {
  const query = table.query.bind(table);
  const asked: Query[] = [];
  table.query = (request) => {
    asked.push(request);
    return query(request);
  };
  return asked;
}

/** What writing on a table needs, at an instant. */
export function writingOn(table: Table, now: number): Writing {
  return { table, random, clock: { now: () => now } };
}
