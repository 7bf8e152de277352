/** What sets one operator alert apart. */
interface AlertEntry {
  /** What its subject is. */
  readonly about:
    | 'task'
    | 'recipient'
    | 'topic'
    | 'data plane'
    | 'control plane'
    | 'queue'
    | 'webhook'
    | 'generator'
    | 'bulk command'
    | 'service';
  /** Whether operators are notified once, however long it lasts. @default false */
  readonly isOnce?: true;
  /** Whether it happened, and so has no end; else it is a condition, which lasts. @default false */
  readonly isEvent?: true;
  /**
   * Whether it is over once operators were notified, and is forgotten in place of coming again a week later. @default
   * false
   */
  readonly isPast?: true;
  /**
   * Whether it comes and goes by itself: back within a day it is the same incident, and nobody is notified anew.
   * @default false
   */
  readonly flaps?: true;
  /** What is the matter with its subject, as webhooks say it: it names no person and repeats no words of others. */
  readonly says: string;
  /**
   * Its article in docs/runbook.md, by the anchor. Where an alarm has the code for its name, the heading says which is
   * meant.
   */
  readonly article: string;
}

/**
 * What operators hear of, by code (docs/runbook.md#operator-alerts). They are notified once, and most each week again
 * while they last; who raises one takes it back, or `functions/scanner/alert-lasts.ts` says when it lasts no more.
 * Operators are notified of the end of a condition as well.
 */
export const OPERATOR_ALERTS = {
  /** A task is held: nobody who could be warned has a reachable address. */
  'no-reachable-owner': {
    about: 'task',
    article: 'no-reachable-owner',
    says: 'nobody who could be warned of it can be reached',
  },
  /** SNS refuses what is published to a topic. */
  'topic-refused': {
    about: 'topic',
    article: 'topic-refused',
    says: 'SNS refuses what is published to it',
  },
  /** A spike of tasks that are due waits for approval. */
  'blast-radius': {
    about: 'service',
    article: 'blast-radius',
    says: 'too many tasks are due to be disabled at once; they are held until an operator approves them',
  },
  /** A data plane gives no life sign. */
  'data-plane-silent': {
    about: 'data plane',
    article: 'data-plane-silent',
    flaps: true,
    says: 'it gives no life sign; the clocks of its tasks stand still',
  },
  /** A listing misses so many tasks that nothing is concluded from it. */
  'listing-shrank': {
    about: 'control plane',
    article: 'listing-shrank',
    flaps: true,
    says: 'its listing misses too many tasks; nothing is concluded from it',
  },
  /** A data plane is gone, and its tasks are parked. */
  'data-plane-deleted': {
    about: 'data plane',
    article: 'data-plane-deleted',
    isOnce: true,
    says: 'it was deleted, and its tasks are parked',
  },
  /** Most tasks of a data plane lost `PRIMARY` together. */
  'correlated-failure': {
    about: 'data plane',
    article: 'correlated-failure',
    says: 'many of its tasks lost PRIMARY together; their clocks stand still',
  },
  /** An owning system does not confirm, or can never be asked. */
  'disable-failing': {
    about: 'task',
    article: 'disable-failing-operator-alert',
    says: 'it was to be disabled, and is not',
  },
  /** A control plane that is listed cannot be asked, and tasks past their date wait for it. */
  'control-plane-unavailable': {
    about: 'control plane',
    article: 'control-plane-unavailable',
    flaps: true,
    says: 'it cannot be asked; what is due there waits',
  },
  /** A control plane did not enable again what somebody asked for. */
  'enable-refused': {
    about: 'task',
    article: 'enable-refused',
    isEvent: true,
    says: 'it was to be enabled again, and stays disabled',
  },
  /** What waits for a recipient can never be mailed. */
  'notify-failing': {
    about: 'recipient',
    article: 'notify-failing-operator-alert',
    says: 'what waits for one recipient can never be mailed',
  },
  /** A system enabled again what we disabled. */
  'disable-reverted': {
    about: 'task',
    article: 'disable-reverted',
    says: 'a system enabled it again after it was disabled; it is held',
  },
  /** Somebody who was notified of a task said that it is not theirs. */
  'not-mine': {
    about: 'task',
    article: 'not-mine',
    isEvent: true,
    isPast: true,
    says: 'somebody who was notified of it said that it is not theirs',
  },
  /** A task is published again and again, and never runs. */
  'veto-loop': {
    about: 'task',
    article: 'veto-loop',
    says: 'it is published again and again, and never runs',
  },
  /** No event of any control plane comes in. */
  'evidence-stale': {
    about: 'service',
    article: 'evidence-stale',
    flaps: true,
    says: 'no event of any control plane comes in',
  },
  /** SES does not answer the canary mails, and nothing is disabled. */
  'feedback-canary-missed': {
    about: 'service',
    article: 'feedback-canary-missed-operator-alert',
    flaps: true,
    says: 'it does not answer the canary mails; nothing is disabled',
  },
  /** The calls of a webhook fail. */
  'webhook-failing': {
    about: 'webhook',
    article: 'webhook-failing-operator-alert',
    flaps: true,
    says: 'its calls fail; what it is to hear waits',
  },
  /** A webhook answered that it is gone, and is paused. */
  'webhook-gone': {
    about: 'webhook',
    article: 'webhook-gone',
    isEvent: true,
    says: 'it answered that it is gone, and is paused',
  },
  /** A generator has work that can never be done. */
  'work-given-up': {
    about: 'generator',
    article: 'work-given-up',
    says: 'some of its work can never be done',
  },
  /** Items of a bulk command failed, and nobody may have waited for it. */
  'bulk-command-failed': {
    about: 'bulk command',
    article: 'bulk-command-failed',
    isEvent: true,
    isPast: true,
    says: 'items of it failed',
  },
  /** A worker fails, and its queue is off; the breaker tells it itself, too. */
  'breaker-open': {
    about: 'queue',
    article: 'breaker-open',
    flaps: true,
    says: 'it is off, for its worker fails; nothing is lost',
  },
} as const satisfies Record<string, AlertEntry>;

export type OperatorAlertCode = keyof typeof OPERATOR_ALERTS;

/** What is said of a code. */
export const alertEntry = (code: OperatorAlertCode): AlertEntry => OPERATOR_ALERTS[code];
