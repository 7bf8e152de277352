import { DAY } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { eachRow, ROW_VERSION, recordIn, revised } from './rows.ts';
import { endingOf } from './table/expiry.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** Counts and sums by their names. */
export type Figures = Readonly<Record<string, number>>;

/** The figures of each cell of a row. */
export type Cells = ReadonlyMap<string, Figures>;

/** The rows of one kind of facts about one day. */
export type FactRows = ReadonlyMap<string, Cells>;

/** The cells in a row of facts. */
function factFromRow(row: Row): Cells {
  const { cells } = recordIn<{ cells: Record<string, Figures> }>(row);
  return new Map(Object.entries(cells));
}

/** The rows of one kind of facts about a day. `prefix`: only those whose names begin so. */
export async function loadFactRows(
  table: Table,
  aggregation: string,
  day: string,
  prefix?: string,
): Promise<FactRows> {
  const rows = new Map<string, Cells>();
  const { pk } = keys.fact(aggregation, day, '');
  for await (const row of eachRow(table, { pk, ...(prefix !== undefined && { sk: { prefix } }) }))
    rows.set(row.sk, factFromRow(row));
  return rows;
}

/** Stores one row of facts about a day, which ends with the day. The same cells make the same row. */
export function factWrite(aggregation: string, day: string, row: string, cells: Cells): Write {
  const endOfDay = Date.parse(`${day}T00:00:00Z`) + DAY;
  return {
    put: {
      ...keys.fact(aggregation, day, row),
      v: ROW_VERSION,
      cells: Object.fromEntries(sorted(cells)),
      ...endingOf('facts', endOfDay),
    },
  };
}

/** Whether two rows say the same. */
export function saySame(cells: Cells | undefined, other: Cells): boolean {
  if (cells?.size !== other.size) return false;
  return [...other].every(([cell, figures]) => areSame(cells.get(cell), figures));
}

function areSame(figures: Figures | undefined, other: Figures): boolean {
  if (figures === undefined) return false;
  const names = Object.keys(other);
  return names.length === Object.keys(figures).length && names.every((name) => figures[name] === other[name]);
}

function sorted(cells: Cells): [string, Figures][] {
  const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);
  return [...cells]
    .map(([cell, figures]): [string, Figures] => [
      cell,
      Object.fromEntries(Object.entries(figures).sort(byName)),
    ])
    .sort(byName);
}

/** How far facts are counted and reported. */
export interface FactDays {
  /** The newest day that is counted; null before the first. */
  day: string | null;
  /** The Monday of the newest week of which reports were asked for; null before the first. */
  week: string | null;
  rev: number;
}

export async function loadFactDays(table: Table): Promise<FactDays> {
  const row = await table.get(keys.factDays());
  return row ? factDaysFromRow(row) : { day: null, week: null, rev: 0 };
}

/** The record in the row that says how far facts are counted. */
const factDaysFromRow = (row: Row): FactDays => recordIn(row);

/** Stores it over the revision that was read. */
export const factDaysWrite = (record: FactDays): Write => revised(keys.factDays(), record);
