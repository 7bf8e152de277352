import type { Run } from './run.ts';

/** How much time is left. */
export interface Budget {
  /** Whether the time limit is near: stop, keep the cursor, and go on from there with the next turn. */
  spent(): boolean;
}

/** The bands in which generators are asked: those of the first before all others. */
export const BANDS = ['urgent', 'facts', 'normal', 'garbage'] as const;
export type Band = (typeof BANDS)[number];

/** What a turn came to. */
export interface Turn {
  /** Where the next turn goes on; null: it came to its end. */
  cursor: string | null;
  /** How many items were worked; 0: there was nothing to do. Absent: it cannot say. */
  worked?: number;
}

/** A source of work that the scanner asks beside the steps of a tick (docs/architecture.md#generators). */
export interface Generator {
  name: string;
  band: Band;
  /** How long it is left alone after it came to its end; 0: it is asked with each tick. */
  everySeconds: number;
  /** How long it is left alone at most, however often it found nothing. @default 16 times as long, at most a day */
  mostSeconds?: number;
  /** Says from what the run knows anyway whether there can be work: where not it is not asked, and nothing is read or written. */
  isWanted?(run: Run): boolean | Promise<boolean>;
  /** What of the stage's settings its waits rest on: where it changes it is asked at once. */
  settings?(run: Run): string;
  /** Takes a turn: goes on from the cursor until it comes to its end or the budget is spent. It must bear to be asked twice. */
  run(run: Run, budget: Budget, cursor: string | null): Promise<Turn>;
}

export const DONE: Turn = { cursor: null };
