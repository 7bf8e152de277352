import { parseArgs } from 'node:util';
import { amount } from '../functions/platform/amounts.ts';
import { deployLocal } from '../local/deploy.ts';
import type { Emulator } from '../local/emulator.ts';
import { connectTo } from '../local/local-aws.ts';
import { say, timed } from '../local/progress.ts';
import { onEmulator } from '../local/session.ts';
import { connectStage } from '../local/stage.ts';
import type { Fault } from '../test/chaos/fault.ts';
import { FAULTS } from '../test/chaos/faults.ts';
import { Mails } from '../test/chaos/mails.ts';
import { ServiceProxy } from '../test/chaos/proxy.ts';
import { type FaultReport, isSound, lineOf, runFault } from '../test/chaos/run-fault.ts';
import { ChaosWorld } from '../test/chaos/world.ts';

/** Lets faults happen to a stage on an emulator, one after the other, and has what came of each verified. */

const USAGE = `usage: npm run test:chaos [-- --only FAULT ... --messages N --json]
  --only FAULT    this fault alone; may be given several times
  --messages N    messages among which the poison is (default 200)
  --json          a report of each fault as JSON, with all that was found
  --list          the faults, and what each does
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    messages: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function chosen(): Fault[] | string {
  const unknown = values.only?.find((name) => !FAULTS.some((fault) => fault.name === name));
  if (unknown !== undefined) return `--only is ${JSON.stringify(unknown)}; --list names the faults`;
  if (!/^[1-9]\d{0,5}$/.test(values.messages)) return `--messages is ${JSON.stringify(values.messages)}`;
  return FAULTS.filter(({ name }) => values.only?.includes(name) ?? true);
}

async function chaos(
  emulator: Emulator,
  proxy: ServiceProxy,
  faults: readonly Fault[],
  stopped: AbortSignal,
): Promise<number> {
  const mails = new Mails();
  emulator.onMail((mail) => mails.take(mail));
  const aws = connectTo(emulator.endpoint);
  const deployment = await timed(say, 'Deploying stage local', () =>
    deployLocal(aws, { schedule: 'off', notifications: [] }),
  );
  const world = await ChaosWorld.begin(connectStage(aws, deployment), proxy, mails);
  const options = { messages: Number(values.messages), restart: () => emulator.restart() };
  const reports: FaultReport[] = [];
  for (const fault of faults) {
    const missing = fault.missing?.();
    if (stopped.aborted) break;
    if (missing !== undefined) say(`${fault.name} -> not run: ${missing}`);
    else reports.push(await told(world, fault, options));
  }
  const sound = reports.filter(isSound).length;
  say(
    `${amount(reports.length, 'fault')}, ${sound} without loss or repetition, ${reports.length - sound} failed`,
  );
  return sound === reports.length && reports.length > 0 ? 0 : 1;
}

async function told(...[world, fault, options]: Parameters<typeof runFault>): Promise<FaultReport> {
  const report = await runFault(world, fault, options);
  say(values.json ? JSON.stringify(report) : lineOf(report));
  return report;
}

const faults = chosen();
if (values.help) process.stdout.write(USAGE);
else if (values.list) for (const { name, what } of FAULTS) say(`${name.padEnd(24)} ${what}`);
else if (typeof faults === 'string') {
  process.stderr.write(`error: ${faults}\n${USAGE}`);
  process.exitCode = 2;
} else {
  const proxy = await ServiceProxy.open();
  const through = (endpoint: string) => {
    proxy.target = endpoint;
    return {
      AWS_ENDPOINT_URL_DYNAMODB: proxy.url,
      AWS_ENDPOINT_URL_SES: proxy.url,
      AWS_ENDPOINT_URL_SQS: proxy.url,
    };
  };
  // Functions are to be called through the proxy: an emulator that runs already cannot be told.
  delete process.env.AWS_ENDPOINT_URL;
  await onEmulator(say, 'ministack', (emulator, stopped) => chaos(emulator, proxy, faults, stopped), {
    variables: through,
    keepState: true,
  });
}
