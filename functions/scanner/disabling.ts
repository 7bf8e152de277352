import { BOUNDS } from '../abandonment/bounds.ts';
import type { Decision } from '../abandonment/decide.ts';
import { isEligible } from '../abandonment/evidence.ts';
import { type HoldReason, tenantOf } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { isDisabling, withDisabling } from '../episodes/disabling.ts';
import { isOpen } from '../episodes/open-task.ts';
import { heldSince, withSpikeHold } from '../episodes/spike.ts';
import { storeTask } from '../store/change-task.ts';
import { loadCounts } from '../store/counts.ts';
import { inLastDay } from '../store/fleet-view.ts';
import { BUCKETS, bucketOf, index, keys } from '../store/keys.ts';
import { operatorAlert } from '../store/operator-alerts.ts';
import { loadPace, type PaceEntry, type PaceRecord, paceWrite } from '../store/pace.ts';
import { allRows } from '../store/rows.ts';
import type { Row } from '../store/table.port.ts';
import { TableBusy } from '../store/table-busy.ts';
import { loadTasks, type TaskRecord } from '../store/tasks.ts';
import { disableMessageFor } from '../work/messages.ts';
import { type Counted, type Fleet, heldBySpike } from './blast-radius.ts';
import { faultOf } from './faults.ts';
import { DONE, type Generator } from './generator.ts';
import { giveUpDisabling, isDisablingGivenUp } from './given-up.ts';
import { dueIn, untilSpent } from './ladder.ts';
import { count, eachOf, lookAt } from './look.ts';
import type { Run } from './run.ts';

/** A task whose date has come. */
interface Due extends Counted {
  id: string;
  order: string;
  disableAt: Instant;
  /** Due, but quiet hours or silent feedback hold it: counted, not turned off. */
  waits: boolean;
  approved: boolean;
  /** A spike holds it already. */
  braked: boolean;
}

/**
 * Queues what is due to be turned off, the oldest first, at the pace of `perRun` and `perDay`; a spike is held until
 * operators approve it (promise 10).
 */
export const disablingGenerator: Generator = {
  name: 'disabling',
  band: 40,
  async run(run, budget) {
    const due: Due[] = [];
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      const rows = untilSpent(dueIn(run, index.toDisable(bucket), run.now), budget);
      const consider = async (row: Row) => {
        const one = await dueOf(run, row);
        if (one) due.push(one);
      };
      await eachOf(rows, 16, consider, faultOf(run, 'disabling'));
    }
    if (budget.spent()) return { cursor: 'unread' };
    if (due.length === 0) return DONE;
    due.sort((a, b) => (a.order < b.order ? -1 : 1));
    const pace = await loadPace(run.system.table);
    const held = await hold(run, due, pace);
    await queue(
      run,
      due.filter((one) => !held.has(one) && !one.waits),
      pace,
    );
    return DONE;
  },
};

async function dueOf(run: Run, row: Row): Promise<Due | undefined> {
  const id = (row.pk as string).slice(2);
  const record = (await loadTasks(run.system.table, [id])).get(id);
  if (!record) return undefined;
  const seen = await lookAt(run, record);
  if (!seen?.record.open || seen.record.open.disabling || !isDue(seen.decision)) return undefined;
  if (await isDisablingGivenUp(run, seen.record)) return undefined;
  const { decision } = seen;
  const { brake } = seen.record.open;
  return {
    id,
    order: row.g1sk as string,
    disableAt: decision.facts.disableAt ?? run.now,
    tenant: shortTenant(id),
    dataPlane: seen.record.task.dataPlane,
    waits: decision.answer === 'hold',
    approved: brake?.approvedAt !== undefined,
    braked: brake !== undefined && brake.approvedAt === undefined,
  };
}

/** So long a name of a tenant stands as it is where tenants are only told apart. */
const LONGEST_PLAIN = 40;

