import { isHeldBySpike } from '../abandonment/approval.ts';
import { isEligible, openStaleness } from '../abandonment/evidence.ts';
import { tenantOf } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import type { OperatorAlertCode } from '../platform/alert-codes.ts';
import type { System } from '../platform/system.ts';
import { eachRowOf, inBuckets } from '../store/buckets.ts';
import { type DataPlaneRecord, loadDataPlanes } from '../store/data-planes.ts';
import { FleetView } from '../store/fleet-view.ts';
import { index, sortable } from '../store/keys.ts';
import { eachMissing } from '../store/listed-pages.ts';
import { loadListings } from '../store/listings.ts';
import { loadOperatorAlert, type OperatorAlertRecord } from '../store/operator-alerts.ts';
import type { Query, Table } from '../store/table/table.port.ts';
import { loadTasks, type TaskRecord } from '../store/tasks.ts';
import { isHeld } from './approvals.ts';

/** Why many tasks are held at once (docs/operators.md#holds-of-many). */
type HoldCause =
  | 'blast-radius'
  | 'correlated-failure'
  | 'listing-shrank'
  | 'data-plane-deleted'
  | 'data-plane-down'
  | 'data-plane-silent'
  | 'evidence-stale'
  | 'feedback-silent';

/** What an operator can do about a hold. */
export type HoldAct = 'approve' | 'reject' | 'dismiss';

/** A hold of many tasks. */
export interface Hold {
  /** `blast-radius`; of a data plane or a listing with its name: `correlated-failure:eu-1`. */
  id: string;
  cause: HoldCause;
  /** The data plane or the control plane; `fleet` where it is about all. */
  subject: string;
  since: Instant;
  acts: readonly HoldAct[];
  /** What it ends by itself with. */
  ends: string;
  /** Why an operator leaves it as it is. */
  rejected: NonNullable<OperatorAlertRecord['rejected']> | null;
}

/** One task of a hold. A task that a listing misses may not be known. */
export interface HeldTask {
  id: string;
  record?: TaskRecord;
}

/** How many tasks of a hold have something in common. */
interface HeldGroup {
  name: string;
  tasks: number;
}

/** What the tasks of a hold have in common, the most common first. */
export interface HeldGroups {
  tenant: HeldGroup[];
  plane: HeldGroup[];
  owner: HeldGroup[];
  /** What their shards failed of, as far as control planes tell. */
  cause: HeldGroup[];
}

export const HELD_BY = ['tenant', 'plane', 'owner', 'cause'] as const satisfies readonly (keyof HeldGroups)[];

interface CauseEntry {
  acts: readonly HoldAct[];
  ends: string;
  /** The operator alert about it, and its subject where that is not the hold's. */
  alert?: { code: OperatorAlertCode; subject?: string };
}

const CAUSES: Record<HoldCause, CauseEntry> = {
  'blast-radius': {
    acts: ['approve', 'reject'],
    ends: 'an approval, or what ends their alerts: recovery, a publication, keep, snooze, a lowered mode',
    alert: { code: 'blast-radius', subject: 'fleet' },
  },
  'correlated-failure': {
    acts: ['dismiss', 'reject'],
    ends: 'fewer than correlatedShare of them without PRIMARY',
    alert: { code: 'correlated-failure' },
  },
  'listing-shrank': {
    acts: ['approve', 'dismiss', 'reject'],
    ends: 'a listing that has enough of them again',
    alert: { code: 'listing-shrank' },
  },
  'data-plane-deleted': { acts: ['dismiss'], ends: 'their deletion or move, or a report that it is up' },
  'data-plane-down': { acts: [], ends: 'a report that it is up' },
  'data-plane-silent': { acts: ['reject'], ends: 'its next life sign', alert: { code: 'data-plane-silent' } },
  'evidence-stale': {
    acts: ['reject'],
    ends: 'the next observation of each',
    alert: { code: 'evidence-stale', subject: 'events' },
  },
  'feedback-silent': {
    acts: ['reject'],
    ends: 'the answer of SES to a canary mail',
    alert: { code: 'feedback-canary-missed', subject: 'ses' },
  },
};

/** Where the operator alert about a hold stands; undefined where there is none. */
export function alertOfHold({ cause, subject }: Pick<Hold, 'cause' | 'subject'>) {
  const { alert } = CAUSES[cause];
  return alert && { code: alert.code, subject: alert.subject ?? subject };
}

/** Gives the tasks that have a date. */
export type Dated = () => AsyncIterable<TaskRecord>;

