import type { Command } from 'commander';
import { deployedService } from '../../simulation/engine/deployed-service.ts';
import type { Service } from '../../simulation/engine/service.port.ts';
import { type Simulated, simulate } from '../../simulation/engine/simulate.ts';
import { timelineOf } from '../../simulation/engine/timeline.ts';
import { parseScenarioText } from '../../simulation/scenario/scenario.ts';
import type { Cli } from '../command.ts';
import {
  endScenarioRun,
  readScenarioInput,
  refusedInput,
  SCENARIO_EXIT,
  type ScenarioInput,
  type ScenarioRun,
} from '../scenario-input.ts';

const EXAMPLES = `
Examples:
  $ taskwarden simulate scenario.json           what owners and operators would have seen, as a timeline
  $ taskwarden simulate scenario.json --json    the same as NDJSON, one effect a line, the summary last
  $ cat scenario.json | taskwarden simulate -   from standard input

The form of the file: docs/scenario.md; its JSON schema: docs/formats/scenario.json.

Exit codes: 0 it ran; 2 the file is not valid; 3 a promise was broken, which is a bug; 130 Ctrl-C.`;

/** Adds `simulate FILE [--json]` to the program. */
export function registerSimulate(program: Command, cli: Pick<Cli, 'interrupts'>): void {
  program
    .command('simulate')
    .description(
      'run a scenario through the real scanner, workers and rules, and show what would have happened',
    )
    .argument('<file>', 'the scenario as JSON; - reads standard input')
    .option('--json', 'NDJSON instead of a timeline')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: { json?: boolean }) => {
      cli.interrupts?.whileDoing('the scenario did not run to its end; nothing was printed or changed');
      endScenarioRun(await runSimulate(await readScenarioInput(file), options.json === true));
    });
}

/** Runs the scenario in a text. `service`: what is run; the code as it is deployed by default. */
export async function runSimulate(
  input: ScenarioInput,
  json: boolean,
  service: Service = deployedService,
): Promise<ScenarioRun> {
  if ('problem' in input) return refusedInput(input.problem);
  const parsed = parseScenarioText(input.text);
  if (!parsed.ok) return refusedInput(parsed.problem);
  const simulated = await simulate(parsed.scenario, service);
  return simulated.ok ? reportOf(simulated, json) : refusedInput(simulated.problem);
}

function reportOf(simulated: Extract<Simulated, { ok: true }>, json: boolean): ScenarioRun {
  const { lines, summary, broken } = simulated;
  const write = json ? JSON.stringify : timelineOf;
  const output = [...lines, summary].map((line) => `${write(line)}\n`).join('');
  return {
    output,
    problems: broken,
    exitCode: broken.length > 0 ? SCENARIO_EXIT.promiseBroken : SCENARIO_EXIT.ran,
  };
}
