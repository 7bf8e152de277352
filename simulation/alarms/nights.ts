import { QUEUE_NAMES, type QueueName } from '../../functions/platform/queues.ts';
import type { Metrics } from './metrics.ts';
import {
  AGE,
  BOUNCE_RATE,
  COMPLAINT_RATE,
  CONCURRENCY,
  DELETED,
  healthyStage,
  heldFrom,
  MAILS_SENT,
  ofDeadLetters,
  ofQueue,
  own,
  PAGE_ERRORS,
  PAGES_SENT,
  poison,
  SCAN_EVERY,
  saidByScans,
  unworked,
  withoutScans,
} from './streams.ts';

/** What one alarm does in a night. */
interface Expected {
  /** It rings within so many minutes of the fault. */
  within: number;
  /** How often it rings. @default once */
  times?: number;
  /** Whether it has ended by the end of the night. @default it rings on */
  ends?: boolean;
}

/** A fault, what it does to the metrics, and what is to be heard of it: that, and nothing else. */
export interface Night {
  name: string;
  /** How long it is watched from the fault on, in minutes. */
  minutes: number;
  spoil(metrics: Metrics, from: number, to: number): void;
  rings: Readonly<Record<string, Expected>>;
}

const HOUR = 60;
const DAY = 24 * HOUR;

/** All is well before the fault for so long; it begins in the middle of a day, just after a scan: the next is furthest away. */
const LEAD = DAY + 11 * HOUR + 6;

const SCANS_STOP: Night['rings'] = { 'scanner-not-running': { within: 3 * SCAN_EVERY } };

/** Deliveries that come to nothing lie in a dead-letter queue of the schedule from the first lost tick on. */
const lostTick = (from: number) => from + SCAN_EVERY;

/** A worker that dies at once: its queue is not worked, and the breaker switches it off after ten minutes. */
function workerDies(metrics: Metrics, queue: QueueName, from: number, to: number): void {
  unworked(metrics, queue, from, to);
  for (let minute = from + 10; minute < to; minute += 1) metrics.put(own('BreakerOpen', 'breaker'), minute);
  saidByScans(metrics, 'CanaryMissed', from, to);
}

/** So many alarms ring and end: two messages each. */
function flapping(metrics: Metrics, from: number, times: number, every: number): void {
  for (let at = 0; at < times; at += 1) {
    metrics.put(PAGES_SENT, from + at * every);
    metrics.put(PAGES_SENT, from + at * every + 5);
  }
}

const SCANNER: readonly Night[] = [
  {
    name: 'scheduler disabled',
    minutes: 12 * HOUR,
    spoil: (metrics, from) => withoutScans(metrics, from),
    rings: SCANS_STOP,
  },
  {
    name: 'role of the schedule deleted',
    minutes: 12 * HOUR,
    // It has no right to its dead-letter queue either: nothing arrives there.
    spoil: (metrics, from) => withoutScans(metrics, from),
    rings: SCANS_STOP,
  },
  {
    name: 'concurrency of the scanner zero',
    minutes: 12 * HOUR,
    spoil: (metrics, from, to) => {
      withoutScans(metrics, from);
      // Lambda took the tick, could not run it for ten minutes, and gave it up.
      heldFrom(metrics, 'ScannerFailed', lostTick(from) + 10, to);
    },
    rings: { ...SCANS_STOP, 'scanner-failed': { within: 30 } },
  },
  {
    name: 'scanner dies in its init',
    minutes: 12 * HOUR,
    spoil: (metrics, from, to) => {
      withoutScans(metrics, from);
      heldFrom(metrics, 'ScannerFailed', lostTick(from), to);
    },
    rings: { ...SCANS_STOP, 'scanner-failed': { within: 20 } },
  },
  {
    name: 'scanner throttled by the account',
    minutes: 12 * HOUR,
    spoil: (metrics, from, to) => {
      withoutScans(metrics, from);
      heldFrom(metrics, 'ScannerUndelivered', lostTick(from) + 10, to);
      for (let minute = from; minute < to; minute += 1) metrics.put(CONCURRENCY, minute, 990);
    },
    rings: {
      ...SCANS_STOP,
      'scanner-undelivered': { within: 30 },
      'concurrency-short': { within: 20 },
    },
  },
  {
    name: 'one scan fails, the next goes through',
    minutes: 12 * HOUR,
    spoil: (metrics, from, to) => {
      metrics.silence(own('ScanCompleted', 'scanner'), from, from + SCAN_EVERY);
      heldFrom(metrics, 'ScannerFailed', from, to);
    },
    rings: { 'scanner-failed': { within: 5 } },
  },
  {
    name: 'a part of the scan fails each time',
    minutes: 12 * HOUR,
    spoil: (metrics, from, to) => saidByScans(metrics, 'StepFailed', from, to),
    rings: { 'scan-part-failing': { within: 50 } },
  },
  {
    name: 'a generator fails each time',
    minutes: 12 * HOUR,
    spoil: (metrics, from, to) => saidByScans(metrics, 'GeneratorFailing', from, to),
    rings: { 'generator-failing': { within: 50 } },
  },
  {
    name: 'breaker stops',
    minutes: 12 * HOUR,
    spoil: (metrics, from, to) => {
      metrics.silence(own('BreakerRan', 'breaker'), from);
      heldFrom(metrics, 'BreakerUndelivered', from + 1, to);
      heldFrom(metrics, 'BreakerFailed', from + 1, to);
    },
    rings: {
      'breaker-not-running': { within: 15 },
      'breaker-undelivered': { within: 5 },
      'breaker-failed': { within: 5 },
    },
  },
];

