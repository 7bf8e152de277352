import type { Page, Query, Row, Table } from '../../functions/store/table/table.port.ts';

let writers = 0;

/** A writer's name that no other attempt has. */
export function someWriter(): string {
  writers += 1;
  return `writer-${writers}`;
}

/** Stores rows, 100 at a time; throws where that is refused. */
export async function store(table: Table, ...rows: Row[]): Promise<void> {
  for (let start = 0; start < rows.length; start += 100) {
    const writes = rows.slice(start, start + 100).map((put) => ({ put }));
    const result = await table.transact(writes, someWriter());
    if (result.outcome !== 'applied') throw new Error(`not stored: ${result.outcome}`);
  }
}

/** A row without the name of its writer. */
export function withoutWriter(row: Row | undefined): Row | undefined {
  if (!row) return undefined;
  const { w: _, ...rest } = row;
  return rest as Row;
}

/** All pages of a query, each as the sort keys of its rows. */
export async function pagesOf(table: Table, query: Query): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page: Page = await table.query({ ...query, ...(cursor !== undefined && { cursor }) });
    pages.push(page.rows.map((row) => row.sk));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return pages;
}

/** The sort keys of all rows that a query answers, over all pages. */
export async function sortKeysOf(table: Table, query: Query): Promise<string[]> {
  return (await pagesOf(table, query)).flat();
}
