import { causeOf } from '../abandonment/causes.ts';
import { ownDeadline } from '../abandonment/deadlines.ts';
import { decide } from '../abandonment/decide.ts';
import { countedTime } from '../abandonment/evidence.ts';
import { restorableUntil } from '../abandonment/restorable.ts';
import type { Cause, Keep, ResolveReason, Task } from '../abandonment/task.ts';
import type { Duration, Instant } from '../abandonment/time.ts';
import { countsRestarts, othersNotified } from '../notices/render/mail-of.ts';
import type { System } from '../platform/system.ts';
import { type AlertRecord, alertFromRow } from '../store/alerts.ts';
import type { DigestItem } from '../store/digests.ts';
import { FleetView } from '../store/fleet-view.ts';
import { keys } from '../store/keys.ts';
import { loadTasks, type TaskRecord } from '../store/tasks.ts';
import { saysOf } from './entitlement.ts';
import type { Visit } from './open-link.ts';

/** What the page says of a task that still fails. */
export interface Failure {
  since: Instant;
  /** Counted time without `PRIMARY`. */
  lasted: Duration;
  /** Null where nobody counts them. */
  restarts: number | null;
  cause: Cause;
  /** When it will be disabled; null where nothing is announced. */
  disableAt: Instant | null;
  /** Others who are notified. */
  told: string[];
  /** It outlives its own deadline, which is `since`. */
  isOverdue?: true;
}

/** What the page says of a task whose own deadline is ahead. */
export interface Ahead {
  deadline: Instant;
  /** Whether it is disabled if it still runs then. */
  isTurnedOff: boolean;
}

/** Why it was disabled: nobody kept it while it did not run, or outlived its deadline; or somebody asked for it. */
export type WhyOff = 'abandoned' | 'overdue' | 'asked';

/** One task of a mail as it is now. */
export type TaskState =
  | { state: 'gone' }
  /** The recipient has no say in it any more. */
  | { state: 'no-say' }
  /** They said that it is not theirs. */
  | { state: 'disclaimed' }
  /** A later alert of the task has its own mails. */
  | { state: 'newer' }
  | { state: 'ahead'; ahead: Ahead }
  | { state: 'open'; failure: Failure }
  /** Somebody asked for it to be disabled, or its date has come, and it is not off yet. */
  | { state: 'closing'; failure: Failure }
  | { state: 'kept'; keep: Keep }
  /** Taskwarden disabled it; `why` is null where its alert is no longer kept. `until`: it can be enabled as it was. */
  | { state: 'off'; at: Instant; until: Instant; why: WhyOff | null }
  /** It was disabled, and is on again. */
  | { state: 'on-again' }
  | { state: 'over'; reason: ResolveReason | null; at: Instant | null };

export interface TaskView {
  item: DigestItem;
  /** Absent where nothing is known of it any more. */
  task?: Task;
  now: TaskState;
  /** The longest it may be kept. */
  keepMax: Duration;
}

export type Act = 'keep' | 'snooze' | 'end' | 'disable' | 'undo' | 'not-mine' | 'mine';

/** What the page says after an act. */
export type Done = Act | 'asked';

/** What the recipient may do about a task in a state. */
export function actsIn({ state }: TaskState): readonly Act[] {
  switch (state) {
    case 'open':
      return ['keep', 'snooze', 'disable', 'not-mine'];
    case 'ahead':
    case 'closing':
      return ['keep', 'snooze', 'not-mine'];
    case 'kept':
      return ['keep', 'snooze', 'end', 'not-mine'];
    case 'disclaimed':
      return ['mine'];
    case 'off':
      return ['undo'];
    default:
      return [];
  }
}

/** What the state of a mail's tasks is seen from, read once for all of them. */
interface Scene {
  fleet: FleetView;
  visit: Visit;
  now: Instant;
  records: ReadonlyMap<string, TaskRecord>;
  /** By item. */
  alerts: ReadonlyMap<DigestItem, AlertRecord>;
  hasSay: (task: Task) => boolean;
}

/** Reads tasks of a mail on fresh state; in the order of the items. */
export async function viewsOf(
  system: System,
  visit: Visit,
  items: readonly DigestItem[],
): Promise<TaskView[]> {
  const scene = await sceneOf(system, visit, items);
  return Promise.all(items.map((item) => viewOf(scene, item)));
}

