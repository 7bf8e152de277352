import { endsBy } from '../abandonment/deadlines.ts';
import { isEligible, NO_EVIDENCE, notPrimarySince } from '../abandonment/evidence.ts';
import { isHealthy, recoversAt, type SpellPolicy } from '../abandonment/healthy-spells.ts';
import type { EffectivePolicy } from '../abandonment/policy.ts';
import { stillOffAt } from '../abandonment/restorable.ts';
import {
  type Cell,
  type DisableRequest,
  type Episode,
  type Evidence,
  type HoldReason,
  type Keep,
  type Stopping,
  type Task,
  tenantOf,
} from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { type AskedRow, askedFromRow, askedToRow } from './episode-row.ts';
import { BUCKETS, bucketOf, index, keys, sortable } from './keys.ts';
import { packed, type Stored, unpacked } from './packed-episode.ts';
import { packedStopping, type StoredStopping, unpackedStopping } from './packed-stopping.ts';
import { ROW_VERSION } from './rows.ts';
import type { Condition, Row, Table } from './table/table.port.ts';

/** The task, its evidence and its open episode: the one row that decides (its `rev` guards every transition). */
export interface TaskRecord {
  task: Task;
  evidence: Evidence;
  /** The newest keep or snooze, also when it has ended. */
  keep: Keep | null;
  /** The number of the newest episode; 0 before the first. */
  episodes: number;
  open: Episode | null;
  /** Why nothing happens although something would be due; since when; `late`: the task's own deadline is. */
  hold: { reason: HoldReason; since: Instant; late?: true } | null;
  /** User publications that kept this span of failing from firing or ended its episode. */
  vetoes: { count: number; lastAt: Instant } | null;
  /** The newest request to disable it that the owning system has not confirmed; it may still act on it. */
  asked: DisableRequest | null;
  /** Set by us when we disabled it, until it is enabled again. */
  disabledByUs: {
    at: Instant;
    episode: number;
    run: string | null;
    /** When somebody asked for it to be enabled again: what its owning system does then is what they asked for. */
    undoneAt?: Instant;
    /** When its owning system took the request of a person on their page. */
    requestedAt?: Instant;
    /** Until when it can be enabled again as it was, where its owning system said so. */
    restorableUntil?: Instant;
    /** Its recipients were reminded that it is still off, or it is too late for that. */
    reminded?: true;
    /** Of a task that is listed: the revision that was disabled. */
    revision?: string;
    /** What facts count it under, and how often it was restarted each day before; absent in rows of older versions. */
    counted?: { cell: Cell; perDay: number };
    /** Of a task that is listed: who asked for it to be enabled, and when its control plane is to be asked again. */
    enabling?: { by: string; reason: string; at: Instant; nextAt: Instant };
  } | null;
  /**
   * The newest undoing of our disabling by an operator: asked of the owning system, on again, and announced to those
   * who hold our mails.
   */
  undo: { episode: number; by: string; at: Instant; state: 'asked' | 'enabled' | 'told' } | null;
  /**
   * When to evaluate it next, set by the last evaluation; only while an episode or a hold with an end is there.
   * `disable` where that instant is the one at which it is to be disabled.
   */
  next: { at: Instant; why: 'look' | 'disable' } | null;
  /**
   * Of a task that is listed: the revision that the newest listing saw (`ListedTask.revision`), and what its control
   * plane kept of it when it disabled it.
   */
  listed: { revision: string; kept?: string } | null;
  /** What was announced of its own deadlines; null: nothing, and they are found by themselves. */
  stopping: Stopping | null;
  /** Ours; each write raises it. 0: not stored yet. */
  rev: number;
}

const PRIMARY_ONLY: SpellPolicy = { aliveStatuses: ['PRIMARY'], minHealthy: 0 };

/** What an index of candidates carries: all that `decide()` needs, but the owners and the freshness of evidence. */
export type Candidate = Pick<TaskRecord, 'task' | 'evidence' | 'keep'> & { hold: string | null };

/** A task never stored before. */
export function newTaskRecord(task: Task): TaskRecord {
  return {
    task,
    evidence: NO_EVIDENCE,
    keep: null,
    episodes: 0,
    open: null,
    hold: null,
    vetoes: null,
    asked: null,
    disabledByUs: null,
    undo: null,
    next: null,
    listed: null,
    stopping: null,
    rev: 0,
  };
}

