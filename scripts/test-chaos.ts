import { writeFile } from 'node:fs/promises';
import { deployLocal } from '../local/deploy.ts';
import type { Emulator } from '../local/emulator.ts';
import { connectTo } from '../local/local-aws.ts';
import { say, timed } from '../local/progress.ts';
import { onEmulator } from '../local/session.ts';
import { connectStage } from '../local/stage.ts';
import { ConnectCluster } from '../test/chaos/connect-cluster.ts';
import type { Fault } from '../test/chaos/fault.ts';
import { FAULTS } from '../test/chaos/faults.ts';
import { Mails } from '../test/chaos/mails.ts';
import { ServiceProxy } from '../test/chaos/proxy.ts';
import { isSound, lineOf, type NotRun, summaryOf } from '../test/chaos/report.ts';
import { type FaultReport, runFault } from '../test/chaos/run-fault.ts';
import { ASKED_BY_EVENTS, ChaosWorld } from '../test/chaos/world.ts';
import { refuse, suiteArguments } from './suite-arguments.ts';

/** Lets faults happen to a stage on an emulator, one after the other, and has what came of each verified. */

const USAGE = `usage: npm run test:chaos [-- --only FAULT ... --messages N --json]
  --only FAULT    this fault alone; may be given several times
  --messages N    messages among which the poison is (default 10000)
  --letters N     dead letters that are sent back (default 200)
  --record FILE   writes what the verifier was given of the last fault
  --json          a report of each fault as JSON, with all that was found
  --list          the faults, and what each does
`;

const { values } = suiteArguments(USAGE, {
  only: { type: 'string', multiple: true },
  messages: { type: 'string', default: '10000' },
  letters: { type: 'string', default: '200' },
  record: { type: 'string' },
  json: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
});

function chosen(): Fault[] | string {
  const unknown = values.only?.find((name) => !FAULTS.some((fault) => fault.name === name));
  if (unknown !== undefined) return `--only is ${JSON.stringify(unknown)}; --list names the faults`;
  for (const name of ['messages', 'letters'] as const)
    if (!/^[1-9]\d{0,5}$/.test(values[name])) return `--${name} is ${JSON.stringify(values[name])}`;
  return FAULTS.filter(({ name }) => values.only?.includes(name) ?? true);
}

async function chaos(
  emulator: Emulator,
  proxy: ServiceProxy,
  faults: readonly Fault[],
  stopped: AbortSignal,
): Promise<number> {
  const began = performance.now();
  const wanted = faults.map((fault) => ({ fault, why: fault.missing?.() }));
  const notRun = wanted.flatMap(({ fault, why }): NotRun[] => (why ? [{ fault: fault.name, why }] : []));
  const had = wanted.filter(({ why }) => why === undefined).map(({ fault }) => fault);
  for (const { fault, why } of notRun) say(`${fault} -> not run: ${why}`);
  if (had.length === 0) return values.only === undefined ? 0 : 1;
  const connect = had.some(({ isOfConnect }) => isOfConnect)
    ? await timed(say, 'Starting Kafka and Kafka Connect', () => ConnectCluster.start())
    : undefined;
  try {
    const reports = await runAll(await begin(emulator, proxy, connect), emulator, had, stopped);
    say(`\n${summaryOf(reports, notRun)}`);
    const sound = reports.filter(isSound).length;
    const seconds = Math.round((performance.now() - began) / 1_000);
    say(`\n${sound} of ${reports.length} without loss or repetition, ${notRun.length} not run; ${seconds} s`);
    const isWhole = sound === had.length && (values.only === undefined || notRun.length === 0);
    return isWhole ? 0 : 1;
  } finally {
    await connect?.close();
  }
}

/** As `config/local.json` has it. */
const BY_EVENTS = { name: ASKED_BY_EVENTS, type: 'events', prefix: `${ASKED_BY_EVENTS}/` };

/** Deploys the stage, and gives the world around it. */
async function begin(
  emulator: Emulator,
  proxy: ServiceProxy,
  connect: ConnectCluster | undefined,
): Promise<ChaosWorld> {
  const mails = new Mails();
  emulator.onMail((mail) => mails.take(mail));
  const aws = connectTo(emulator.endpoint);
  const deployment = await timed(say, 'Deploying stage local', () =>
    deployLocal(aws, {
      schedule: 'off',
      notifications: [],
      ...(connect && { controlPlanes: [BY_EVENTS, connect.settings] }),
    }),
  );
  return ChaosWorld.begin(connectStage(aws, deployment), proxy, mails, connect);
}

async function runAll(
  world: ChaosWorld,
  emulator: Emulator,
  had: readonly Fault[],
  stopped: AbortSignal,
): Promise<FaultReport[]> {
  const counts = { messages: Number(values.messages), letters: Number(values.letters) };
  const options = { ...counts, tell: say, restart: () => emulator.restart() };
  const reports: FaultReport[] = [];
  for (const fault of had) {
    if (stopped.aborted) break;
    reports.push(await reported(world, fault, options));
  }
  return reports;
}

async function reported(...[world, fault, options]: Parameters<typeof runFault>): Promise<FaultReport> {
  const report = await runFault(world, fault, options);
  if (values.record !== undefined)
    await writeFile(values.record, `${JSON.stringify(await world.seen(), null, 2)}\n`);
  say(values.json ? JSON.stringify(report) : lineOf(report));
  return report;
}

/** A round of a minute takes the machine two or three seconds: queues are as fast, so that no fault waits for another's retries. */
const HASTE_OF_QUEUES = 20;

const faults = chosen();
if (values.list) for (const { name, what } of FAULTS) say(`${name.padEnd(24)} ${what}`);
else if (typeof faults === 'string') refuse(faults, USAGE);
else {
  const proxy = await ServiceProxy.open(HASTE_OF_QUEUES);
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
