import { formatInstant, type Instant } from '../abandonment/time.ts';
import { controlPlaneFor } from '../control-planes/control-plane-for.ts';
import { recipientKey } from '../platform/addresses.ts';
import type { System } from '../platform/system.ts';
import { countWrites } from '../store/counts.ts';
import { FleetView } from '../store/fleet-view.ts';
import { allRows, auditWrite } from '../store/records.ts';
import { keys, type TaskRecord } from '../store/rows.ts';
import type { Write } from '../store/table.port.ts';
import { loadTask, taskWrite } from '../store/tasks.ts';

/** Who takes a disabling back, and why. */
export interface Undo {
  task: string;
  by: string;
  reason: string;
  /** Whether an operator does: then all who hold our mails about it are told. An owner on their page is none. */
  isOperator: boolean;
  /** The run whose disabling is taken back; where it is missing, whoever turned the task off last. */
  run?: string;
}

export type Undone =
  /** `isRepeat`: the owning system was asked already, and nothing was changed. */
  { outcome: 'enabled' | 'requested'; isRepeat?: true } | { outcome: 'refused'; reason: string };

/**
 * Turns on again what Taskwarden turned off (promise 16). Its clock starts anew with the enabling, so it is not
 * flagged again at once. In mode `fed` the owning system is asked and answers by publishing the task.
 */
export async function undoDisabling(system: System, undo: Undo): Promise<Undone> {
  const { task: id, by, reason, run } = undo;
  const record = await loadTask(system.table, id);
  if (!record) return { outcome: 'refused', reason: 'no such task' };
  const refusal = refusalOf(record, run);
  if (refusal) return { outcome: 'refused', reason: refusal };
  // One act, however often somebody posts it; an operator may ask again. What was wished and never came to be asked, or
  // was not taken, is no act yet.
  if (!undo.isOperator && record.disabledByUs?.requestedAt !== undefined)
    return { outcome: 'requested', isRepeat: true };
  const asked = await noteAsked(system, record, undo);
  if (!asked) return { outcome: 'refused', reason: CHANGED };
  const requestId = `${id}#${record.disabledByUs?.episode}#undo`;
  const answer = await controlPlaneFor(system).enable({ task: asked, requestId, by, reason });
  if (answer.outcome === 'refused') {
    // Where the note stays, a later enabling by the owning system is taken for what was asked for.
    const before = { disabledByUs: record.disabledByUs, undo: record.undo };
    await store(system, [await taskWriteOf(system, { ...asked, ...before })]);
    return answer;
  }
  const audit = auditWrite({
    task: id,
    at: system.clock.now(),
    act: 'enabled',
    by,
    reason,
    evidence: { disabled: record.disabledByUs },
    mails: [],
  });
  if (answer.outcome === 'confirmed') {
    const writes = [...(await enabled(system, asked, answer.at)), audit];
    return (await store(system, writes)) ? { outcome: 'enabled' } : { outcome: 'refused', reason: CHANGED };
  }
  // Refused where the owning system has answered by now: then only the audit is left to write.
  const isStored =
    (await store(system, [await taskWriteOf(system, requested(system, asked)), audit])) ||
    (await store(system, [audit]));
  return isStored ? { outcome: 'requested' } : { outcome: 'refused', reason: CHANGED };
}

function requested({ clock }: System, record: TaskRecord): TaskRecord {
  const { disabledByUs } = record;
  return { ...record, disabledByUs: disabledByUs && { ...disabledByUs, requestedAt: clock.now() } };
}

const CHANGED = 'the task changed meanwhile; try again';

/**
 * Notes the wish before the owning system is asked, so that its answer, however fast it comes, is not taken for a
 * system that reverts our disabling. Undefined where the task changed meanwhile.
 */
async function noteAsked(
  system: System,
  record: TaskRecord,
  { by, isOperator }: Undo,
): Promise<TaskRecord | undefined> {
  if (!record.disabledByUs) return undefined;
  const at = system.clock.now();
  const { episode } = record.disabledByUs;
  const asked: TaskRecord = {
    ...record,
    disabledByUs: { ...record.disabledByUs, undoneAt: at },
    undo: isOperator ? { episode, by, at, state: 'asked' } : record.undo,
  };
  const stored = await store(system, [await taskWriteOf(system, asked)]);
  return stored ? { ...asked, rev: record.rev + 1 } : undefined;
}

async function taskWriteOf(system: System, record: TaskRecord): Promise<Write> {
  const view = await FleetView.load(system.table, recipientKey);
  return taskWrite(record, view.policies.for(record.task.id));
}

async function store({ table, random, clock }: System, writes: Write[]): Promise<boolean> {
  return (await table.transact(writes, random.id(clock.now()))).outcome === 'applied';
}

/** Turns on again all that one run turned off and that is off since then; one that cannot be stops no other. */
export async function undoRun(
  system: System,
  { run, by, reason }: { run: Instant; by: string; reason: string },
): Promise<{ task: string; undone: Undone }[]> {
  const undone: { task: string; undone: Undone }[] = [];
  const undo = { by, reason, isOperator: true, run: formatInstant(run) };
  const { pk } = keys.turnedOff(undo.run, '');
  for (const row of await allRows(system.table, { pk, consistent: true })) {
    undone.push({ task: row.sk, undone: await undoDisabling(system, { ...undo, task: row.sk }) });
  }
  return undone;
}

function refusalOf(record: TaskRecord, run: string | undefined): string | undefined {
  if (record.task.deletedAt !== undefined) return 'the task was deleted';
  if (record.task.enabled) return 'the task is enabled';
  if (!record.disabledByUs) return 'Taskwarden did not disable it';
  const isOther = run !== undefined && record.disabledByUs.run !== run;
  return isOther ? 'it was disabled again since, by another scan or its owner' : undefined;
}

async function enabled(system: System, record: TaskRecord, at: number) {
  const view = await FleetView.load(system.table, recipientKey);
  const policy = view.policies.for(record.task.id);
  const { twitches: _, ...evidence } = record.evidence;
  const { restarts } = evidence;
  const after: TaskRecord = {
    ...record,
    task: { ...record.task, enabled: true, enabledAt: at },
    evidence: { ...evidence, restarts: { ...restarts, atLoss: restarts.total } },
    disabledByUs: null,
    ...(record.undo && {
      undo: { ...record.undo, at, state: 'enabled' },
      next: { at: system.clock.now(), why: 'look' },
    }),
  };
  return [taskWrite(after, policy), ...countWrites(record, after, policy)];
}
