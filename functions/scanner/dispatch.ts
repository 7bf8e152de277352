import { isDisabling, queuedAgain } from '../episodes/disabling.ts';
import { enabledLater, isEnabling } from '../episodes/undo.ts';
import { storeTask } from '../store/change-task.ts';
import { loadOperatorAlert, operatorAlertWrite } from '../store/operator-alerts.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { disableMessageFor, enableMessageFor } from '../work/messages.ts';
import { isDisablingGivenUp, isEnablingGivenUp } from './given-up.ts';
import { isOff, KEPT_WHILE_OFF } from './off-queues.ts';
import type { Run } from './run.ts';

/**
 * Queues the disabling of a task whose row says that it is on its way: for the first time, or again where there was
 * no progress; operators are notified where the owning system did not confirm in time. What is given up is let be.
 */
export async function sendDisable(run: Run, record: TaskRecord): Promise<void> {
  if (!isDisabling(record) || record.open.disabling.state === 'refused') return;
  if (await isDisablingGivenUp(run, record)) return;
  const { queuedAt, requestedAt, unanswered } = record.open.disabling;
  const late = requestedAt !== undefined;
  if (late || queuedAt < run.now) {
    if (run.now - queuedAt < KEPT_WHILE_OFF && (await isOff(run, 'disable'))) return;
    const policy = run.view.policies.for(record.task.id);
    const alert = late && !unanswered ? [await disableFailing(run, record)] : [];
    // Where the task, or what operators know of it, changed meanwhile, the next scan sees.
    if (!(await storeTask(run.system, queuedAgain(record, run.now), policy, ...alert))) return;
  }
  await run.system.queues.send('disable', [disableMessageFor(run, record)]);
}

/** Queues again that a task is to be enabled, where its message was lost or its control plane could not be asked. */
export async function sendEnable(run: Run, record: TaskRecord): Promise<void> {
  if (!isEnabling(record) || record.disabledByUs.enabling.nextAt > run.now) return;
  const { nextAt } = record.disabledByUs.enabling;
  if (run.now - nextAt < KEPT_WHILE_OFF && (await isOff(run, 'disable'))) return;
  if (await isEnablingGivenUp(run, record)) return;
  const policy = run.view.policies.for(record.task.id);
  // Where the task changed meanwhile the next scan sees.
  const stored = await storeTask(run.system, enabledLater(record, run.now), policy);
  if (stored) await run.system.queues.send('disable', [enableMessageFor(run, stored)]);
}

async function disableFailing(run: Run, record: TaskRecord) {
  const stored = await loadOperatorAlert(run.system.table, 'disable-failing', record.task.id);
  return operatorAlertWrite(
    stored ?? {
      code: 'disable-failing',
      subject: record.task.id,
      detail: 'the owning system was asked to disable it and did not confirm in time; it is asked again',
      since: run.now,
      toldAt: null,
      active: true,
      rev: 0,
    },
  );
}
