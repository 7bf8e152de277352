import { type Figures, loadFactDays, loadFactRows } from '../store/facts.ts';
import type { Table } from '../store/table/table.port.ts';
import { daysAfter, daysOf, mondayOf } from './days.ts';
import { FIGURES, type Figure, STANDING, sumOf } from './figures.ts';

/** Days in UTC, both ends included. */
export interface Days {
  from: string;
  to: string;
}

/** What happened on a day in one tenant's part of a data plane, in one mode and for one cause. */
export interface FactLine {
  day: string;
  tenant: string;
  plane: string;
  /** Null of what is known of all tasks together: how many there are, and how many fail. */
  mode: string | null;
  cause: string | null;
  figures: Figures;
}

/** Mails of one wording on a day. */
interface MailLine {
  day: string;
  wording: string;
  figures: Figures;
}

/** The figures of a span; null where nobody knows them. */
export type Total = Record<Figure, number | null>;

/** What facts say of a span. */
export interface Report extends Days {
  /** Null: all of them. */
  tenant: string | null;
  facts: FactLine[];
  /** Of all tenants together: a mail may tell of several. */
  mails: MailLine[];
  total: Total;
  /** The same of the span before, which is as long. */
  before: Total;
}

/** As many days are read at once. */
const AT_ONCE = 8;

/** The newest day that is counted; null before the first. */
export async function newestDay(table: Table): Promise<string | null> {
  return (await loadFactDays(table)).day;
}

/** Reads what facts say of a span of days, of one tenant or of all. */
export async function loadReport(table: Table, span: Days, tenant?: string): Promise<Report> {
  const before = spanBefore(span);
  const [facts, earlier, mails] = await Promise.all([
    loadFacts(table, span, tenant),
    loadFacts(table, before, tenant),
    tenant === undefined ? loadMailLines(table, span) : [],
  ]);
  return {
    ...span,
    tenant: tenant ?? null,
    facts,
    mails,
    total: totalOf(facts, span),
    before: totalOf(earlier, before),
  };
}

/** The span that ends where another begins, and is as long. */
function spanBefore({ from, to }: Days): Days {
  const days = daysOf({ from, to }).length;
  return { from: daysAfter(from, -days), to: daysAfter(from, -1) };
}

/** The sums of a span; what stands is as it was at the end of its last day that is known. */
export function totalOf(lines: readonly Pick<FactLine, 'day' | 'figures'>[], { to }: Days): Total {
  const sums = sumOf(lines.map(({ figures }) => figures));
  const atEnd = sumOf(lines.filter(({ day }) => day === to).map(({ figures }) => figures));
  const counted = (figure: Figure): number | null => {
    if (!STANDING.includes(figure)) return sums[figure] ?? 0;
    return atEnd[figure] ?? (figure === 'off' ? 0 : null);
  };
  return Object.fromEntries(FIGURES.map((figure) => [figure, counted(figure)])) as Total;
}

/** The totals of groups of facts, the largest group first by what fired, was warned of and was disabled. */
export function byGroup(
  { facts, to, from }: Report,
  groupOf: (line: FactLine) => string | null,
): { group: string; total: Total }[] {
  const groups = new Map<string, FactLine[]>();
  for (const line of facts) {
    const group = groupOf(line);
    if (group !== null) groups.set(group, [...(groups.get(group) ?? []), line]);
  }
  const weight = ({ abandoned, overdue, warned, disabled }: Total) =>
    (abandoned ?? 0) + (overdue ?? 0) + (warned ?? 0) + (disabled ?? 0);
  return [...groups]
    .map(([group, lines]) => ({ group, total: totalOf(lines, { from, to }) }))
    .sort((a, b) => weight(b.total) - weight(a.total) || (a.group < b.group ? -1 : 1));
}

/** Whether nothing happened in a span: what goes on to be off, and avoids restarts by that, is no news. */
export function isQuiet({ total }: Pick<Report, 'total'>): boolean {
  const isNews = (figure: Figure) => !STANDING.includes(figure) && figure !== 'restartsAvoided';
  return FIGURES.every((figure) => !isNews(figure) || (total[figure] ?? 0) === 0);
}

async function loadFacts(table: Table, span: Days, tenant: string | undefined): Promise<FactLine[]> {
  const prefix = tenant === undefined ? undefined : `${tenant}/`;
  const days = await eachDay(span, async (day) => {
    const kinds = await Promise.all(
      ['tasks', 'episodes', 'off'].map((kind) => loadFactRows(table, kind, day, prefix)),
    );
    return merged(kinds.flatMap((rows) => [...rows].flatMap(([row, cells]) => linesOf(day, row, cells))));
  });
  return days.flat();
}

function linesOf(day: string, row: string, cells: ReadonlyMap<string, Figures>): FactLine[] {
  const slash = row.indexOf('/');
  const place = { day, tenant: row.slice(0, slash), plane: row.slice(slash + 1) };
  return [...cells].map(([cell, { perDay: _, ...figures }]) => {
    const [mode = null, cause = null] = cell === 'all' ? [] : cell.split(' ');
    return { ...place, mode, cause, figures };
  });
}

/** One line for each place and cell, sorted, whatever kinds of facts say something of it. */
function merged(lines: readonly FactLine[]): FactLine[] {
  const byPlace = new Map<string, FactLine>();
  for (const line of lines) {
    const name = [line.tenant, line.plane, line.mode ?? '', line.cause ?? ''].join('\n');
    const existing = byPlace.get(name);
    byPlace.set(name, existing ? { ...existing, figures: sumOf([existing.figures, line.figures]) } : line);
  }
  return [...byPlace].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
}

async function loadMailLines(table: Table, span: Days): Promise<MailLine[]> {
  const days = await eachDay(span, async (day) => {
    const rows = await loadFactRows(table, 'mails', day);
    return [...rows].flatMap(([wording, cells]) =>
      [...cells.values()].map((figures) => ({ day, wording, figures })),
    );
  });
  return days.flat();
}

async function eachDay<Value>(span: Days, read: (day: string) => Promise<Value>): Promise<Value[]> {
  const days = daysOf(span);
  const found: Value[] = [];
  for (let from = 0; from < days.length; from += AT_ONCE)
    found.push(...(await Promise.all(days.slice(from, from + AT_ONCE).map(read))));
  return found;
}

/** The newest whole week (Monday to Sunday) that ends on a day or before it. */
export function weekUntil(day: string): Days {
  const to = daysAfter(mondayOf(daysAfter(day, 1)), -1);
  return { from: daysAfter(to, -6), to };
}
