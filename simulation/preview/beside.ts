import { Worker } from 'node:worker_threads';
import type { Row } from '../../functions/store/table/table.port.ts';
import type { Side, SideRun } from './side.ts';

/** What loads the thread's code on any version of Node. */
const THREAD = new URL('./side-thread.mjs', import.meta.url);

/**
 * What a thread may take: code and what lives for an instant, and what it keeps of each row, or of each task of a scenario,
 * with as much again to breathe.
 */
const LEAST_MB = 256;
const MB_PER_ROW = 2 / 1024;
const MB_PER_TASK = 4 / 1024;

function heapMbOf({ rows = [], scenario: { tasks } }: Side): number {
  return LEAST_MB + rows.length * MB_PER_ROW + tasks.length * MB_PER_TASK;
}

/** A side as it is sent to a thread. */
export interface SentSide {
  scenario: Side['scenario'];
  /** Rows are JSON, and JSON is written and read in half the time of a copy. */
  rows?: Uint8Array[];
}

const ROWS_IN_A_TEXT = 1_000;

function textsOf(rows: readonly Row[]): Uint8Array<ArrayBuffer>[] {
  const encoder = new TextEncoder();
  const texts: Uint8Array<ArrayBuffer>[] = [];
  for (let from = 0; from < rows.length; from += ROWS_IN_A_TEXT)
    texts.push(encoder.encode(JSON.stringify(rows.slice(from, from + ROWS_IN_A_TEXT))));
  return texts;
}

/** The side that was sent. */
export function received({ scenario, rows: texts }: SentSide): Side {
  if (!texts) return { scenario };
  const decoder = new TextDecoder();
  return { scenario, rows: texts.flatMap((text) => JSON.parse(decoder.decode(text)) as Row[]) };
}

/** A side that runs beside what else goes on. */
export interface Beside {
  /** Undefined where its memory was not enough; rejects where it fails, or is ended before. */
  ran: Promise<SideRun | undefined>;
  /** Ends it, whether it is through or not: the process would wait for it. */
  end(): void;
}

/**
 * Runs one side on the deployed code, in a thread of its own.
 *
 * @param heapMb its bound: without one it would keep as much garbage as the machine has room for
 */
export function runBeside(side: Side, heapMb: number = heapMbOf(side)): Beside {
  const resourceLimits = { maxOldGenerationSizeMb: Math.ceil(heapMb) };
  // Flags of this process may be of no use to a thread, or refused.
  const thread = new Worker(THREAD, { execArgv: [], resourceLimits });
  const ran = answerOf(thread);
  const rows = side.rows && textsOf(side.rows);
  const sent: SentSide = { scenario: side.scenario, ...(rows && { rows }) };
  thread.postMessage(sent, rows?.map(({ buffer }) => buffer) ?? []);
  return { ran, end: () => void thread.terminate() };
}

function answerOf(thread: Worker): Beside['ran'] {
  return new Promise((resolve, reject) => {
    thread.once('message', (run: SideRun) => resolve(run));
    thread.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') resolve(undefined);
      else reject(error);
    });
    thread.once('exit', () => reject(new Error('the thread of a preview ended without an answer')));
  });
}
