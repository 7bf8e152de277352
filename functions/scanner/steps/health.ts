import { DAY, type Duration, type Instant } from '../../abandonment/time.ts';
import { amount, oneOr } from '../../platform/amounts.ts';
import { argument } from '../../platform/shell-word.ts';
import { loadCounts, loadLeft } from '../../store/counts.ts';
import { type DataPlaneRecord, dataPlaneWrite, type OutageRecord } from '../../store/data-planes.ts';
import { index, keys, sortable } from '../../store/keys.ts';
import { evaluationRequest } from '../../store/looks.ts';
import {
  loadOperatorAlert,
  type OperatorAlertRecord,
  operatorAlert,
  operatorAlertWrite,
} from '../../store/operator-alerts.ts';
import { eachRow } from '../../store/rows.ts';
import type { Write } from '../../store/table/table.port.ts';
import { count } from '../evaluate-task.ts';
import type { Run } from '../run.ts';
import type { Step } from '../step.ts';
import { sweep } from '../sweep.ts';
import { withOutage } from './outages.ts';
import { withoutUnused } from './unused-planes.ts';

/** Below this many losses nothing counts as an outage (docs/rules.md#correlated-outages). */
const LEAST_LOSSES = 10;

/** Watches the data planes before anything is decided: silence, and many tasks that fail together (promise 5). */
export const healthStep: Step = {
  name: 'health',
  run: (run) =>
    sweep(run, {
      name: 'health',
      partitions: [
        {
          items: run.view.planes.map((plane) => ({ id: plane.name, plane })),
          work: ({ plane }) => watchOrHold(run, plane),
        },
      ],
      atOnce: 1,
    }),
};

async function watchOrHold(run: Run, plane: DataPlaneRecord): Promise<void> {
  try {
    await watch(run, plane);
  } catch (error) {
    hold(run, plane);
    throw error;
  }
}

async function watch(run: Run, stored: DataPlaneRecord): Promise<void> {
  const plane = await withoutUnused(run, stored);
  if (!plane) return;
  const { plane: after, alert } = await withOutages(run, detectSilence(run, plane));
  if (after !== plane) await storePlane(run, plane, after, alert);
  await alertSilence(run, plane, after);
  if (after.state === 'deleted') await alertDeletion(run, after);
}

/** Of a plane that could not be watched nothing is known: in this run its tasks are held. */
function hold(run: Run, plane: DataPlaneRecord): void {
  if (plane.state !== 'up') return;
  const held: DataPlaneRecord = { ...plane, state: 'silent', since: run.now };
  run.view.setPlane(plane.name, held);
}

/** A watched plane that gave no life sign for `silentAfter` is silent since the last one. */
function detectSilence(run: Run, plane: DataPlaneRecord): DataPlaneRecord {
  const { silentAfter } = run.view.policies.global;
  if (plane.state !== 'up' || plane.lifeSignAt === null) return plane;
  if (run.now - plane.lifeSignAt < silentAfter) return plane;
  return { ...plane, state: 'silent', since: plane.lifeSignAt };
}

/** A plane that is silent again within so long after its silence flaps: that is the same incident. */
const SAME_INCIDENT: Duration = DAY;

async function alertSilence(run: Run, before: DataPlaneRecord, after: DataPlaneRecord): Promise<void> {
  if (after.state === 'up' && before.unknown.length === 0 && after.unknown.length === 0) return;
  const { silentAfter } = run.view.policies.global;
  const due = after.state === 'silent' && run.now - after.since >= silentAfter;
  const stored = await loadOperatorAlert(run.system.table, 'data-plane-silent', after.name);
  const write = silenceWrite(run, after, due, stored);
  if (!write) return;
  // What was not stored for another writer or a busy table is found again by the next scan.
  const result = await run.system.table.transact([write], run.system.random.id(run.now));
  if (result.outcome !== 'applied') count(run, 'conflicts');
}

/** The alert of a silence that begins, goes on after a short pause, pauses, or is over for good. */
function silenceWrite(
  run: Run,
  plane: DataPlaneRecord,
  due: boolean,
  stored: OperatorAlertRecord | undefined,
): Write | undefined {
  const key = keys.operatorAlert('data-plane-silent', plane.name);
  if (!stored) {
    const detail = `no life sign of ${plane.name} since ${sortable(plane.since)}; the clocks of its tasks stand still`;
    return due ? operatorAlert('data-plane-silent', plane.name, detail, run.now) : undefined;
  }
  const { endedAt, ...alert } = stored;
  const over = endedAt !== undefined && run.now - endedAt >= SAME_INCIDENT;
  if (over && plane.state !== 'silent') return { delete: key, if: [{ equals: ['rev', stored.rev] }] };
  if (over && due) return silenceWrite(run, plane, due, undefined);
  if (due && endedAt !== undefined) return operatorAlertWrite(alert);
  if (plane.state === 'silent' || endedAt !== undefined) return undefined;
  return operatorAlertWrite({ ...alert, endedAt: run.now });
}

/**
 * Operators are notified once that a plane is gone and tasks are parked with it, until none that could fail is left.
 */
