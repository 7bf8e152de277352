import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PolicyBook } from '../../functions/abandonment/policy-book.ts';
import { DAY, formatInstant, HOUR, type Instant, MINUTE, SECOND } from '../../functions/abandonment/time.ts';
import { undoDisabling } from '../../functions/disabling/undo.ts';
import { loadConfig } from '../../lib/config.ts';
import { storeStart } from '../../simulation/engine/world-start.ts';
import { parsedPolicies, parseScenario } from '../../simulation/scenario/scenario.ts';
import { readStage } from '../demo-lists.ts';
import { totals } from '../demo-report.ts';
import { wordsOf } from '../demo-run.ts';
import { here, showStage } from '../demo-show.ts';
import { deployLocal, STAGE } from '../deploy.ts';
import type { Emulator } from '../emulator.ts';
import { askingCommands, pointingAt, whatHolds } from '../how-to.ts';
import { connectTo, LOCAL_FOLDER, ROOT } from '../local-aws.ts';
import { LocalProblem, say, timed } from '../progress.ts';
import { deadLetters, untilNothingWaits, untilWorked } from '../queue-levels.ts';
import { untilInterrupted } from '../session.ts';
import { connectStage, type LocalStage, scanOnce } from '../stage.ts';
import { Connectors } from './connectors.ts';
import {
  bringBackFolder,
  type DemoConnector,
  demoConnectors,
  PAUSED,
  PREFIX,
  REPAIRED,
  RESTARTED,
  repaired,
  UNDONE,
  writeLines,
} from './demo-connectors.ts';
import { fetchKafkaConnect } from './jars.ts';
import { type KafkaConnect, startKafkaConnect } from './kafka-connect.ts';

const FOLDER = join(LOCAL_FOLDER, 'demo-kafka-connect');
const FILES = { mails: join(FOLDER, 'mails'), report: join(FOLDER, 'report.txt') };

const START: Instant = Date.parse('2026-01-05T08:00:00Z');
const SCAN_EVERY = 12 * HOUR;
const WARN_AFTER = 2 * DAY;
const DISABLE_AFTER = 3 * DAY;
const DUE: Instant = START + WARN_AFTER + DISABLE_AFTER;

/** An instant to go to, and what people and their tools do in Connect before the scan of it. */
interface Step {
  at: Instant;
  what?: string;
  happens?: () => Promise<void>;
}

/** The demo's stage and its connectors. */
interface Demo {
  stage: LocalStage;
  connectors: Connectors;
  fleet: readonly DemoConnector[];
  folder: string;
  interrupted: AbortSignal;
}

/**
 * Shows Taskwarden with a real Kafka Connect: two listings, then the clock goes on to the instants of decision, while Connect
 * stays as real as it is.
 * @returns the exit code: 1 where a connector does not end as it is to
 */
export async function kafkaConnectDemo(
  emulator: Emulator,
  interrupted: AbortSignal,
  keep: boolean,
): Promise<number> {
  const missing = fetchKafkaConnect();
  if (missing !== undefined) throw new LocalProblem(`Kafka Connect cannot run here: ${missing}`);
  await mkdir(FOLDER, { recursive: true });
  const kafka = await timed(say, 'Starting Kafka and Kafka Connect', startKafkaConnect);
  try {
    return await show(emulator, kafka, interrupted, keep);
  } finally {
    await kafka.stop();
  }
}

async function show(
  emulator: Emulator,
  { url, folder }: KafkaConnect,
  interrupted: AbortSignal,
  keep: boolean,
): Promise<number> {
  const fleet = demoConnectors(folder);
  const connectors = new Connectors(url);
  const [, stage] = await Promise.all([makeConnectors(connectors, fleet, folder), deploy(emulator, url)]);
  const demo: Demo = { stage, connectors, fleet, folder, interrupted };
  await storeSettings(stage);
  say(`\n${fleet.length} connectors in Connect (${url}); two listings of it, and then the clock goes on:`);
  for (const step of steps(demo)) await go(demo, step);
  if (interrupted.aborted) return 130;
  await takeBack(demo);
  for (const scan of [1, 2]) await go(demo, { at: DUE + scan * SCAN_EVERY });
  const files = { ...FILES, about: PREFIX + RESTARTED };
  const lists = await showStage(stage, await emulator.readMails(), files);
  const code = (await showConnect(demo)) + ((await deadLetters(stage)) > 0 ? 1 : 0);
  say(`\nAll decisions: ${here(FILES.report)}`);
  say(`\n${totals(lists)}, undone 1`);
  if (keep) await runOn(emulator, interrupted);
  return Math.min(1, code);
}

async function makeConnectors(connectors: Connectors, fleet: readonly DemoConnector[], folder: string) {
  writeLines(folder);
  for (const { name, config } of fleet) await connectors.put(name, config);
  for (const { name, begins } of fleet) await connectors.until(name, begins, 60_000);
  await connectors.change(PAUSED, 'pause');
}

async function deploy(emulator: Emulator, url: string): Promise<LocalStage> {
  const aws = connectTo(emulator.endpoint);
  const controlPlanes = [
    { type: 'kafka-connect', name: 'kafka-prod', prefix: PREFIX, dataPlane: 'connect-prod', url },
  ];
  const deployment = await timed(say, 'Deploying stage local by cdk deploy (log: .local/deploy-*.log)', () =>
    // Its clock is told, so no schedule may tick beside it.
    deployLocal(aws, { schedule: 'off', notifications: [], controlPlanes }),
  );
  return connectStage(aws, deployment);
}

