import { causeOf } from '../../abandonment/causes.ts';
import { type Case, decide, modeOf, type Recipient } from '../../abandonment/decide.ts';
import { MODES, type Mode } from '../../abandonment/task.ts';
import { DAY, type Instant } from '../../abandonment/time.ts';
import { eachRowOf, inBuckets } from '../../store/buckets.ts';
import type { FleetView } from '../../store/fleet-view.ts';
import { index, keys, sortable } from '../../store/keys.ts';
import type { Query, Table } from '../../store/table/table.port.ts';
import { candidateIn, type TaskRecord, taskFromRow } from '../../store/tasks.ts';
import { instantText } from './time-text.ts';

/** Tasks that something holds, as the last scan left them; `since`: the oldest. */
interface HeldTasks {
  reason: string;
  tasks: number;
  since: string | null;
}

/** What is open, due and held. */
export interface OpenTasks {
  alerts: {
    open: number;
    byMode: Record<Mode, number>;
    /** By the class of what shards failed of; `not known` where no control plane tells. */
    byCause: Record<string, number>;
    /** Of these, alerts of tasks that outlive their own deadline. */
    overdue: number;
  };
  /** Tasks with a date by the day (UTC) on which it is, and those before and after. */
  due: { past: number; days: { day: string; tasks: number }[]; later: number };
  held: HeldTasks[];
  /** Rows in the indexes of what is open and of what may fire, and how many of them were read. */
  found: number;
  read: number;
}

/** So many tasks are read at most, and so many entries of those that may fire. */
const MOST = 5_000;
const AT_ONCE = 100;
const DAYS = 7;

/**
 * Counts what is open, due and held. It reads what is open and what is past its threshold, and nothing of a task that runs; dates are
 * those of the warnings that each task's row says were accepted.
 */
export async function loadOpenTasks(table: Table, view: FleetView, now: Instant): Promise<OpenTasks> {
  const ids = await openIds(table);
  const tally = new Tally(now);
  for (let from = 0; from < Math.min(ids.length, MOST); from += AT_ONCE) {
    const some = ids.slice(from, Math.min(from + AT_ONCE, MOST));
    const rows = await table.batchGet(
      some.map((id) => keys.task(id)),
      { consistent: false },
    );
    const records = rows.map(taskFromRow);
    await view.loadPlanes(records.map(({ task }) => task.dataPlane));
    for (const record of records) tally.add(record, view);
  }
  const candidates = await heldCandidates(table, view, now);
  for (const hold of candidates.holds) tally.hold(hold, null);
  const read = Math.min(ids.length, MOST);
  return tally.result(ids.length + candidates.found, read + candidates.found);
}

/** Of tasks with an open alert, or a hold with an end: keys alone. */
async function openIds(table: Table): Promise<string[]> {
  const queries = inBuckets((bucket): Query => ({ index: 'g2', pk: index.open(bucket) }));
  const ids: string[] = [];
  // Where a task is found by its deadline it stands a second time.
  for await (const { pk, sk } of eachRowOf(table, queries)) if (sk === 'T') ids.push(pk.slice(2));
  return ids;
}

/** What is past its threshold, without an open alert: that it is held stands in the index. */
async function heldCandidates(
  table: Table,
  { policies }: FleetView,
  now: Instant,
): Promise<{ holds: string[]; found: number }> {
  const lowest = Math.min(
    policies.global.warnAfter,
    ...policies.lowerThresholdScopes().map(({ warnAfter }) => warnAfter),
  );
  const sk = { to: sortable(Math.max(0, now - lowest)) };
  const queries = inBuckets((bucket): Query => ({ index: 'g1', pk: index.canFire(bucket), sk }));
  const holds: string[] = [];
  let found = 0;
  for await (const row of eachRowOf(table, queries)) {
    found += 1;
    const { hold } = candidateIn(row);
    if (hold !== null) holds.push(hold);
    if (found === MOST) break;
  }
  return { holds, found };
}

class Tally {
  readonly #now: Instant;
  readonly #byMode: Record<Mode, number> = { detect: 0, notify: 0, disable: 0 };
  readonly #byCause = new Map<string, number>();
  readonly #byDay = new Map<string, number>();
  readonly #held = new Map<string, { tasks: number; since: Instant | null }>();
  #overdue = 0;
  #past = 0;
  #later = 0;

  constructor(now: Instant) {
    this.#now = now;
    for (let day = 0; day < DAYS; day += 1) this.#byDay.set(dayOf(now + day * DAY), 0);
  }

  add(record: TaskRecord, view: FleetView): void {
    const { open, hold, evidence } = record;
    if (hold) this.hold(hold.reason, hold.since);
    if (!open) return;
    const taskCase = asWarned(record, view);
    this.#byMode[modeOf(taskCase)] += 1;
    const cause = causeOf(evidence);
    this.#byCause.set(cause, (this.#byCause.get(cause) ?? 0) + 1);
    if (open.alert === 'task_overdue') this.#overdue += 1;
    if (modeOf(taskCase) === 'disable') this.#date(decide(taskCase, this.#now).facts.disableAt);
  }

  hold(reason: string, since: Instant | null): void {
    const sum = this.#held.get(reason) ?? { tasks: 0, since: null };
    const oldest = Math.min(sum.since ?? Number.POSITIVE_INFINITY, since ?? Number.POSITIVE_INFINITY);
    this.#held.set(reason, {
      tasks: sum.tasks + 1,
      since: Number.isFinite(oldest) ? oldest : null,
    });
  }

  #date(at: Instant | null): void {
    if (at === null) return;
    const day = dayOf(at);
    if (at <= this.#now) this.#past += 1;
    else if (this.#byDay.has(day)) this.#byDay.set(day, (this.#byDay.get(day) ?? 0) + 1);
    else this.#later += 1;
  }

  result(found: number, read: number): OpenTasks {
    const open = MODES.reduce((sum, mode) => sum + this.#byMode[mode], 0);
    const held = [...this.#held].sort(([, a], [, b]) => b.tasks - a.tasks);
    return {
      alerts: {
        open,
        byMode: this.#byMode,
        byCause: Object.fromEntries([...this.#byCause].sort(([, a], [, b]) => b - a)),
        overdue: this.#overdue,
      },
      due: {
        past: this.#past,
        days: [...this.#byDay].map(([day, tasks]) => ({ day, tasks })),
        later: this.#later,
      },
      held: held.map(([reason, { tasks, since }]) => ({ reason, tasks, since: instantText(since) })),
      found,
      read,
    };
  }
}

const dayOf = (at: Instant): string => new Date(at).toISOString().slice(0, 10);

/** The case of a task with those as its recipients who its row says were notified: nobody is asked whether they can be reached. */
function asWarned(record: TaskRecord, view: FleetView): Case {
  const { open, stopping } = record;
  const recipientsIn = (all: Record<string, { address: string; left?: true }>): Recipient[] =>
    Object.entries(all).flatMap(([key, { address, left }]) =>
      left ? [] : [{ key, address, declined: false }],
    );
  return {
    ...view.bareCase(record),
    recipients: recipientsIn(open?.told ?? {}),
    hearers: recipientsIn(stopping?.told ?? {}),
  };
}
