import type { Decision } from '../abandonment/decide.ts';
import type { Episode } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import type { AlertRecord } from '../store/alerts.ts';
import { noticeWrite, type PendingNotice } from '../store/notices.ts';
import type { Write } from '../store/table/table.port.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { type OpenTask, withEpisode } from './open-task.ts';

/**
 * What a task becomes with the steps of its episode taken so far: a value, which each step answers anew. All of it is
 * stored in one transaction.
 */
export interface Transition<Of extends TaskRecord = TaskRecord> {
  record: Of;
  /** Written in the same transaction. */
  beside: readonly Write[];
  /** What it rests on. */
  decision: Decision;
  /** Recipients with a new notice, to be put on the queue once it is written. */
  told: ReadonlySet<string>;
  /** A step found no room for all of its recipients: the rest is for the next transaction, and for the next evaluation. */
  isCut: boolean;
  /** The alert of an episode that ended with more notices than one transaction takes. */
  untold: AlertRecord | null;
}

/** A transition of a task whose episode is open. */
export type OpenTransition = Transition<OpenTask>;

/** One notice for one recipient of the open episode. */
export interface NewNotice {
  key: string;
  address: string;
  pending: PendingNotice;
}

/** Beside the task's own row a transaction carries at most this many others; more recipients go in a next one. */
export const MOST_BESIDE = 90;

/** A task as it was read, before any step. */
export function begin(record: TaskRecord, decision: Decision): Transition {
  return { record, beside: [], decision, told: new Set(), isCut: false, untold: null };
}

/** Whether the task's episode is open after the steps taken. */
export function hasEpisode(at: Transition): at is OpenTransition {
  return at.record.open !== null;
}

/** How many more rows fit into the transaction. */
export function roomIn({ beside }: Pick<Transition, 'beside'>): number {
  return Math.max(0, MOST_BESIDE - beside.length);
}

/** With more written in the same transaction. */
export function withBeside<Of extends TaskRecord>(
  at: Transition<Of>,
  ...writes: readonly Write[]
): Transition<Of> {
  return writes.length === 0 ? at : { ...at, beside: [...at.beside, ...writes] };
}

/** As many of some as fit into the transaction, and whether there are more. */
export function fitting<One>(at: Transition, all: readonly One[]): { some: One[]; isCut: boolean } {
  const some = all.slice(0, roomIn(at));
  return { some, isCut: some.length < all.length };
}

/** With notices of the open episode for their recipients, and what changes in it by that. */
export function withAsked(
  at: OpenTransition,
  notices: readonly NewNotice[],
  change: Partial<Episode>,
): OpenTransition {
  return { ...withNotices(at, notices), record: withEpisode(at.record, change) };
}

/** With notices of the open episode for their recipients. */
export function withNotices(at: OpenTransition, notices: readonly NewNotice[]): OpenTransition {
  const { task, open } = at.record;
  const writes = notices.map(({ key, address, pending }) =>
    noticeWrite({ recipient: key, address, task: task.id, episode: open.number, pending }),
  );
  const told = new Set([...at.told, ...notices.map(({ key }) => key)]);
  return { ...withBeside(at, ...writes), told };
}

/** Marks that more is to be written: a run that dies here leaves it to the next. */
export function withRestDue<Of extends TaskRecord>(at: Transition<Of>, now: Instant): Transition<Of> {
  return { ...at, isCut: true, record: { ...at.record, next: { at: now, why: 'look' } } };
}
