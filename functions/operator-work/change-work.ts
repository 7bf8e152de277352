import type { Instant } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { commit } from '../store/commit.ts';
import { keys } from '../store/keys.ts';
import {
  leftOf,
  loadOperatorWork,
  type OperatorWorkRecord,
  operatorWorkWrite,
  type Priority,
} from '../store/operator-work.ts';
import { loadPauses, pausesWrite } from '../store/pauses.ts';
import type { Write } from '../store/table/table.port.ts';

/** Who changes a bulk command, and why. */
export interface OnWork {
  id: string;
  by: string;
  reason: string;
}

export type WorkChanged =
  | { changed: true; record: OperatorWorkRecord }
  /** `reason`: why it stays as it is. */
  | { changed: false; reason: string };

/** Stops a bulk command: what is worked now comes to its end, what was done stays done, and the rest is left. */
export function cancelWork(system: System, on: OnWork): Promise<WorkChanged> {
  return change(system, on, { act: 'cancel' }, (work, now) => {
    if (work.state !== 'open') return ended(work);
    return { ...work, state: 'cancelled', endedAt: now };
  });
}

/** Tries what failed once more, and goes on with what a cancelled command left. */
export function retryWork(system: System, on: OnWork): Promise<WorkChanged> {
  const beside = async (now: Instant): Promise<Write[]> => [
    { delete: keys.operatorAlert('bulk-command-failed', on.id) },
    pausesWrite({ ...(await loadPauses(system.table)), bulkWork: now }),
  ];
  return change(system, on, { act: 'retry', beside }, (work, now) => {
    if (work.state === 'open') return 'it is not at its end yet';
    const { counts } = work;
    if (counts.failed + leftOf(work) === 0) return 'nothing of it failed or is left';
    const anew = { attempt: work.attempt + 1, next: 0, round: 0, notBefore: now, lease: null };
    return { ...work, ...anew, state: 'open', counts: { ...counts, failed: 0 }, endedAt: null };
  });
}

/** Lets a bulk command be worked sooner or later than others; those of one priority go by age. */
export function prioritiseWork(
  system: System,
  { priority, ...on }: OnWork & { priority: Priority },
): Promise<WorkChanged> {
  return change(system, on, { act: `priority ${priority}` }, (work) => {
    if (work.state !== 'open') return ended(work);
    return work.priority === priority ? `its priority is ${priority} already` : { ...work, priority };
  });
}

function ended({ state }: OperatorWorkRecord): string {
  return state === 'done' ? 'it is at its end' : 'it is cancelled';
}

/** @param plan gives the command as it is to be, or why it stays */
function change(
  system: System,
  { id, by, reason }: OnWork,
  { act, beside }: { act: string; beside?: (now: Instant) => Promise<Write[]> },
  plan: (record: OperatorWorkRecord, now: number) => OperatorWorkRecord | string,
): Promise<WorkChanged> {
  return commit<WorkChanged>(system, `bulk command ${id}`, async () => {
    const record = await loadOperatorWork(system.table, id);
    const at = system.clock.now();
    const planned = record ? plan(record, at) : 'no bulk command has this id';
    if (typeof planned === 'string') return { value: { changed: false, reason: planned } };
    const evidence = { work: id, counts: record?.counts };
    const audit = { subject: 'operators' as const, at, act: `work ${act}`, by, reason, evidence, mails: [] };
    const writes = [operatorWorkWrite(planned), auditWrite(audit), ...((await beside?.(at)) ?? [])];
    return { writes, value: { changed: true, record: planned } };
  });
}
