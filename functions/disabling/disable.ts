import { decide } from '../abandonment/decide.ts';
import type { ControlAnswer } from '../control-planes/control-plane.port.ts';
import { controlPlaneFor } from '../control-planes/control-plane-for.ts';
import { requestIdOf } from '../episodes/confirm.ts';
import {
  asBeforeDisabling,
  type DisablingTask,
  isDisabling,
  reasonOf,
  refused,
  requested,
  runOf,
  withoutDisabling,
} from '../episodes/disabling.ts';
import type { System } from '../platform/system.ts';
import { storeTask } from '../store/change-task.ts';
import { FleetView } from '../store/fleet-view.ts';
import { operatorAlert } from '../store/operator-alerts.ts';
import { loadTask, taskWrite } from '../store/tasks.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';
import type { Delivery, Outcome } from '../work/consumer.ts';
import { recordOops } from '../work/oops.ts';
import { retryDelaySeconds } from '../work/pipeline.ts';
import { confirmDisabled } from './confirm.ts';
import { refusalMarker } from './refusals.ts';

/**
 * Works one disabling: decides again on fresh state (promise 9), notes that the owning system is asked, and asks.
 * Only its confirmation makes the task disabled (promise 8).
 */
export async function disableTask(
  system: System,
  hint: { task: string; episode: number },
  delivery: Delivery,
): Promise<Outcome> {
  const record = await loadTask(system.table, hint.task);
  if (!record || !isDisabling(record) || record.open.number !== hint.episode)
    return { outcome: 'skipped', reason: 'over' };
  const { disabling } = record.open;
  if (disabling.state === 'refused') return { outcome: 'skipped', reason: 'refused' };
  if (disabling.state === 'requested' && delivery.receiveCount === 1)
    return { outcome: 'skipped', reason: 'requested' };
  const view = await FleetView.load(system.table, {
    now: system.clock.now(),
    scanEvery: system.config.scanEvery,
  });
  const verdict = await judge(system, view, record);
  const now = system.clock.now();
  const policy = view.policies.for(hint.task);
  if (verdict !== 'disable') {
    // Where the task changed meanwhile it stays on its way: the next scan queues it again, to be decided anew.
    await storeTask(system, withoutDisabling(record, now), policy);
    return { outcome: 'skipped', reason: verdict };
  }
  const asked = await storeTask(system, requested(record, now, system.config.confirmWithin), policy);
  if (!asked) return retry(system, delivery, 'the task changed meanwhile');
  return ask(system, view, asked, delivery);
}

/** What a person asked for is a human act, bound by no date, pause or hold. */
async function judge(system: System, view: FleetView, record: DisablingTask): Promise<string> {
  if (record.open.disabling.asker.by === 'person') return 'disable';
  const decision = decide(await view.caseOf(asBeforeDisabling(record)), system.clock.now());
  return decision.answer === 'disable' ? 'disable' : decision.reason;
}

async function ask(
  system: System,
  view: FleetView,
  record: DisablingTask,
  delivery: Delivery,
): Promise<Outcome> {
  const { number: episode, disabling } = record.open;
  const { asker } = disabling;
  const answer: ControlAnswer = await controlPlaneFor(system).disable({
    task: record,
    run: runOf(asker),
    episode,
    disableAt: asker.by === 'run' ? asker.disableAt : null,
    requestId: requestIdOf(record.task.id, episode),
    reason: reasonOf(asker, record.open.alert),
  });
  if (answer.outcome === 'requested') return { outcome: 'done', reason: 'requested' };
  if (answer.outcome === 'confirmed') {
    await confirmDisabled(system, { task: record.task.id, version: record.task.version, at: answer.at });
    return { outcome: 'done', reason: 'disabled' };
  }
  const error = new Error(`the owning system refused: ${answer.reason}`);
  error.name = 'DisableRefused';
  const fingerprint = await recordOops(system, {
    worker: 'disable',
    item: record.task.id,
    attempt: delivery.receiveCount,
    cause: 'permanent',
    error,
  });
  if (!(await giveUp(system, view, record, answer.reason, fingerprint)))
    return retry(system, delivery, 'it changed while it was refused', true);
  return { outcome: 'dead-letter', reason: answer.reason, recorded: true };
}

/**
 * Marks the task so that no scan generates the work again (docs/rules.md#failure-classes), and tells operators; false
 * where it changed meanwhile, so that the refusal may not be about what it is now.
 */
async function giveUp(
  system: System,
  view: FleetView,
  record: DisablingTask,
  reason: string,
  fingerprint: string,
): Promise<boolean> {
  const { id, version } = record.task;
  const at = system.clock.now();
  const detail = `the owning system refuses to disable it: ${reason}; \`taskwarden oops resolve ${fingerprint}\` asks again`;
  const writes = [
    taskWrite(refused(record, { at, reason, version, fingerprint }), view.policies.for(id)),
    refusalMarker(fingerprint, id, at),
    operatorAlert('disable-failing', id, detail, at),
  ];
  return writeUnlessRefused(system, writes, `the refusal of ${id}`);
}

function retry(system: System, delivery: Delivery, reason: string, isRecorded = false): Outcome {
  const delaySeconds = retryDelaySeconds(delivery.receiveCount, system.random.next());
  return { outcome: 'retry', reason, delaySeconds, failed: true, ...(isRecorded && { recorded: true }) };
}