async function storeSettings(stage: LocalStage): Promise<void> {
  const parsed = parseScenario({
    version: 1,
    start: formatInstant(START),
    until: formatInstant(DUE + DAY),
    scanEvery: '12h',
    policies: {
      [PREFIX]: { mode: 'disable', warnAfter: '2d', disableAfter: '3d', minHealthy: '2h', reminders: ['1d'] },
    },
    admins: { [PREFIX]: ['platform@acme.test'] },
    tasks: [],
    events: [],
  });
  if (!parsed.ok) throw new LocalProblem(`the demo's settings are not valid: ${parsed.problem}`);
  await stage.clock.set(START);
  await storeStart(stage.system, parsed.scenario, new PolicyBook(parsedPolicies(parsed.scenario)));
}

/** The instants of decision, and all between them that keep what is known fresh. */
function steps({ connectors, folder }: Demo): Step[] {
  const restarted = async () => {
    await connectors.restart(RESTARTED);
    await connectors.until(RESTARTED, 'RUNNING RUNNING');
  };
  const failed = () => connectors.until(RESTARTED, 'RUNNING FAILED', 60_000);
  const restart: Omit<Step, 'at'> = { what: `a timer restarts ${RESTARTED}: it runs`, happens: restarted };
  const failure: Omit<Step, 'at'> = { what: `${RESTARTED} failed again`, happens: failed };
  const planned: Step[] = [
    { at: START, ...restart },
    { at: START + 10 * MINUTE, ...failure },
    { at: START + DAY, ...restart },
    { at: START + DAY + 10 * MINUTE, ...failure },
    {
      at: START + 3 * DAY,
      what: `the owner of ${REPAIRED} repairs it`,
      happens: () => connectors.put(REPAIRED, repaired(folder)),
    },
  ];
  const others = Array.from({ length: (DUE - START) / SCAN_EVERY + 1 }, (_, scan) => ({
    at: START + scan * SCAN_EVERY,
  })).filter(({ at }) => !planned.some((step) => step.at === at));
  return [...planned, ...others].sort((a, b) => a.at - b.at);
}

/** Has the scanner run at an instant, and the workers after it; what it lists is Connect as it is now. */
async function go({ stage, interrupted }: Demo, { at, what, happens }: Step): Promise<void> {
  if (interrupted.aborted) return;
  await happens?.();
  await stage.clock.set(at);
  const figures = await scanOnce(stage);
  await untilWorked(stage);
  if ((figures.queuedToDisable ?? 0) > 0) {
    const place = { AWS_ENDPOINT_URL: stage.aws.endpoint };
    await stage.clock.set(at + (loadConfig({ stage: STAGE }, ROOT, place).gatherDisabled + 1) * SECOND);
    await untilNothingWaits(stage);
  }
  say(`  ${formatInstant(at)}  ${[what, wordsOf(figures)].filter(Boolean).join('; ')}`);
  if (at === START + 10 * MINUTE) await showListed(stage);
}

/** How Taskwarden reads what Connect says. */
async function showListed({ system }: LocalStage): Promise<void> {
  const { tasks } = await readStage(system.table);
  say('\nWhat Taskwarden knows after two listings:\n');
  for (const { task, evidence } of tasks.sort((a, b) => (a.task.id < b.task.id ? -1 : 1))) {
    const status = task.enabled ? evidence.statuses.join(', ') : 'disabled by somebody';
    const cause = evidence.cause === undefined ? '' : ` (${evidence.cause})`;
    say(
      `  ${task.id.padEnd(32)} ${`${status}${cause}`.padEnd(22)} ${task.owners.join(', ') || 'no owner: the admins of its prefix'}`,
    );
  }
  say('');
}

/** Its owner comes back from a holiday: what it needs is there again, and what was done is taken back. */
async function takeBack({ stage, connectors, folder }: Demo): Promise<void> {
  bringBackFolder(folder);
  const at = DUE + HOUR;
  await stage.clock.set(at);
  const task = PREFIX + UNDONE;
  const undone = await undoDisabling(stage.system, {
    task,
    by: 'ops@acme.test',
    reason: 'its owner needs it after all',
    isOperator: true,
  });
  if (undone.outcome === 'refused') throw new LocalProblem(`${task} cannot be undone: ${undone.reason}`);
  await untilWorked(stage);
  await connectors.until(UNDONE, 'RUNNING RUNNING');
  say(`  ${formatInstant(at)}  an operator takes the disabling of ${UNDONE} back: it runs again`);
}

/** How each connector ended, as Connect says it; answers how many did not end as they were to. */
async function showConnect({ connectors, fleet }: Demo): Promise<number> {
  say('\nIn Connect itself:\n');
  let wrong = 0;
  for (const { name, what, ends } of fleet) {
    const states = await connectors.states(name);
    const remark = states === ends ? '' : `   NOT as it is to end: ${ends}`;
    if (states !== ends) wrong += 1;
    say(`  ${name.padEnd(20)} ${states.padEnd(18)} ${what}${remark}`);
  }
  return wrong;
}

async function runOn(emulator: Emulator, interrupted: AbortSignal): Promise<void> {
  say('\nThe emulator and Kafka Connect run on. To ask the stage:');
  for (const line of [...pointingAt(emulator.endpoint), ...askingCommands(PREFIX + RESTARTED)])
    say(`  ${line}`);
  for (const line of whatHolds(emulator)) say(`  ${line}`);
  await untilInterrupted(interrupted);
}
