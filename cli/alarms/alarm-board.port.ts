import type { Instant } from '../../functions/abandonment/time.ts';
import type { Severity } from '../../functions/platform/alarm-names.ts';

/** An alarm as CloudWatch has it. */
export interface SeenAlarm {
  name: string;
  /** null: its text does not say, for an earlier version made it. */
  severity: Severity | null;
  state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  /** Since when it is in that state. */
  since: Instant | null;
  impact: string;
}

/** A message that reached a subscriber of a topic. */
export interface Heard {
  topic: string;
  text: string;
}

/** Somebody who listens on the topics of alarms for a while. */
export interface Listener {
  /** What came since it was last asked; waits some seconds for something. */
  next(): Promise<Heard[]>;
  /** Stops listening, and leaves nothing behind. */
  stop(): Promise<void>;
}

/** The alarms of a stage, and the topics that they go to. */
export interface AlarmBoard {
  list(): Promise<SeenAlarm[]>;
  /** Where alarms of that severity go. */
  topic(severity: Severity): string;
  /** How many confirmed their subscription of that topic, and how many did not yet. */
  subscribers(severity: Severity): Promise<{ confirmed: number; pending: number }>;
  listen(): Promise<Listener>;
  /** Puts the tested alarm of a severity into a state, until CloudWatch evaluates it again. */
  set(severity: Severity, state: 'ALARM' | 'OK', reason: string): Promise<void>;
  /** Publishes to the topic itself, as no alarm does. */
  publish(severity: Severity, text: string): Promise<void>;
}