async function alertDeletion(run: Run, { name, since }: DataPlaneRecord): Promise<void> {
  const counts = await loadCounts(run.system.table, name);
  const parked = counts.reduce((sum, { eligible }) => sum + eligible, 0);
  const stored = await loadOperatorAlert(run.system.table, 'data-plane-deleted', name);
  if ((stored !== undefined) === parked > 0) return;
  const write = stored
    ? { delete: keys.operatorAlert('data-plane-deleted', name) }
    : operatorAlert('data-plane-deleted', name, deletionDetail(name, since, parked), run.now);
  // What was not stored for another writer or a busy table is found again by the next scan.
  const result = await run.system.table.transact([write], run.system.random.id(run.now));
  if (result.outcome !== 'applied') count(run, 'conflicts');
}

function deletionDetail(name: string, since: Instant, parked: number): string {
  const tasks = `${amount(parked, 'task')} of it ${oneOr(parked, 'is', 'are')} parked`;
  const ends = `until they are deleted or moved, or \`taskwarden dismiss ${argument(name)}\``;
  return `${name} was deleted ${sortable(since)}; ${tasks}, ${ends}`;
}

/** What another writer changed meanwhile, or a busy table refused, is judged again by the next scan. */
async function storePlane(
  run: Run,
  before: DataPlaneRecord,
  after: DataPlaneRecord,
  alert: Write[],
): Promise<void> {
  const writes = [dataPlaneWrite(after), evaluationRequest(`D#${after.name}`, run.now), ...alert];
  const result = await run.system.table.transact(writes, run.system.random.id(run.now));
  if (result.outcome !== 'applied') {
    count(run, 'conflicts');
    return;
  }
  const stored = { ...after, rev: before.rev + 1 };
  run.view.setPlane(after.name, stored);
}

/** A plane with its outages as they are now, and what is written of the alert with it. */
interface Watched {
  plane: DataPlaneRecord;
  alert: Write[];
}

async function withOutages(run: Run, plane: DataPlaneRecord): Promise<Watched> {
  const open = plane.outages.find((outage) => outage.endedAt === null);
  return open ? followOutage(run, plane, open) : detectOutage(run, plane);
}

/** Losses of `PRIMARY` (not first inventories) of a plane's eligible tasks still without it, in [from, to], sorted. */
async function lossesOf(run: Run, plane: string, from: Instant, to: Instant): Promise<Instant[]> {
  const losses: Instant[] = [];
  const sk = { from: sortable(from), to: `${sortable(to)}~` };
  for await (const row of eachRow(run.system.table, { index: 'g3', pk: index.lostOfPlane(plane), sk })) {
    const [at, how] = (row.g3sk as string).split('#', 2);
    if (how === 'L') losses.push(Date.parse(at as string));
  }
  return losses;
}

async function detectOutage(run: Run, plane: DataPlaneRecord): Promise<Watched> {
  const { correlatedWindow } = run.view.policies.global;
  const counted = plane.outages.at(-1)?.membersUntil ?? 0;
  const reach = (run.view.scans.completedAt ?? run.now) - correlatedWindow;
  const losses = await lossesOf(run, plane.name, Math.max(reach, counted + 1), run.now);
  if (losses.length < LEAST_LOSSES) return { plane, alert: [] };
  const from = await firstOfBurst(run, plane, losses, correlatedWindow);
  if (from === undefined) return { plane, alert: [] };
  const membersUntil = from + correlatedWindow;
  const members = losses.filter((loss) => loss >= from && loss <= membersUntil).length;
  const outage: OutageRecord = { from, membersUntil, members, countedTo: run.now, endedAt: null };
  const detail = `${members} tasks of ${plane.name} lost PRIMARY together since ${sortable(from)}`;
  const alert = operatorAlert('correlated-failure', plane.name, detail, run.now);
  return { plane: { ...plane, outages: withOutage(plane.outages, outage) }, alert: [alert] };
}

/** The first loss of a window that holds enough of the plane's tasks that were alive; undefined where none does. */
async function firstOfBurst(
  run: Run,
  plane: DataPlaneRecord,
  losses: Instant[],
  window: Duration,
): Promise<Instant | undefined> {
  const counts = await loadCounts(run.system.table, plane.name);
  if (counts.filter((count) => count.eligible > 0).length < 2) return undefined;
  const alive = counts.reduce((sum, count) => sum + count.alive, 0);
  const share = run.view.policies.global.correlatedShare;
  return losses.find((from) => {
    const within = losses.filter((loss) => loss >= from && loss <= from + window).length;
    const aliveBefore = alive + losses.filter((loss) => loss >= from).length;
    return within >= LEAST_LOSSES && within >= share * aliveBefore;
  });
}

async function followOutage(run: Run, plane: DataPlaneRecord, open: OutageRecord): Promise<Watched> {
  const still = await lossesOf(run, plane.name, open.from, open.membersUntil);
  const joined = still.filter((loss) => loss > open.countedTo).length;
  const members = open.members + joined;
  const left = await loadLeft(run.system.table, plane.name, open.from, open.membersUntil);
  const few = still.length < run.view.policies.global.correlatedShare * (members - left);
  const ended = few || still.length === 0;
  if (!ended && joined === 0) return { plane, alert: [] };
  const outage: OutageRecord = { ...open, members, countedTo: run.now, endedAt: ended ? run.now : null };
  return {
    plane: { ...plane, outages: plane.outages.map((other) => (other === open ? outage : other)) },
    alert: ended ? [{ delete: keys.operatorAlert('correlated-failure', plane.name) }] : [],
  };
}
