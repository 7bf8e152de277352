import { controlPlaneFor, settingsFor } from '../control-planes/control-plane-for.ts';
import { undoRequestIdOf } from '../episodes/confirm.ts';
import {
  type DisabledByUs,
  type EnablingTask,
  enabledLater,
  enablingAsked,
  isEnabling,
  withEnabling,
  withoutEnabling,
} from '../episodes/undo.ts';
import type { ControlAnswer } from '../platform/control-plane.port.ts';
import { ControlPlaneUnavailable } from '../platform/control-plane.port.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { storeTask } from '../store/change-task.ts';
import { FleetView } from '../store/fleet-view.ts';
import { operatorAlert } from '../store/operator-alerts.ts';
import type { Write } from '../store/table/table.port.ts';
import { loadTask, type TaskRecord } from '../store/tasks.ts';
import type { Delivery, Outcome } from '../work/consumer.ts';
import { enablingOf } from '../work/given-up.ts';
import { enableMessageFor } from '../work/messages.ts';
import { retryDelaySeconds } from '../work/pipeline.ts';
import { type EnablingAct, enabledAudit, storeEnabled } from './enabled.ts';
import { endOutage, leftDue } from './outage.ts';

/**
 * Notes that a task is to be enabled by its control plane, and queues that: only the disabler may ask one that is listed.
 * False where the task changed meanwhile.
 */
export async function queueEnabling(
  system: System,
  record: DisabledByUs,
  act: EnablingAct,
): Promise<boolean> {
  const now = system.clock.now();
  const evidence = { disabled: record.disabledByUs };
  const audit = { task: record.task.id, at: now, act: 'ask to enable', ...act, evidence, mails: [] };
  const queued = await store(system, withEnabling(record, act, now), auditWrite(audit));
  if (!queued) return false;
  // Where it cannot be sent the next scan does.
  const message = enableMessageFor({ now, id: system.random.id(now) }, queued);
  await system.queues.send('disable', [message]);
  return true;
}

/**
 * Works one enabling of a task that is listed: asks its control plane, and stores that it is on. What became of an earlier request
 * whose answer was lost is seen by asking again.
 */
export async function enableTask(
  system: System,
  hint: { task: string; episode: number },
  delivery: Delivery,
): Promise<Outcome> {
  const record = await loadTask(system.table, hint.task);
  if (!record || !isEnabling(record) || record.disabledByUs.episode !== hint.episode)
    return { outcome: 'skipped', reason: 'over' };
  if (record.task.deletedAt !== undefined) return refuse(system, record, 'the task was deleted');
  try {
    return await recordAnswer(system, record, await ask(system, record), delivery);
  } catch (error) {
    if (!(error instanceof ControlPlaneUnavailable)) throw error;
    const { at, nextAt } = record.disabledByUs.enabling;
    const now = system.clock.now();
    // Where the task changed meanwhile the next scan finds what is still to be done; the scan that queued it has put it off already.
    if (nextAt <= now) await store(system, enabledLater(record, now));
    const { item } = enablingOf(hint.task, hint.episode);
    return leftDue(system, { error, item, dueSince: at }, delivery);
  }
}

function ask(system: System, { task, listed, disabledByUs }: EnablingTask): Promise<ControlAnswer> {
  const { episode, enabling, revision = listed?.revision } = disabledByUs;
  const { by, reason } = enabling;
  return controlPlaneFor(system, task.id).enable({
    task,
    ...(revision !== undefined && { revision }),
    ...(listed?.kept !== undefined && { kept: listed.kept }),
    requestId: undoRequestIdOf(task.id, episode),
    by,
    reason,
  });
}

async function recordAnswer(
  system: System,
  record: EnablingTask,
  answer: ControlAnswer,
  delivery: Delivery,
): Promise<Outcome> {
  const settings = settingsFor(system.config, record.task.id);
  if (settings) await endOutage(system, settings.name);
  switch (answer.outcome) {
    case 'confirmed': {
      const audit = enabledAudit(system, record, record.disabledByUs.enabling);
      const isStored = await storeEnabled(system, record, answer.at, audit);
      return isStored ? { outcome: 'done', reason: 'enabled' } : again(system, delivery);
    }
    case 'requested': {
      const audit = enabledAudit(system, record, record.disabledByUs.enabling);
      const isStored = await store(system, enablingAsked(record), audit);
      return isStored ? { outcome: 'done', reason: 'requested' } : again(system, delivery);
    }
    case 'gone':
      return refuse(system, record, 'its control plane knows no such task');
    default:
      return refuse(system, record, answer.reason);
  }
}

/** It stays off, and the audit and operators say why; who asked is free to ask again. */
async function refuse(system: System, record: EnablingTask, why: string): Promise<Outcome> {
  const { task, disabledByUs } = record;
  const { by, reason } = disabledByUs.enabling;
  const at = system.clock.now();
  const evidence = { disabled: disabledByUs, why };
  const detail = `it stays disabled, though ${by} asked for it to be enabled: ${why}`;
  // Where the task changed meanwhile the next scan lets it be asked again.
  await store(
    system,
    withoutEnabling(record),
    auditWrite({ task: task.id, at, act: 'enable refused', by, reason, evidence, mails: [] }),
    operatorAlert('enable-refused', task.id, detail, at),
  );
  return { outcome: 'skipped', reason: 'refused' };
}

function again({ random }: System, { receiveCount }: Delivery): Outcome {
  const delaySeconds = retryDelaySeconds(receiveCount, random.next());
  return { outcome: 'retry', reason: 'the task changed meanwhile', delaySeconds, failed: true };
}

async function store<Of extends TaskRecord>(
  system: System,
  record: Of,
  ...beside: readonly Write[]
): Promise<Of | undefined> {
  const policy = (await FleetView.load(system.table, system.clock.now())).policies.for(record.task.id);
  return storeTask(system, record, policy, ...beside);
}