async function sceneOf(system: System, visit: Visit, items: readonly DigestItem[]): Promise<Scene> {
  const { table, clock, config } = system;
  const now = clock.now();
  const [fleet, records, alertRows] = await Promise.all([
    FleetView.load(table, now, { scanEvery: config.scanEvery }),
    loadTasks(
      table,
      items.map(({ task }) => task),
    ),
    table.batchGet(items.map(({ task, episode }) => keys.alert(task, episode))),
  ]);
  const byKey = new Map(alertRows.map((row) => [`${row.pk} ${row.sk}`, alertFromRow(row)]));
  const alerts = new Map<DigestItem, AlertRecord>();
  for (const item of items) {
    const { pk, sk } = keys.alert(item.task, item.episode);
    const alert = byKey.get(`${pk} ${sk}`);
    if (alert) alerts.set(item, alert);
  }
  const tasks = [...records.values()].map(({ task }) => task);
  const hasSay = await saysOf(table, tasks, visit.digest.address, (task) => fleet.ownersOf(task));
  return { fleet, visit, now, records, alerts, hasSay };
}

async function viewOf(scene: Scene, item: DigestItem): Promise<TaskView> {
  const { keepMax } = scene.fleet.policies.for(item.task);
  const record = scene.records.get(item.task);
  if (!record || record.task.deletedAt !== undefined) return { item, now: { state: 'gone' }, keepMax };
  const { task } = record;
  if (task.disclaimed?.includes(scene.visit.digest.recipient))
    return { item, task, now: { state: 'disclaimed' }, keepMax };
  if (!scene.hasSay(task)) return { item, task, now: { state: 'no-say' }, keepMax };
  return { item, task, now: await stateOf(scene, item, record), keepMax };
}

async function stateOf(scene: Scene, item: DigestItem, record: TaskRecord): Promise<TaskState> {
  const { open, disabledByUs, keep, task } = record;
  if (isOfNoEpisode(item)) return deadlineState(scene, record);
  if (record.episodes > item.episode) return { state: 'newer' };
  if (open?.number === item.episode) return openState(scene, record);
  if (!task.enabled && disabledByUs?.episode === item.episode)
    return offState(disabledByUs, scene.alerts.get(item));
  const alert = scene.alerts.get(item);
  const reason = alert?.reason ?? null;
  if (keep && keep.until > scene.now && (item.episode === 0 || reason === 'kept' || reason === 'snoozed'))
    return { state: 'kept', keep };
  const wasOff = reason === 'disabled' || reason === 'disabled-by-owner';
  if (wasOff && task.enabled) return { state: 'on-again' };
  return { state: 'over', reason, at: alert?.resolvedAt ?? null };
}

/** A notice of a task's own deadline, or of who disclaimed it: whichever episode is open is meant. */
export function isOfNoEpisode({ notice }: Pick<DigestItem, 'notice'>): boolean {
  return notice === 'stopping' || notice === 'disclaimed';
}

/** How a task stands that a mail of no episode is about. */
async function deadlineState(scene: Scene, record: TaskRecord): Promise<TaskState> {
  const { open, disabledByUs, keep, task } = record;
  if (open) return openState(scene, record);
  if (!task.enabled && disabledByUs) return offState(disabledByUs, undefined);
  if (keep && keep.until > scene.now) return { state: 'kept', keep };
  const policy = scene.fleet.policies.for(task.id);
  const deadline = ownDeadline(task, policy);
  if (deadline === null || deadline <= scene.now) return { state: 'over', reason: endOf(task), at: null };
  const isTurnedOff = policy.mode === 'disable' && policy.atDeadline === 'disable';
  return { state: 'ahead', ahead: { deadline, isTurnedOff } };
}

function offState(
  { at, restorableUntil: ownEnd }: NonNullable<TaskRecord['disabledByUs']>,
  alert: AlertRecord | undefined,
): TaskState {
  return { state: 'off', at, until: restorableUntil(at, ownEnd), why: alert ? whyOff(alert) : null };
}

function whyOff({ reason, type }: AlertRecord): WhyOff | null {
  if (reason === 'disabled-by-owner') return 'asked';
  if (reason !== 'disabled') return null;
  return type === 'task_overdue' ? 'overdue' : 'abandoned';
}

function endOf({ enabled, endedAt }: Task): ResolveReason | null {
  if (!enabled) return 'ineligible';
  return endedAt === undefined ? null : 'ended';
}

async function openState(scene: Scene, record: TaskRecord): Promise<TaskState> {
  const failure = await failureOf(scene, record);
  const disabling = record.open?.disabling;
  const isClosing = disabling && disabling.state !== 'refused';
  return { state: isClosing ? 'closing' : 'open', failure };
}

async function failureOf({ fleet, visit, now }: Scene, record: TaskRecord): Promise<Failure> {
  const taskCase = await fleet.caseOf(record);
  const since = record.open?.since ?? now;
  const { total, atLoss } = record.evidence.restarts;
  return {
    since,
    lasted: countedTime(since, now, fleet.unknownOf(record)),
    restarts: countsRestarts(record) ? total - atLoss : null,
    cause: causeOf(record.evidence),
    disableAt: taskCase.policy.mode === 'disable' ? decide(taskCase, now).facts.disableAt : null,
    told: othersNotified(record, visit.digest.recipient),
    ...(record.open?.alert === 'task_overdue' && { isOverdue: true as const }),
  };
}
