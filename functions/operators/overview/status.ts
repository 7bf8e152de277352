import type { Instant } from '../../abandonment/time.ts';
import type { WorkerControl } from '../../breaker/worker-control.port.ts';
import type { System } from '../../platform/system.ts';
import { eachRowOf, inBuckets } from '../../store/buckets.ts';
import { loadControlPlaneBreakers } from '../../store/control-plane-breakers.ts';
import { loadCounts } from '../../store/counts.ts';
import type { DataPlaneRecord } from '../../store/data-planes.ts';
import { FleetView } from '../../store/fleet-view.ts';
import { index, keys } from '../../store/keys.ts';
import { loadListings } from '../../store/listings.ts';
import { oopsFromRow } from '../../store/oops.ts';
import { loadOpenAlerts } from '../../store/operator-incidents.ts';
import { recipientFromRow } from '../../store/recipients.ts';
import { allRows } from '../../store/rows.ts';
import type { Query, Table } from '../../store/table/table.port.ts';
import { listQueues, type QueueStanding } from '../queues.ts';
import { loadOpenTasks, type OpenTasks } from './open-tasks.ts';
import { type Paused, pausedAt } from './paused.ts';
import { loadSinceYesterday, type SinceYesterday } from './since-yesterday.ts';
import { instantText } from './time-text.ts';

/** How a stage fares, on one screen; instants are RFC 3339. */
export interface Status {
  at: string;
  paused: Paused[];
  scan: {
    completedAt: string | null;
    agoMs: number | null;
    everyMs: number;
    /** It is more than two periods ago, or there was none. */
    late: boolean;
  };
  /** By the counters of data planes; null where there are more planes than are asked here. */
  fleet: { eligible: number; alive: number; jobs: number } | null;
  /** Data planes that are not up, or have an outage. */
  planes: { name: string; state: string; since: string; inOutage: number }[];
  alerts: OpenTasks['alerts'];
  due: OpenTasks['due'];
  held: OpenTasks['held'];
  /** Rows of open tasks there are, and how many of them were read for what is above. */
  looked: { found: number; read: number };
  /** Addresses that no mail goes to, and the first of them. */
  unreachable: { addresses: number; first: { address: string; why: string; since: string }[] };
  queues: QueueStanding[];
  /** Why the workers of queues could not be asked; null where they were. */
  queuesProblem: string | null;
  /** Control planes that fail. */
  controlPlanes: { name: string; since: string; failures: number; why: string }[];
  /** Listings that operators have to say something of, or paused. */
  listings: { name: string; missing: number | null; before: number | null; pausedBy: string | null }[];
  /** What operators were notified of and lasts. */
  operatorAlerts: { code: string; subject: string; since: string; detail: string }[];
  /** Kinds of failures that nobody resolved. */
  failures: { kinds: number; newest: { worker: string; error: string; lastSeenAt: string } | null };
  yesterday: SinceYesterday;
}

/** Reads it: what is open and what lasts, and nothing of tasks that run. */
export async function loadStatus(system: System, control: WorkerControl): Promise<Status> {
  const { table } = system;
  const now = system.clock.now();
  const view = await FleetView.loadWithPlanes(table, now);
  const [open, stage, health, yesterday] = await Promise.all([
    loadOpenTasks(table, view, now),
    ofStage(system, control),
    ofFleet(table, view),
    loadSinceYesterday(table, now),
  ]);
  const { alerts, due, held, found, read } = open;
  return {
    at: instantText(now) ?? '',
    paused: pausedAt(view.pausesRecord, now),
    scan: scanOf(system, view, now),
    ...health,
    alerts,
    due,
    held,
    looked: { found, read },
    ...stage,
    yesterday,
  };
}

function scanOf({ config }: System, { scans, policies }: FleetView, now: Instant): Status['scan'] {
  const { completedAt } = scans;
  const everyMs = config.scanEvery ?? policies.global.scanEvery;
  const agoMs = completedAt === null ? null : Math.max(0, now - completedAt);
  return {
    completedAt: instantText(completedAt),
    agoMs,
    everyMs,
    late: agoMs === null || agoMs > 2 * everyMs,
  };
}

/** Each data plane is one query. */
const MOST_PLANES = 100;

