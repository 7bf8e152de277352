import { HOUR, type Instant } from '../abandonment/time.ts';
import type { Telemetry } from '../platform/ports.ts';
import { StoppedAt } from '../platform/stopped-at.ts';
import {
  type Cells,
  type FactDays,
  type FactRows,
  factDaysWrite,
  factWrite,
  loadFactDays,
  loadFactRows,
  saySame,
} from '../store/facts.ts';
import { keys } from '../store/keys.ts';
import { dayOf } from '../store/milestones.ts';
import type { Write } from '../store/table/table.port.ts';
import { TableBusy } from '../store/table-busy.ts';
import type { Aggregation, Reading } from './aggregation.ts';
import { AGGREGATIONS } from './aggregations.ts';
import { daysAfter, daysOf, endOf } from './days.ts';
import { sumOf } from './figures.ts';

/** A day is counted when it is over for so long: what was under way at midnight is through by then. */
const COUNTED_AFTER = HOUR;

/** So many days that were counted are counted again with each new one: what is heard late of their mails is taken in. */
const COUNTED_AGAIN = 3;

/** A snapshot says how things are at the end of a day only where it is taken within so many days of that. */
const SNAPSHOT_WITHIN = 1;

/** So many rows are written at once. */
const AT_ONCE = 8;

/** Who counts, and what is known to them. */
export interface Counter extends Reading {
  telemetry: Telemetry;
  now: Instant;
  /** Tells this attempt's writes from others. */
  name: string;
  /** Whether time runs short: what is left is for the next turn. */
  isSpent(): boolean;
}

/** What came of it: how many rows were written, and whether days are left to be counted. */
export interface Counted {
  written: number;
  isOver: boolean;
  days: FactDays;
}

/**
 * Counts each day that is over, in their order, and the last ones before them anew. A day's rows follow from what is read of
 * it alone, and only what changed is written: whoever does it again, after whatever crash, comes to the same rows. The row that
 * says how far it came moves with each day.
 *
 * @throws StoppedAt naming the day and the aggregation that cannot be counted: no later day is before it is
 */
export async function countDays(
  counter: Counter,
  aggregations: readonly Aggregation[] = AGGREGATIONS,
): Promise<Counted> {
  let days = await loadFactDays(counter.table);
  let written = 0;
  for (const day of daysToCount(days, counter.now)) {
    if (counter.isSpent()) return { written, isOver: false, days };
    for (const aggregation of aggregations) {
      const rows = await countDay(counter, aggregation, day).catch((error: unknown) => {
        throw new StoppedAt(`${aggregation.name} of ${day}`, error);
      });
      if (rows === undefined) return { written, isOver: false, days };
      written += rows;
    }
    if (day > (days.day ?? '')) days = await close(counter, days, day);
  }
  return { written, isOver: true, days };
}

/** The days to be counted: none where the newest that is over was. */
function daysToCount({ day }: FactDays, now: Instant): string[] {
  const newest = daysAfter(dayOf(now - COUNTED_AFTER), -1);
  if (day === null) return [newest];
  return day >= newest ? [] : daysOf({ from: daysAfter(day, 1 - COUNTED_AGAIN), to: newest });
}

/** Brings the rows of one kind and day to what its source says; undefined where it stopped before it was through. */
async function countDay(
  counter: Counter,
  aggregation: Aggregation,
  day: string,
): Promise<number | undefined> {
  if (aggregation.isSnapshot && counter.now > endOf(daysAfter(day, SNAPSHOT_WITHIN))) return 0;
  const writes = await writesOf(counter, aggregation, day);
  for (let from = 0; from < writes.length; from += AT_ONCE) {
    // What is written already is not written again: the next turn goes on from here.
    if (counter.isSpent()) return undefined;
    const writer = `${counter.name}#${aggregation.name}#${day}#${from}`;
    const some = writes.slice(from, from + AT_ONCE);
    await Promise.all(some.map((write, place) => store(counter, write, `${writer}+${place}`)));
  }
  return writes.length;
}

async function writesOf(counter: Counter, aggregation: Aggregation, day: string): Promise<Write[]> {
  const [rows, stored] = await Promise.all([
    aggregation.rowsOf(counter, day),
    loadFactRows(counter.table, aggregation.name, day),
  ]);
  const changes = aggregation.isSnapshot ? missingIn(stored, rows) : changedIn(stored, rows);
  const gone = aggregation.isSnapshot ? [] : goneFrom(stored, rows);
  return [
    ...changes.map(([row, cells]) => factWrite(aggregation.name, day, row, cells)),
    ...gone.map((row) => ({ delete: keys.fact(aggregation.name, day, row) })),
  ];
}

type Changes = readonly (readonly [string, Cells])[];

function changedIn(stored: FactRows, rows: FactRows): Changes {
  return [...rows].filter(([row, cells]) => !saySame(stored.get(row), cells));
}

function missingIn(stored: FactRows, rows: FactRows): Changes {
  return [...rows].filter(([row]) => !stored.has(row));
}

function goneFrom(stored: FactRows, rows: FactRows): string[] {
  return [...stored.keys()].filter((row) => !rows.has(row));
}

/** Says that a day is counted, and what it came to. */
async function close(counter: Counter, days: FactDays, day: string): Promise<FactDays> {
  const next = { ...days, day };
  await store(counter, factDaysWrite(next), `${counter.name}#${day}`);
  await emitMetrics(counter, day);
  return { ...next, rev: days.rev + 1 };
}

async function emitMetrics({ table, telemetry }: Counter, day: string): Promise<void> {
  const kinds = ['tasks', 'episodes', 'off'];
  const rows = await Promise.all(kinds.map((kind) => loadFactRows(table, kind, day)));
  const sum = sumOf(rows.flatMap((row) => [...row.values()]).flatMap((cells) => [...cells.values()]));
  const counts = Object.fromEntries(METRICS.map((name) => [`Facts.${name}`, sum[name] ?? 0]));
  if (telemetry.metrics) telemetry.metrics(counts, { day });
  else for (const [name, value] of Object.entries(counts)) telemetry.metric(name, value, 'Count', { day });
}

/** One point a day each, of the whole fleet: the figures by tenant are for `taskwarden report`, where they cost nothing. */
const METRICS = [
  'failing',
  'abandoned',
  'warned',
  'recoveredAfterWarning',
  'disabled',
  'undone',
  'off',
] as const;

/** Chance is left alone: a simulated stage that counts is as one that does not. */
async function store({ table }: Counter, write: Write, writer: string): Promise<void> {
  const { outcome } = await table.transact([write], writer);
  if (outcome !== 'applied')
    throw new TableBusy(`facts could not be stored (${outcome}); they are counted again`);
}
