import { decide } from '../abandonment/decide.ts';
import { controlPlaneFor, settingsFor } from '../control-planes/control-plane-for.ts';
import { requestIdOf } from '../episodes/confirm.ts';
import { decidedOn } from '../episodes/decided-on.ts';
import {
  asBeforeDisabling,
  type DisablingTask,
  isDisabling,
  putOff,
  reasonOf,
  requested,
  runOf,
  takenBack,
  withoutDisabling,
} from '../episodes/disabling.ts';
import { type ControlAnswer, ControlPlaneUnavailable } from '../platform/control-plane.port.ts';
import { isListed } from '../platform/control-plane-settings.ts';
import type { System } from '../platform/system.ts';
import { loadAlert } from '../store/alerts.ts';
import { auditWrite } from '../store/audit.ts';
import { storeTask } from '../store/change-task.ts';
import { FleetView } from '../store/fleet-view.ts';
import { loadTask } from '../store/tasks.ts';
import type { Delivery, Outcome } from '../work/consumer.ts';
import { disablingOf } from '../work/given-up.ts';
import { retryDelaySeconds } from '../work/pipeline.ts';
import { confirmDisabled } from './confirm.ts';
import { endOutage, leftDue } from './outage.ts';
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
  const isAnswerAwaited = disabling.state === 'requested' && !disabling.unanswered;
  if (isAnswerAwaited && delivery.receiveCount === 1) return { outcome: 'skipped', reason: 'requested' };
  const view = await FleetView.load(system.table, system.clock.now(), { scanEvery: system.config.scanEvery });
  const { verdict, decided } = await judge(system, view, record);
  const now = system.clock.now();
  const policy = view.policies.for(hint.task);
  if (verdict !== 'disable') {
    // Where the task changed meanwhile it stays on its way: the next scan queues it again, to be decided anew.
    await storeTask(system, withoutDisabling(record, now), policy);
    return { outcome: 'skipped', reason: verdict };
  }
  const request = requested(record, now, system.config.confirmWithin, decided);
  const asked = await storeTask(system, request, policy);
  if (!asked) return retry(system, delivery, 'the task changed meanwhile');
  try {
    const answer = await ask(system, record, asked);
    return await recordAnswer(system, view, asked, answer, delivery);
  } catch (error) {
    if (!(error instanceof ControlPlaneUnavailable)) throw error;
    // Where the task changed meanwhile a scan finds that nothing was confirmed, and queues it again.
    await storeTask(system, putOff(asked, record, error.isUnasked, system.clock.now()), policy);
    return leftDue(system, outageOf(record, error), delivery);
  }
}

function outageOf({ task, open }: DisablingTask, error: ControlPlaneUnavailable) {
  const { asker } = open.disabling;
  const dueSince = asker.by === 'run' ? asker.disableAt : asker.at;
  return { error, item: disablingOf(task.id, open.number).item, dueSince };
}

/** Why a hint at a disabling would be skipped, as the task stands now; undefined where the task would be disabled. */
export async function whyNotDisable(
  system: System,
  { task, episode }: { task: string; episode: number },
): Promise<string | undefined> {
  const record = await loadTask(system.table, task);
  if (!record) return 'the task is not known';
  if (!isDisabling(record) || record.open.number !== episode) {
    const alert = await loadAlert(system.table, task, episode);
    return alert?.reason ?? 'over';
  }
  if (record.open.disabling.state === 'refused') return 'refused';
  const now = system.clock.now();
  const view = await FleetView.load(system.table, now, { scanEvery: system.config.scanEvery });
  const { verdict } = await judge(system, view, record);
  return verdict === 'disable' ? undefined : verdict;
}

