import type { Case, Decision } from '../abandonment/decide.ts';
import type { Instant } from '../abandonment/time.ts';
import type { AlertRecord } from '../store/alerts.ts';
import type { Write } from '../store/table/table.port.ts';
import type { TaskRecord } from '../store/tasks.ts';
import type { OpenTask } from './open-task.ts';

/** Beside the task's own row a transaction carries at most this many others; more recipients go in a next one. */
export const MOST_BESIDE = 90;

/** What a step of an episode rests on beside the task. */
export interface Basis {
  taskCase: Case;
  /** How many more rows the transaction takes (of `MOST_BESIDE`). */
  room: number;
  now: Instant;
}

/** What one step makes of a task: a value, which knows of no other step. */
export interface EpisodeStep<Of extends TaskRecord = TaskRecord> {
  record: Of;
  /** Written in the same transaction. @default nothing */
  beside?: readonly Write[];
  /** Recipients with a new notice among these writes. @default none */
  told?: readonly string[];
  /** It found no room for all of its recipients: the rest is for the next transaction. @default false */
  isCut?: boolean;
  /** The alert of an episode that ended with more notices than one transaction takes. */
  untold?: AlertRecord;
}

/** A step after which the episode is open. */
export type OpenStep = EpisodeStep<OpenTask>;

/** What a task becomes with the steps of its episode taken so far. All of it is stored in one transaction. */
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
