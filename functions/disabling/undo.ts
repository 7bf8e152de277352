import type { EffectivePolicy } from '../abandonment/policy.ts';
import { controlPlaneFor, settingsFor } from '../control-planes/control-plane-for.ts';
import { undoRequestIdOf } from '../episodes/confirm.ts';
import {
  type DisabledByUs,
  isDisabledByUs,
  withUndoAsked,
  withUndoRefused,
  withUndoRequested,
} from '../episodes/undo.ts';
import { isListed } from '../platform/control-plane-settings.ts';
import type { System } from '../platform/system.ts';
import { storeTask } from '../store/change-task.ts';
import { FleetView } from '../store/fleet-view.ts';
import type { Write } from '../store/table/table.port.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { loadTask } from '../store/tasks.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';
import { queueEnabling } from './enable.ts';
import { enabledAudit, storeEnabled } from './enabled.ts';

/** Who takes a disabling back, and why. */
export interface Undo {
  task: string;
  by: string;
  reason: string;
  /** Whether an operator does: then all who hold our mails about it are notified. An owner on their page is none. */
  isOperator: boolean;
  /** The run whose disabling is taken back; where it is missing, whoever disabled the task last. */
  run?: string;
}

export type Undone =
  /** `isRepeat`: the owning system was asked already, and nothing was changed. */
  { outcome: 'enabled' | 'requested'; isRepeat?: true } | { outcome: 'refused'; reason: string };

/**
 * Enables again what Taskwarden disabled (promise 16). Its clock starts anew with the enabling, so it is not flagged
 * again at once. In mode `fed` the owning system is asked and answers by publishing the task; one that is listed is
 * asked by the disabler.
 */
export async function undoDisabling(system: System, undo: Undo): Promise<Undone> {
  const { task: id, run } = undo;
  const record = await loadTask(system.table, id);
  const refusal = undoRefusal(record, run);
  if (refusal !== undefined || !record || !isDisabledByUs(record))
    return { outcome: 'refused', reason: refusal ?? NOT_OURS };
  // One act, however often somebody posts it; an operator may ask again. What was asked for and never sent, or
  // was not taken, is no act yet.
  if (!undo.isOperator && record.disabledByUs.requestedAt !== undefined)
    return { outcome: 'requested', isRepeat: true };
  const wished = withUndoAsked(record, undo, system.clock.now());
  const settings = settingsFor(system.config, id);
  if (settings && isListed(settings)) {
    const isQueued = await queueEnabling(system, wished, { by: undo.by, reason: undo.reason });
    return isQueued ? { outcome: 'requested' } : { outcome: 'refused', reason: CHANGED_MEANWHILE };
  }
  const asked = await store(system, wished);
  return asked
    ? askOwningSystem(system, asked, record, undo)
    : { outcome: 'refused', reason: CHANGED_MEANWHILE };
}

async function askOwningSystem(
  system: System,
  asked: DisabledByUs,
  record: DisabledByUs,
  undo: Undo,
): Promise<Undone> {
  const { by, reason } = undo;
  const { id } = asked.task;
  const requestId = undoRequestIdOf(id, record.disabledByUs.episode);
  const answer = await controlPlaneFor(system, id).enable({ task: asked.task, requestId, by, reason });
  if (answer.outcome !== 'confirmed' && answer.outcome !== 'requested') {
    // Where the task changed meanwhile there is no note to take back: its owning system published it, or it was deleted.
    await store(system, withUndoRefused(asked, record));
    return { outcome: 'refused', reason: answer.outcome === 'gone' ? 'the task was deleted' : answer.reason };
  }
  const audit = enabledAudit(system, record, undo);
  const isStored =
    answer.outcome === 'confirmed'
      ? await storeEnabled(system, asked, answer.at, audit)
      : await storeRequested(system, asked, audit);
  if (!isStored) return { outcome: 'refused', reason: CHANGED_MEANWHILE };
  return { outcome: answer.outcome === 'confirmed' ? 'enabled' : 'requested' };
}

const NOT_OURS = 'Taskwarden did not disable it';
/** Why an undoing comes to nothing that may be asked for again at once. */
export const CHANGED_MEANWHILE = 'the task changed meanwhile; try again';

async function storeRequested(system: System, asked: DisabledByUs, audit: Write): Promise<boolean> {
  const stored = await store(system, withUndoRequested(asked, system.clock.now()), audit);
  // Refused where the owning system has answered by now: then only the audit is left to write.
  return stored !== undefined || writeUnlessRefused(system, [audit], `the undoing of ${asked.task.id}`);
}

async function store<Of extends TaskRecord>(
  system: System,
  record: Of,
  ...beside: readonly Write[]
): Promise<Of | undefined> {
  return storeTask(system, record, await policyOf(system, record.task.id), ...beside);
}

async function policyOf({ table, clock }: System, id: string): Promise<EffectivePolicy> {
  return (await FleetView.load(table, clock.now())).policies.for(id);
}

/**
 * Why a disabling is not undone; undefined where it is.
 *
 * @param run the run whose disabling it was to be; where it is missing, any
 */
export function undoRefusal(record: TaskRecord | undefined, run: string | undefined): string | undefined {
  if (!record) return 'no such task';
  if (record.task.deletedAt !== undefined) return 'the task was deleted';
  if (record.task.enabled) return 'the task is enabled';
  if (!record.disabledByUs) return run === undefined ? NOT_OURS : OTHERS_SINCE;
  const isOther = run !== undefined && record.disabledByUs.run !== run;
  return isOther ? 'it was disabled again since, by another scan or its owner' : undefined;
}

const OTHERS_SINCE = 'it was enabled since, and disabled by others than Taskwarden';