async function ofFleet(table: Table, { planes }: FleetView): Promise<Pick<Status, 'fleet' | 'planes'>> {
  return { fleet: await countsOf(table, planes), planes: planes.filter(isTroubled).map(planeOf) };
}

async function countsOf(table: Table, planes: readonly DataPlaneRecord[]): Promise<Status['fleet']> {
  if (planes.length > MOST_PLANES) return null;
  const counts = (await Promise.all(planes.map(({ name }) => loadCounts(table, name)))).flat();
  const sum = (of: 'eligible' | 'alive' | 'jobs') => counts.reduce((total, plane) => total + plane[of], 0);
  return { eligible: sum('eligible'), alive: sum('alive'), jobs: sum('jobs') };
}

function isTroubled({ state, outages }: DataPlaneRecord): boolean {
  return state !== 'up' || outages.some(({ endedAt }) => endedAt === null);
}

function planeOf({ name, state, since, outages }: DataPlaneRecord): Status['planes'][number] {
  const outage = outages.find(({ endedAt }) => endedAt === null);
  return {
    name,
    state,
    since: instantText(outage?.from ?? since) ?? '',
    inOutage: outage?.members ?? 0,
  };
}

type OfStage = Pick<
  Status,
  'unreachable' | 'queues' | 'queuesProblem' | 'controlPlanes' | 'listings' | 'operatorAlerts' | 'failures'
>;

async function ofStage(system: System, control: WorkerControl): Promise<OfStage> {
  const { table } = system;
  const [unreachable, queues, breakers, listings, operatorAlerts, failures] = await Promise.all([
    unreachableIn(table),
    queuesOf(system, control),
    loadControlPlaneBreakers(table),
    loadListings(table),
    alertsIn(table),
    failuresIn(table),
  ]);
  const controlPlanes = breakers.map(({ controlPlane, since, failures, why }) => ({
    name: controlPlane,
    since: instantText(since) ?? '',
    failures,
    why,
  }));
  return {
    unreachable,
    ...queues,
    controlPlanes,
    listings: [...listings.values()].flatMap(({ name, held, paused }) =>
      held || paused
        ? [
            {
              name,
              missing: held?.missing ?? null,
              before: held?.before ?? null,
              pausedBy: paused?.by ?? null,
            },
          ]
        : [],
    ),
    operatorAlerts,
    failures,
  };
}

async function queuesOf(
  system: System,
  control: WorkerControl,
): Promise<Pick<Status, 'queues' | 'queuesProblem'>> {
  try {
    return { queues: await listQueues(system, control), queuesProblem: null };
  } catch (error) {
    // Who may read the table may not ask Lambda: the rest is worth showing.
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { queues: [], queuesProblem: why };
  }
}

const FIRST = 5;

async function unreachableIn(table: Table): Promise<Status['unreachable']> {
  const sk = { prefix: 'dead#' };
  const queries = inBuckets((bucket): Query => ({ index: 'g2', pk: index.recipients(bucket), sk }));
  const found: { pk: string; sk: string }[] = [];
  for await (const { pk, sk } of eachRowOf(table, queries)) found.push({ pk, sk });
  const rows = await table.batchGet(found.slice(0, FIRST), { consistent: false });
  const first = rows
    .map(recipientFromRow)
    .flatMap(({ address, dead }) =>
      dead ? [{ address: address ?? '', why: dead.reason, since: instantText(dead.at) ?? '' }] : [],
    );
  return { addresses: found.length, first };
}

async function alertsIn(table: Table): Promise<Status['operatorAlerts']> {
  const open = (await loadOpenAlerts(table)).map(({ code, subject, since, detail }) => ({
    code,
    subject,
    since: instantText(since) ?? '',
    detail,
  }));
  return open.sort((a, b) => (a.since < b.since ? 1 : -1));
}

async function failuresIn(table: Table): Promise<Status['failures']> {
  const kinds = (await allRows(table, { pk: keys.oops('').pk })).map(oopsFromRow);
  const open = kinds.filter(({ resolvedAt }) => resolvedAt === null);
  const newest = open.sort((a, b) => b.lastSeenAt - a.lastSeenAt)[0];
  return {
    kinds: open.length,
    newest: newest
      ? { worker: newest.worker, error: newest.error, lastSeenAt: instantText(newest.lastSeenAt) ?? '' }
      : null,
  };
}
