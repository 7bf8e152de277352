import type { PolicyBook } from '../functions/abandonment/policy-book.ts';
import type { Instant } from '../functions/abandonment/time.ts';
import type { System } from '../functions/platform/system.ts';
import type { Pausable } from './scenario-types.ts';
import type { AcceptedMail } from './sim-mail.ts';
import type { Answer, Delivery } from './sim-queues.ts';

/** What SES says became of a mail. */
export interface MailReport {
  mail: AcceptedMail;
  at: Instant;
  event: 'bounce' | 'complaint' | 'delivery';
  /** Of a bounce. */
  bounceType?: 'permanent' | 'transient';
}

/** What is deployed, as the engine runs it: the functions and what operators do with the command line. */
export interface Service {
  /** One tick of the schedule. */
  scan(system: System, scheduledAt: Instant): Promise<void>;
  /** One message of a queue. */
  work(system: System, delivery: Delivery): Promise<Answer>;
  /** The body of the message that SES's report of a mail becomes. */
  mailReport(report: MailReport): string;
  /** A life sign of a data plane; the policies are given so that they need not be read for each. */
  hear(system: System, dataPlane: string, book: PolicyBook): Promise<void>;
  pause(system: System, what: Pausable, paused: boolean): Promise<void>;
  /** Turns on again what was turned off: one task, or all of a run. */
  undo(system: System, what: { task: string } | { run: Instant }): Promise<void>;
}