function shortTenant(id: string): string {
  const tenant = tenantOf(id);
  if (tenant.length <= LONGEST_PLAIN) return tenant;
  return `${tenant.slice(0, 24)}#${bucketOf(tenant, 2 ** 32).toString(36)}`;
}

/** Holds of tasks whose date has come, which count towards a spike all the same. */
const COUNTED: readonly HoldReason[] = ['blast-radius', 'feedback-silent', 'quiet-hours'];

function isDue(decision: Decision): boolean {
  return decision.answer === 'disable' || (decision.answer === 'hold' && COUNTED.includes(decision.reason));
}

/** Marks what a spike holds, tells operators, and answers all that is held: what was held before stays so. */
async function hold(run: Run, due: Due[], pace: PaceRecord): Promise<Set<Due>> {
  const unapproved = due.filter((one) => !one.approved);
  const heldBefore = unapproved.filter((one) => one.braked);
  const past = pace.runs
    .filter((entry) => inLastDay(entry.at, run.now))
    .flatMap((entry) => eachUnapproved(entry));
  const { blastRadius } = run.view.policies.global;
  const isFew = unapproved.length + past.length <= blastRadius.shareFloor;
  if (heldBefore.length > 0 && !(await isAlerted(run))) await alertSpike(run, heldBefore.length, true);
  if (isFew) return new Set(heldBefore);
  const held = heldBySpike(unapproved, past, await fleetOf(run, pace), blastRadius);
  const newly = [...held].filter((one) => !one.braked);
  if (newly.length > 0) await alertSpike(run, held.size, heldBefore.length > 0);
  await eachOf(newly, 16, (one) => brake(run, one.id), faultOf(run, 'disabling'));
  return new Set([...heldBefore, ...held]);
}

/** An approval of some, given while others of a spike were held for another reason first, ends its alert. */
async function isAlerted({ system: { table } }: Run): Promise<boolean> {
  return (await table.get(keys.operatorAlert('blast-radius', 'fleet'))) !== undefined;
}

async function brake(run: Run, id: string): Promise<void> {
  const record = (await loadTasks(run.system.table, [id])).get(id);
  if (!record || !isOpen(record) || heldSince(record) !== undefined) return;
  const held = await store(run, withSpikeHold(record, run.now));
  if (held) await lookAt(run, held);
}

/** Where the task changed meanwhile what was decided of it is void: the next scan decides anew. */
async function store<Of extends TaskRecord>(run: Run, record: Of): Promise<Of | undefined> {
  const stored = await storeTask(run.system, record, run.view.policies.for(record.task.id));
  if (!stored) count(run, 'conflicts');
  return stored;
}

/** Before anything is marked as held, so that no hold is without its alert; `lasts`: a spike is held already. */
async function alertSpike(run: Run, size: number, lasts: boolean): Promise<void> {
  const detail = `${size} tasks are due to be turned off at once; they are held until an operator approves them`;
  const alert = operatorAlert('blast-radius', 'fleet', detail, run.now);
  const write = lasts ? { ...alert, if: [{ absent: true as const }] } : alert;
  const result = await run.system.table.transact([write], run.system.random.id(run.now));
  // Refused: operators were told of what lasts.
  if (result.outcome === 'busy') throw new TableBusy('the alert of a spike could not be written');
}

async function fleetOf(run: Run, pace: PaceRecord): Promise<Fleet> {
  const byPlane = new Map<string, number>();
  for (const { name: plane } of run.view.planes) {
    const counts = await loadCounts(run.system.table, plane);
    byPlane.set(
      plane,
      counts.reduce((sum, one) => sum + one.eligible, 0),
    );
  }
  for (const dataPlane of await planesOfTurnedOff(run, pace))
    byPlane.set(dataPlane, (byPlane.get(dataPlane) ?? 0) + 1);
  return { total: [...byPlane.values()].reduce((sum, size) => sum + size, 0), byPlane };
}