/** Reads a task row; undefined where there is none. */
export async function loadTask(table: Table, id: string): Promise<TaskRecord | undefined> {
  const row = await table.get(keys.task(id));
  return row && taskFromRow(row);
}

/** Reads task rows by id; unknown ones are left out. */
export async function loadTasks(table: Table, ids: Iterable<string>): Promise<Map<string, TaskRecord>> {
  const rows = await table.batchGet([...new Set(ids)].map((id) => keys.task(id)));
  return new Map(rows.map((row) => [(row.pk as string).slice(2), taskFromRow(row)]));
}

/** A task as its row has it. */
type TaskRow = Omit<TaskRecord, 'open' | 'asked' | 'stopping'> & {
  open?: Stored;
  asked?: AskedRow;
  stopping?: StoredStopping;
};

/** The record in a stored row. */
export function taskFromRow(row: Row): TaskRecord {
  const stored = row as Row & TaskRow;
  return {
    task: stored.task,
    evidence: stored.evidence,
    keep: stored.keep ?? null,
    episodes: stored.episodes,
    open: stored.open ? unpacked(stored.open) : null,
    hold: stored.hold ?? null,
    vetoes: stored.vetoes ?? null,
    asked: stored.asked ? askedFromRow(stored.asked) : null,
    disabledByUs: stored.disabledByUs ?? null,
    undo: stored.undo ?? null,
    next: stored.next ?? null,
    listed: stored.listed ?? null,
    stopping: stored.stopping ? unpackedStopping(stored.stopping) : null,
    rev: stored.rev,
  };
}

/**
 * The write that stores a record over the revision it was read at, with its places in the indexes. What is null is
 * left out, so that most rows stay within one write unit (1 KB).
 */
export function taskWrite(record: TaskRecord, policy: EffectivePolicy): { put: Row; if: Condition[] } {
  const stored = normalised(record, policy);
  return {
    put: {
      ...keys.task(record.task.id),
      v: ROW_VERSION,
      b: BUCKETS,
      ...withoutNulls(stored),
      ...(stored.open && { open: packed(stored.open) }),
      ...(stored.asked && { asked: askedToRow(stored.asked) }),
      ...(stored.stopping && { stopping: packedStopping(stored.stopping) }),
      rev: record.rev + 1,
      ...placesOf(stored, policy),
    },
    if: [record.rev === 0 ? { absent: true } : { equals: ['rev', record.rev] }],
  };
}

function withoutNulls(record: TaskRecord): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) if (value !== null) kept[name] = value;
  return kept;
}

/**
 * Lets the scanner evaluate at once a task with an open episode, a hold that ends or announced deadlines; others it
 * finds by itself.
 */
export function scheduled(record: TaskRecord, now: Instant): TaskRecord {
  const { stopping } = record;
  const touched = stopping ? { ...record, stopping: { ...stopping, lookAt: now } } : record;
  return record.open || record.next ? { ...touched, next: { at: now, why: 'look' } } : touched;
}

/**
 * Whether the task may fail unseen: eligible, and not surely alive whatever the list of alive statuses becomes; in a
 * spell that is not judged yet it is still without `PRIMARY`.
 */
function isWatched(record: TaskRecord, policy: EffectivePolicy): boolean {
  if (!isEligible(record.task)) return false;
  const hasPrimary = record.evidence.statuses.includes('PRIMARY') && policy.aliveStatuses.includes('PRIMARY');
  return !(hasPrimary && isHealthy(record.evidence, policy));
}

function normalised(record: TaskRecord, policy: EffectivePolicy): TaskRecord {
  const healthy = isHealthy(record.evidence, policy);
  const idle = !record.open && (healthy || !isEligible(record.task));
  const isDone = idle && record.undo?.state !== 'enabled';
  return {
    ...record,
    task: withoutPast(record.task),
    next:
      enablingEvaluation(record) ??
      (isDone ? stillOffEvaluation(record, policy) : (record.next ?? spellEvaluation(record, policy))),
    hold: idle && !(record.hold?.late && endsBy(record.task)) ? null : record.hold,
    vetoes: healthy ? null : record.vetoes,
    disabledByUs: record.task.enabled ? null : record.disabledByUs,
  };
}

/** Whoever evaluates it before its control plane is to be asked again changes nothing of that. */
function enablingEvaluation({ task, disabledByUs }: TaskRecord): TaskRecord['next'] {
  if (task.enabled || !disabledByUs?.enabling) return null;
  return { at: disabledByUs.enabling.nextAt, why: 'look' };
}

