import { keys } from '../store/keys.ts';
import { allRows, ROW_VERSION } from '../store/rows.ts';
import type { SourceRecord } from '../store/sources.ts';
import type { Table, Write } from '../store/table.port.ts';

/** In a source's prefixes or data planes: all of them. */
const EVERYTHING = '*';

/** The registration of a source of events; undefined where it is not registered. */
export async function loadSource(table: Table, name: string): Promise<SourceRecord | undefined> {
  const row = await table.get(keys.source(name));
  return row as unknown as SourceRecord | undefined;
}

/** All registered sources, by name. */
export async function loadSources(table: Table): Promise<SourceRecord[]> {
  const rows = await allRows(table, { pk: keys.source('').pk, consistent: true });
  return rows as unknown as SourceRecord[];
}

/** Registers a source, or replaces what it may say. */
export function sourceWrite(source: SourceRecord): Write {
  const { name, account, prefixes, dataPlanes } = source;
  const said = { name, ...(account !== undefined && { account }), prefixes, dataPlanes };
  return { put: { ...keys.source(name), v: ROW_VERSION, ...said } };
}

/** Ends a source's registration. */
export function sourceDelete(name: string): Write {
  return { delete: keys.source(name) };
}

/** Whether a source may speak of a task: one of its prefixes begins the id, or is the id. */
export function maySpeakOfTask(source: SourceRecord, taskId: string): boolean {
  return source.prefixes.some(
    (prefix) =>
      prefix === EVERYTHING || prefix === taskId || (prefix.endsWith('/') && taskId.startsWith(prefix)),
  );
}

/** Whether a source may speak of a data plane. */
export function maySpeakOfPlane(source: SourceRecord, dataPlane: string): boolean {
  return source.dataPlanes.some((name) => name === EVERYTHING || name === dataPlane);
}
