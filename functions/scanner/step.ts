import { recordIn } from '../store/rows.ts';
import type { Row } from '../store/table/table.port.ts';
import type { Budget, Turn } from './generator.ts';
import type { Run } from './run.ts';

/** A part of a tick that decides. Steps are taken one after the other, at each tick, in the order of their list. */
export interface Step {
  name: string;
  /** Whether it must wait until all earlier steps came to their end. */
  afterDecisions?: boolean;
  run(run: Run, budget: Budget, cursor: string | null): Promise<Turn>;
}

/** A step's row: where it stopped and how it fared. */
export interface StepRecord {
  name: string;
  cursor: string | null;
  failures: number;
  /** Not taken before this instant, after a failure. */
  notBefore: number;
}

/** Reads a step's row. */
export function stepFromRow(row: Row): StepRecord {
  return recordIn(row);
}
