import { isHeldBySpike } from '../../abandonment/approval.ts';
import { formatInstant, parseInstant } from '../../abandonment/time.ts';
import { approveTask } from '../../operators/approvals.ts';
import { loadPolicies } from '../../store/policies.ts';
import { loadTask, type TaskRecord } from '../../store/tasks.ts';
import type { Asked, ItemAnswer, WorkKind } from '../kind.ts';

/** Lets go what a spike held when the command was given: an item is a task, `of` until when. */
export const approveKind: WorkKind = {
  name: 'approve',
  async work(system, { id, of: until = '' }, asked) {
    const before = asItStands(await loadTask(system.table, id), asked);
    if (before) return before;
    const { by, reason } = asked;
    const ends = parseInstant(until);
    const now = system.clock.now();
    if (ends !== undefined && ends <= now)
      return { outcome: 'skipped', why: `the approval was until ${formatInstant(ends)}` };
    const approval = { by, reason, ...(ends !== undefined && { until: ends }) };
    const policies = await loadPolicies(system.table);
    const isMeant = (record: TaskRecord) => asItStands(record, asked) === undefined;
    const isApproved = await approveTask(system, id, approval, { isMeant, policies });
    if (isApproved) return { outcome: 'done' };
    return asItStands(await loadTask(system.table, id), asked) ?? { outcome: 'later', why: 'it changes' };
  },
};

/** An approval of many tasks as a bulk command; `ends`: until when, RFC 3339. */
export function approvalWork(tasks: readonly string[], ends: string, prefix?: string) {
  return {
    kind: approveKind,
    what: `approval of what the blast radius holds${prefix === undefined ? '' : ` below ${prefix}`}`,
    items: tasks.map((id) => ({ id, of: ends })),
  };
}

/** What is to be said of a task that is not to be let go, or was by this very command; undefined: it is to be. */
function asItStands(record: TaskRecord | undefined, { at }: Asked): ItemAnswer | undefined {
  const spike = record?.open?.brake;
  if (spike === undefined) return { outcome: 'skipped', why: 'nothing of it is due any more' };
  // Whatever else lets it wait now: it was held when it was approved.
  if ((spike.approvedAt ?? 0) >= at) return { outcome: 'done' };
  if (spike.heldAt > at) return { outcome: 'skipped', why: 'it was held anew since' };
  return isHeldBySpike(spike, at) ? undefined : { outcome: 'skipped', why: 'it was approved before' };
}
