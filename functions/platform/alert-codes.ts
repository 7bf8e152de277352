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
  /** Whether it is told once, however long it lasts. @default false */
  readonly isOnce?: true;
  /** Its article in docs/runbook.md, by the anchor. Where an alarm has the code for its name, the heading says which is meant. */
  readonly article: string;
}

/**
 * What operators are told, by code (docs/runbook.md#operator-alerts). They are told once, and most each week again while they last;
 * who raises one takes it back, or says in the scanner's generator `operators` when it lasts no more.
 */
export const OPERATOR_ALERTS = {
  /** A task is held: nobody who could be warned has a living address. */
  'no-reachable-owner': { about: 'task', article: 'no-reachable-owner' },
  /** SNS refuses what is published to a topic. */
  'topic-refused': { about: 'topic', article: 'topic-refused' },
  /** A spike of tasks that are due waits for approval. */
  'blast-radius': { about: 'service', article: 'blast-radius' },
  /** A data plane gives no life sign. */
  'data-plane-silent': { about: 'data plane', article: 'data-plane-silent' },
  /** A listing misses so many tasks that nothing is concluded from it. */
  'listing-shrank': { about: 'control plane', article: 'listing-shrank' },
  /** A data plane is gone, and its tasks are parked. */
  'data-plane-deleted': { about: 'data plane', article: 'data-plane-deleted', isOnce: true },
  /** Most tasks of a data plane lost `PRIMARY` together. */
  'correlated-failure': { about: 'data plane', article: 'correlated-failure' },
  /** An owning system does not confirm, or can never be asked. */
  'disable-failing': { about: 'task', article: 'disable-failing-operator-alert' },
  /** A control plane that is listed cannot be asked, and tasks past their date wait for it. */
  'control-plane-unavailable': { about: 'control plane', article: 'control-plane-unavailable' },
  /** A control plane did not enable again what somebody asked for. */
  'enable-refused': { about: 'task', article: 'enable-refused' },
  /** What waits for a recipient can never be mailed. */
  'notify-failing': { about: 'recipient', article: 'notify-failing-operator-alert' },
  /** A system turned on again what we disabled. */
  'disable-reverted': { about: 'task', article: 'disable-reverted' },
  /** Somebody who was notified of a task said that it is not theirs. */
  'not-mine': { about: 'task', article: 'not-mine' },
  /** A task is published again and again, and never runs. */
  'veto-loop': { about: 'task', article: 'veto-loop' },
  /** No event of any control plane comes in. */
  'evidence-stale': { about: 'service', article: 'evidence-stale' },
  /** SES does not answer the canary mails, and nothing is disabled. */
  'feedback-canary-missed': { about: 'service', article: 'feedback-canary-missed-operator-alert' },
  /** The calls of a webhook fail. */
  'webhook-failing': { about: 'webhook', article: 'webhook-failing-operator-alert' },
  /** A webhook answered that it is gone, and is paused. */
  'webhook-gone': { about: 'webhook', article: 'webhook-gone' },
  /** A generator has work that can never be done. */
  'work-given-up': { about: 'generator', article: 'work-given-up' },
  /** Items of a bulk command failed, and nobody may have waited for it. */
  'bulk-command-failed': { about: 'bulk command', article: 'bulk-command-failed' },
  /** A worker fails, and its queue is off; the breaker tells it itself, too. */
  'breaker-open': { about: 'queue', article: 'breaker-open' },
} as const satisfies Record<string, AlertEntry>;

export type OperatorAlertCode = keyof typeof OPERATOR_ALERTS;

/** Whether it is told once, however long it lasts. */
export function isNotifiedOnce(code: OperatorAlertCode): boolean {
  const entry: AlertEntry = OPERATOR_ALERTS[code];
  return entry.isOnce === true;
}
