import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, HOUR } from '../../functions/abandonment/time.ts';
import { episodesAggregation } from '../../functions/facts/aggregations/episodes.ts';
import { offAggregation } from '../../functions/facts/aggregations/off.ts';
import { countDays } from '../../functions/facts/count-days.ts';
import { beginOf, daysOf } from '../../functions/facts/days.ts';
import { loadFactDays, loadFactRows } from '../../functions/store/facts.ts';
import { dayOf, type Milestone, milestoneWrite } from '../../functions/store/milestones.ts';
import { MemoryTable } from '../../functions/store/table/memory-table.ts';
import type { Table } from '../../functions/store/table/table.port.ts';
import { holds } from './seeds.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
/** So many days are counted; what is heard late is heard within two days. */
const DAYS = 8;
const CELL = { plane: 'eu-1', mode: 'disable', cause: 'failed' } as const;

/** A task that fires, is disabled after some hours, and may be enabled again after some more. */
interface Life {
  tenant: string;
  firedAt: number;
  disabledAfter: number;
  perDay: number;
  leftAfter: number | null;
  /** How many hours later than it happened each is in the table. */
  late: number;
}

/** Lengths of time in eighths of a day, of which every part of a day can be told without a fraction. */
const eighths = (most: number) => fc.integer({ min: 0, max: most * 8 }).map((count) => (count * DAY) / 8);

const life: fc.Arbitrary<Life> = fc.record({
  tenant: fc.constantFrom('acmeCo', 'beta'),
  firedAt: eighths(7).map((after) => START + after),
  disabledAfter: eighths(3),
  perDay: fc.integer({ min: 0, max: 5 }).map((count) => count * 8),
  leftAfter: fc.option(eighths(3)),
  late: fc.integer({ min: 0, max: 36 }),
});

/** A look at an instant, which stops or dies after so many writes; null: it comes to its end. */
const look = fc.record({
  after: fc.integer({ min: HOUR, max: DAY }),
  endsAfter: fc.option(fc.integer({ min: 0, max: 6 })),
  dies: fc.boolean(),
});

/** The days that are over then. */
const COUNTED = daysOf({ from: dayOf(START), to: dayOf(START + (DAYS - 1) * DAY) });
const END = START + DAYS * DAY + HOUR;

test('whatever crashes, and however late it is heard, a day comes to what happened on it', async () => {
  await holds(
    fc.asyncProperty(
      fc.array(life, { maxLength: 12 }),
      fc.array(look, { maxLength: 20 }),
      async (lives, looks) => {
        const table = new MemoryTable({ freeze: true });
        const waiting = lives.flatMap(milestonesOf);
        let now = START + DAY + HOUR;
        for (const { after, endsAfter, dies } of [{ after: 0, endsAfter: null, dies: false }, ...looks]) {
          now = Math.min(END, now + after);
          await heard(table, waiting, now);
          await countAt(table, now, endsAfter, dies);
        }
        await heard(table, waiting, Number.POSITIVE_INFINITY);
        // Days that were missed come in order: whoever comes to the end has all of them.
        await countAt(table, END, null, false);
        expect((await loadFactDays(table)).day).toBe(dayOf(END - DAY));
        expect(await countedIn(table)).toEqual(happened(lives));
        const before = await countedIn(table);
        expect(await countAt(table, END, null, false)).toBe(0);
        expect(await countedIn(table)).toEqual(before);
      },
    ),
  );
});

function milestonesOf({ tenant, firedAt, disabledAfter, perDay, leftAfter, late }: Life, place: number) {
  const about = { task: `${tenant}/${place}`, episode: 1, cell: CELL };
  const disabledAt = firedAt + disabledAfter;
  const all: Milestone[] = [
    { ...about, kind: 'fired', at: firedAt, isOverdue: false },
    { ...about, kind: 'disabled', at: disabledAt, byOwner: false, wasWarned: true, restarts: 0, perDay },
  ];
  if (leftAfter !== null)
    all.push({ ...about, kind: 'left', at: disabledAt + leftAfter, why: 'undone', perDay });
  return all
    .filter(({ at }) => at < START + DAYS * DAY)
    .map((milestone) => ({ milestone, heardAt: Math.min(END, milestone.at + late * HOUR) }));
}

async function heard(table: Table, waiting: ReturnType<typeof milestonesOf>, now: number): Promise<void> {
  for (const { milestone } of waiting.filter(({ heardAt }) => heardAt <= now))
    expect((await table.transact([milestoneWrite(milestone)], `heard ${milestone.kind}`)).outcome).toBe(
      'applied',
    );
}

/** Counts at an instant; dies or stops after so many writes. */
async function countAt(table: Table, now: number, endsAfter: number | null, dies: boolean): Promise<number> {
  let writes = 0;
  const isOver = () => endsAfter !== null && writes >= endsAfter;
  const port: Table = {
    get: (key) => table.get(key),
    batchGet: (keys) => table.batchGet(keys),
    query: (query) => table.query(query),
    scan: (cursor) => table.scan(cursor),
    transact: async (changes, writer) => {
      if (dies && isOver()) throw new Error('died');
      writes += 1;
      return table.transact(changes, writer);
    },
  };
  const counter = {
    table: port,
    planes: [],
    telemetry: { log: () => {}, metric: () => {} },
    now,
    name: `look ${now}`,
    isSpent: () => !dies && isOver(),
  };
  const counted = await countDays(counter, [episodesAggregation, offAggregation]).catch(() => undefined);
  return counted?.written ?? -1;
}

type Counted = Record<string, Record<string, number>>;

/** What stands in the table, by day and tenant. */
async function countedIn(table: Table): Promise<Counted> {
  const counted: Counted = {};
  for (const day of COUNTED) {
    const kinds = await Promise.all(['episodes', 'off'].map((kind) => loadFactRows(table, kind, day)));
    for (const [row, cells] of kinds.flatMap((rows) => [...rows])) {
      const { restarts: _, ...figures } = cells.get('disable failed') ?? {};
      note(counted, `${day} ${row}`, figures);
    }
  }
  return counted;
}

/** The same worked out from the lives of the tasks, one by one. */
function happened(lives: readonly Life[]): Counted {
  const counted: Counted = {};
  for (const day of COUNTED)
    for (const life of lives) note(counted, `${day} ${life.tenant}/eu-1`, happenedOn(day, life));
  return counted;
}

function happenedOn(
  day: string,
  { firedAt, disabledAfter, perDay, leftAfter }: Life,
): Record<string, number> {
  const from = beginOf(day);
  const to = from + DAY;
  const once = (at: number) => (at >= from && at < to ? 1 : 0);
  const offFrom = firedAt + disabledAfter;
  const offTo = leftAfter === null ? Number.POSITIVE_INFINITY : offFrom + leftAfter;
  const isOff = offFrom < to && offTo >= to;
  const overlap = Math.max(0, Math.min(offTo, to) - Math.max(offFrom, from));
  return {
    abandoned: once(firedAt),
    disabled: once(offFrom),
    undone: once(offTo),
    off: isOff ? 1 : 0,
    perDay: isOff ? perDay : 0,
    restartsAvoided: (perDay * overlap) / DAY,
  };
}

/** Adds figures; what is nothing is not there. */
function note(counted: Counted, name: string, figures: Record<string, number>): void {
  const sum = { ...counted[name] };
  for (const [figure, by] of Object.entries(figures)) if (by !== 0) sum[figure] = (sum[figure] ?? 0) + by;
  if (Object.keys(sum).length > 0) counted[name] = sum;
}
