import { saidIn } from '../store/rows.ts';
import type { Row } from '../store/table/table.port.ts';
import type { Run } from './run.ts';

/** How much of the run is left. */
export interface Budget {
  /** Whether the time limit is near: stop, keep the cursor, and let the next tick go on. */
  spent(): boolean;
}

/** What a generator leaves for its next turn; `cursor` null where it came to the end. */
export interface Turn {
  cursor: string | null;
}

/** A source of work that the scanner asks in the order of bands. */
export interface Generator {
  name: string;
  band: number;
  /** Whether it must wait until all earlier bands came to their end. */
  afterDecisions?: boolean;
  run(run: Run, budget: Budget, cursor: string | null): Promise<Turn>;
}

/** A generator's row: where it stopped and how it fared. */
export interface GeneratorRecord {
  name: string;
  cursor: string | null;
  failures: number;
  /** Not asked before this instant, after a failure. */
  notBefore: number;
}

/** Reads a generator's row. */
export function generatorFromRow(row: Row): GeneratorRecord {
  return saidIn(row);
}

export const DONE: Turn = { cursor: null };
