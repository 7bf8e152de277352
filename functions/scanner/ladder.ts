import type { Instant } from '../abandonment/time.ts';
import { withoutStaleRefusal } from '../episodes/disabling.ts';
import { BUCKETS, index, keys, sortable } from '../store/keys.ts';
import { allRows, eachRow } from '../store/rows.ts';
import type { Row } from '../store/table.port.ts';
import { loadTasks } from '../store/tasks.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';
import { sendDisable } from './dispatch.ts';
import { faultOf } from './faults.ts';
import { type Budget, DONE, type Generator, type Turn } from './generator.ts';
import { count, eachOf, lookAt } from './look.ts';
import type { Run } from './run.ts';

/** How many tasks are looked at at once. */
const AT_ONCE = 16;

/** Looks once at all that is open in a scope whose policy, people or data plane changed. */
export const scopesGenerator: Generator = {
  name: 'scopes',
  band: 10,
  async run(run, budget) {
    for (const request of [...run.asked, ...(await askedByRun(run))]) {
      await eachOf(
        openIn(run, request.sk, budget),
        AT_ONCE,
        (id) => lookById(run, id),
        faultOf(run, 'scopes'),
      );
      if (budget.spent()) return { cursor: request.sk };
      const asked = { equals: ['at', request.at as number] as [string, number] };
      const done = { delete: { pk: request.pk, sk: request.sk }, if: [asked] };
      // Refused where it was asked for again meanwhile: then the next scan looks once more.
      await writeUnlessRefused(run.system, [done], 'the end of a request to look at a scope');
    }
    return DONE;
  },
};

/** What this run itself asked for before: data planes whose state it changed. */
async function askedByRun(run: Run): Promise<Row[]> {
  const before = new Set(run.asked.map((row) => row.sk));
  const rows = await allRows(run.system.table, { pk: keys.look('').pk, consistent: true });
  return rows.filter((row) => row.sk.startsWith('D#') && !before.has(row.sk));
}

async function* openIn(run: Run, scope: string, budget: Budget): AsyncGenerator<string> {
  for (const query of queriesOf(scope)) {
    for await (const row of eachRow(run.system.table, query)) {
      if (budget.spent()) return;
      if (row.p === undefined) yield (row.pk as string).slice(2);
    }
  }
}

function queriesOf(scope: string) {
  if (scope.startsWith('D#')) return [{ index: 'g3' as const, pk: index.lostOfPlane(scope.slice(2)) }];
  const prefix = scope.startsWith('P#') ? scope.slice(2) : '';
  return Array.from({ length: BUCKETS }, (_, bucket) => ({
    index: 'g2' as const,
    pk: index.open(bucket),
    ...(prefix ? { sk: { prefix } } : {}),
  }));
}

/** Looks again at the tasks whose instant has come: resolves, reminds, lets holds end; queues stuck work again. */
export const ladderGenerator: Generator = {
  name: 'ladder',
  band: 30,
  async run(run, budget, cursor): Promise<Turn> {
    const from = cursor === null ? 0 : Number(cursor);
    for (let bucket = from; bucket < BUCKETS; bucket += 1) {
      const rows = dueIn(run, index.lookAt(bucket), run.now);
      await eachOf(
        untilSpent(rows, budget),
        AT_ONCE,
        (row) => lookById(run, (row.pk as string).slice(2)),
        faultOf(run, 'ladder'),
      );
      if (budget.spent()) return { cursor: String(bucket) };
    }
    return DONE;
  },
};

/** Index entries of one partition up to an instant. */
export function dueIn(run: Run, pk: string, until: Instant): AsyncGenerator<Row> {
  return eachRow(run.system.table, { index: 'g1', pk, sk: { to: `${sortable(until)}~` } });
}

/** The rows until the budget is spent. */
export async function* untilSpent<Item>(items: AsyncIterable<Item>, budget: Budget): AsyncGenerator<Item> {
  for await (const item of items) {
    if (budget.spent()) return;
    yield item;
  }
}

async function lookById(run: Run, id: string): Promise<void> {
  const record = (await loadTasks(run.system.table, [id])).get(id);
  if (!record) return;
  count(run, 'looked');
  const seen = await lookAt(run, withoutStaleRefusal(record, run.now));
  const disabling = seen?.record.open?.disabling;
  if (seen && disabling && seen.record.next && seen.record.next.at <= run.now)
    await sendDisable(run, seen.record);
}
