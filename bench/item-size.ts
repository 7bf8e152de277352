import type { IndexName, Row } from '../functions/store/table/table.port.ts';

const INDEXES: readonly IndexName[] = ['g1', 'g2', 'g3'];

/** The bytes of a row by DynamoDB's rules for item sizes (names and values in UTF-8). */
export function itemSize(row: Row): number {
  let size = 0;
  for (const name in row) size += Buffer.byteLength(name) + valueSize(row[name]);
  return size;
}

/** What an index holds of a row: the keys of both and `p`; undefined where the row is not in it. */
export function indexEntry(row: Row | undefined, index: IndexName): Row | undefined {
  const pk = row?.[`${index}pk`];
  const sk = row?.[`${index}sk`];
  if (row === undefined || typeof pk !== 'string' || typeof sk !== 'string') return undefined;
  const entry: Row = { pk: row.pk, sk: row.sk, [`${index}pk`]: pk, [`${index}sk`]: sk };
  if (row.p !== undefined) entry.p = row.p;
  return entry;
}

/** The names of the indexes. */
export function indexNames(): readonly IndexName[] {
  return INDEXES;
}

function valueSize(value: unknown): number {
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return numberSize(value);
  if (Array.isArray(value)) return value.reduce((size: number, part) => size + 1 + valueSize(part), 3);
  if (typeof value !== 'object') throw new Error(`no size for a ${typeof value}`);
  let size = 3;
  for (const [name, part] of Object.entries(value)) {
    if (part !== undefined) size += 1 + Buffer.byteLength(name) + valueSize(part);
  }
  return size;
}

/** A byte of exponent, one for each pair of digits on either side of the point, and one for a minus. */
function numberSize(value: number): number {
  if (value === 0) return 1;
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '').length;
  const unpaired = Number(exponent) % 2 === 0 ? 1 : 0;
  return 1 + Math.ceil((digits + unpaired) / 2) + (value < 0 ? 1 : 0);
}
