import { DAY, type Duration, type Instant } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { eachRow } from './rows.ts';
import { runsSince } from './runs.ts';
import type { Row, Table } from './table/table.port.ts';

/** A task that a scan disabled. */
export interface TurnedOff {
  task: string;
  /** The scan, by its instant. */
  run: string;
  /** When its owning system disabled it. */
  at: Instant;
}

/** All that one scan disabled, by id. */
export async function* turnedOffBy(table: Table, run: string): AsyncGenerator<TurnedOff> {
  const { pk } = keys.turnedOff(run, '');
  for await (const row of eachRow(table, { pk, consistent: true })) yield turnedOffFromRow(row, run);
}

function turnedOffFromRow({ sk, at }: Row, run: string): TurnedOff {
  return { task: sk, run, at: at as Instant };
}

/** So long after its scan an owning system may have disabled a task: it is asked again and again while it does not. */
const LATE_ANSWER: Duration = 30 * DAY;

/** All that scans disabled at or after an instant, scan by scan; a task may come more than once. */
export async function* turnedOffSince(table: Table, since: Instant): AsyncGenerator<TurnedOff> {
  for await (const { run, figures } of runsSince(table, since - LATE_ANSWER)) {
    if (!figures.queuedToDisable) continue;
    for await (const entry of turnedOffBy(table, run)) if (entry.at >= since) yield entry;
  }
}
