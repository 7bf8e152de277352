import { setTimeout as wait } from 'node:timers/promises';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { MINUTE } from '../../../functions/abandonment/time.ts';
import { recipientKey } from '../../../functions/platform/addresses.ts';
import { keys } from '../../../functions/store/keys.ts';
import { notifyMessageFor } from '../../../functions/work/messages.ts';
import type { Fault } from '../fault.ts';
import type { ChaosWorld } from '../world.ts';

/** A loaded machine takes half of it. */
const LONGEST_MS_EACH = 1_000;

/** Has the service run until all of the seeded fleet was warned; gives how long that took. */
async function timeToWarn(world: ChaosWorld, messages: number): Promise<number> {
  const giveUpAfter = 60_000 + messages * LONGEST_MS_EACH;
  const began = performance.now();
  await world.round(MINUTE);
  while ((await world.verdict('warnings')).lost.length > 0) {
    if (performance.now() - began > giveUpAfter)
      throw new Error(`not all were warned within ${giveUpAfter} ms`);
    await wait(250);
  }
  return performance.now() - began;
}

/** Puts a message on the queue on whose recipient the code breaks; gives what mends that. */
async function sendPoison({ stage }: ChaosWorld): Promise<() => Promise<void>> {
  const { table, random, clock } = stage.system;
  const address = recipientKey('poison@many.test');
  const key = keys.recipient(address);
  const now = clock.now();
  // The row says to have been queued, and not who it is about.
  await table.transact([{ put: { ...key, v: 1, rev: 1, queuedFor: now } }], random.id(now));
  const { body } = notifyMessageFor({ now, id: random.id(now) }, address, 'many');
  const QueueUrl = stage.deployment.queues.notify.url;
  await stage.aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
  return async () => {
    await table.transact([{ delete: key }], random.id(clock.now()));
  };
}

/** One message that can never be worked among many that can. */
export const POISON: Fault = {
  name: 'poison-among-many',
  what: 'a message that cannot be worked, among many',
  before: 'warning',
  isWarnedOnly: true,
  async strike(world, { messages }) {
    const fleetOf = (run: string) =>
      Array.from({ length: messages }, (_, index) => ({
        id: `many/${run}/task-${index}`,
        owners: [`owner-${index}@${run}.many.test`],
        expected: 'warned' as const,
      }));
    await world.seed(fleetOf('without'));
    const without = await timeToWarn(world, messages);
    await world.untilIdle();
    await world.seed(fleetOf('with'));
    const repair = await sendPoison(world);
    const withPoison = await timeToWarn(world, messages);
    const ratio = (withPoison / without).toFixed(2);
    const seconds = (ms: number) => (ms / 1_000).toFixed(1);
    return {
      repair,
      note: `${messages} messages: ${seconds(without)} s without, ${seconds(withPoison)} s with it (ratio ${ratio})`,
    };
  },
};
