import { isRunningJob } from '../../abandonment/deadlines.ts';
import { isEligible } from '../../abandonment/evidence.ts';
import { amountAre, oneOr } from '../../platform/amounts.ts';
import { loadCounts } from '../../store/counts.ts';
import { inLastDay } from '../../store/fleet-view.ts';
import { keys } from '../../store/keys.ts';
import { loadOperatorAlert, operatorAlert } from '../../store/operator-alerts.ts';
import type { RateLimitRecord } from '../../store/rate-limits.ts';
import { allRows } from '../../store/rows.ts';
import { TableBusy } from '../../store/table-busy.ts';
import { loadTasks } from '../../store/tasks.ts';
import type { Run } from '../run.ts';
import { type Fleet, heldBySpike } from './blast-radius.ts';
import type { Due } from './due-tasks.ts';
import { unapprovedOf } from './rate-limit.ts';

/** What a spike holds. */
export interface Held {
  /** What was held before stays so. */
  all: ReadonlySet<Due>;
  /** Not marked as held yet. */
  newly: readonly Due[];
}

/** Finds what a spike holds (promise 10), and notifies operators before anything is marked. */
export async function findHeld(run: Run, due: readonly Due[], rateLimit: RateLimitRecord): Promise<Held> {
  const unapproved = due.filter((task) => !task.approved);
  const before = unapproved.filter((task) => task.braked);
  const lasts = before.length > 0;
  const alert = lasts ? await loadOperatorAlert(run.system.table, 'blast-radius', 'fleet') : undefined;
  if (lasts && !alert) await alertSpike(run, before.length, true);
  const held = await spikeIn(
    run,
    unapproved.filter(({ lapsed }) => !lapsed),
    rateLimit,
  );
  const newly = [...held].filter((task) => !task.braked);
  // Who rejected a spike did not speak of what joins it.
  if (newly.length > 0) await alertSpike(run, held.size, lasts && !alert?.rejected);
  return { all: new Set([...before, ...held]), newly };
}

/** Of what nobody approved that which is too much at once; the fleet is counted only where it may be. */
async function spikeIn(run: Run, unapproved: readonly Due[], rateLimit: RateLimitRecord): Promise<Set<Due>> {
  const { blastRadius } = run.view.policies.global;
  const past = rateLimit.runs.filter(({ at }) => inLastDay(at, run.now)).flatMap(unapprovedOf);
  if (unapproved.length + past.length <= blastRadius.shareFloor) return new Set();
  return heldBySpike(unapproved, past, await fleetOf(run, rateLimit), blastRadius);
}

/** Before anything is marked as held, so that no hold is without its alert; `lasts`: a spike is held already. */
async function alertSpike(run: Run, size: number, lasts: boolean): Promise<void> {
  const detail = `${amountAre(size, 'task')} due to be turned off at once; ${oneOr(size, 'it is', 'they are')} held until an operator approves ${oneOr(size, 'it', 'them')}`;
  const alert = operatorAlert('blast-radius', 'fleet', detail, run.now);
  const write = lasts ? { ...alert, if: [{ absent: true as const }] } : alert;
  const result = await run.system.table.transact([write], run.system.random.id(run.now));
  // Refused: operators were notified of what lasts.
  if (result.outcome === 'busy') throw new TableBusy('the alert of a spike could not be written');
}

async function fleetOf(run: Run, rateLimit: RateLimitRecord): Promise<Fleet> {
  const byPlane = new Map<string, number>();
  for (const { name: plane } of run.view.planes) {
    const counts = await loadCounts(run.system.table, plane);
    byPlane.set(
      plane,
      counts.reduce((sum, plane) => sum + plane.eligible + plane.jobs, 0),
    );
  }
  for (const dataPlane of await planesOfTurnedOff(run, rateLimit))
    byPlane.set(dataPlane, (byPlane.get(dataPlane) ?? 0) + 1);
  return { total: [...byPlane.values()].reduce((sum, size) => sum + size, 0), byPlane };
}

/** The data planes of what we disabled in the last 24 h, one entry per task; what is on again counts as eligible. */
async function planesOfTurnedOff(
  { system: { table }, now }: Run,
  rateLimit: RateLimitRecord,
): Promise<string[]> {
  const planes: string[] = [];
  const off = new Set<string>();
  for (const entry of rateLimit.runs.filter(({ at }) => inLastDay(at, now))) {
    if (entry.run === undefined) planes.push(...(entry.turnedOff ?? []).map(({ dataPlane }) => dataPlane));
    else for (const { sk } of await allRows(table, { pk: keys.turnedOff(entry.run, '').pk })) off.add(sk);
  }
  for (const { task } of (await loadTasks(table, off)).values())
    if (!isEligible(task) && !isRunningJob(task)) planes.push(task.dataPlane);
  return planes;
}
