import { MINUTE } from '../../../functions/abandonment/time.ts';
import { amount } from '../../../functions/platform/amounts.ts';
import { deployBroken } from '../deployments.ts';
import type { Fault, Injected } from '../fault.ts';
import { endProcesses, missingProcesses } from '../processes.ts';
import type { ChaosWorld } from '../world.ts';

/** Rounds in which a broken deployment is left to itself. */
const ROUNDS = 6;

const THROWS = "export const handler = async () => { throw new Error('broken on a Friday'); };";
const EXITS_IN_INIT = 'process.exit(1);';

/** Ends its process as soon as the bus has taken what it was asked to put there: after the effect, before its record. */
const DIES_IN_WORK = `import { subscribe } from 'node:diagnostics_channel';
subscribe('http.client.response.finish', ({ request }) => {
  if (String(request.getHeader('x-amz-target')).includes('PutEvents')) process.exit(1);
});`;

async function rounds(world: ChaosWorld, count: number): Promise<void> {
  for (let round = 0; round < count; round += 1) await world.round(MINUTE);
}

async function withBrokenDisabler(
  world: ChaosWorld,
  broken: Parameters<typeof deployBroken>[2],
): Promise<Injected> {
  const repair = await deployBroken(world.stage, 'disabler', broken);
  await rounds(world, ROUNDS);
  return { repair };
}

/** So often the notifier is ended, within as many rounds as there may be: after a death the breaker may have a look first. */
const ENDS = 3;
const MOST_ROUNDS = 8;

/** Ends the notifier's processes each time SES took a mail of one, before it hears so. */
async function endNotifier(world: ChaosWorld): Promise<Injected> {
  let ends = 0;
  world.proxy.disturbance = async ({ service, operation }, forward) => {
    const answer = await forward();
    if (service !== 'ses' || !operation.startsWith('Send') || ends >= ENDS) return answer;
    ends += endProcesses(world, 'notifier') > 0 ? 1 : 0;
    return 'cut';
  };
  for (let round = 0; round < MOST_ROUNDS && ends < ENDS; round += 1) await world.round(MINUTE);
  return {
    repair: async () => {
      world.proxy.disturbance = undefined;
    },
    note: `ended ${amount(ends, 'time')}`,
  };
}

/** Faults of a worker's code and process. */
export const WORKER_FAULTS: readonly Fault[] = [
  {
    name: 'disabler-throws',
    what: 'a disabler is deployed that throws',
    before: 'disabling',
    inject: (world) => withBrokenDisabler(world, { code: THROWS }),
  },
  {
    name: 'disabler-exits-in-init',
    what: 'a disabler is deployed that exits in its init',
    before: 'disabling',
    inject: (world) => withBrokenDisabler(world, { code: EXITS_IN_INIT }),
  },
  {
    name: 'disabler-dies-in-work',
    what: 'a disabler is deployed that exits after it asked the owning system',
    before: 'disabling',
    inject: (world) =>
      withBrokenDisabler(world, {
        nodeOptions: `--import=data:text/javascript,${encodeURIComponent(DIES_IN_WORK)}`,
      }),
  },
  {
    name: 'notifier-ended',
    what: "the notifier's process is ended (SIGKILL) each time SES took a mail of it",
    before: 'warning',
    missing: missingProcesses,
    inject: endNotifier,
  },
];