/** Reads them when they are first asked for, and once: of a hold of thousands several things are said at the same time. */
export function datedOnce(table: Table): Dated {
  let all: Promise<TaskRecord[]> | undefined;
  return async function* () {
    all ??= listed(datedTasks(table));
    yield* await all;
  };
}

async function listed<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** All holds of many at this instant, in a fixed order. */
export async function loadHolds(system: System, dated: Dated = datedOnce(system.table)): Promise<Hold[]> {
  const found = await Promise.all([
    spike(system, dated),
    ofPlanes(system),
    ofListings(system),
    staleEvidence(system, dated),
    silentFeedback(system),
  ]);
  return Promise.all(found.flat().flatMap((hold) => (hold === undefined ? [] : [describe(system, hold)])));
}

interface Found {
  cause: HoldCause;
  /** Absent: about all. */
  of?: string;
  since: Instant;
  /** What is held goes with the next whole listing. */
  isApproved?: boolean;
}

async function describe(system: System, { cause, of, since, isApproved = false }: Found): Promise<Hold> {
  const { acts: possible, ends } = CAUSES[cause];
  const acts = isApproved ? possible.filter((act) => act === 'dismiss') : possible;
  const subject = of ?? 'fleet';
  const alert = alertOfHold({ cause, subject });
  const stored = alert && (await loadOperatorAlert(system.table, alert.code, alert.subject));
  const id = of === undefined ? cause : `${cause}:${of}`;
  return { id, cause, subject, since, acts, ends, rejected: stored?.rejected ?? null };
}

async function spike(system: System, dated: Dated): Promise<Found | undefined> {
  const now = system.clock.now();
  let since: Instant | undefined;
  for await (const { open } of dated())
    if (isHeldBySpike(open?.brake, now)) since = Math.min(since ?? now, open?.brake?.heldAt ?? now);
  return since === undefined ? undefined : { cause: 'blast-radius', since };
}