const QUEUES_AND_WORKERS: readonly Night[] = [
  ...QUEUE_NAMES.map(
    (queue): Night => ({
      name: `worker of ${queue} dies in its init`,
      minutes: 12 * HOUR,
      spoil: (metrics, from, to) => workerDies(metrics, queue, from, to),
      rings: { 'breaker-open': { within: 30 }, [`${queue}-stalled`]: { within: 35 } },
    }),
  ),
  {
    name: 'bad version, rolled back in ten minutes',
    minutes: 12 * HOUR,
    spoil: (metrics, from) => {
      for (let minute = from + 8; minute < from + 14; minute += 1)
        metrics.put(own('BreakerOpen', 'breaker'), minute);
    },
    rings: {},
  },
  {
    name: 'event source mapping switched off by hand',
    minutes: 12 * HOUR,
    spoil: (metrics, from, to) => {
      unworked(metrics, 'notify', from, to);
      saidByScans(metrics, 'CanaryMissed', from, to);
    },
    rings: { 'canary-missed': { within: 3 * SCAN_EVERY + 5 }, 'notify-stalled': { within: 35 } },
  },
  ...QUEUE_NAMES.map(
    (queue): Night => ({
      name: `slow poison message on ${queue}`,
      minutes: 12 * HOUR,
      spoil: (metrics, from, to) => heldFrom(metrics, queue, poison(metrics, queue, from), to),
      rings: {
        [`${queue}-failing`]: { within: 30, ends: true },
        [`${queue}-dead-letters`]: { within: 90 },
      },
    }),
  ),
  {
    name: 'an error every 20 minutes, for eight hours',
    minutes: 12 * HOUR,
    spoil: (metrics, from) => {
      for (let at = from; at < from + 8 * HOUR; at += 20) metrics.put(own('EventRefused', 'ingest'), at);
    },
    rings: { 'events-refused': { within: 10, ends: true } },
  },
  {
    name: 'a failure of a new kind, and five hours later with a new version of the code',
    minutes: 12 * HOUR,
    spoil: (metrics, from) => {
      for (const hours of [0, 5]) metrics.put(own('FailureReported', 'all'), from + hours * HOUR);
    },
    rings: { 'failures-reported': { within: 10, times: 2, ends: true } },
  },
  {
    name: 'idle queues, for a week',
    minutes: 7 * DAY,
    spoil: (metrics, from) => {
      for (const queue of QUEUE_NAMES)
        for (const name of [AGE, DELETED]) metrics.silence(ofQueue(name, queue), from);
      for (const key of [own('MailAccepted', 'notifier'), own('MailEvent', 'mail-events'), MAILS_SENT])
        metrics.silence(key, from);
    },
    rings: {},
  },
  {
    name: 'a second dead letter while the first is open, and a third',
    minutes: 12 * HOUR,
    spoil: (metrics, from, to) => {
      heldFrom(metrics, 'ingest', from, to, 1);
      heldFrom(metrics, 'ingest', from + 3 * HOUR, to, 2);
      heldFrom(metrics, 'ingest', from + 5 * HOUR, to, 3);
    },
    rings: {
      'ingest-dead-letters': { within: 5 },
      'dead-letters-growing': { within: 3 * HOUR + 10, times: 2, ends: true },
    },
  },
  {
    name: 'a dead letter of ingest that nobody takes care of',
    minutes: 9 * DAY,
    spoil: (metrics, from, to) => {
      heldFrom(metrics, 'ingest', from, to);
      for (let minute = from; minute < to; minute += 5)
        metrics.put(ofDeadLetters(AGE, 'ingest'), minute, (minute - from) * 60);
    },
    rings: {
      'ingest-dead-letters': { within: 5 },
      'dead-letters-old': { within: 7 * DAY + 2 * HOUR },
    },
  },
];

/** Throttled messages fail together: after three receives some stand at the same count each time. */
function throttled(metrics: Metrics, from: number, minutes: number): void {
  for (let minute = from + 2; minute < from + minutes; minute += 2)
    metrics.put(own('FailedReceives', 'notifier'), minute, Math.min(9, 3 + Math.floor((minute - from) / 5)));
}

