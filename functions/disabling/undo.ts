import { formatInstant, type Instant } from '../abandonment/time.ts';
import { controlPlaneFor } from '../control-planes/control-plane-for.ts';
import { recipientKey } from '../notices/addresses.ts';
import type { System } from '../platform/system.ts';
import { countWrites } from '../store/counts.ts';
import { FleetView } from '../store/fleet-view.ts';
import { allRows, auditWrite } from '../store/records.ts';
import { keys, type TaskRecord } from '../store/rows.ts';
import { loadTask, taskWrite } from '../store/tasks.ts';

/** Who takes a disabling back, and why. */
export interface Undo {
  task: string;
  by: string;
  reason: string;
}

export type Undone = { outcome: 'enabled' | 'requested' } | { outcome: 'refused'; reason: string };

/**
 * Turns on again what Taskwarden turned off (promise 16). Its clock starts anew with the enabling, so it is not
 * flagged again at once. In mode `fed` the owning system is asked and answers by publishing the task.
 */
export async function undoDisabling(system: System, { task: id, by, reason }: Undo): Promise<Undone> {
  const record = await loadTask(system.table, id);
  if (!record) return { outcome: 'refused', reason: 'no such task' };
  const refusal = refusalOf(record);
  if (refusal) return { outcome: 'refused', reason: refusal };
  const now = system.clock.now();
  const requestId = `${id}#${record.disabledByUs?.episode}#undo`;
  const asked = await markUndone(system, record, now);
  if (!asked) return CHANGED;
  const answer = await controlPlaneFor(system).enable({ task: asked, requestId, by, reason });
  if (answer.outcome === 'refused') return answer;
  const audit = auditWrite({
    task: id,
    at: now,
    act: 'enabled',
    by,
    reason,
    evidence: { disabled: record.disabledByUs },
    mails: [],
  });
  const writes =
    answer.outcome === 'confirmed' ? [...(await enabled(system, asked, answer.at)), audit] : [audit];
  const result = await system.table.transact(writes, system.random.id(now));
  if (result.outcome !== 'applied') return CHANGED;
  return { outcome: answer.outcome === 'confirmed' ? 'enabled' : 'requested' };
}

const CHANGED: Undone = { outcome: 'refused', reason: 'the task changed meanwhile; try again' };

/**
 * Notes the wish before the owning system hears of it, so that its answer is not taken for a system that reverts our
 * disabling. Undefined where the task changed meanwhile.
 */
async function markUndone(system: System, record: TaskRecord, now: Instant): Promise<TaskRecord | undefined> {
  if (!record.disabledByUs) return undefined;
  const { policies } = await FleetView.load(system.table, recipientKey);
  const marked = { ...record, disabledByUs: { ...record.disabledByUs, undoneAt: now } };
  const write = taskWrite(marked, policies.for(record.task.id));
  const result = await system.table.transact([write], system.random.id(now));
  return result.outcome === 'applied' ? { ...marked, rev: record.rev + 1 } : undefined;
}

/** Turns on again all that one run turned off and that is still off; one that cannot be stops no other. */
export async function undoRun(
  system: System,
  { run, by, reason }: { run: Instant; by: string; reason: string },
): Promise<{ task: string; undone: Undone }[]> {
  const undone: { task: string; undone: Undone }[] = [];
  const { pk } = keys.turnedOff(formatInstant(run), '');
  for (const row of await allRows(system.table, { pk, consistent: true })) {
    undone.push({ task: row.sk, undone: await undoDisabling(system, { task: row.sk, by, reason }) });
  }
  return undone;
}

function refusalOf(record: TaskRecord): string | undefined {
  if (record.task.deletedAt !== undefined) return 'the task was deleted';
  if (record.task.enabled) return 'the task is enabled';
  return record.disabledByUs ? undefined : 'Taskwarden did not turn it off';
}

async function enabled(system: System, record: TaskRecord, at: number) {
  const view = await FleetView.load(system.table, recipientKey);
  const policy = view.policies.for(record.task.id);
  const { twitches: _, ...evidence } = record.evidence;
  const { total } = evidence.restarts;
  const after: TaskRecord = {
    ...record,
    task: { ...record.task, enabled: true, enabledAt: at },
    evidence: { ...evidence, restarts: { total, atLoss: total } },
    disabledByUs: null,
  };
  return [taskWrite(after, policy), ...countWrites(record, after, policy)];
}
