import { BOUNDS } from '../abandonment/bounds.ts';
import { type Duration, MINUTE, SECOND } from '../abandonment/time.ts';
import { recordable } from '../platform/recorded-text.ts';
import type { System } from '../platform/system.ts';
import type { Recording } from '../store/commit.ts';
import { type Attempt, recordEnd, recordStart } from './attempts.ts';
import { canaryIn, workCanary } from './canary.ts';
import type { Consumer, Delivery, Outcome, Parsed } from './consumer.ts';
import { classOf, type FailureClass, lastingClass } from './failure-class.ts';
import { type FailureName, failureNameOf } from './failure-names.ts';
import { recordOops } from './oops.ts';
import { countSuccess } from './successes.ts';

const FIRST_DELAY: Duration = 20 * SECOND;
const LONGEST_DELAY: Duration = 15 * MINUTE;

/** 20 s × 2^n, at most 15 min, with half of it left to chance; in whole seconds. */
export function retryDelaySeconds(receiveCount: number, chance: number): number {
  const full = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.min(receiveCount - 1, 16));
  return Math.max(1, Math.round((full / 2 + (full / 2) * chance) / SECOND));
}

/** No body is longer that a queue took; nothing else is known of what would be. */
const TOO_LARGE = { ok: false, reason: 'too-large', newer: false } as const;

/** Works one message: parses it, records the start, acts, and says what is to become of it. Never throws. */
export async function processMessage<Message>(
  system: System,
  consumer: Consumer<Message>,
  delivery: Delivery,
): Promise<Outcome> {
  if (delivery.body.length > BOUNDS.eventBytes.most) return unreadable(system, consumer, delivery, TOO_LARGE);
  const body = read(delivery.body);
  const canary = canaryIn(body);
  if (canary)
    return attempt(system, attemptOf(consumer, CANARY_ITEM, delivery), () =>
      workCanary(system, consumer.queue, canary),
    );
  const parsed = parsedBy(consumer, body, delivery);
  if (!parsed.ok) return unreadable(system, consumer, delivery, parsed);
  const { message } = parsed;
  const notAfter = consumer.notAfter(message);
  if (notAfter !== undefined && system.clock.now() > notAfter)
    return { outcome: 'skipped', reason: 'expired' };
  const thisAttempt = attemptOf(consumer, consumer.nameOf(message), delivery);
  const ends: Ends = consumer.queuedAgainFromState
    ? {
        handBack: async () => consumer.handBack?.(system, message, system.clock.now() + LONGEST_DELAY),
        giveUp: async (why) => consumer.giveUp?.(system, message, why),
      }
    : {};
  const inAll = { ...delivery, receiveCount: attemptNumber(delivery) };
  return attempt(system, thisAttempt, () => consumer.act(system, message, inAll), ends);
}

/** What is to be written where the state would make work again that ends without being done. */
interface Ends {
  handBack?(): Promise<unknown>;
  giveUp?(why: { error: unknown; fingerprint: string }): Promise<unknown>;
}

/** The name of a canary among work items; the slash leaves an empty part, so that no task is called so. */
const CANARY_ITEM = 'canary/';

const NOT_JSON = { ok: false, reason: 'not JSON', newer: false } as const;

function parsedBy<Message>(consumer: Consumer<Message>, body: unknown, delivery: Delivery): Parsed<Message> {
  if (body !== undefined) return consumer.parse(body);
  return consumer.readsText ? consumer.parse(delivery.body) : NOT_JSON;
}

