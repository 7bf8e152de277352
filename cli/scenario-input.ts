import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Sink } from './terminal.ts';

/** The text of a scenario, or why there is none. */
export type ScenarioInput = { text: string } | { problem: string };

/** Reads a file, or standard input where it is `-`. */
export async function readScenarioInput(file: string): Promise<ScenarioInput> {
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

/** What a command that runs a scenario prints, and how it ends. */
export interface ScenarioRun {
  output: string;
  /** Lines for standard error. */
  problems: string[];
  exitCode: number;
}

/** The exit codes of such commands (docs/scenario.md). */
export const SCENARIO_EXIT = { ran: 0, notValid: 2, promiseBroken: 3 } as const;

/** How it ends where the input is not valid. */
export function refusedInput(problem: string): ScenarioRun {
  return {
    output: '',
    problems: [`error: ${problem.replaceAll('\n', ' ')}`],
    exitCode: SCENARIO_EXIT.notValid,
  };
}

/** Prints what it came to, and sets the exit code. */
export function endScenarioRun(
  { output, problems, exitCode }: ScenarioRun,
  { stdout, stderr }: { stdout: Sink; stderr: Sink } = process,
): void {
  stdout.write(output);
  for (const problem of problems) stderr.write(`${problem}\n`);
  process.exitCode = exitCode;
}
