import { setTimeout as wait } from 'node:timers/promises';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
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

/** Puts messages on the notify queue about recipients whom there is nothing to tell: their worker looks, and is done. */
export async function sendHints({ stage }: ChaosWorld, count: number): Promise<void> {
  const { clock, random } = stage.system;
  const QueueUrl = stage.deployment.queues.notify.url;
  const now = clock.now();
  const bodies = Array.from({ length: count }, (_, index) => {
    const key = recipientKey(`nothing-for-${index}@many.test`);
    return notifyMessageFor({ now, id: random.id(now) }, key, 'many').body;
  });
  for (let from = 0; from < count; from += AT_ONCE) {
    const some = bodies.slice(from, from + AT_ONCE);
    const Entries = some.map((MessageBody, place) => ({ Id: String(place), MessageBody }));
    await stage.aws.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
}

/** How many messages the notify queue has, those in the hands of workers included. */
export async function waiting({ stage }: ChaosWorld): Promise<number> {
  const { busy, delayed } = await levelOf(stage, stage.deployment.queues.notify.url);
  return busy + delayed;
}

/** Waits until each owner of the seeded fleet was warned; gives how long that took. */
export async function timeToWarn(world: ChaosWorld, count: number, withinMs: number): Promise<number> {
  const began = performance.now();
  for (;;) {
    const isTime = performance.now() - began > withinMs;
    // What was mailed is read only where it may be all: that takes long.
    const isThere = world.mails >= count && (await world.verdict('warnings')).lost.length === 0;
    if (isThere) return performance.now() - began;
    if (isTime) throw new Error(`${world.mails} of ${count} were mailed within ${withinMs / 1_000} s`);
    await wait(100);
  }
}
