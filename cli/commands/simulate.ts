import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { deployedService } from '../../simulation/engine/deployed-service.ts';
import type { Service } from '../../simulation/engine/service.port.ts';
import { type Simulated, simulate } from '../../simulation/engine/simulate.ts';
import { timelineOf } from '../../simulation/engine/timeline.ts';
import { parseScenarioText } from '../../simulation/scenario/scenario.ts';

/** The exit codes of `simulate` (docs/scenario.md). */
const EXIT = { ran: 0, notValid: 2, promiseBroken: 3 } as const;

const EXAMPLES = `
Examples:
  $ taskwarden simulate scenario.json           what owners and operators would have seen, as a timeline
  $ taskwarden simulate scenario.json --json    the same as NDJSON, one effect a line, the summary last
  $ cat scenario.json | taskwarden simulate -   from standard input

Exit codes: 0 it ran; 2 the file is not valid; 3 a promise was broken, which is a bug.`;

/** Adds `simulate FILE [--json]` to the program. */
export function registerSimulate(program: Command): void {
  program
    .command('simulate')
    .description(
      'run a scenario through the real scanner, workers and rules, and show what would have happened',
    )
    .argument('<file>', 'the scenario as JSON; - reads standard input')
    .option('--json', 'NDJSON instead of a timeline')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: { json?: boolean }) => {
      const { output, problems, exitCode } = await runSimulate(await read(file), options.json === true);
      process.stdout.write(output);
      for (const problem of problems) process.stderr.write(`${problem}\n`);
      process.exitCode = exitCode;
    });
}

/** What the command prints, and how it ends. */
export interface SimulateResult {
  output: string;
  /** Lines for standard error. */
  problems: string[];
  exitCode: number;
}

/** The text of a scenario, or why there is none. */
type Input = { text: string } | { problem: string };

/** Runs the scenario in a text. `service`: what is run; the code as it is deployed by default. */
export async function runSimulate(
  input: Input,
  json: boolean,
  service: Service = deployedService,
): Promise<SimulateResult> {
  if ('problem' in input) return refused(input.problem);
  const parsed = parseScenarioText(input.text);
  if (!parsed.ok) return refused(parsed.problem);
  const simulated = await simulate(parsed.scenario, service);
  return simulated.ok ? told(simulated, json) : refused(simulated.problem);
}

function told(simulated: Extract<Simulated, { ok: true }>, json: boolean): SimulateResult {
  const { lines, summary, broken } = simulated;
  const write = json ? JSON.stringify : timelineOf;
  const output = [...lines, summary].map((line) => `${write(line)}\n`).join('');
  return { output, problems: broken, exitCode: broken.length > 0 ? EXIT.promiseBroken : EXIT.ran };
}

function refused(problem: string): SimulateResult {
  return { output: '', problems: [`error: ${problem.replaceAll('\n', ' ')}`], exitCode: EXIT.notValid };
}

async function read(file: string): Promise<Input> {
  try {
    return { text: file === '-' ? await text(process.stdin) : await readFile(file, 'utf8') };
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
    return { problem: `${file}: ${READ_PROBLEMS[reason] ?? reason}` };
  }
}

const READ_PROBLEMS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'is a directory, not a file',
  EACCES: 'may not be read',
};
