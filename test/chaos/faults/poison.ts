import { setTimeout as wait } from 'node:timers/promises';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { recipientKey } from '../../../functions/platform/addresses.ts';
import { keys } from '../../../functions/store/keys.ts';
import { notifyMessageFor } from '../../../functions/work/messages.ts';
import type { Fault } from '../fault.ts';
import type { ChaosWorld } from '../world.ts';
import { hints, mailsAmong, queueWarnings, sendAll, untilWarned, waiting } from './many.ts';

/** A loaded machine takes half of it. */
const LONGEST_MS_EACH = 200;
const LONGEST_MS = 120_000;

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
  what: 'a message that cannot be worked, the first of many',
  before: 'warning',
  isWarnedOnly: true,
  async inject(world, { messages }) {
    const times: number[] = [];
    let repair: (() => Promise<void>) | undefined;
    for (const run of ['without', 'with']) {
      const poisoned = async () => {
        // It comes before all others: whoever waits for it waits from the beginning.
        if (run === 'with') repair = await sendPoison(world);
      };
      times.push(await timeToWork(world, run, messages, poisoned));
    }
    const [without = 0, withPoison = 0] = times;
    const seconds = (ms: number) => (ms / 1_000).toFixed(1);
    const ratio = (withPoison / without).toFixed(2);
    return {
      ...(repair && { repair }),
      note: `${messages} messages: ${seconds(without)} s without, ${seconds(withPoison)} s with it (ratio ${ratio})`,
    };
  },
};

/** Lets workers have many messages at once; gives how long they take until all but the poison are done with. */
async function timeToWork(
  world: ChaosWorld,
  run: string,
  messages: number,
  poisoned: () => Promise<void>,
): Promise<number> {
  const within = LONGEST_MS + messages * LONGEST_MS_EACH;
  const mails = mailsAmong(messages);
  const resume = await queueWarnings(world, run, mails, poisoned);
  await sendAll(world, world.stage.deployment.queues.notify.url, hints(world, messages - mails));
  const began = performance.now();
  await resume();
  await untilWarned(world, mails, within);
  while ((await waiting(world)) > (run === 'with' ? 1 : 0)) {
    if (performance.now() - began > within) throw new Error(`${await waiting(world)} messages are left`);
    await wait(250);
  }
  return performance.now() - began;
}
