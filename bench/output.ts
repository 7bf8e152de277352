import { cpus, totalmem } from 'node:os';

/** One line of output: a JSON object. */
export function print(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** The last line of a figure: what was reached against its goal. */
export function printGoal(line: {
  bench: string;
  figure: string;
  value: number;
  goal: string;
  met: boolean;
  [more: string]: unknown;
}): void {
  print(line);
  if (!line.met) process.exitCode = 1;
}

/** What the figures were measured on. */
export function machine(): Record<string, unknown> {
  const [first] = cpus();
  return {
    node: process.version,
    cores: cpus().length,
    cpu: first?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
}

/** The middle one; of an even number the upper of both. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** With so many digits behind the point. */
export function rounded(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}
