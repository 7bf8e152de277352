import { QUEUE_NAMES, QUEUES, type QueueName, type Worker } from '../../functions/platform/queues.ts';
import { SeededRandom } from '../engine/seeded-random.ts';
import { Metrics } from './metrics.ts';
import { metricKey } from './template-alarms.ts';

/** A figure of our own. */
export const own = (name: string, service: Worker | 'scanner' | 'breaker' | 'owner-page' | 'all') =>
  metricKey('Taskwarden', name, service);

const idOf = (queue: QueueName) =>
  queue.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());

/** What SQS says of a queue. */
export const ofQueue = (name: string, queue: QueueName) => metricKey('AWS/SQS', name, `${idOf(queue)}Queue`);

/** What SQS says of a dead-letter queue: that of a queue, or one of the two of a schedule. */
export const ofDeadLetters = (
  name: string,
  queue: QueueName | 'ScannerUndelivered' | 'ScannerFailed' | 'BreakerUndelivered' | 'BreakerFailed',
) => metricKey('AWS/SQS', name, /^[A-Z]/.test(queue) ? queue : `${idOf(queue as QueueName)}QueueDeadLetters`);

const VISIBLE = 'ApproximateNumberOfMessagesVisible';
export const AGE = 'ApproximateAgeOfOldestMessage';
export const DELETED = 'NumberOfMessagesDeleted';
export const PAGES_SENT = metricKey('AWS/SNS', 'NumberOfMessagesPublished', 'Pages');
export const CONCURRENCY = metricKey('AWS/Usage', 'ResourceCount', '');
export const BOUNCE_RATE = metricKey('AWS/SES', 'Reputation.BounceRate', '');
export const COMPLAINT_RATE = metricKey('AWS/SES', 'Reputation.ComplaintRate', '');
export const MAILS_SENT = metricKey('AWS/SES', 'Send', '');
export const PAGE_ERRORS = metricKey('AWS/Lambda', 'Errors', 'OwnerPageFunction');

/** A scan begins so often, in minutes. */
export const SCAN_EVERY = 15;

/** A scan takes a minute mostly, and now and then as long as its function may run. */
const LONG_SCAN = { share: 0.03, most: 13 };

/**
 * A stage in which all is well, over so many minutes: work by day, little by night, scans of varying length, attempts that fail once
 * and mails that SES reports some minutes later.
 */
export function healthyStage(minutes: number, seed: number): Metrics {
  const metrics = new Metrics();
  const random = new SeededRandom(seed);
  const chance = (share: number) => random.next() < share;
  for (let minute = 0; minute < minutes; minute += 1) {
    // A look that takes longer than its minute is no fault.
    if (!chance(0.01)) metrics.put(own('BreakerRan', 'breaker'), minute);
    if (minute % SCAN_EVERY === 3) scan(metrics, random, minute);
    for (const queue of QUEUE_NAMES) worked(metrics, random, queue, minute);
    account(metrics, random, minute);
  }
  return metrics;
}

function scan(metrics: Metrics, random: SeededRandom, minute: number): void {
  const took = random.next() < LONG_SCAN.share ? random.next() * LONG_SCAN.most : random.next() * 2;
  metrics.put(own('ScanCompleted', 'scanner'), minute + took);
}

const isDay = (minute: number) => minute % 1_440 >= 7 * 60 && minute % 1_440 < 20 * 60;

function worked(metrics: Metrics, random: SeededRandom, queue: QueueName, minute: number): void {
  const messages = isDay(minute) ? Math.floor(random.next() * 20) : minute % SCAN_EVERY === 4 ? 1 : 0;
  metrics.put(ofQueue(DELETED, queue), minute, messages);
  metrics.put(ofQueue(AGE, queue), minute, messages > 0 ? Math.floor(random.next() * 40) : 0);
  if (queue !== 'notify' || messages === 0) return;
  const mails = Math.floor(random.next() * 3);
  if (mails === 0) return;
  metrics.put(own('MailAccepted', 'notifier'), minute, mails);
  metrics.put(MAILS_SENT, minute, mails);
  // Once in a while SES says something only the hour after.
  metrics.put(own('MailEvent', 'mail-events'), minute + 1 + Math.floor(random.next() * 20), mails);
}

function account(metrics: Metrics, random: SeededRandom, minute: number): void {
  metrics.put(CONCURRENCY, minute, 5 + Math.floor(random.next() * 60));
  if (isDay(minute) && random.next() < 0.02) metrics.put(PAGE_ERRORS, minute, 0);
  if (minute % 60 !== 0) return;
  metrics.put(BOUNCE_RATE, minute, 0.01 + random.next() * 0.02);
  metrics.put(COMPLAINT_RATE, minute, random.next() * 0.0005);
}

/** The scanner gives no sign of life any more; nobody sends canaries either. */
export function withoutScans(metrics: Metrics, from: number): void {
  for (const key of metrics.keys().filter((name) => name.endsWith(' scanner'))) metrics.silence(key, from);
}

/** A queue that nobody works: what waits grows old. */
export function unworked(metrics: Metrics, queue: QueueName, from: number, to: number): void {
  metrics.silence(ofQueue(DELETED, queue), from, to);
  metrics.silence(ofQueue(AGE, queue), from, to);
  for (let minute = from; minute < to; minute += 1) {
    metrics.put(ofQueue(DELETED, queue), minute, 0);
    metrics.put(ofQueue(AGE, queue), minute, (minute - from) * 60);
  }
}

/** A dead-letter queue holds so many from a minute on. */
export function heldFrom(
  metrics: Metrics,
  queue: Parameters<typeof ofDeadLetters>[1],
  from: number,
  to: number,
  messages = 1,
): void {
  const key = ofDeadLetters(VISIBLE, queue);
  metrics.silence(key, from, to);
  for (let minute = from; minute < to; minute += 1) metrics.put(key, minute, messages);
}

/** A message that fails at each receive: 20 s, doubled each time, at most a quarter of an hour; given up after ten. */
export function poison(metrics: Metrics, queue: QueueName, from: number): number {
  let at = from;
  for (let receive = 1; receive <= 10; receive += 1) {
    if (receive >= 3) metrics.put(own('FailedReceives', QUEUES[queue].worker), at, receive);
    at += Math.min(15, (20 / 60) * 2 ** (receive - 1));
  }
  return at;
}

/** What a scan says again each time while something is wrong. */
export function saidByScans(metrics: Metrics, name: string, from: number, to: number): void {
  for (let minute = from + SCAN_EVERY; minute < to; minute += SCAN_EVERY)
    metrics.put(own(name, 'scanner'), minute);
}