/**
 * What we disabled is evaluated once more before it can no longer be enabled as it was, where its policy asks for it.
 */
function stillOffEvaluation({ task, disabledByUs }: TaskRecord, policy: EffectivePolicy): TaskRecord['next'] {
  if (task.enabled || task.deletedAt !== undefined || !disabledByUs) return null;
  const at = stillOffAt(disabledByUs, policy);
  return at === null ? null : { at, why: 'look' };
}

/** A reversal of our disabling ends with the task. */
function withoutPast(task: Task): Task {
  if (task.reverted === undefined || (task.enabled && task.deletedAt === undefined)) return task;
  const { reverted: _, ...rest } = task;
  return rest;
}

/** Without an episode a spell under way is evaluated when it will have lasted, or at the threshold before that. */
function spellEvaluation({ open, task, evidence }: TaskRecord, policy: EffectivePolicy): TaskRecord['next'] {
  const lastsAt = open ? null : recoversAt(evidence, policy);
  if (lastsAt === null) return null;
  const threshold = notPrimarySince(task, evidence, policy, 0) + policy.warnAfter;
  return { at: Math.min(lastsAt, threshold), why: 'look' };
}

function placesOf(record: TaskRecord, policy: EffectivePolicy): Record<string, unknown> {
  const { task } = record;
  const bucket = bucketOf(task.id);
  const places: Record<string, unknown> = {};
  const watched = isWatched(record, policy);
  const since = sortable(notPrimarySince(task, record.evidence, PRIMARY_ONLY, 0));
  if (isAsleep(record, policy)) {
    Object.assign(places, offPlace(record, bucket), nextPlace(record, bucket, since));
  } else if (record.open || record.next) {
    Object.assign(places, { g2pk: index.open(bucket), g2sk: task.id }, nextPlace(record, bucket, since));
  } else if (watched) {
    places.g1pk = index.canFire(bucket);
    places.g1sk = since;
    places.g2pk = index.canFireOfTenant(tenantOf(task.id));
    places.g2sk = since;
    places.p = candidateOf(record);
  } else if (task.deletedAt !== undefined) {
    places.g1pk = index.ended(bucket);
    places.g1sk = sortable(endOf(task.deletedAt, record.keep));
  } else if (record.disabledByUs) {
    Object.assign(places, offPlace(record, bucket));
  }
  if (watched) {
    places.g3pk = index.lostOfPlane(task.dataPlane);
    places.g3sk = isLost(record, policy) ? `${sortable(record.evidence.lostAt ?? 0)}#L` : `${since}#N`;
  }
  return places;
}

/** Where its owners find what we disabled. */
function offPlace({ task }: TaskRecord, bucket: number): Record<string, string> {
  return { g2pk: index.off(bucket), g2sk: task.id };
}

/** Whether nothing is open of it, and only a reminder that it is still off will come: nobody looks for it before. */
function isAsleep(record: TaskRecord, policy: EffectivePolicy): boolean {
  return !record.open && record.next !== null && record.next.at === stillOffEvaluation(record, policy)?.at;
}

/** When all that is kept for a deleted task is over: a keep belongs to the id, and outlives a deletion. */
export function endOf(deletedAt: Instant, keep: Keep | null): Instant {
  return Math.max(deletedAt, keep?.until ?? deletedAt);
}

/** Whether it is without an alive status since it was seen to lose it, and was not enabled after that. */
function isLost({ task, evidence }: TaskRecord, policy: EffectivePolicy): boolean {
  return evidence.lostAt !== undefined && notPrimarySince(task, evidence, policy, 0) === evidence.lostAt;
}

function nextPlace(record: TaskRecord, bucket: number, since: string): Record<string, string> {
  if (!record.next) return {};
  const at = sortable(record.next.at);
  return record.next.why === 'disable'
    ? { g1pk: index.toDisable(bucket), g1sk: `${at}#${since}#${record.task.id}` }
    : { g1pk: index.lookAt(bucket), g1sk: at };
}

/** What an index row of a candidate carries. */
export const candidateIn = ({ p }: Row): Candidate => p as Candidate;

function candidateOf(record: TaskRecord): Candidate {
  const { observedAt: _, heard: _heard, ...evidence } = record.evidence;
  return {
    task: { ...record.task, owners: [] },
    evidence,
    keep: record.keep,
    hold: record.hold?.reason ?? null,
  };
}
