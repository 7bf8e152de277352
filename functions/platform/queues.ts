import { type Duration, SECOND } from '../abandonment/time.ts';

/** What sets one queue apart. */
interface QueueEntry {
  /** The function that works it, by the `service` dimension of its metrics and logs. */
  readonly worker: string;
  /** The file of that function's handler, from the root of the repository. */
  readonly handler: string;
  /** Whether its messages come from elsewhere and no state of ours sends them again: they are kept longer. */
  readonly isUnrepeated: boolean;
  /** Messages for one invocation where the configuration says nothing. */
  readonly batchSize: number;
  /** Invocations at once where the configuration says nothing. */
  readonly maxConcurrency: number;
  /** How long one invocation may take where the configuration says nothing. */
  readonly timeoutSeconds: number;
  /**
   * Whether the work of one message may last for as long as its worker may run: it is left then where it is, which is no
   * failure.
   */
  readonly stopsInTime?: true;
  /** Whether its worker makes a write depend on a row that it does not write, which takes a permission. */
  readonly checksRows: boolean;
  /** What owners and operators miss while it is not worked, as its alarms say it. */
  readonly impact: string;
}

/**
 * The queues, in the order in which they are listed everywhere. All else is the same for each: it is a standard queue with
 * a dead-letter queue, its worker has attempts, alarms and settings, the breaker steers it, and a canary goes through it.
 */
export const QUEUES = {
  ingest: {
    worker: 'ingest',
    handler: 'functions/catalog/ingest.handler.ts',
    isUnrepeated: true,
    batchSize: 10,
    maxConcurrency: 5,
    timeoutSeconds: 30,
    checksRows: true,
    impact: 'what control planes say of tasks is not known, and their clocks freeze.',
  },
  notify: {
    worker: 'notifier',
    handler: 'functions/notices/send/notifier.handler.ts',
    isUnrepeated: false,
    batchSize: 10,
    maxConcurrency: 5,
    timeoutSeconds: 30,
    checksRows: true,
    impact: 'owners are not warned, and what would be disabled waits for their warning.',
  },
  disable: {
    worker: 'disabler',
    handler: 'functions/disabling/disabler.handler.ts',
    isUnrepeated: false,
    batchSize: 5,
    maxConcurrency: 2,
    timeoutSeconds: 30,
    checksRows: false,
    impact: 'tasks past their date stay on.',
  },
  'mail-events': {
    worker: 'mail-events',
    handler: 'functions/notices/feedback/mail-events.handler.ts',
    isUnrepeated: true,
    batchSize: 10,
    maxConcurrency: 2,
    timeoutSeconds: 30,
    checksRows: true,
    impact: 'bounces and complaints go unseen, and dates may stand on warnings that nobody got.',
  },
  listing: {
    worker: 'lister',
    handler: 'functions/catalog/listings/lister.handler.ts',
    isUnrepeated: false,
    batchSize: 1,
    maxConcurrency: 10,
    timeoutSeconds: 60,
    stopsInTime: true,
    checksRows: true,
    impact: 'control planes that are listed are not asked for their tasks, and their clocks freeze.',
  },
  webhook: {
    worker: 'webhook-sender',
    handler: 'functions/webhooks/webhook-sender.handler.ts',
    isUnrepeated: false,
    batchSize: 1,
    maxConcurrency: 5,
    timeoutSeconds: 60,
    stopsInTime: true,
    checksRows: false,
    impact: 'webhooks are not called; what they are to hear waits for up to seven days.',
  },
} as const satisfies Record<string, QueueEntry>;

export type QueueName = keyof typeof QUEUES;

/** Work that may last for as long as its worker may run stops then in a trial, and shows by it that it can be done. */
const LONG_ENOUGH: Duration = 30 * SECOND;

/** How long the trial of a message may last (docs/rules.md#breaker), of a worker that may run for so long. */
export function longestTrial(queue: QueueName, timeLimit: Duration): Duration {
  const { stopsInTime }: QueueEntry = QUEUES[queue];
  return stopsInTime ? Math.min(timeLimit, LONG_ENOUGH) : timeLimit;
}

/** The function that works a queue. */
export type Worker = (typeof QUEUES)[QueueName]['worker'];

export const QUEUE_NAMES = Object.keys(QUEUES) as readonly QueueName[];

export const WORKERS: readonly Worker[] = QUEUE_NAMES.map((queue) => QUEUES[queue].worker);

/** The queues with messages that nothing sends again. */
export const UNREPEATED_QUEUES: readonly QueueName[] = QUEUE_NAMES.filter(
  (queue) => QUEUES[queue].isUnrepeated,
);

/** Something for each queue, by its name. */
export function byQueue<Value>(of: (queue: QueueName) => Value): Record<QueueName, Value> {
  const entries = QUEUE_NAMES.map((queue) => [queue, of(queue)]);
  return Object.fromEntries(entries) as Record<QueueName, Value>;
}

/** Something for each queue, by the name of its worker. */
export function byWorker<Value>(of: (queue: QueueName) => Value): Record<Worker, Value> {
  const entries = QUEUE_NAMES.map((queue) => [QUEUES[queue].worker, of(queue)]);
  return Object.fromEntries(entries) as Record<Worker, Value>;
}

/** The environment variable that tells every function the URL of a queue. */
export function queueUrlVariable(queue: QueueName): string {
  return `TASKWARDEN_${queue.toUpperCase().replaceAll('-', '_')}_QUEUE_URL`;
}
