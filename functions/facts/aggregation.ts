import { type Cells, type FactRows, type Figures, loadFactRows } from '../store/facts.ts';
import type { Table } from '../store/table/table.port.ts';
import { daysAfter } from './days.ts';

/** What sources are read from. */
export interface Reading {
  table: Table;
  /** The names of all data planes. */
  planes: readonly string[];
}

/** What is counted of a day, and how: all that a new aggregation has to say. */
export interface Counting<Fact> {
  /** In the keys of its rows: it never changes. */
  name: string;
  /** The facts of a day, in an order that is the same each time, and read by an index: never all there is. */
  source(reading: Reading, day: string): AsyncIterable<Fact>;
  /** Where a fact is counted: in which row, and in which cell of it (of which a row has few hundred at most). */
  key(fact: Fact): { row: string; cell: string };
  /** The figures of a cell once a fact is counted; pure. */
  fold(figures: Figures, fact: Fact): Figures;
  /** What the figures of the day before are at the beginning of a day; absent: each day begins with nothing. */
  carried?(figures: Figures): Figures;
  /** The source says how things are now, and nothing of a day that is past: a row that is written stays as it is. */
  isSnapshot?: true;
}

/** A kind of facts that is counted day by day. */
export interface Aggregation {
  name: string;
  isSnapshot: boolean;
  /** The rows of a day, from its source alone (and the day before, where that is carried over): the same each time. */
  rowsOf(reading: Reading, day: string): Promise<FactRows>;
}

/** Makes an aggregation of what it counts. */
export function aggregation<Fact>(counting: Counting<Fact>): Aggregation {
  return {
    name: counting.name,
    isSnapshot: counting.isSnapshot === true,
    async rowsOf(reading, day) {
      const rows = await begun(counting, reading, day);
      for await (const fact of counting.source(reading, day)) count(counting, rows, fact);
      return without(rows, isNothing);
    },
  };
}

type Rows = Map<string, Map<string, Figures>>;

async function begun<Fact>(
  { name, carried }: Counting<Fact>,
  { table }: Reading,
  day: string,
): Promise<Rows> {
  if (!carried) return new Map();
  const before = await loadFactRows(table, name, daysAfter(day, -1));
  const carriedOver = (cells: Cells) =>
    new Map([...cells].map(([cell, figures]) => [cell, carried(figures)]));
  return new Map([...before].map(([row, cells]) => [row, carriedOver(cells)]));
}

function count<Fact>({ key, fold }: Counting<Fact>, rows: Rows, fact: Fact): void {
  const { row, cell } = key(fact);
  const cells = rows.get(row) ?? new Map<string, Figures>();
  rows.set(row, cells.set(cell, fold(cells.get(cell) ?? {}, fact)));
}

/** Only what is to be said: cells without any figure go, and rows without any cell. */
function without(rows: Rows, isLeftOut: (figures: Figures) => boolean): FactRows {
  const kept = [...rows].map(([row, cells]): [string, Cells] => [
    row,
    new Map([...cells].filter(([, figures]) => !isLeftOut(figures))),
  ]);
  return new Map(kept.filter(([, cells]) => cells.size > 0));
}

function isNothing(figures: Figures): boolean {
  return Object.values(figures).every((figure) => figure === 0);
}

/** The figures with something added to some of them; to three decimals, so that sums of fractions stay short. */
export function plus(figures: Figures, added: Figures): Figures {
  const sum = { ...figures };
  for (const [name, by] of Object.entries(added)) {
    const next = (sum[name] ?? 0) + by;
    sum[name] = Number.isInteger(next) ? next : Math.round(next * 1_000) / 1_000;
  }
  return sum;
}
