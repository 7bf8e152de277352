import { isHeldBySpike } from '../abandonment/approval.ts';
import type { PolicyBook } from '../abandonment/policy-book.ts';
import { isReverted } from '../abandonment/reverted.ts';
import { withSpan } from '../abandonment/spans.ts';
import type { Instant } from '../abandonment/time.ts';
import { isOpen } from '../episodes/open-task.ts';
import { heldSince, withApproval } from '../episodes/spike.ts';
import type { System } from '../platform/system.ts';
import { type AuditEntry, auditWrite } from '../store/audit.ts';
import { eachRowOf, inBuckets } from '../store/buckets.ts';
import { changeTask } from '../store/change-task.ts';
import { commit } from '../store/commit.ts';
import { type DataPlaneRecord, dataPlaneWrite, loadDataPlane } from '../store/data-planes.ts';
import { index, keys } from '../store/keys.ts';
import { evaluationRequest } from '../store/looks.ts';
import { loadPolicies } from '../store/policies.ts';
import type { Query } from '../store/table/table.port.ts';
import { loadTask, scheduled, type TaskRecord } from '../store/tasks.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';

/** Whether the blast radius holds a task now, and nothing that comes before. */
export function isHeld({ hold, open }: TaskRecord, now: Instant): boolean {
  return hold?.reason === 'blast-radius' && isHeldBySpike(open?.brake, now);
}

/** Whether a spike waits for approval: what it held stays held, also while a pause or unknown health comes first. */
export async function awaitsApproval(system: System): Promise<boolean> {
  const now = system.clock.now();
  for await (const { open } of dueTasks(system)) if (isHeldBySpike(open?.brake, now)) return true;
  return false;
}

async function* dueTasks(system: System): AsyncGenerator<TaskRecord> {
  const queries = inBuckets((bucket): Query => ({ index: 'g1', pk: index.toDisable(bucket) }));
  for await (const { pk } of eachRowOf(system.table, queries)) {
    const record = await loadTask(system.table, pk.slice(2));
    if (record) yield record;
  }
}

/** What is said with an approval. */
export interface Approval {
  by: string;
  /** @default 'held by the blast radius' */
  reason?: string;
  /** When it ends, if it was not used up by then; absent: never. */
  until?: Instant;
}

/**
 * Approves exactly the tasks that the blast radius holds at this instant (promise 10): they are worked off at the
 * usual rate limit, each decided again. Gives their ids.
 */
export async function approveHeld(system: System, by: string): Promise<string[]> {
  const held: string[] = [];
  for await (const record of dueTasks(system))
    if (isHeld(record, system.clock.now())) held.push(record.task.id);
  const approved = await approveTasks(system, held, { by });
  await endSpikeAlert(system);
  return approved;
}

/**
 * Lets go those of some tasks that the blast radius still holds; answers their ids. `atOnce`: how many are written
 * together.
 */
export async function approveTasks(
  system: System,
  ids: readonly string[],
  approval: Approval,
  atOnce = 1,
): Promise<string[]> {
  const now = system.clock.now();
  const policies = await loadPolicies(system.table);
  const isMeant = (record: TaskRecord) => isHeld(record, now);
  const approved: string[] = [];
  for (let first = 0; first < ids.length; first += atOnce) {
    const some = ids.slice(first, first + atOnce);
    const done = await Promise.all(
      some.map((id) => approveTask(system, id, approval, { isMeant, policies })),
    );
    approved.push(...some.filter((_, at) => done[at]));
  }
  return approved;
}

/** Where it stays, a later scan finds that it lasts no longer. */
export async function endSpikeAlert(system: System): Promise<void> {
  await writeUnlessRefused(
    system,
    [{ delete: keys.operatorAlert('blast-radius', 'fleet') }],
    'the end of the alert',
  );
}

/**
 * Lets go one task; false where it is not meant as it stands then.
 *
 * @param isMeant says on the row that is changed whether a spike holds it still
 */
