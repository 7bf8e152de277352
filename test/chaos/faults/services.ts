import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteIdentityCommand, VerifyEmailIdentityCommand } from '@aws-sdk/client-ses';
import { MINUTE } from '../../../functions/abandonment/time.ts';
import { deployBroken } from '../deployments.ts';
import type { Fault, Injected } from '../fault.ts';
import { type Disturbance, isTableWrite, sesThrottled, throttled } from '../proxy.ts';
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

/** So many calls of SES are refused. */
const SES_REFUSALS = 8;

/** What a function reports goes nowhere: each line of its log and of its metrics is refused, and counted in a file. */
function refusesReports(file: string): string {
  return `import { appendFileSync } from 'node:fs';
const { stderr } = process;
const write = stderr.write.bind(stderr);
// The emulator reads standard output itself, and passes on by the other what functions say.
stderr.write = (chunk, ...more) => {
  if (!String(chunk).startsWith('{')) return write(chunk, ...more);
  appendFileSync(${JSON.stringify(file)}, '.');
  throw new Error('no space left on the device of the log');
};`;
}

/** Logs, metrics and the records of failed attempts are refused, while SES throttles some mails: so there is something to report. */
async function refuseSinks(world: ChaosWorld): Promise<Injected> {
  const folder = mkdtempSync(join(tmpdir(), 'taskwarden-chaos-'));
  const lines = join(folder, 'lines');
  writeFileSync(lines, '');
  const nodeOptions = `--import=data:text/javascript,${encodeURIComponent(refusesReports(lines))}`;
  const repairs: (() => Promise<void>)[] = [];
  for (const worker of ['notifier', 'mail-events'] as const)
    repairs.push(await deployBroken(world.stage, worker, { nodeOptions }));
  const hits = { oops: 0, ses: 0 };
  world.proxy.disturbance = async (call, forward) => {
    const { service, operation, body } = call;
    if (isTableWrite(call) && body.includes('"OOPS')) {
      hits.oops += 1;
      return throttled();
    }
    if (service !== 'ses' || !operation.startsWith('Send') || hits.ses >= SES_REFUSALS) return forward();
    hits.ses += 1;
    return sesThrottled();
  };
  for (let round = 0; round < 6; round += 1) await world.round(MINUTE);
  const refused = readFileSync(lines, 'utf8').length;
  if (refused === 0 || hits.oops === 0)
    throw new Error(`nothing was refused: ${refused} lines, ${hits.oops} records`);
  return {
    repair: async () => {
      world.proxy.disturbance = undefined;
      for (const repair of repairs) await repair();
      // A process of the version that was rolled back may write its last lines just now.
      rmSync(folder, { recursive: true, maxRetries: 10, retryDelay: 100 });
    },
    note: `${refused} lines and ${hits.oops} writes of records refused, after ${hits.ses} refusals of SES`,
  };
}

/** Faults of what the service stands on. */
export const SERVICE_FAULTS: readonly Fault[] = [
  {
    name: 'ses-refuses',
    what: 'SES takes no mail of the sender',
    before: 'warning',
    async inject(world) {
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
    async inject(world) {
      const isPassed = every(3);
      let hits = 0;
      const repair = await during(
        world,
        async ({ service }, forward) => {
          if (service !== 'dynamodb' || isPassed()) return forward();
          hits += 1;
          return throttled();
        },
        2,
      );
      return { repair, note: `${hits} calls throttled` };
    },
  },
  {
    name: 'table-loses-answers',
    what: 'the table takes writes and every second answer is lost',
    before: 'warning',
    async inject(world) {
      const isHit = every(2);
      let hits = 0;
      const repair = await during(
        world,
        async (call, forward) => {
          const answer = await forward();
          if (!isTableWrite(call) || !isHit()) return answer;
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
    async inject(world) {
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
    name: 'sinks-refuse',
    what: 'logs, metrics and records of failures are refused, while SES throttles some mails',
    before: 'warning',
    inject: refuseSinks,
  },
  {
    name: 'emulator-restarts',
    what: 'the emulator is stopped and started between two ticks',
    before: 'warning',
    async inject(world, { restart }) {
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
