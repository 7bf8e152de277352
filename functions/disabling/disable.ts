import { decide } from '../abandonment/decide.ts';
import type { ControlAnswer } from '../control-planes/control-plane.port.ts';
import { controlPlaneFor } from '../control-planes/control-plane-for.ts';
import { requestIdOf } from '../episodes/confirm.ts';
import {
  asBeforeDisabling,
  type DisablingTask,
  isDisabling,
  reasonOf,
  requested,
  runOf,
  withoutDisabling,
} from '../episodes/disabling.ts';
import type { System } from '../platform/system.ts';
import { storeTask } from '../store/change-task.ts';
import { FleetView } from '../store/fleet-view.ts';
import { loadTask } from '../store/tasks.ts';
import type { Delivery, Outcome } from '../work/consumer.ts';
import { retryDelaySeconds } from '../work/pipeline.ts';
import { confirmDisabled } from './confirm.ts';
import { recordRefusal } from './refusals.ts';

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
  const answer: ControlAnswer = await controlPlaneFor(system, record.task.id).disable({
    task: record.task,
    ...(record.listed && { revision: record.listed.revision }),
    isRepeated: delivery.receiveCount > 1,
    run: runOf(asker),
    episode,
    disableAt: asker.by === 'run' ? asker.disableAt : null,
    requestId: requestIdOf(record.task.id, episode),
    reason: reasonOf(asker),
  });
  if (answer.outcome === 'requested') return { outcome: 'done', reason: 'requested' };
  if (answer.outcome === 'confirmed') {
    await confirmDisabled(system, { task: record.task.id, version: record.task.version, at: answer.at });
    return { outcome: 'done', reason: 'disabled' };
  }
  if (answer.outcome !== 'refused') {
    await storeTask(system, withoutDisabling(record, system.clock.now()), view.policies.for(record.task.id));
    return { outcome: 'skipped', reason: answer.outcome };
  }
  const refusal = { reason: answer.reason, worker: 'disable' as const, attempt: delivery.receiveCount };
  if (!(await recordRefusal(system, record, view.policies.for(record.task.id), refusal)))
    return retry(system, delivery, 'it changed while it was refused', true);
  return { outcome: 'skipped', reason: 'refused' };
}

function retry(system: System, delivery: Delivery, reason: string, isRecorded = false): Outcome {
  const delaySeconds = retryDelaySeconds(delivery.receiveCount, system.random.next());
  return { outcome: 'retry', reason, delaySeconds, failed: true, ...(isRecorded && { recorded: true }) };
}
