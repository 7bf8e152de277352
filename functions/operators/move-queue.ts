import { type Instant, SECOND } from '../abandonment/time.ts';
import type { QueueName } from '../platform/queues.ts';
import type { System } from '../platform/system.ts';
import type { DeadLetters, MoveState, ReceivedLetter } from './dead-letters.ts';
import { letterOf } from './letters.ts';
import { admit } from './redrive.ts';

/** A shorter queue is sent back letter by letter before the broker has begun. */
const WORTH_MOVING = 1_000;

/** The broker moves no more of them in a second. */
const MOST_PER_SECOND = 500;

/** So often the broker is asked how far it is. */
const ASK_EVERY = SECOND;

/** A whole queue that the broker is to move back. */
export interface MovingQueue {
  letters: DeadLetters;
  queue: QueueName;
  perSecond: number;
  /** Called while letters are counted, and while the broker moves them. */
  onProgress?(step: 'counted' | 'moved', letters: number): void;
}

/**
 * Has the broker move a whole queue back, once each letter is counted on the row of its work. A move that an earlier run began is
 * followed.
 *
 * @returns how many were moved; undefined where letters are to be sent one by one: there are few, some were sent back as often as
 * they may be, somebody else holds some, or the broker cannot move them. What is counted by then is not counted again
 */
export async function moveQueue(system: System, on: MovingQueue): Promise<number | undefined> {
  const { letters, queue, perSecond } = on;
  if ((await letters.moveState(queue)).isRunning) return follow(system, on);
  if ((await letters.count(queue)) < WORTH_MOVING) return undefined;
  if (!(await countAll(system, on))) return undefined;
  if (!(await letters.startMove(queue, Math.min(MOST_PER_SECOND, perSecond)))) return undefined;
  return follow(system, on);
}

/** Counts each letter, and deletes those whose work is on its way; false where some may not go, or were not seen. */
async function countAll(system: System, { letters, queue, onProgress }: MovingQueue): Promise<boolean> {
  const held = await letters.count(queue);
  const since = system.clock.now();
  const staying: ReceivedLetter[] = [];
  let looked = 0;
  let mayGo = true;
  try {
    for await (const batch of letters.receive(queue)) {
      const gone = await countBatch(system, batch, since);
      mayGo &&= gone !== undefined;
      await letters.remove(queue, gone ?? []);
      const removed = new Set(gone?.map(({ id }) => id));
      staying.push(...batch.filter(({ id }) => !removed.has(id)));
      looked += batch.length;
      onProgress?.('counted', looked);
      if (!mayGo) break;
    }
  } finally {
    await letters.release(queue, staying);
  }
  return mayGo && looked >= held;
}

/** Gives those that need not go any more; undefined where one may not go. */
async function countBatch(
  system: System,
  batch: readonly ReceivedLetter[],
  since: Instant,
): Promise<ReceivedLetter[] | undefined> {
  const admissions = await Promise.all(batch.map((received) => admit(system, letterOf(received), since)));
  if (admissions.includes('at-limit')) return undefined;
  return batch.filter((_, place) => admissions[place] !== 'send');
}

/** @throws Error where the broker gave up */
async function follow(system: System, { letters, queue, onProgress }: MovingQueue): Promise<number> {
  for (;;) {
    const state: MoveState = await letters.moveState(queue);
    onProgress?.('moved', state.moved);
    if (state.failure !== undefined)
      throw new Error(`SQS moved ${state.moved} and gave up: ${state.failure}`);
    if (!state.isRunning || !system.clock.pause) return state.moved;
    await system.clock.pause(ASK_EVERY);
  }
}