const MAIL: readonly Night[] = [
  {
    name: 'mail throttled for ten minutes',
    minutes: 12 * HOUR,
    spoil: (metrics, from) => throttled(metrics, from, 10),
    rings: {},
  },
  {
    name: 'mail throttled for two hours',
    minutes: 12 * HOUR,
    spoil: (metrics, from) => throttled(metrics, from, 2 * HOUR),
    rings: { 'notify-failing': { within: 35, ends: true } },
  },
  {
    name: 'SES refuses all mail for three hours',
    minutes: 12 * HOUR,
    spoil: (metrics, from) => {
      for (let minute = from; minute < from + 3 * HOUR; minute += 4)
        metrics.put(own('MailEnvironmentRefused', 'notifier'), minute);
      for (let minute = from + 6; minute < from + 3 * HOUR; minute += 1)
        metrics.put(own('BreakerOpen', 'breaker'), minute);
    },
    rings: {
      'mail-refused': { within: 10, ends: true },
      'breaker-open': { within: 30, ends: true },
    },
  },
  {
    name: 'SES does not send one mail for what it says',
    minutes: 12 * HOUR,
    spoil: (metrics, from) => metrics.put(own('MailUnsent', 'mail-events'), from),
    rings: { 'mail-unsent': { within: 10, ends: true } },
  },
  {
    name: 'SES says nothing of mails any more',
    minutes: 8 * HOUR,
    spoil: (metrics, from) => metrics.silence(own('MailEvent', 'mail-events'), from),
    rings: { 'feedback-silent': { within: 4 * HOUR } },
  },
  {
    name: 'the canary of the feedback path is missed, and answered a day later',
    minutes: 2 * DAY,
    spoil: (metrics, from) => saidByScans(metrics, 'FeedbackCanaryMissed', from, from + DAY),
    rings: { 'feedback-silent': { within: 3 * HOUR, ends: true } },
  },
  {
    name: 'mail bounces, and is complained of',
    minutes: 12 * HOUR,
    spoil: (metrics, from, to) => {
      for (let minute = from; minute < to; minute += HOUR) {
        for (const key of [BOUNCE_RATE, COMPLAINT_RATE]) metrics.silence(key, minute, minute + HOUR);
        metrics.put(BOUNCE_RATE, minute, 0.07);
        metrics.put(COMPLAINT_RATE, minute, 0.002);
      }
    },
    rings: { 'mail-bounces': { within: 2 * HOUR }, 'mail-complaints': { within: 2 * HOUR } },
  },
  {
    name: 'the day’s mails are nearly used up',
    minutes: 20 * HOUR,
    spoil: (metrics, from) => {
      for (let minute = from; minute < from + HOUR; minute += 1) metrics.put(MAILS_SENT, minute, 800);
    },
    // By the clock, the day is over before it is judged.
    rings: { 'mail-quota': { within: 14 * HOUR } },
  },
];

const OUTSIDE: readonly Night[] = [
  {
    name: 'a silent feed',
    minutes: 12 * HOUR,
    spoil: (metrics, from, to) => saidByScans(metrics, 'FeedSilent', from, to),
    rings: { 'feed-silent': { within: 35 } },
  },
  {
    // It is no failure of ours: an operator alert names it, clocks stand still, and no message fails for it.
    name: 'a control plane away for a week',
    minutes: 7 * DAY,
    spoil: (metrics, from) => {
      for (const name of [AGE, DELETED]) metrics.silence(ofQueue(name, 'disable'), from);
    },
    rings: {},
  },
  {
    name: 'owner page broken',
    minutes: 12 * HOUR,
    spoil: (metrics, from) => {
      for (let minute = from; minute < from + 6 * HOUR; minute += 35) metrics.put(PAGE_ERRORS, minute, 1);
    },
    rings: { 'owner-page-failing': { within: 10, ends: true } },
  },
  {
    name: 'an alarm that rings and ends eight times in four hours',
    minutes: 14 * HOUR,
    spoil: (metrics, from) => flapping(metrics, from, 8, 30),
    rings: { 'too-many-pages': { within: 8 * HOUR, ends: true } },
  },
];

/** All nights. */
export const NIGHTS: readonly Night[] = [...SCANNER, ...QUEUES_AND_WORKERS, ...MAIL, ...OUTSIDE];

/** A night's metrics: well until the fault, spoilt from then on. */
export function metricsOf(night: Night, seed: number): { metrics: Metrics; from: number; to: number } {
  const to = LEAD + night.minutes;
  const metrics = healthyStage(to, seed);
  night.spoil(metrics, LEAD, to);
  return { metrics, from: LEAD, to };
}
