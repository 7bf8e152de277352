import { ownDeadline } from '../abandonment/deadlines.ts';
import { type Case, type Decision, isOverdue } from '../abandonment/decide.ts';
import type { Duration } from '../abandonment/time.ts';
import type { Topic } from '../abandonment/topics.ts';
import { evaluate } from '../episodes/evaluate.ts';
import { newsOfChange } from '../episodes/news.ts';
import type { Transition } from '../episodes/transition.ts';
import type { System } from '../platform/system.ts';
import { alertOf } from '../store/alerts.ts';
import { countWrites } from '../store/counts.ts';
import { deadlineWrites } from '../store/deadline-row.ts';
import type { FleetView } from '../store/fleet-view.ts';
import { lastOfEachKey } from '../store/table/writes.ts';
import { loadTask, type TaskRecord, taskWrite } from '../store/tasks.ts';
import { writeListedNotices } from '../store/untold.ts';
import type { Run } from './run.ts';
import { notifyStillOff } from './still-off.ts';
import { notifyUndone } from './undone.ts';

/** The period of the schedule: what is deployed, else what the policy says. */
export function scanEveryOf(system: System, view: FleetView): Duration {
  return system.config.scanEvery ?? view.policies.global.scanEvery;
}

/** Adds to one of the run's figures. */
export function count(run: Run, figure: string, by = 1): void {
  run.figures[figure] = (run.figures[figure] ?? 0) + by;
}

/** A conditional write is tried again on fresh state at most this often; what others change that fast can wait. */
const ATTEMPTS = 5;

/**
 * Evaluates one task and lets it take every step that is due (but for being disabled), in one transaction over the
 * revision that was read, or in several where it has more recipients than one takes. Answers the decision it came to
 * rest at, and the stored record.
 */
export async function evaluateTask(
  run: Run,
  first: TaskRecord,
): Promise<{ record: TaskRecord; decision: Decision } | undefined> {
  let record: TaskRecord | undefined = first;
  for (let conflicts = 0; record && conflicts < ATTEMPTS; ) {
    const attempt = await evaluateOnce(run, record);
    if (attempt.outcome === 'rests') return attempt.seen;
    if (attempt.outcome === 'goes-on') {
      record = attempt.record;
      continue;
    }
    conflicts += 1;
    count(run, 'conflicts');
    record = await loadTask(run.system.table, record.task.id);
  }
  return undefined;
}

type Attempt =
  | { outcome: 'rests'; seen: { record: TaskRecord; decision: Decision } }
  /** One transaction had no room for all. */
  | { outcome: 'goes-on'; record: TaskRecord }
  /** The task changed meanwhile. */
  | { outcome: 'conflict' };

async function evaluateOnce(run: Run, before: TaskRecord): Promise<Attempt> {
  const undone = await notifyUndone(run, before);
  const record = undone && (await notifyStillOff(run, undone));
  if (!record) return { outcome: 'conflict' };
  const [caseOf, topics] = await Promise.all([caseMaker(run, record), topicsOf(run, record)]);
  const { confirmWithin } = run.system.config;
  const evaluated = evaluate(record, { caseOf, topics, now: run.now, confirmWithin });
  const stored = await store(run, record, evaluated);
  if (stored.outcome === 'refused') return { outcome: 'conflict' };
  if (stored.outcome === 'same') return { outcome: 'rests', seen: { record, decision: evaluated.decision } };
  countSteps(run, record, evaluated);
  if (evaluated.untold) await writeListedNotices(run.system, evaluated.untold);
  if (evaluated.isCut) return { outcome: 'goes-on', record: stored.record };
  return { outcome: 'rests', seen: { record: stored.record, decision: evaluated.decision } };
}

/** Makes the case of a record in any of the states of one evaluation; recipients are the same in all of them. */
async function caseMaker(run: Run, record: TaskRecord): Promise<(record: TaskRecord) => Case> {
  if (!isAnybodyNotified(run, record)) return (state) => run.view.bareCase(state);
  const { view } = run;
  // What no deadline is near of asks for no more than before: evaluations go on side by side, in the order of their
  // answers.
  const byAlert = { task_abandoned: await view.audienceOf(record.task, 'task_abandoned'), task_overdue: {} };
  if (mayBeOverdue(run, record)) byAlert.task_overdue = await view.audienceOf(record.task, 'task_overdue');
  const hears = view.isDeadlineNear(record, run.now) ? await view.hearersOf(record) : {};
  return ({ open, ...state }) => ({
    ...view.bareCase({ ...state, open }),
    ...hears,
    ...(open ? byAlert[alertOf(open)] : {}),
  });
}

function mayBeOverdue({ view, now }: Run, { task, open }: TaskRecord): boolean {
  const deadline = ownDeadline(task, view.policies.for(task.id));
  return (open !== null && isOverdue(open)) || (deadline !== null && now >= deadline);
}

/** The topics that follow what people hear of a task. */
async function topicsOf(run: Run, record: TaskRecord): Promise<Topic[]> {
  const { open } = record;
  const isLate = open ? isOverdue(open) : mayBeOverdue(run, record);
  return isAnybodyNotified(run, record)
    ? run.view.topicsOf(record.task, isLate ? 'task_overdue' : 'task_abandoned')
    : [];
}

/** Whether anybody is notified of a task at all. */
function isAnybodyNotified({ view }: Run, { task }: TaskRecord): boolean {
  return view.policies.for(task.id).mode !== 'detect';
}

type Stored = { outcome: 'same' } | { outcome: 'applied'; record: TaskRecord } | { outcome: 'refused' };

async function store(run: Run, before: TaskRecord, evaluated: Transition): Promise<Stored> {
  if (evaluated.record === before && evaluated.beside.length === 0) return { outcome: 'same' };
  const policy = run.view.policies.for(before.task.id);
  const writes = [
    taskWrite(evaluated.record, policy),
    ...deadlineWrites(before, evaluated.record),
    ...countWrites(before, evaluated.record, policy),
    ...lastOfEachKey(evaluated.beside),
  ];
  const changed = { before, after: evaluated.record, beside: evaluated.beside };
  writes.push(...newsOfChange(run.system, run.view.pausesRecord.webhooks, changed));
  const result = await run.system.table.transact(writes, run.system.random.id(run.now));
  if (result.outcome !== 'applied') return { outcome: 'refused' };
  return { outcome: 'applied', record: { ...evaluated.record, rev: before.rev + 1 } };
}

function countSteps(run: Run, before: TaskRecord, evaluated: Transition): void {
  const { record } = evaluated;
  if (record.episodes > before.episodes) count(run, 'fired', record.episodes - before.episodes);
  if (before.open && record.open?.number !== before.open.number) count(run, 'resolved');
  if (evaluated.told.size > 0) count(run, 'notices', evaluated.told.size);
  if (record.hold && record.hold.reason !== before.hold?.reason) count(run, 'held');
}