/** `decided`: what it rests on. What a person asked for is a human act, bound by no date, pause or hold. */
async function judge(
  system: System,
  view: FleetView,
  record: DisablingTask,
): Promise<{ verdict: string; decided?: Record<string, unknown> }> {
  const { asker } = record.open.disabling;
  // What became of what was asked before the table was restored nobody knows: a person can ask again.
  if (asker.by === 'person' && asker.at >= (view.restored.restoredAt ?? 0)) return { verdict: 'disable' };
  const taskCase = await view.caseOf(asBeforeDisabling(record));
  const decision = decide(taskCase, system.clock.now());
  if (decision.answer !== 'disable') return { verdict: decision.reason };
  return { verdict: 'disable', decided: decidedOn(taskCase, decision) };
}

/** @param before as it was before it was noted that the control plane is asked */
function ask(system: System, before: DisablingTask, record: DisablingTask): Promise<ControlAnswer> {
  const { number: episode, disabling } = record.open;
  const { asker } = disabling;
  return controlPlaneFor(system, record.task.id).disable({
    task: record.task,
    ...(record.listed && { revision: record.listed.revision }),
    isRepeated: before.asked?.episode === episode,
    run: runOf(asker),
    episode,
    disableAt: asker.by === 'run' ? asker.disableAt : null,
    requestId: requestIdOf(record.task.id, episode),
    reason: reasonOf(asker, record.open.alert),
  });
}

async function recordAnswer(
  system: System,
  view: FleetView,
  record: DisablingTask,
  answer: ControlAnswer,
  delivery: Delivery,
): Promise<Outcome> {
  const settings = settingsFor(system.config, record.task.id);
  if (settings && isListed(settings)) await endOutage(system, settings.name);
  switch (answer.outcome) {
    case 'requested':
      return { outcome: 'done', reason: 'requested' };
    case 'confirmed': {
      const { id: task, version } = record.task;
      await confirmDisabled(system, { task, version, at: answer.at, kept: answer.kept });
      return { outcome: 'done', reason: 'disabled' };
    }
    case 'refused':
      return refuse(system, view, record, answer.reason, delivery);
    default:
      return takeBack(system, view, record, answer);
  }
}

/** A human wins (promise 9): nothing was done, and what is known by then is decided once it was listed again. */
async function takeBack(
  system: System,
  view: FleetView,
  record: DisablingTask,
  answer: Extract<ControlAnswer, { outcome: 'changed' | 'gone' }>,
): Promise<Outcome> {
  const at = system.clock.now();
  const { id } = record.task;
  const settings = settingsFor(system.config, id);
  const evaluateAt = at + (settings && isListed(settings) ? settings.pollEvery : 0);
  const { asker } = record.open.disabling;
  const reason = answer.outcome === 'gone' ? 'its control plane knows no such task' : answer.reason;
  const evidence = { outcome: answer.outcome, run: runOf(asker), episode: record.open.number };
  const by = asker.by === 'person' ? asker.person : 'taskwarden';
  const audit = auditWrite({ task: id, at, act: 'disabling taken back', by, reason, evidence, mails: [] });
  // Where it changed meanwhile, a scan finds that nothing was confirmed and lets it be asked again.
  await storeTask(system, takenBack(record, evaluateAt), view.policies.for(id), audit);
  return { outcome: 'skipped', reason: answer.outcome };
}

/** Its control plane says no: nothing is to be confirmed, so that what is off by the next time is somebody else's doing. */
async function refuse(
  system: System,
  view: FleetView,
  record: DisablingTask,
  reason: string,
  delivery: Delivery,
): Promise<Outcome> {
  const refusal = { reason, worker: 'disable' as const, attempt: delivery.receiveCount };
  const policy = view.policies.for(record.task.id);
  if (!(await recordRefusal(system, { ...record, asked: null }, policy, refusal)))
    return retry(system, delivery, 'it changed while it was refused', true);
  return { outcome: 'skipped', reason: 'refused' };
}

function retry(system: System, delivery: Delivery, reason: string, isRecorded = false): Outcome {
  const delaySeconds = retryDelaySeconds(delivery.receiveCount, system.random.next());
  return { outcome: 'retry', reason, delaySeconds, failed: true, ...(isRecorded && { recorded: true }) };
}