export function approveTask(
  system: System,
  id: string,
  { by, reason = 'held by the blast radius', until }: Approval,
  { isMeant, policies }: { isMeant(record: TaskRecord): boolean; policies: PolicyBook },
): Promise<boolean> {
  const now = system.clock.now();
  return changeTask(system, id, (record) => {
    if (!record || !isOpen(record) || !isMeant(record)) return { value: false };
    const approved = withApproval(record, now, until);
    const evidence = { heldAt: heldSince(approved), ...(until === undefined ? {} : { until }) };
    const audit = auditWrite({ task: id, at: now, act: 'approved', by, reason, evidence, mails: [] });
    return { record: approved, policy: policies.for(id), beside: [audit], value: true };
  });
}

/** Ends the open correlated outage of a data plane: the clocks of those still failing run on. */
export function dismissOutage(
  system: System,
  dataPlane: string,
  by: string,
  reason = '',
): Promise<{ dismissed: boolean }> {
  return dismiss(system, dataPlane, { by, reason, code: 'correlated-failure' }, (plane, now) => {
    if (!plane.outages.some(({ endedAt }) => endedAt === null)) return undefined;
    const outages = plane.outages.map((outage) =>
      outage.endedAt === null ? { ...outage, endedAt: now } : outage,
    );
    return { plane: { ...plane, outages }, evidence: {} };
  });
}

/**
 * Parks no longer what a deleted data plane held: the clocks of its tasks run on from now, and a deletion that is
 * reported again changes nothing, until the plane is reported to be anything else. False where it is not deleted.
 */
export function dismissDeletion(
  system: System,
  dataPlane: string,
  by: string,
  reason = '',
): Promise<{ dismissed: boolean }> {
  return dismiss(system, dataPlane, { by, reason, code: 'data-plane-deleted' }, (plane, now) => {
    const { state, since } = plane;
    if (state !== 'deleted') return undefined;
    const unknown = now > since ? withSpan(plane.unknown, { from: since, to: now }) : plane.unknown;
    return {
      plane: { ...plane, state: 'up', since: now, unknown, deletionDismissedAt: now },
      evidence: { since },
    };
  });
}

/** What an operator says by a dismissal, and the alert that goes with it. */
interface Dismissal {
  by: string;
  reason: string;
  code: 'correlated-failure' | 'data-plane-deleted';
}

/**
 * Dismisses what is the matter with a data plane, audited; its tasks are evaluated with the next scan.
 *
 * @param change the plane without it, and what the audit keeps of it; undefined where it is not so
 */
function dismiss(
  system: System,
  dataPlane: string,
  { by, reason, code }: Dismissal,
  change: (
    plane: DataPlaneRecord,
    now: Instant,
  ) => { plane: DataPlaneRecord; evidence: AuditEntry['evidence'] } | undefined,
): Promise<{ dismissed: boolean }> {
  return commit<{ dismissed: boolean }>(system, `data plane ${dataPlane}`, async () => {
    const now = system.clock.now();
    const before = await loadDataPlane(system.table, dataPlane);
    const changed = before && change(before, now);
    if (!changed) return { value: { dismissed: false } };
    const { plane, evidence } = changed;
    const act = `dismiss ${dataPlane}`;
    const writes = [
      dataPlaneWrite(plane),
      evaluationRequest(`D#${dataPlane}`, now),
      { delete: keys.operatorAlert(code, dataPlane) },
      auditWrite({ subject: 'operators', at: now, act, by, reason, evidence, mails: [] }),
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
  const policy = (await loadPolicies(system.table)).for(id);
  return changeTask<{ dismissed: boolean }>(system, id, (record) => {
    const now = system.clock.now();
    if (!record || !isReverted(record.task, record.evidence, policy, now))
      return { value: { dismissed: false } };
    const { reverted, ...task } = record.task;
    const beside = [
      { delete: keys.operatorAlert('disable-reverted', id) },
      auditWrite({ task: id, at: now, act: 'dismiss', by, reason: '', evidence: { reverted }, mails: [] }),
    ];
    return { record: scheduled({ ...record, task }, now), policy, beside, value: { dismissed: true } };
  });
}
