import type { Duration, Instant } from '../../functions/abandonment/time.ts';
import { QUEUE_NAMES, type QueueName } from '../../functions/platform/queues.ts';

/** A worker by its queue. */
export const SOAK_FAULT_PROCESSES = ['scanner', ...QUEUE_NAMES, 'breaker'] as const;

/** What goes wrong, without when; finer than the `fault` events that users write. */
export type SoakFaultKind =
  /** The first process of the name that comes to its call with the number dies there. */
  | { type: 'crash'; process: (typeof SOAK_FAULT_PROCESSES)[number]; call: number; when: 'before' | 'after' }
  /** The clock of processes of the name is ahead by so much, or behind where negative. */
  | { type: 'skew'; process: (typeof SOAK_FAULT_PROCESSES)[number]; by: Duration; for: Duration }
  /** The next tick comes so late. */
  | { type: 'late-tick'; by: Duration }
  /** The next batches are sent by half. */
  | { type: 'partial-send'; times: number }
  /** Before each of the next conditional writes somebody else writes the same rows. */
  | { type: 'conflict'; times: number }
  /** The scanner is answered by indexes what it was answered the last time, where that was a tick ago. */
  | { type: 'stale-index'; for: Duration }
  /** SES's report of the next mail is worked before the answer to its sender. */
  | { type: 'early-report'; event: 'bounce' | 'delivery' }
  /** SES reports of the newest mail to a recipient; nothing where there is none. */
  | { type: 'report'; recipient: string; event: 'bounce' | 'delivery' | 'complaint' }
  /** The owning system refuses to disable a task, whenever it is asked in that time. */
  | { type: 'refusal'; task: string; for: Duration }
  /** A message that nobody can read. */
  | { type: 'poison'; queue: QueueName };

export type SoakFault = SoakFaultKind & { at: Instant };
