import { decide } from '../functions/abandonment/decide.ts';
import { tenantOf } from '../functions/abandonment/task.ts';
import type { Instant } from '../functions/abandonment/time.ts';
import { recipientKey } from '../functions/platform/addresses.ts';
import { inBuckets } from '../functions/store/buckets.ts';
import { FleetView } from '../functions/store/fleet-view.ts';
import { index } from '../functions/store/keys.ts';
import { eachRow } from '../functions/store/rows.ts';
import type { Query, Row, Table } from '../functions/store/table/table.port.ts';
import { loadTasks, type TaskRecord, taskFromRow } from '../functions/store/tasks.ts';
import { instantText } from './readable.ts';

/** Which tasks to list. */
export const TASK_STATES = ['open', 'failing', 'disabled', 'all'] as const;
export type TaskState = (typeof TASK_STATES)[number];

/** One line of a list of tasks. */
export interface TaskLine {
  task: string;
  /** `healthy`, `failing`, `open` (an episode is), `disabled`, or `ineligible` (of a kind not watched). */
  state: string;
  kind: string;
  dataPlane: string;
  /** Whom it names, else whom an owner rule names. */
  owners: readonly string[];
  statuses: string[];
  /** Null while it is alive or not watched. */
  notPrimarySince: string | null;
  /** The number of the open episode. */
  episode: number | null;
  decision: string;
  reason: string;
  disableAt: string | null;
  /** Whether Taskwarden disabled it. */
  disabledByUs: boolean;
  /** Why it did: as abandoned (or overdue), or because somebody asked for it on their page. Null where it did not. */
  disabledAs: 'abandoned' | 'by an owner' | null;
}

/** By what tasks are put in order; what has none of it comes last, and equal ones by id. */
export const TASK_ORDERS = ['task', 'due', 'since', 'owner', 'state'] as const;

const ORDERED_BY: Record<(typeof TASK_ORDERS)[number], (line: TaskLine) => string | null> = {
  task: ({ task }) => task,
  due: ({ disableAt }) => disableAt,
  since: ({ notPrimarySince }) => notPrimarySince,
  owner: ({ owners }) => owners[0] ?? null,
  state: ({ state }) => state,
};

/** Tasks in an order. */
export function inOrder(lines: readonly TaskLine[], order: (typeof TASK_ORDERS)[number]): TaskLine[] {
  const keyOf = ORDERED_BY[order];
  return [...lines].sort((a, b) => compared(keyOf(a), keyOf(b)) || compared(a.task, b.task));
}

function compared(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return a < b ? -1 : 1;
}

/** Which tasks are meant. */
export interface Wanted {
  state: TaskState;
  /** Their ids begin so. */
  prefix: string;
  /** The key of an owner. */
  owner?: string | undefined;
}

/** The tasks in a state whose ids begin with a prefix. `all` and `disabled` read the whole table. */
export async function listTasks(
  table: Table,
  { state, prefix, owner }: Wanted,
  now: Instant,
): Promise<TaskLine[]> {
  const view = await FleetView.load(table, now);
  const lines: TaskLine[] = [];
  for await (const record of eachRecord(table, state, prefix)) {
    if (record.task.deletedAt !== undefined) continue;
    const line = await lineOf(view, record, now);
    const isOwned = owner === undefined || line.owners.some((address) => recipientKey(address) === owner);
    if (isOwned && isIn(line, record, state)) lines.push(line);
  }
  return lines;
}

function isIn(line: TaskLine, record: TaskRecord, state: TaskState): boolean {
  if (state === 'open') return record.open !== null;
  if (state === 'failing') return line.state === 'open' || line.state === 'failing';
  return state === 'all' || line.state === 'disabled';
}

/** A task as a line. */
export async function lineOf(view: FleetView, record: TaskRecord, now: Instant): Promise<TaskLine> {
  const { task, evidence, open } = record;
  const decision = decide(await view.caseOf(record), now);
  const state = stateOf(record, decision.answer, decision.reason);
  const failing = state === 'open' || state === 'failing';
  return {
    task: task.id,
    state,
    kind: task.kind,
    dataPlane: task.dataPlane,
    owners: (await view.ownersOf(task)).addresses,
    statuses: evidence.statuses,
    notPrimarySince: failing ? instantText(decision.facts.notPrimarySince) : null,
    episode: open?.number ?? null,
    decision: decision.answer,
    reason: decision.reason,
    disableAt: instantText(decision.facts.disableAt),
    disabledByUs: record.disabledByUs !== null,
    disabledAs: disabledAs(record),
  };
}

function disabledAs({ disabledByUs }: TaskRecord): TaskLine['disabledAs'] {
  if (disabledByUs === null) return null;
  return disabledByUs.run === null ? 'by an owner' : 'abandoned';
}

function stateOf(record: TaskRecord, answer: string, reason: string): string {
  if (record.open) return 'open';
  if (!record.task.enabled) return 'disabled';
  if (answer === 'ignore') return reason === 'disabled' ? 'disabled' : 'ineligible';
  return answer === 'healthy' ? 'healthy' : 'failing';
}

/** What may be in a state below a prefix: `lineOf` says whether it is. */
export async function* eachRecord(
  table: Table,
  state: TaskState,
  prefix: string,
): AsyncGenerator<TaskRecord> {
  if (state === 'all' || state === 'disabled') {
    yield* scanned(table, prefix);
    return;
  }
  for (const query of queriesOf(state, prefix)) yield* found(table, query, prefix);
}

/** What is open or held for a time; for `failing` also what can fire, of one tenant where it is named. */
function queriesOf(state: 'open' | 'failing', prefix: string): Query[] {
  const within = prefix === '' ? {} : { sk: { prefix } };
  const open = inBuckets((bucket): Query => ({ index: 'g2', pk: index.open(bucket), ...within }));
  if (state === 'open') return open;
  if (prefix.includes('/')) return [...open, { index: 'g2', pk: index.canFireOfTenant(tenantOf(prefix)) }];
  return [...open, ...inBuckets((bucket): Query => ({ index: 'g1', pk: index.canFire(bucket) }))];
}

/** Base rows are read a hundred at a time. */
const AT_ONCE = 100;

async function* found(table: Table, query: Query, prefix: string): AsyncGenerator<TaskRecord> {
  let ids: string[] = [];
  for await (const row of eachRow(table, query)) {
    // Where a task is found by its deadline it stands a second time.
    if (row.sk !== 'T') continue;
    const id = row.pk.slice(2);
    if (id.startsWith(prefix)) ids.push(id);
    if (ids.length < AT_ONCE) continue;
    yield* (await loadTasks(table, ids)).values();
    ids = [];
  }
  yield* (await loadTasks(table, ids)).values();
}

async function* scanned(table: Table, prefix: string): AsyncGenerator<TaskRecord> {
  let cursor: string | undefined;
  do {
    const page: { rows: Row[]; cursor?: string } = await table.scan(cursor);
    for (const row of page.rows) {
      if (row.sk === 'T' && row.pk.startsWith(`T#${prefix}`)) yield taskFromRow(row);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
}
