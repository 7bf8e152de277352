import { tenantOf } from '../abandonment/task.ts';
import type { System } from '../platform/system.ts';
import { inBuckets } from '../store/buckets.ts';
import type { DigestItem } from '../store/digests.ts';
import { FleetView } from '../store/fleet-view.ts';
import { index } from '../store/keys.ts';
import type { Row, Table } from '../store/table/table.port.ts';
import { loadTasks, type TaskRecord } from '../store/tasks.ts';
import { saysOf } from './entitlement.ts';
import type { Visit } from './open-link.ts';

/** Some of the tasks of a recipient, in the order of their ids. */
export interface Found {
  items: DigestItem[];
  /** The id behind which the next ones are looked for; absent: there are no more. */
  next?: string;
}

/** What one page shows at most. */
const PAGE = 50;
/** How many rows of the index one round asks of each bucket, and how many rounds one page may take. */
const ROUND = 25;
const MOST_ROUNDS = 8;

/**
 * The tasks with an open episode or a hold with an end, and those that we disabled, in which the recipient of a mail has a
 * say, within the tenants of that mail: from one id on, as many as one page shows. It reads a bounded part of the indexes;
 * where that has too few, a page may have none and still lead on.
 *
 * @param contains only ids with this text
 */
export async function allTasksOf(
  system: System,
  visit: Visit,
  after: string,
  contains: string,
): Promise<Found> {
  const { table, config, clock } = system;
  const ranges = rangesOf(visit.digest.items.map(({ task }) => task));
  const fleet = await FleetView.load(table, clock.now(), { scanEvery: config.scanEvery });
  const items: DigestItem[] = [];
  let from = after;
  for (let round = 0; round < MOST_ROUNDS && items.length < PAGE; round += 1) {
    const { ids, next } = await nextIds(table, ranges, from);
    const wanted = ids.filter((id) => id.includes(contains));
    const records = [...(await loadTasks(table, wanted)).values()].filter(isShown);
    const hasSay = await saysOf(
      table,
      records.map(({ task }) => task),
      visit.digest.address,
      (task) => fleet.ownersOf(task),
    );
    const mine = records.filter(({ task }) => hasSay(task)).sort((a, b) => (a.task.id < b.task.id ? -1 : 1));
    items.push(...mine.map(itemOf));
    if (next === undefined) return cut(items);
    from = next;
  }
  return { ...cut(items), next: items.length > PAGE ? (items[PAGE - 1]?.task ?? from) : from };
}

function cut(items: DigestItem[]): Found {
  const last = items[PAGE - 1];
  return items.length > PAGE && last ? { items: items.slice(0, PAGE), next: last.task } : { items };
}

function isShown({ open, keep, disabledByUs, task }: TaskRecord): boolean {
  return task.deletedAt === undefined && (open !== null || keep !== null || disabledByUs !== null);
}

/** As an item of a mail that tells of a task's newest episode. */
function itemOf({ task, episodes, open }: TaskRecord): DigestItem {
  return {
    task: task.id,
    episode: episodes,
    ...(open?.alert === 'task_overdue' && { alert: open.alert }),
    notice: 'warning',
    grace: 0,
    disableAt: null,
    since: open?.since ?? task.createdAt,
    restarts: 0,
    asked: 0,
  };
}

/** Where ids of the same tenants lie in the index, without overlap. */
interface Range {
  from: string;
  to: string;
}

function rangesOf(ids: readonly string[]): Range[] {
  const ranges = new Map<string, Range>();
  for (const id of ids) {
    const tenant = tenantOf(id);
    const range = tenant === id ? { from: id, to: id } : { from: `${tenant}/`, to: `${tenant}/\uffff` };
    ranges.set(range.from, range);
  }
  return [...ranges.values()].sort((a, b) => (a.from < b.from ? -1 : 1));
}

/** The next ids of the indexes of open and of disabled tasks, over their buckets. */
async function nextIds(
  table: Table,
  ranges: readonly Range[],
  after: string,
): Promise<{ ids: string[]; next?: string }> {
  const at = ranges.findIndex(({ to }) => after < to);
  const range = ranges[at];
  if (range === undefined) return { ids: [] };
  const from = after > range.from ? after : range.from;
  const sk = { from, to: range.to };
  const pages = await Promise.all(
    [index.open, index.off]
      .flatMap((of) => inBuckets(of))
      .map((pk) => table.query({ index: 'g2', pk, sk, limit: ROUND })),
  );
  // What one bucket has not given yet bounds what is known of all.
  const [end] = pages.flatMap(({ rows, cursor }) => (cursor ? rows.slice(-1).map(idOf) : [])).sort();
  const ids = pages
    .flatMap(({ rows }) => rows.map(idOf))
    .filter((id) => id > after && (end === undefined || id <= end))
    .sort();
  if (end !== undefined) return { ids, next: end };
  return ranges[at + 1] === undefined ? { ids } : { ids, next: range.to };
}

const idOf = (row: Row): string => row.g2sk as string;
