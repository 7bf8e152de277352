import { BOUNDS } from '../abandonment/bounds.ts';
import type { EffectivePolicy } from '../abandonment/policy.ts';
import type { Instant } from '../abandonment/time.ts';
import { requestIdOf } from '../episodes/confirm.ts';
import { type DisablingTask, isDisabling, refused, withoutDisabling } from '../episodes/disabling.ts';
import { visible } from '../platform/escape.ts';
import { cut } from '../platform/queue-text.ts';
import { recordable } from '../platform/recorded-text.ts';
import type { System } from '../platform/system.ts';
import { changeTask } from '../store/change-task.ts';
import { FleetView } from '../store/fleet-view.ts';
import { keys } from '../store/keys.ts';
import { loadOperatorAlert, operatorAlert } from '../store/operator-alerts.ts';
import { allRows, ROW_VERSION } from '../store/rows.ts';
import type { Write } from '../store/table/table.port.ts';
import { loadTask, taskWrite } from '../store/tasks.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';
import { recordOops } from '../work/oops.ts';

/** What an owning system said instead of disabling a task. */
interface Refused {
  /** Its words. */
  reason: string;
  /** Who heard it, and at which attempt. */
  worker: 'disable' | 'ingest';
  attempt: number;
}

/**
 * Takes a disabling back that the owning system refuses: the task is held for a day (docs/rules.md#holds), operators
 * are told, and the failure has a record by which they can let it be asked again at once. False where the task changed
 * meanwhile, so that the refusal may not be about what it is now.
 */
export async function recordRefusal(
  system: System,
  record: DisablingTask,
  policy: EffectivePolicy,
  { worker, attempt, ...failure }: Refused,
): Promise<boolean> {
  const { id, version } = record.task;
  const at = system.clock.now();
  const reason = cut(recordable(visible(failure.reason)), LONGEST_REASON) || 'it says not why';
  const error = new Error(`the owning system refused: ${reason}`);
  error.name = 'DisableRefused';
  const fingerprint = await recordOops(system, { worker, item: id, attempt, cause: 'permanent', error });
  const writes = [
    taskWrite(refused(record, { at, reason, version, fingerprint }), policy),
    refusalMarker(fingerprint, id, at),
    ...(await alertOf(system, id, reason, fingerprint)),
  ];
  return writeUnlessRefused(system, writes, `the refusal of ${id}`);
}

/** As much of what it says is kept. */
const LONGEST_REASON = 200;

/** Operators are notified once: what is refused in the same words day after day is the same alert. */
async function alertOf(
  { table, clock }: System,
  task: string,
  reason: string,
  fingerprint: string,
): Promise<Write[]> {
  const again = `it is asked again after a day, or by \`taskwarden oops resolve ${fingerprint}\``;
  const detail = `the owning system refuses to disable it: ${reason}; ${again}`;
  const alert = await loadOperatorAlert(table, 'disable-failing', task);
  return alert?.detail === detail ? [] : [operatorAlert('disable-failing', task, detail, clock.now())];
}

/** The owning system's word that it does not disable a task. */
export interface RefusalHeard {
  task: string;
  requestId: string;
  at: Instant;
  reason: string;
}

/**
 * Hears a refusal from the bus. Only the newest request can be refused: one of an earlier episode, one that is refused
 * already, and one from before the task was asked for last (clocks may differ) change nothing.
 *
 * @returns `refused`; `needless`; `changed` where the task changed meanwhile
 */
export async function refuseDisabling(
  system: System,
  heard: RefusalHeard,
  attempt: number,
): Promise<'refused' | 'needless' | 'changed'> {
  const record = await loadTask(system.table, heard.task);
  if (!record || !isDisabling(record) || !answersNewest(record, heard)) return 'needless';
  const policy = (await FleetView.load(system.table, system.clock.now())).policies.for(heard.task);
  const refusal = { reason: heard.reason, worker: 'ingest' as const, attempt };
  return (await recordRefusal(system, record, policy, refusal)) ? 'refused' : 'changed';
}

function answersNewest({ task, open, asked }: DisablingTask, { requestId, at }: RefusalHeard): boolean {
  const { state, attempts } = open.disabling;
  const isAsked = state === 'requested' || (state === 'queued' && attempts > 0);
  if (!isAsked || asked?.episode !== open.number || requestId !== requestIdOf(task.id, open.number))
    return false;
  return at >= asked.at - BOUNDS.ahead.most;
}

/** Finds what a kind of failure made us give up. */
export function refusalMarker(fingerprint: string, task: string, at: number): Write {
  return { put: { ...keys.refusal(fingerprint, task), v: ROW_VERSION, at } };
}

/** Lets the work that a kind of failure made us give up be generated again; gives the tasks. */
export async function clearRefusals(system: System, fingerprint: string): Promise<string[]> {
  const cleared: string[] = [];
  const view = await FleetView.load(system.table, system.clock.now());
  for (const { pk, sk: task } of await allRows(system.table, {
    pk: keys.refusal(fingerprint, '').pk,
    consistent: true,
  })) {
    if (await clear(system, view, task)) cleared.push(task);
    await writeUnlessRefused(system, [{ delete: { pk, sk: task } }], 'the end of a refusal');
  }
  return cleared;
}

function clear(system: System, view: FleetView, task: string): Promise<boolean> {
  return changeTask(system, task, (record) => {
    if (!record || !isDisabling(record) || record.open.disabling.state !== 'refused') return { value: false };
    const cleared = withoutDisabling(record, system.clock.now());
    return { record: cleared, policy: view.policies.for(task), value: true };
  });
}