function read(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Which attempt at its work a delivery is, those of the messages that it is a copy of included. */
function attemptNumber({ receiveCount, earlierAttempts = 0 }: Delivery): number {
  return receiveCount + earlierAttempts;
}

function attemptOf<Message>(consumer: Consumer<Message>, item: string, delivery: Delivery): Attempt {
  const { queue, queuedAgainFromState } = consumer;
  const always = queuedAgainFromState && item !== CANARY_ITEM;
  return { queue, item, delivery, always, isProof: (outcome) => isProof(consumer, outcome) };
}

/**
 * Whether an outcome shows that the work of a queue can be done. What was only skipped or put off, and a canary, never
 * touched what the work of some queues rests on.
 */
export function isProof(consumer: Pick<Consumer<never>, 'restsOnTableAlone'>, outcome: Outcome): boolean {
  if (outcome.outcome === 'done') return consumer.restsOnTableAlone || outcome.reason !== 'canary';
  const isPlanned = outcome.outcome === 'skipped' || (outcome.outcome === 'retry' && !outcome.failed);
  return isPlanned && consumer.restsOnTableAlone;
}

/** Written by newer code: tried again once that is deployed. Else nobody will ever read it. */
async function unreadable<Message>(
  system: Recording,
  consumer: Consumer<Message>,
  delivery: Delivery,
  { reason, newer }: { reason: string; newer: boolean },
): Promise<Outcome> {
  const attempt = attemptOf(consumer, delivery.messageId, delivery);
  const name = newer ? 'newer-version' : 'unreadable';
  await recordFailure(system, attempt, newer ? lastingAt(delivery) : 'permanent', reason, name);
  if (newer) return failed(system, delivery, reason);
  return { outcome: 'dead-letter', reason: recordable(reason), recorded: true };
}

/** Records the start, acts, records the end and what failed: one OOPS for each failed attempt. */
async function attempt(
  system: Recording,
  thisAttempt: Attempt,
  act: () => Promise<Outcome>,
  { handBack, giveUp }: Ends = {},
): Promise<Outcome> {
  let outcome: Outcome;
  try {
    await recordStart(system, thisAttempt);
    outcome = await act();
    await recordFailedOutcome(system, thisAttempt, outcome);
  } catch (error) {
    const { queue: worker, item, delivery } = thisAttempt;
    const tried = { attempt: attemptNumber(delivery), since: delivery.firstReceivedAt };
    const fingerprint = await recordOops(system, { worker, item, ...tried, cause: 'fault', error });
    outcome = isHopeless(error)
      ? await givenUp(system, thisAttempt, error, () => giveUp?.({ error, fingerprint }))
      : failed(system, delivery, 'fault');
  }
  if (thisAttempt.isProof(outcome)) countSuccess(system, thisAttempt.queue);
  const ended =
    handBack && outcome.outcome === 'retry'
      ? await handedBack(system, thisAttempt, outcome, handBack)
      : outcome;
  await recordEnd(system, thisAttempt, ended.outcome !== 'retry');
  return ended;
}

async function recordFailedOutcome(system: Recording, attempt: Attempt, outcome: Outcome): Promise<void> {
  if (outcome.outcome === 'dead-letter' && !outcome.recorded) {
    await recordFailure(system, attempt, 'permanent', outcome.reason);
  }
  if (outcome.outcome === 'retry' && outcome.failed && !outcome.recorded) {
    const cause = outcome.itself ? 'retryable' : lastingAt(attempt.delivery);
    await recordFailure(system, attempt, cause, outcome.reason);
  }
}

/** An answer of "later" passes by itself, until it lasts. */
function lastingAt(delivery: Delivery): FailureClass {
  return lastingClass('retryable', attemptNumber(delivery));
}

/** A failure that was answered and not thrown: its reason stands for the error's class. */
async function recordFailure(
  system: Recording,
  thisAttempt: Attempt,
  cause: FailureClass,
  reason: string,
  name: FailureName = failureNameOf(reason),
): Promise<void> {
  const error = new Error(reason);
  error.name = name;
  const { queue: worker, item, delivery } = thisAttempt;
  const attempt = attemptNumber(delivery);
  await recordOops(system, { worker, item, attempt, cause, error, since: delivery.firstReceivedAt });
}

/** Whether an item can never be worked for its own sake. */
function isHopeless(error: unknown): boolean {
  return classOf(error, 1) === 'permanent';
}

/** To the dead-letter queue, once it is noted that it is not to be made again; tried again where that fails. */
async function givenUp(
  system: Recording,
  { queue, item, delivery }: Attempt,
  error: unknown,
  note: () => Promise<unknown> | undefined,
): Promise<Outcome> {
  try {
    await note();
  } catch (failure) {
    const properties = { queue, item, error: recordable(String(failure)) };
    system.telemetry.log('warn', 'it is not noted that work is given up', properties);
    if (!isHopeless(failure)) return failed(system, delivery, 'fault');
  }
  return { outcome: 'dead-letter', reason: recordable(String(error)), recorded: true };
}

function failed({ random }: Pick<System, 'random'>, delivery: Delivery, reason: string): Outcome {
  const delaySeconds = retryDelaySeconds(attemptNumber(delivery), random.next());
  return { outcome: 'retry', reason, delaySeconds, failed: true, recorded: true };
}

/**
 * On the last allowed receive of work that the state queues again, the message is given up and the work is not:
 * the broker would only dead-letter what is still due.
 */
async function handedBack(
  system: Recording,
  { queue, item, delivery }: Attempt,
  outcome: Outcome,
  handBack: () => Promise<unknown>,
): Promise<Outcome> {
  if (delivery.receiveCount < delivery.maxReceives) return outcome;
  try {
    await handBack();
  } catch (error) {
    system.telemetry.log('warn', 'work is not handed back', {
      queue,
      item,
      error: recordable(String(error)),
    });
    return outcome;
  }
  system.telemetry.log('warn', 'work is left to the scanner', { queue, item });
  return { outcome: 'skipped', reason: 'left-to-the-scanner' };
}

/** A delivery that is put back before its work began, as planned: the next one must not take it for a death. */
export async function recordPutBack<Message>(
  system: Recording,
  consumer: Consumer<Message>,
  delivery: Delivery,
): Promise<void> {
  const body = read(delivery.body);
  const parsed = parsedBy(consumer, body, delivery);
  if (!parsed.ok || canaryIn(body)) return;
  await recordEnd(system, attemptOf(consumer, consumer.nameOf(parsed.message), delivery), false);
}
