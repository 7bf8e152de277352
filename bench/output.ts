import { cpus, totalmem } from 'node:os';

/** One line of output: a JSON object. */
export function print(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** A figure of the budgets against its goal. */
export interface Figure {
  bench: string;
  /** What was measured, in words. */
  figure: string;
  /** On which table or platform, and what is needed to judge the value. */
  details: Record<string, unknown>;
  value: number;
  goal: string;
  met: boolean;
  /** The value where it is a ratio, else the value against the goal. */
  ratio: number;
}

/** The last line of a figure: its ratio last. A goal that is missed makes the exit code 1. */
export function printFigure({ bench, figure, details, value, goal, met, ratio }: Figure): void {
  print({ bench, figure, ...details, value, goal, met, ratio });
  if (!met) process.exitCode = 1;
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