/** The data planes of what we turned off in the last 24 h, one entry per task; what is on again counts as eligible. */
async function planesOfTurnedOff({ system: { table }, now }: Run, pace: PaceRecord): Promise<string[]> {
  const planes: string[] = [];
  const off = new Set<string>();
  for (const entry of pace.runs.filter(({ at }) => inLastDay(at, now))) {
    if (entry.run === undefined) planes.push(...(entry.turnedOff ?? []).map(({ dataPlane }) => dataPlane));
    else for (const { sk } of await allRows(table, { pk: keys.turnedOff(entry.run, '').pk })) off.add(sk);
  }
  for (const { task } of (await loadTasks(table, off)).values())
    if (!isEligible(task)) planes.push(task.dataPlane);
  return planes;
}

/** Reserves the run's share of the day first, so that a crash can only make it smaller. */
async function queue(run: Run, due: Due[], pace: PaceRecord): Promise<void> {
  const { perRun, perDay } = run.view.policies.global.blastRadius;
  const recent = pace.runs.filter((entry) => inLastDay(entry.at, run.now));
  const used = recent.reduce((sum, entry) => sum + entry.count, 0);
  const paced = due.slice(0, Math.max(0, Math.min(perRun, perDay - used)));
  const chosen = withinRow(paced, recent);
  if (chosen.length === 0) return;
  const entry = {
    at: run.now,
    run: run.id,
    count: chosen.length,
    unapproved: grouped(chosen.filter((one) => !one.approved)),
  };
  const reserved = await run.system.table.transact(
    [paceWrite({ ...pace, runs: [...recent, entry] })],
    run.system.random.id(run.now),
  );
  // Not reserved, nothing queued: the next scan asks again.
  if (reserved.outcome !== 'applied') return;
  await eachOf(chosen, 1, (one) => start(run, one), faultOf(run, 'disabling'));
}

/** Those, the oldest first, whose tenants and planes still find room on the row of the pace; the others wait. */
export function withinRow<One extends Counted & { approved: boolean }>(
  due: readonly One[],
  recent: readonly PaceEntry[],
): One[] {
  const listed = recent.reduce((sum, { unapproved = [] }) => sum + unapproved.length, 0);
  const room = Math.max(0, BOUNDS.paced.most - listed);
  const groups = new Set<string>();
  const full = due.findIndex((one) => {
    if (!one.approved) groups.add(groupOf(one));
    return groups.size > room;
  });
  return due.slice(0, full < 0 ? due.length : full);
}

const groupOf = ({ tenant, dataPlane }: Counted): string => JSON.stringify([tenant, dataPlane]);

/** One entry for all of one tenant and plane: the row has an end, whatever `perDay` is and however long their names are. */
function grouped(due: readonly Due[]): NonNullable<PaceEntry['unapproved']> {
  const groups = Map.groupBy(due, groupOf);
  return [...groups.values()].map((some) => {
    const { tenant, dataPlane } = some[0] as Due;
    return { tenant, dataPlane, count: some.length };
  });
}

/** One for each task. */
function eachUnapproved({ unapproved = [] }: PaceEntry): { tenant: string; dataPlane: string }[] {
  return unapproved.flatMap(({ tenant, dataPlane, count = 1 }) =>
    Array.from({ length: count }, () => ({ tenant, dataPlane })),
  );
}

async function start(run: Run, { id, disableAt }: Due): Promise<void> {
  const record = (await loadTasks(run.system.table, [id])).get(id);
  if (!record || !isOpen(record) || isDisabling(record)) return;
  const queued = withDisabling(record, { by: 'run', run: run.id, disableAt }, run.now);
  const stored = await store(run, queued).catch((error: unknown) => giveUpDisabling(run, record, error));
  if (!stored) return;
  count(run, 'queuedToDisable');
  await run.system.queues.send('disable', [disableMessageFor(run, stored)]);
}
