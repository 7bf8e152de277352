import { keys } from './keys.ts';
import { allRows, ROW_VERSION, recordIn } from './rows.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** Who may say what on the bus. */
export interface SourceRecord {
  name: string;
  /** The account that its events come from; absent where it may be any. */
  account?: string;
  prefixes: string[];
  dataPlanes: string[];
}

/** The registration of a source of events; undefined where it is not registered. */
export async function loadSource(table: Table, name: string): Promise<SourceRecord | undefined> {
  const row = await table.get(keys.source(name));
  return row && sourceFromRow(row);
}

/** All registered sources, by name. */
export async function loadSources(table: Table): Promise<SourceRecord[]> {
  const rows = await allRows(table, { pk: keys.source('').pk, consistent: true });
  return rows.map(sourceFromRow);
}

/** The record in a source's row. */
export const sourceFromRow = (row: Row): SourceRecord => recordIn(row);

/** Registers a source, or replaces what it may say. */
export function sourceWrite(source: SourceRecord): Write {
  const { name, account, prefixes, dataPlanes } = source;
  const facts = { name, ...(account !== undefined && { account }), prefixes, dataPlanes };
  return { put: { ...keys.source(name), v: ROW_VERSION, ...facts } };
}

/** Ends a source's registration. */
export function sourceDelete(name: string): Write {
  return { delete: keys.source(name) };
}
