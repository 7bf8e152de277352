import { setTimeout as wait } from 'node:timers/promises';
import { DeleteIdentityCommand, VerifyEmailIdentityCommand } from '@aws-sdk/client-ses';
import { MINUTE } from '../../../functions/abandonment/time.ts';
import type { Fault } from '../fault.ts';
import { type Disturbance, throttled } from '../proxy.ts';
import type { ChaosWorld } from '../world.ts';

async function during(
  world: ChaosWorld,
  disturbance: Disturbance,
  rounds: number,
): Promise<() => Promise<void>> {
  world.proxy.disturbance = disturbance;
  for (let round = 0; round < rounds; round += 1) await world.round(MINUTE);
  return async () => {
    world.proxy.disturbance = undefined;
  };
}

/** Of so many calls of a kind one is hit. */
function every(nth: number): () => boolean {
  let calls = 0;
  return () => {
    calls += 1;
    return calls % nth === 0;
  };
}

/** Faults of what the service stands on. */
export const SERVICE_FAULTS: readonly Fault[] = [
  {
    name: 'ses-refuses',
    what: 'SES takes no mail of the sender',
    before: 'warning',
    async strike(world) {
      const { ses } = world.stage.aws;
      const { sender } = world.stage.deployment;
      await ses.send(new DeleteIdentityCommand({ Identity: sender }));
      for (let round = 0; round < 6; round += 1) await world.round(MINUTE);
      return {
        repair: async () => {
          await ses.send(new VerifyEmailIdentityCommand({ EmailAddress: sender }));
        },
      };
    },
  },
  {
    name: 'table-throttles',
    what: 'the table throttles two of three calls',
    before: 'warning',
    async strike(world) {
      const isPassed = every(3);
      let hits = 0;
      const repair = await during(
        world,
        async ({ service }, forward) => {
          if (service !== 'dynamodb' || isPassed()) return forward();
          hits += 1;
          return throttled();
        },
        3,
      );
      return { repair, note: `${hits} calls throttled` };
    },
  },
  {
    name: 'table-loses-answers',
    what: 'the table takes writes and every second answer is lost',
    before: 'warning',
    async strike(world) {
      const isHit = every(2);
      let hits = 0;
      const repair = await during(
        world,
        async ({ service, operation }, forward) => {
          const answer = await forward();
          if (service !== 'dynamodb' || operation !== 'TransactWriteItems' || !isHit()) return answer;
          hits += 1;
          return 'cut';
        },
        5,
      );
      return { repair, note: `${hits} answers lost` };
    },
  },
  {
    name: 'duplicates',
    what: 'every message and event comes twice, the last first',
    before: 'warning',
    async strike(world) {
      world.sayTimes = 2;
      let sent = 0;
      world.proxy.disturbance = async ({ service, operation, body }, forward) => {
        if (service !== 'sqs' || !operation.startsWith('SendMessage')) return forward();
        sent += 1;
        await forward(reversed(body));
        return forward(reversed(body));
      };
      await world.round(MINUTE);
      return {
        // It lasts until the very end: what is disabled is asked and confirmed twice, too.
        note: `${sent} sendings doubled before the warning`,
      };
    },
  },
  {
    name: 'two-scanners',
    what: 'three scanners run at once, and again after each of four ticks',
    before: 'disabling',
    async strike(world) {
      const slow = 5;
      world.proxy.disturbance = async (_, forward) => {
        await wait(slow);
        return forward();
      };
      const ends: string[] = [];
      for (let round = 0; round < 5; round += 1) {
        ends.push(...(await Promise.all([world.scan(), world.scan(), world.scan()])));
        await world.round(MINUTE);
      }
      world.proxy.disturbance = undefined;
      return { note: `of 15 runs ${ends.filter((end) => end === 'completed').length} went through` };
    },
  },
  {
    name: 'emulator-restarts',
    what: 'the emulator is stopped and started between two ticks',
    before: 'warning',
    async strike(world, { restart }) {
      await world.scan();
      await restart();
      return {};
    },
  },
];

/** The entries of a batch in the other order. */
function reversed(body: Buffer): Buffer {
  const message = JSON.parse(body.toString('utf8')) as { Entries?: unknown[] };
  return Buffer.from(
    JSON.stringify({ ...message, ...(message.Entries && { Entries: message.Entries.toReversed() }) }),
  );
}
