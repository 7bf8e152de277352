import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SECOND } from '../functions/abandonment/time.ts';
import { argument } from '../functions/platform/shell-word.ts';
import { loadConfig } from '../lib/config.ts';
import { deployedService } from '../simulation/engine/deployed-service.ts';
import { type Simulated, simulate } from '../simulation/engine/simulate.ts';
import { parseScenario } from '../simulation/scenario/scenario.ts';
import type { Scenario } from '../simulation/scenario/scenario-types.ts';
import { localArguments } from './arguments.ts';
import { serveConsole } from './console.ts';
import { demoScenario } from './demo-fleet.ts';
import { differences, type Lists, listsOfSimulation } from './demo-lists.ts';
import { totals } from './demo-report.ts';
import { instantsOf, loadDemo, runDemo } from './demo-run.ts';
import { here, showStage } from './demo-show.ts';
import { deployLocal, STAGE } from './deploy.ts';
import type { Emulator } from './emulator.ts';
import { askingCommands, commandLine, pointingAt, whatHolds } from './how-to.ts';
import { kafkaConnectDemo } from './kafka-connect/demo.ts';
import { connectTo, LOCAL_FOLDER, ROOT } from './local-aws.ts';
import { LocalProblem, say, timed } from './progress.ts';
import { deadLetters } from './queue-levels.ts';
import { onEmulator, untilInterrupted } from './session.ts';
import { connectStage } from './stage.ts';

const FOLDER = join(LOCAL_FOLDER, 'demo');
const SCENARIO = join(FOLDER, 'scenario.json');
const FLEET = join(FOLDER, 'fleet.ndjson');
const MAILS = join(FOLDER, 'mails');
const REPORT = join(FOLDER, 'report.txt');

/** Writes the scenario and its fleet to files, for `taskwarden simulate` and `tasks import`. */
async function writeScenario(): Promise<Scenario> {
  const json = demoScenario();
  const parsed = parseScenario(json);
  if (!parsed.ok) throw new LocalProblem(`the demo's scenario is not valid: ${parsed.problem}`);
  await mkdir(FOLDER, { recursive: true });
  await writeFile(SCENARIO, `${JSON.stringify(json, null, 2)}\n`);
  const lines = (json.tasks as unknown[]).map((task) => `${JSON.stringify(task)}\n`);
  await writeFile(FLEET, lines.join(''));
  return parsed.scenario;
}

async function simulated(scenario: Scenario): Promise<Extract<Simulated, { ok: true }>> {
  const result = await simulate(scenario, deployedService);
  if (!result.ok) throw new LocalProblem(`the demo's scenario cannot be simulated: ${result.problem}`);
  if (result.broken.length > 0) throw new LocalProblem(result.broken.join('\n'));
  return result;
}

async function demo(emulator: Emulator, interrupted: AbortSignal, keep: boolean): Promise<number> {
  const scenario = await writeScenario();
  const expected = await simulated(scenario);
  const aws = connectTo(emulator.endpoint);
  const deployment = await timed(say, 'Deploying stage local by cdk deploy (log: .local/deploy-*.log)', () =>
    // Its clock is told, so no schedule may tick beside it; bounces come from the scenario.
    deployLocal(aws, { schedule: 'off', notifications: [] }),
  );
  const stage = connectStage(aws, deployment);
  const loaded = await loadDemo(stage, scenario, FLEET);
  const instants = instantsOf(scenario, expected.lines);
  say(`Loaded ${loaded} tasks (${here(FLEET)}); going through five weeks by ${instants.length} scans:`);
  const place = { AWS_ENDPOINT_URL: emulator.endpoint };
  const gatherDisabled = loadConfig({ stage: STAGE }, ROOT, place).gatherDisabled * SECOND;
  await runDemo(stage, scenario, { instants, gatherDisabled, say, interrupted });
  if (interrupted.aborted) return 130;
  const lists = await showStage(stage, await emulator.readMails(), { mails: MAILS, report: REPORT });
  const code = compare(lists, listsOfSimulation(expected.lines), await deadLetters(stage));
  lookFurther(emulator, keep);
  say(`\n${totals(lists)}`);
  if (keep) {
    say('\nThe emulator runs on. What holds of it:');
    for (const line of whatHolds(emulator)) say(`  ${line}`);
    say('\nThe operators’ page of the stage, for one browser (docs/console.md):');
    serveConsole(emulator);
    await untilInterrupted(interrupted);
  }
  return code;
}

/** The same fleet and instants must come to the same acts, deployed and simulated. */
function compare(deployed: Lists, expected: Lists, dead: number): number {
  const different = differences(deployed, expected);
  if (different.length === 0 && dead === 0) {
    say('\nsame lists as the simulation');
    return 0;
  }
  say(`\nNOT the same lists as the simulation (${different.length} differences, ${dead} dead letters):`);
  for (const line of different) say(`  ${line}`);
  return 1;
}

function lookFurther(emulator: Emulator, keep: boolean): void {
  say('\nHow to look further:');
  say(
    `  ${commandLine(`simulate ${argument(here(SCENARIO))}`)}   the same weeks as a timeline, without an emulator`,
  );
  say(`  ${here(REPORT)} has the decisions above`);
  const commands = keep
    ? [...pointingAt(emulator.endpoint), ...askingCommands('acmeCo/legacy/crm-capture')]
    : ['npm run demo -- --keep   leaves the emulator running, to ask the deployed stage'];
  for (const line of commands) say(`  ${line}`);
}

const { keep, emulator, controlPlane } = localArguments('demo');
const shown = controlPlane === 'kafka-connect' ? kafkaConnectDemo : demo;
await onEmulator(say, emulator, (started, interrupted) => shown(started, interrupted, keep));