async function ofPlanes({ table }: System): Promise<Found[]> {
  const planes = [...(await loadDataPlanes(table)).values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return planes.flatMap(({ name: of, state, since, outages }): Found[] => {
    const outage = openOutage({ outages });
    return [
      ...(outage ? [{ cause: 'correlated-failure' as const, of, since: outage.from }] : []),
      ...(state === 'up' ? [] : [{ cause: `data-plane-${state}` as const, of, since }]),
    ];
  });
}

function openOutage({ outages }: Pick<DataPlaneRecord, 'outages'>) {
  return outages.find(({ endedAt }) => endedAt === null);
}

async function ofListings({ table }: System): Promise<Found[]> {
  const listings = [...(await loadListings(table)).values()];
  return listings.flatMap(({ name: of, held }): Found[] =>
    held ? [{ cause: 'listing-shrank', of, since: held.since, isApproved: held.approved !== undefined }] : [],
  );
}

async function staleEvidence(system: System, dated: Dated): Promise<Found | undefined> {
  let since: Instant | undefined;
  for await (const { from } of staleTasks(system, dated)) since = Math.min(since ?? from, from);
  return since === undefined ? undefined : { cause: 'evidence-stale', since };
}

async function silentFeedback(system: System): Promise<Found | undefined> {
  const { pausesRecord } = await FleetView.load(system.table, system.clock.now());
  const since = pausesRecord.feedbackSilent;
  return since === null ? undefined : { cause: 'feedback-silent', since };
}

/** The tasks that a hold holds now, each once. */
export async function* tasksOfHold(
  system: System,
  hold: Hold,
  dated: Dated = datedOnce(system.table),
): AsyncGenerator<HeldTask> {
  const { cause, subject } = hold;
  if (cause === 'listing-shrank') yield* missingTasks(system, subject);
  else for await (const record of recordsOf(system, hold, dated)) yield { id: record.task.id, record };
}

async function* recordsOf(
  system: System,
  { cause, subject }: Hold,
  dated: Dated,
): AsyncGenerator<TaskRecord> {
  const now = system.clock.now();
  const isMeant = ON_DATED[cause];
  if (isMeant) {
    for await (const record of dated()) if (isMeant(record, now)) yield record;
  } else if (cause === 'evidence-stale') {
    for await (const { record } of staleTasks(system, dated)) yield record;
  } else yield* ofPlane(system, cause, subject);
}

/** Holds of tasks whose date has come. */
const ON_DATED: Partial<Record<HoldCause, (record: TaskRecord, now: Instant) => boolean>> = {
  'blast-radius': isHeld,
  'feedback-silent': ({ hold }) => hold?.reason === 'feedback-silent',
};

async function* ofPlane({ table }: System, cause: HoldCause, plane: string): AsyncGenerator<TaskRecord> {
  if (cause !== 'correlated-failure') return yield* failingOn(table, plane);
  const outage = openOutage((await loadDataPlanes(table)).get(plane) ?? { outages: [] });
  if (!outage) return;
  const sk = { from: sortable(outage.from), to: `${sortable(outage.membersUntil)}~` };
  for await (const record of failingOn(table, plane, { sk }))
    if (record.evidence.lostAt !== undefined) yield record;
}

/** So many tasks are read at once: several requests side by side. */
const AT_ONCE = 800;

type Loaded = ReadonlyMap<string, TaskRecord>;

/** The tasks of a data plane without `PRIMARY`. @param loaded tasks that were read already */
function failingOn(
  table: Table,
  plane: string,
  { loaded, ...range }: Pick<Query, 'sk'> & { loaded?: Loaded } = {},
): AsyncGenerator<TaskRecord> {
  return tasksOf(table, [{ index: 'g3', pk: index.lostOfPlane(plane), ...range }], loaded);
}

/** The tasks that have a date, whether it has come or not. */
export function datedTasks(table: Table): AsyncGenerator<TaskRecord> {
  return tasksOf(
    table,
    inBuckets((bucket): Query => ({ index: 'g1', pk: index.toDisable(bucket) })),
  );
}

async function* tasksOf(
  table: Table,
  queries: readonly Query[],
  loaded: Loaded = new Map(),
): AsyncGenerator<TaskRecord> {
  let ids: string[] = [];
  for await (const { pk } of eachRowOf(table, queries)) {
    const id = pk.slice(2);
    const record = loaded.get(id);
    if (record) yield record;
    else ids.push(id);
    if (ids.length < AT_ONCE) continue;
    yield* (await loadTasks(table, ids)).values();
    ids = [];
  }
  yield* (await loadTasks(table, ids)).values();
}

/** Tasks without `PRIMARY` whose newest observation is too old, and since when it is. Those with a date are not read once more. */
async function* staleTasks(
  system: System,
  dated: Dated,
): AsyncGenerator<{ record: TaskRecord; from: Instant }> {
  const now = system.clock.now();
  const view = await FleetView.loadWithPlanes(system.table, now);
  const loaded = new Map((await listed(dated())).map((record) => [record.task.id, record]));
  for (const { name } of view.planes)
    for await (const record of failingOn(system.table, name, { loaded })) {
      const { task, evidence } = record;
      const stale = isEligible(task) && openStaleness(task, evidence, view.policies.for(task.id), now);
      if (stale) yield { record, from: stale.from };
    }
}

async function* missingTasks({ table }: System, controlPlane: string): AsyncGenerator<HeldTask> {
  const held = (await loadListings(table)).get(controlPlane)?.held;
  if (!held) return;
  for await (const ids of eachMissing(table, controlPlane, held.number)) {
    const records = await loadTasks(table, ids);
    for (const id of ids) {
      const record = records.get(id);
      yield { id, ...(record && { record }) };
    }
  }
}

/** What some tasks of a hold have in common: how many of whom. Owners are those whom tasks or rules name. */
export async function groupHeld(system: System, tasks: readonly HeldTask[]): Promise<HeldGroups> {
  const view = await FleetView.load(system.table, system.clock.now());
  const counts = { tenant: new Map(), plane: new Map(), owner: new Map(), cause: new Map() } as Counted;
  for (const { id, record } of tasks) {
    add(counts.tenant, tenantOf(id));
    add(counts.plane, record?.task.dataPlane ?? 'not known');
    add(counts.cause, record?.evidence.cause ?? 'not told');
    const owners = record ? (await view.ownersOf(record.task)).addresses : [];
    for (const owner of owners.length > 0 ? owners : ['nobody']) add(counts.owner, owner);
  }
  const { tenant, plane, owner, cause } = counts;
  return { tenant: sorted(tenant), plane: sorted(plane), owner: sorted(owner), cause: sorted(cause) };
}

type Counted = Record<keyof HeldGroups, Map<string, number>>;

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function sorted(counts: ReadonlyMap<string, number>): HeldGroup[] {
  const groups = [...counts].map(([name, tasks]) => ({ name, tasks }));
  return groups.sort((a, b) => b.tasks - a.tasks || (a.name < b.name ? -1 : 1));
}
