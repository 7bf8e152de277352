import { DAY, type Duration, MINUTE, SECOND } from '../abandonment/time.ts';
import type { QueueName } from '../platform/ports.ts';
import type { System } from '../platform/system.ts';
import type { TrialAnswer } from '../work/trial.ts';
import type { TriedResult } from './rule.ts';
import type { TakenMessage, WorkerControl } from './worker-control.port.ts';

/** Messages that end and show nothing are passed over, so many in one look. */
const MOST_MESSAGES = 10;
/** No further message is begun after so long, so that the breaker's own time suffices for one that hangs. */
const TIME_FOR_MORE: Duration = 5 * SECOND;
/** Of one look; a second one is tried where the first was known to fail: it may be the message's own fault. */
const MOST_FAILURES = 2;
/** A copy is seen after so long: not in the same look, and before the next. */
const COPY_DELAY: Duration = 30 * SECOND;
/** SQS delays a message by 15 minutes at most. */
const LONGEST_DELAY: Duration = 15 * MINUTE;
/** As long as SQS would have kept it at the longest: what is older is not sent again. */
const LONGEST_LIFE: Duration = 14 * DAY;

/** What trying needs: how long it takes, and a log of it. */
type Trying = Pick<System, 'clock' | 'telemetry'>;

interface Held<Taken> {
  message: Taken;
  answer: TrialAnswer;
}

/**
 * Has the worker of a queue that is off work real messages, one at a time, until one shows that it can
 * (docs/rules.md#breaker). What ends is deleted. What failed is put back as a copy with its history, for a trial must
 * not use its deliveries up; but where another message passed, the failure is its own, and it keeps its count.
 * `empty` where nothing is on the queue; `undecided` where what is there cannot be had now.
 */
export async function tryMessages<Taken extends TakenMessage>(
  system: Trying,
  control: WorkerControl<Taken>,
  queue: QueueName,
): Promise<TriedResult> {
  const begun = system.clock.now();
  const held: Held<Taken>[] = [];
  for (let tried = 0; tried < MOST_MESSAGES && !isEnough(held); tried += 1) {
    if (system.clock.now() - begun > TIME_FOR_MORE) break;
    const message = await control.take(queue);
    if (!message) return putBack(system, control, queue, held);
    const answer = await tryOne(system, control, queue, message);
    if (answer.verdict === 'passed') return 'passed';
    if (answer.verdict !== 'nothing') held.push({ message, answer });
  }
  return putBack(system, control, queue, held);
}

/** Has one message worked, and deletes it where it ended. */
async function tryOne<Taken extends TakenMessage>(
  system: Trying,
  control: WorkerControl<Taken>,
  queue: QueueName,
  message: Taken,
): Promise<TrialAnswer> {
  const answer = await control.hand(queue, message);
  const { messageId, trials } = message;
  system.telemetry.log('info', 'breaker: tried', { queue, messageId, trials, ...answer });
  const isOver = answer.verdict === 'passed' || answer.verdict === 'nothing';
  if (isOver && answer.delaySeconds === undefined) await control.remove(queue, message);
  return answer;
}

/** A message that never failed before and fails now speaks for itself. */
function isEnough(held: readonly Held<TakenMessage>[]): boolean {
  const failed = held.filter(({ answer }) => answer.verdict === 'failed');
  return failed.length >= MOST_FAILURES || failed.some(({ message }) => message.trials === 0);
}

/** The copy is sent first: a process that dies in between leaves two, and none is lost. */
async function putBack<Taken extends TakenMessage>(
  system: Trying,
  control: WorkerControl<Taken>,
  queue: QueueName,
  held: readonly Held<Taken>[],
): Promise<TriedResult> {
  for (const { message, answer } of held) {
    if (system.clock.now() - message.firstSentAt > LONGEST_LIFE) continue;
    await control.copy(queue, message, delayOf(answer));
    await control.remove(queue, message);
  }
  if (held.some(({ answer }) => answer.verdict === 'failed')) return 'failed-in-trial';
  return held.length > 0 || (await control.isWaiting(queue)) ? 'undecided' : 'empty';
}

function delayOf({ verdict, delaySeconds }: TrialAnswer): Duration {
  if (verdict === 'failed' || delaySeconds === undefined) return COPY_DELAY;
  return Math.min(LONGEST_DELAY, delaySeconds * SECOND);
}
