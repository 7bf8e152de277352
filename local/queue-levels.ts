import { setTimeout } from 'node:timers/promises';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { QUEUE_NAMES, type QueueName } from '../functions/platform/queues.ts';
import { BUCKETS, index } from '../functions/store/keys.ts';
import { allRows } from '../functions/store/rows.ts';
import { LocalProblem } from './progress.ts';
import type { LocalStage } from './stage.ts';

/** Of the notify queue the state says whether there is work. */
const BUT_NOTIFY = QUEUE_NAMES.filter((queue) => queue !== 'notify');
const PAUSE_MS = 30;

/** Longer than any work takes here; what waits longer waits to be tried again. */
const LONGEST_WAIT_MS = 120_000;

/** Messages of one queue. */
interface Level {
  /** Waiting for a worker, being worked, or put back for later. */
  busy: number;
  /** Sent to be seen later. */
  delayed: number;
}

/**
 * Waits until the workers are through with all that is to be done at this instant of the stage's clock.
 * Twice idle is idle: between two looks a worker may have sent to a queue that was looked at before.
 * @throws LocalProblem where they are not through in time
 */
export async function untilWorked(stage: LocalStage): Promise<void> {
  await untilTwice(() => isWorked(stage));
}

/** Waits until delayed messages were seen and worked, too; throws as `untilWorked` does. */
export async function untilNothingWaits(stage: LocalStage): Promise<void> {
  await untilTwice(() => isEach(QUEUE_NAMES, stage, ({ busy, delayed }) => busy + delayed === 0));
}

/** How many messages lie in the dead-letter queues. */
export async function deadLetters(stage: LocalStage): Promise<number> {
  const urls = QUEUE_NAMES.map((queue) => stage.deployment.queues[queue].deadLetterUrl);
  const levels = await Promise.all(urls.map((url) => levelOf(stage, url)));
  return levels.reduce((sum, { busy }) => sum + busy, 0);
}

async function untilTwice(isReached: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + LONGEST_WAIT_MS;
  for (let times = 0; times < 2; ) {
    times = (await isReached()) ? times + 1 : 0;
    if (performance.now() > giveUpAt) {
      const seconds = LONGEST_WAIT_MS / 1_000;
      throw new LocalProblem(
        `the functions did not work their queues off within ${seconds} s; the emulator's log says why`,
      );
    }
    await setTimeout(PAUSE_MS);
  }
}

/**
 * Of the notify queue the state says whether there is work: a notifier that comes too early puts its message back,
 * and what is due now may travel with a message that was delayed for the sake of something else.
 */
async function isWorked(stage: LocalStage): Promise<boolean> {
  if (!(await isEach(BUT_NOTIFY, stage, ({ busy }) => busy === 0))) return false;
  const { busy, delayed } = await levelOf(stage, stage.deployment.queues.notify.url);
  return busy + delayed === 0 || !(await isNoticeDue(stage));
}

/** One after the other, up to the first that is not: the emulator has better things to do than to be asked. */
async function isEach(
  queues: readonly QueueName[],
  stage: LocalStage,
  holds: (level: Level) => boolean,
): Promise<boolean> {
  for (const queue of queues) {
    if (!holds(await levelOf(stage, stage.deployment.queues[queue].url))) return false;
  }
  return true;
}

async function isNoticeDue({ system: { table, clock } }: LocalStage): Promise<boolean> {
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const rows = await allRows(table, { index: 'g1', pk: index.pendingNotices(bucket) });
    if (rows.some(({ p }) => (p as { notBefore: number }).notBefore <= clock.now())) return true;
  }
  return false;
}

/** How many messages a queue has, by its URL. */
export async function levelOf({ aws }: LocalStage, QueueUrl: string): Promise<Level> {
  const { Attributes: attributes = {} } = await aws.sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  const count = (name: keyof typeof attributes) => Number(attributes[name] ?? 0);
  return {
    busy: count('ApproximateNumberOfMessages') + count('ApproximateNumberOfMessagesNotVisible'),
    delayed: count('ApproximateNumberOfMessagesDelayed'),
  };
}
