import { decide } from '../abandonment/decide.ts';
import type { Disabling } from '../abandonment/task.ts';
import type { ControlAnswer } from '../control-planes/control-plane.port.ts';
import { controlPlaneFor } from '../control-planes/control-plane-for.ts';
import { recipientKey } from '../platform/addresses.ts';
import type { System } from '../platform/system.ts';
import { operatorAlert } from '../scanner/transitions.ts';
import { FleetView } from '../store/fleet-view.ts';
import type { TaskRecord } from '../store/rows.ts';
import { loadTask, taskWrite } from '../store/tasks.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';
import type { Delivery, Outcome } from '../work/consumer.ts';
import { recordOops } from '../work/oops.ts';
import { retryDelaySeconds } from '../work/pipeline.ts';
import { confirmDisabled } from './confirm.ts';
import { refusalMarker, refusedRecord, withoutDisabling } from './refusals.ts';

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
  const disabling = record?.open?.disabling;
  if (!record?.open || !disabling || record.open.number !== hint.episode)
    return { outcome: 'skipped', reason: 'over' };
  if (disabling.state === 'refused') return { outcome: 'skipped', reason: 'refused' };
  if (disabling.state === 'requested' && delivery.receiveCount === 1)
    return { outcome: 'skipped', reason: 'requested' };
  const view = await FleetView.load(system.table, recipientKey, {
    now: system.clock.now(),
    scanEvery: system.config.scanEvery,
  });
  const verdict = await judge(system, view, record, disabling);
  if (verdict !== 'disable') {
    await store(system, view, withoutDisabling(record, system.clock.now()));
    return { outcome: 'skipped', reason: verdict };
  }
  const asked = await store(system, view, requested(system, record, disabling));
  if (!asked) return retry(system, delivery, 'the task changed meanwhile');
  return ask(system, view, asked, delivery);
}

/** An owner's wish is a human act, bound by no date, pause or hold. */
async function judge(
  system: System,
  view: FleetView,
  record: TaskRecord,
  disabling: Disabling,
): Promise<string> {
  if (disabling.run === '') return 'disable';
  const { disabling: _, ...open } = record.open as NonNullable<TaskRecord['open']>;
  const decision = decide(await view.caseOf({ ...record, open }), system.clock.now());
  return decision.answer === 'disable' ? 'disable' : decision.reason;
}

async function ask(
  system: System,
  view: FleetView,
  record: TaskRecord,
  delivery: Delivery,
): Promise<Outcome> {
  const open = record.open as NonNullable<TaskRecord['open']>;
  const disabling = open.disabling as Disabling;
  const byOwner = disabling.run === '';
  const answer: ControlAnswer = await controlPlaneFor(system).disable({
    task: record,
    run: byOwner ? null : disabling.run,
    episode: open.number,
    disableAt: byOwner ? null : disabling.disableAt,
    requestId: `${record.task.id}#${open.number}`,
    reason: byOwner ? 'its owner asked for it' : 'abandoned; its grace is over',
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
  record: TaskRecord,
  reason: string,
  fingerprint: string,
): Promise<boolean> {
  const { id, version } = record.task;
  const at = system.clock.now();
  const refused = refusedRecord(record, { at, reason, version, fingerprint });
  const detail = `the owning system refuses to disable it: ${reason}; \`taskwarden oops resolve ${fingerprint}\` asks again`;
  const writes = [
    taskWrite(refused, view.policies.for(id)),
    refusalMarker(fingerprint, id, at),
    operatorAlert('disable-failing', id, detail, at),
  ];
  return writeUnlessRefused(system, writes, `the refusal of ${id}`);
}

function requested(system: System, record: TaskRecord, disabling: Disabling): TaskRecord {
  const now = system.clock.now();
  const next = { at: now + system.config.confirmWithin, why: 'look' as const };
  const asked = {
    ...disabling,
    state: 'requested' as const,
    requestedAt: now,
    attempts: disabling.attempts + 1,
  };
  const open = record.open as NonNullable<TaskRecord['open']>;
  return {
    ...record,
    open: { ...open, disabling: asked },
    asked: {
      at: now,
      episode: open.number,
      run: asked.run,
      ...(asked.by === undefined ? {} : { by: asked.by }),
      disableAt: asked.disableAt,
      since: open.since,
    },
    next,
  };
}

async function store(system: System, view: FleetView, record: TaskRecord): Promise<TaskRecord | undefined> {
  const write = taskWrite(record, view.policies.for(record.task.id));
  const result = await system.table.transact([write], system.random.id(system.clock.now()));
  return result.outcome === 'applied' ? { ...record, rev: record.rev + 1 } : undefined;
}

function retry(system: System, delivery: Delivery, reason: string, isRecorded = false): Outcome {
  const delaySeconds = retryDelaySeconds(delivery.receiveCount, system.random.next());
  return { outcome: 'retry', reason, delaySeconds, failed: true, ...(isRecorded && { recorded: true }) };
}
