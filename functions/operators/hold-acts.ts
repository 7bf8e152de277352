import { prefixProblem } from '../abandonment/policy-scope.ts';
import { shown } from '../abandonment/policy-wording.ts';
import { DAY, type Duration, type Instant } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { commit } from '../store/commit.ts';
import { loadOperatorAlert, operatorAlertWrite } from '../store/operator-alerts.ts';
import { loadPolicies } from '../store/policies.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { approveTasks, dismissDeletion, dismissOutage, endSpikeAlert, isHeld } from './brakes.ts';
import { alertOfHold, datedTasks, type Hold, type HoldAct } from './holds.ts';
import { approveListing, dismissListing } from './listings.ts';

/** Which of the tasks that a spike holds are meant; neither: all. */
export interface Meant {
  task?: string;
  prefix?: string;
}

/** Who acts on a hold, and why. */
export interface OnHold {
  by: string;
  reason: string;
}

export type ToApprove =
  /** The tasks, the oldest first, and until when they are approved. */
  | { outcome: 'held'; tasks: string[]; until: Instant }
  /** `held`: how many are held now of those that were meant. */
  | { outcome: 'refused'; problem: string; held: number };

/** What a spike holds, as it was found. */
export type HeldSpike = Extract<ToApprove, { outcome: 'held' }>;

/**
 * An approval outlives the days that its tasks take at `perDay` by this: time for pauses, quiet days and what comes
 * first.
 */
const APPROVAL_SPARE: Duration = 7 * DAY;

/** The tasks that a spike holds of those that are meant, by id. */
export async function heldNow(system: System, meant: Meant): Promise<string[]> {
  return (await recordsHeld(system, meant)).map(({ task }) => task.id).sort();
}

async function recordsHeld(system: System, { task, prefix }: Meant): Promise<TaskRecord[]> {
  const held: TaskRecord[] = [];
  const now = system.clock.now();
  for await (const record of datedTasks(system.table)) {
    const { id } = record.task;
    if (!isHeld(record, now)) continue;
    if ((task === undefined || id === task) && (prefix === undefined || id.startsWith(prefix)))
      held.push(record);
  }
  return held;
}

/** When an approval of so many tasks ends, if nobody says when: the days that they take at `perDay`, and a week. */
async function approvalEnd({ table, clock }: System, tasks: number): Promise<Instant> {
  const { perDay } = (await loadPolicies(table)).global.blastRadius;
  return clock.now() + Math.ceil(tasks / perDay) * DAY + APPROVAL_SPARE;
}

/** What an operator says with an approval of what a spike holds. */
export interface Approving {
  /** How many they saw; refused where there are more or fewer now. */
  expect?: number;
  /** When it ends; absent: see `approvalEnd`. */
  until?: Instant;
}

/**
 * Exactly the tasks that a spike holds now, or those of them that are meant (promise 10), in the order in which they
 * are disabled. Changes nothing.
 */
export async function heldToApprove(
  system: System,
  meant: Meant,
  { expect, until }: Approving,
): Promise<ToApprove> {
  const wrong = meant.prefix === undefined ? undefined : prefixProblem(meant.prefix);
  if (wrong !== undefined)
    return { outcome: 'refused', problem: `prefix ${shown(meant.prefix)} ${wrong}`, held: 0 };
  const held = await recordsHeld(system, meant);
  if (held.length === 0)
    return { outcome: 'refused', problem: 'the blast radius holds none of them', held: 0 };
  if (expect !== undefined && held.length !== expect) {
    const problem = `${held.length} are held now, and ${expect} were expected; nothing was approved`;
    return { outcome: 'refused', problem, held: held.length };
  }
  const tasks = held.sort(byDate).map(({ task }) => task.id);
  return { outcome: 'held', tasks, until: until ?? (await approvalEnd(system, tasks.length)) };
}

/** As the scanner disables them: by date, then by since when they fail, then by id. */
function byDate(a: TaskRecord, b: TaskRecord): number {
  const dates = (a.next?.at ?? 0) - (b.next?.at ?? 0) || (a.open?.since ?? 0) - (b.open?.since ?? 0);
  return dates || (a.task.id < b.task.id ? -1 : 1);
}

/** Why a task is approved, where nobody says why. */
export const HELD = 'held by the blast radius';

/** So many tasks are approved at once; more are a bulk command (`operator-work/kinds/approve.ts`). */
export const MOST_AT_ONCE = 200;

/**
 * Approves exactly the tasks that `heldToApprove` found, and a spike still holds (promise 10), until an instant: what
 * was not disabled by then is held again. Answers their ids.
 */
export async function approveSpike(
  system: System,
  { tasks, until }: HeldSpike,
  { by, reason }: OnHold,
): Promise<string[]> {
  const approved = await approveTasks(system, [...tasks].sort(), { by, reason, until }, 16);
  if ((await heldNow(system, {})).length === 0) await endSpikeAlert(system);
  return approved;
}

/** What came of an act on a hold. */
export type HoldActed = { done: true } | { done: false; reason: string };

/** Approves the hold of a listing: what is missing is gone. */
function approveHold(system: System, hold: Hold, { by, reason }: OnHold): Promise<HoldActed> {
  if (hold.cause === 'listing-shrank')
    return approveListing(system, { controlPlane: hold.subject, by, reason });
  return notPossible(hold, 'approved');
}

/** Takes a hold for wrong: clocks run on, or what is missing stays. */
async function dismissHold(system: System, hold: Hold, on: OnHold): Promise<HoldActed> {
  const { cause, subject } = hold;
  if (cause === 'listing-shrank') return dismissListing(system, { controlPlane: subject, ...on });
  if (cause !== 'correlated-failure' && cause !== 'data-plane-deleted') return notPossible(hold, 'dismissed');
  const dismiss = cause === 'correlated-failure' ? dismissOutage : dismissDeletion;
  const { dismissed } = await dismiss(system, subject, on.by, on.reason);
  return dismissed ? { done: true } : { done: false, reason: 'it is over' };
}

async function notPossible({ acts }: Hold, act: string): Promise<HoldActed> {
  const can = acts.length > 0 ? `possible: ${acts.join(', ')}` : 'it ends by itself';
  return { done: false, reason: `it cannot be ${act}; ${can}` };
}

/** For so long operators are not notified again of a hold that one of them rejected. */
const QUIET: Duration = 28 * DAY;

/**
 * Leaves a hold as it is, says why, and lets its operator alert rest for four weeks. What the hold holds stays held.
 */
function rejectHold(system: System, hold: Hold, { by, reason }: OnHold): Promise<HoldActed> {
  const alert = alertOfHold(hold);
  if (!alert || !hold.acts.includes('reject')) return notPossible(hold, 'rejected');
  return commit<HoldActed>(system, `the alert of ${hold.id}`, async () => {
    const at = system.clock.now();
    const stored = await loadOperatorAlert(system.table, alert.code, alert.subject);
    if (!stored) return { value: { done: false, reason: 'operators were not told of it yet' } };
    const evidence = { cause: hold.cause, since: hold.since };
    const act = {
      subject: 'operators' as const,
      at,
      act: `reject ${hold.id}`,
      by,
      reason,
      evidence,
      mails: [],
    };
    const writes = [
      operatorAlertWrite({ ...stored, rejected: { at, by, reason, until: at + QUIET } }),
      auditWrite(act),
    ];
    return { writes, value: { done: true } };
  });
}

/** What does each act on a hold; a spike is approved by `approveSpike`. */
export const HOLD_ACTS: Record<HoldAct, typeof approveHold> = {
  approve: approveHold,
  reject: rejectHold,
  dismiss: dismissHold,
};
