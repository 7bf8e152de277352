import { createHash } from 'node:crypto';
import { formatInstant, type Instant } from '../abandonment/time.ts';
import { ROW_VERSION } from '../store/rows.ts';
import type { Row, Table } from '../store/table/table.port.ts';

/** The version of the form of an export. */
export const EXPORT_VERSION = 1;

/**
 * Partitions that say how the deployment itself runs now (attempts, breakers, canaries, cursors of steps, turns of generators): of no use to
 * another time or place.
 */
const OF_THE_DEPLOYMENT = /^(W#|BREAKER$|PLANE-BREAKERS$|CANARY$|GENERATORS$|TURNS$)/;

/** Whether a row is part of an export: not what only says how the deployment itself runs. */
export const isExported = ({ pk }: Pick<Row, 'pk'>): boolean => !OF_THE_DEPLOYMENT.test(pk);

/** What an export comes to. */
export interface Exported {
  rows: number;
  /** SHA-256 of all lines before the last, each with its line feed. */
  sha256: string;
}

/**
 * The lines of an export, without line feeds: a header, a row a line, and an end with number and checksum, without which a file
 * is not whole. Reads the table page by page, as it is while it is read.
 *
 * @param from which stage, and when
 * @param progress hears how many rows were read so far
 */
export async function* exportLines(
  table: Table,
  from: { stage: string; at: Instant },
  progress: (rows: number) => void,
): AsyncGenerator<string, Exported> {
  const hash = createHash('sha256');
  const hashed = (line: string): string => {
    hash.update(`${line}\n`);
    return line;
  };
  const { stage, at } = from;
  yield hashed(JSON.stringify({ export: EXPORT_VERSION, v: ROW_VERSION, stage, at: formatInstant(at) }));
  let rows = 0;
  for await (const page of pagesOf(table)) {
    for (const row of page) yield hashed(JSON.stringify(row));
    rows += page.length;
    progress(rows);
  }
  const exported = { rows, sha256: hash.digest('hex') };
  yield JSON.stringify({ end: exported });
  return exported;
}

/** The rows of a table that are exported, page by page. */
export async function* pagesOf(table: Table): AsyncGenerator<Row[]> {
  let cursor: string | undefined;
  do {
    const page = await table.scan(cursor);
    yield page.rows.filter(isExported);
    cursor = page.cursor;
  } while (cursor !== undefined);
}
