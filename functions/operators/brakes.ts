import { isReverted } from '../abandonment/reverted.ts';
import { withSpan } from '../abandonment/spans.ts';
import type { Instant } from '../abandonment/time.ts';
import { isOpen } from '../episodes/open-task.ts';
import { heldSince, withApproval } from '../episodes/spike.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { eachRowOf, inBuckets } from '../store/buckets.ts';
import { changeTask } from '../store/change-task.ts';
import { commit } from '../store/commit.ts';
import { dataPlaneWrite, loadDataPlane } from '../store/data-planes.ts';
import { FleetView } from '../store/fleet-view.ts';
import { index, keys } from '../store/keys.ts';
import { lookWrite } from '../store/looks.ts';
import type { Query } from '../store/table/table.port.ts';
import { loadTask, type TaskRecord, touch } from '../store/tasks.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';

/** Whether the blast radius holds a task now. */
function isHeldBySpike(record: TaskRecord): boolean {
  return record.hold?.reason === 'blast-radius' && record.open?.brake?.approvedAt === undefined;
}

/** The tasks that the blast radius holds. */
export async function* heldBySpike(system: System): AsyncGenerator<TaskRecord> {
  for await (const record of dueTasks(system)) if (isHeldBySpike(record)) yield record;
}

/** Whether a spike waits for approval: what it held stays held, also while a pause or unknown health comes first. */
export async function awaitsApproval(system: System): Promise<boolean> {
  for await (const { open } of dueTasks(system)) {
    if (open?.brake && open.brake.approvedAt === undefined) return true;
  }
  return false;
}

async function* dueTasks(system: System): AsyncGenerator<TaskRecord> {
  const queries = inBuckets((bucket): Query => ({ index: 'g1', pk: index.toDisable(bucket) }));
  for await (const { pk } of eachRowOf(system.table, queries)) {
    const record = await loadTask(system.table, pk.slice(2));
    if (record) yield record;
  }
}

/**
 * Approves exactly the tasks that the blast radius holds at this instant (promise 10): they are worked off at the
 * usual pace, each decided again. Answers their ids.
 */
export async function approveHeld(system: System, by: string): Promise<string[]> {
  const now = system.clock.now();
  const view = await FleetView.load(system.table);
  const approved: string[] = [];
  for await (const record of heldBySpike(system)) {
    if (await approve(system, view, record.task.id, by, now)) approved.push(record.task.id);
  }
  // Where it stays, a later scan finds that it lasts no longer.
  await writeUnlessRefused(
    system,
    [{ delete: keys.operatorAlert('blast-radius', 'fleet') }],
    'the end of the alert',
  );
  return approved;
}

/** False where the task is held no longer. */
function approve(system: System, view: FleetView, id: string, by: string, now: Instant): Promise<boolean> {
  return changeTask(system, id, (record) => {
    if (!record || !isOpen(record) || !isHeldBySpike(record)) return { value: false };
    const approved = withApproval(record, now);
    const audit = auditWrite({
      task: id,
      at: now,
      act: 'approved',
      by,
      reason: 'held by the blast radius',
      evidence: { heldAt: heldSince(approved) },
      mails: [],
    });
    return {
      record: approved,
      policy: view.policies.for(id),
      beside: [audit],
      value: true,
    };
  });
}

/** Ends the open correlated outage of a data plane: the clocks of those still failing run on. */
export function dismissOutage(
  system: System,
  dataPlane: string,
  by: string,
): Promise<{ dismissed: boolean }> {
  return commit<{ dismissed: boolean }>(system, `data plane ${dataPlane}`, async () => {
    const now = system.clock.now();
    const plane = await loadDataPlane(system.table, dataPlane);
    if (!plane?.outages.some(({ endedAt }) => endedAt === null)) return { value: { dismissed: false } };
    const outages = plane.outages.map((one) => (one.endedAt === null ? { ...one, endedAt: now } : one));
    const writes = [
      dataPlaneWrite({ ...plane, outages }),
      lookWrite(`D#${dataPlane}`, now),
      { delete: keys.operatorAlert('correlated-failure', dataPlane) },
      auditWrite({
        subject: 'operators',
        at: now,
        act: `dismiss ${dataPlane}`,
        by,
        reason: '',
        evidence: {},
        mails: [],
      }),
    ];
    return { writes, value: { dismissed: true } };
  });
}

/**
 * Parks no longer what a deleted data plane held: the clocks of its tasks run on from now, and a deletion that is reported again
 * changes nothing, until the plane is reported to be anything else. False where it is not deleted.
 */
export function dismissDeletion(
  system: System,
  dataPlane: string,
  by: string,
): Promise<{ dismissed: boolean }> {
  return commit<{ dismissed: boolean }>(system, `data plane ${dataPlane}`, async () => {
    const at = system.clock.now();
    const plane = await loadDataPlane(system.table, dataPlane);
    if (plane?.state !== 'deleted') return { value: { dismissed: false } };
    const { since } = plane;
    const unknown = at > since ? withSpan(plane.unknown, { from: since, to: at }) : plane.unknown;
    const subject = 'operators' as const;
    const act = { subject, at, act: `dismiss ${dataPlane}`, by, reason: '', evidence: { since }, mails: [] };
    const writes = [
      dataPlaneWrite({ ...plane, state: 'up', since: at, unknown, deletionDismissedAt: at }),
      lookWrite(`D#${dataPlane}`, at),
      { delete: keys.operatorAlert('data-plane-deleted', dataPlane) },
      auditWrite(act),
    ];
    return { writes, value: { dismissed: true } };
  });
}

/**
 * Ends what holds a task whose disabling a system reverted: it is decided again with the next scan, as any other. False
 * where nothing of the kind holds it.
 */
export async function dismissReversal(
  system: System,
  id: string,
  by: string,
): Promise<{ dismissed: boolean }> {
  const { policies } = await FleetView.load(system.table);
  const policy = policies.for(id);
  return changeTask<{ dismissed: boolean }>(system, id, (record) => {
    const now = system.clock.now();
    if (!record || !isReverted(record.task, record.evidence, policy, now))
      return { value: { dismissed: false } };
    const { reverted, ...task } = record.task;
    const beside = [
      { delete: keys.operatorAlert('disable-reverted', id) },
      auditWrite({ task: id, at: now, act: 'dismiss', by, reason: '', evidence: { reverted }, mails: [] }),
    ];
    return { record: touch({ ...record, task }, now), policy, beside, value: { dismissed: true } };
  });
}
