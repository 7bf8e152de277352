import { setTimeout as wait } from 'node:timers/promises';
import { SendMessageBatchCommand, type SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import { MINUTE } from '../../../functions/abandonment/time.ts';
import { recipientKey } from '../../../functions/platform/addresses.ts';
import { notifyMessageFor } from '../../../functions/work/messages.ts';
import { levelOf } from '../../../local/queue-levels.ts';
import { pauseQueue } from '../deployments.ts';
import type { SeededTask } from '../verifier.ts';
import type { ChaosWorld } from '../world.ts';

/** SQS takes so many in one call. */
const AT_ONCE = 10;

/** So many scans at most until all of a fleet is on its way. */
const MOST_SCANS = 40;

/** Of many messages so many lead to a mail: of those that do not, a machine works many more in the time that there is. */
const MOST_MAILS = 200;

/** How many of so many messages lead to a mail. */
export function mailsAmong(messages: number): number {
  return Math.min(messages, MOST_MAILS);
}

/** Tasks that are warned about and stay on, each of an owner of its own. */
function manyTasks(run: string, count: number): SeededTask[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `many/${run}/task-${index}`,
    owners: [`owner-${index}@${run}.many.test`],
    expected: 'warned',
  }));
}

/**
 * Seeds tasks and lets scans queue a message to the owner of each, which no worker gets; gives what lets the workers begin.
 *
 * @param before puts on the queue what is to be worked before them
 */
export async function queueWarnings(
  world: ChaosWorld,
  run: string,
  count: number,
  before: () => Promise<void> = async () => {},
): Promise<() => Promise<void>> {
  await world.seed(manyTasks(run, count));
  const resume = await pauseQueue(world.stage, 'notify');
  try {
    await before();
    await scanUntil(world, (await waiting(world)) + count);
    return resume;
  } catch (error) {
    // What comes after this fault needs the worker.
    await resume();
    throw error;
  }
}

/** Lets scans go on until so many messages wait. */
async function scanUntil(world: ChaosWorld, count: number): Promise<void> {
  for (let scan = 0; scan < MOST_SCANS; scan += 1) {
    await world.wait(MINUTE);
    await world.scan();
    if ((await waiting(world)) >= count) return;
  }
  throw new Error(`${await waiting(world)} messages of ${count} were queued`);
}

/** Messages about recipients whom there is nothing to send: their worker looks, and is done. */
export function hints({ stage }: ChaosWorld, count: number): { MessageBody: string }[] {
  const { clock, random } = stage.system;
  const now = clock.now();
  return Array.from({ length: count }, (_, index) => {
    const key = recipientKey(`nothing-for-${index}@many.test`);
    return { MessageBody: notifyMessageFor({ now, id: random.id(now) }, key, 'many').body };
  });
}

/** Sends messages to a queue, as many at once as it takes. */
export async function sendAll(
  { stage }: ChaosWorld,
  QueueUrl: string,
  messages: readonly Omit<SendMessageBatchRequestEntry, 'Id'>[],
): Promise<void> {
  for (let from = 0; from < messages.length; from += AT_ONCE) {
    const some = messages.slice(from, from + AT_ONCE);
    const Entries = some.map((message, place) => ({ Id: String(place), ...message }));
    const { Failed = [] } = await stage.aws.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    if (Failed[0]) throw new Error(`a message was not taken: ${Failed[0].Message}`);
  }
}

/** How many messages the notify queue has, those in the hands of workers included. */
export async function waiting({ stage }: ChaosWorld): Promise<number> {
  const { busy, delayed } = await levelOf(stage, stage.deployment.queues.notify.url);
  return busy + delayed;
}

/** Where no mail came for so long one may have been lost on its way: scans find out, as they would. */
const QUIET_MS = 20_000;

/** Waits until each owner of the seeded fleet was warned. */
export async function untilWarned(world: ChaosWorld, count: number, withinMs: number): Promise<void> {
  const began = performance.now();
  for (let last = { mails: 0, at: began }; ; ) {
    const { mails } = world;
    // What was mailed is read only where it may be all: that takes long.
    if (mails >= count && (await world.verdict('warnings')).lost.length === 0) return;
    const now = performance.now();
    if (now - began > withinMs)
      throw new Error(`${mails} of ${count} were mailed within ${withinMs / 1_000} s`);
    if (mails > last.mails) last = { mails, at: now };
    if (now - last.at > QUIET_MS) await world.round(20 * MINUTE);
    else await wait(100);
  }
}
