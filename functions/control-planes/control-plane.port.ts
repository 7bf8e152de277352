import type { Instant } from '../abandonment/time.ts';
import type { TaskRecord } from '../store/tasks.ts';

/** Turn a task off: its episode's grace is over, or its owner says so. */
export interface DisableRequest {
  /** As it was decided upon; its version is the one the owning system must still have. */
  task: TaskRecord;
  /** The scan that decided it; null for an owner's own wish. */
  run: string | null;
  episode: number;
  /** The date that was due; null for an owner's own wish. */
  disableAt: Instant | null;
  /** Unique to the wish, the same when it is asked again. */
  requestId: string;
  reason: string;
}

/** Turn a task on again: what was done is undone. */
export interface EnableRequest {
  task: TaskRecord;
  requestId: string;
  /** Who wants it: an operator or an address. */
  by: string;
  reason: string;
}

/** `requested`: the owning system was asked and will confirm by an event. */
export type ControlAnswer =
  | { outcome: 'confirmed'; at: Instant }
  | { outcome: 'requested' }
  | { outcome: 'refused'; reason: string };

/** Where tasks live and are turned off and on. Throws on faults: asking again later is harmless. */
export interface ControlPlane {
  disable(request: DisableRequest): Promise<ControlAnswer>;
  enable(request: EnableRequest): Promise<ControlAnswer>;
  /** Whether it could be asked now, as far as can be told without asking for anything; throws where it could not. */
  check?(): Promise<void>;
}
