import type { PolicyBook } from '../../functions/abandonment/policy-book.ts';
import type { Instant } from '../../functions/abandonment/time.ts';
import type { WorkerControl } from '../../functions/breaker/worker-control.port.ts';
import type { QueueName } from '../../functions/platform/ports.ts';
import type { System } from '../../functions/platform/system.ts';
import type { TrialAnswer } from '../../functions/work/trial.ts';
import type { OwnerAction, Pausable } from '../scenario/scenario-types.ts';
import type { AcceptedMail } from './sim-mail.ts';
import type { Answer, Delivery } from './sim-queues.ts';

/** What SES says became of a mail. */
export interface MailReport {
  mail: Pick<AcceptedMail, 'at' | 'to' | 'digest' | 'messageId'>;
  at: Instant;
  event: 'send' | 'bounce' | 'complaint' | 'delivery';
  /** Of a bounce. */
  bounceType?: 'permanent' | 'transient';
}

/** What is deployed, as the engine runs it: the functions and what operators do with the command line. */
export interface Service {
  /** One tick of the schedule. */
  scan(system: System, scheduledAt: Instant): Promise<void>;
  /** One message of a queue. */
  work(system: System, delivery: Delivery): Promise<Answer>;
  /** One run of the breaker over all queues. */
  watch(system: System, control: WorkerControl, now: Instant): Promise<void>;
  /**
   * Has the worker of a queue exercise what it rests on, and answers how many attempts it says went well. Throws where
   * it could not work.
   */
  probe(system: System, queue: QueueName): Promise<number>;
  /** What an answer of a queue's worker says of whether its work can be done. */
  verdict(queue: QueueName, answer: Answer): TrialAnswer;
  /** The body of the message that SES's report of a mail becomes. */
  mailReport(report: MailReport): string;
  /** A life sign of a data plane; the policies are given so that they need not be read for each. */
  hear(system: System, dataPlane: string, book: PolicyBook): Promise<void>;
  /** What a person does through the page; false where they have no say, or where it was refused or had no meaning. */
  act(system: System, action: OwnerAction): Promise<boolean>;
  /** Approves all that the blast radius holds; the ids of these tasks. */
  approve(system: System): Promise<string[]>;
  /**
   * Ends the correlated outage of a data plane, or the parking of its tasks, or what holds a task whose disabling was reverted;
   * whether tasks were parked.
   */
  dismiss(system: System, of: string): Promise<boolean>;
  pause(system: System, what: Pausable, paused: boolean): Promise<void>;
  /** Enables again what was disabled: one task, or all of a run. */
  undo(system: System, what: { task: string } | { run: Instant }): Promise<void>;
  /** Has a control plane that is listed be asked at once; false where it is being listed already. */
  poll(system: System, controlPlane: string): Promise<boolean>;
  /** Lets a suppressed address be mailed again; false where it was not suppressed. */
  revive(system: System, address: string): Promise<boolean>;
}
