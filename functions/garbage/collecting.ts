import type { Instant } from '../abandonment/time.ts';
import { DEFAULT_RETENTION, type Kept, type Retention } from '../platform/retention.ts';
import type { System } from '../platform/system.ts';
import type { Write } from '../store/table/table.port.ts';

/** What is collected by: one turn of the generator. */
export interface Collecting {
  system: System;
  now: Instant;
  /** Whether the time for it is over: what is left is for the next turn. */
  spent(): boolean;
  /** How many rows of each kind went. */
  collected: Map<Collected, number>;
}

/** What is counted: a kind with a retention, or counters of nothing. */
export type Collected = Kept | 'counters';

/** How long what ended is kept here. */
export function retentionOf({ system }: Collecting): Retention {
  return system.config.retention ?? DEFAULT_RETENTION;
}

/** Rows carry the name of who put them; nothing is put here, and so no attempt needs a name of its own. */
export const WRITER = 'garbage';

/** Whether what ended then was kept for as long as its kind is kept. */
export function isPast(collecting: Collecting, kind: Kept, endedAt: Instant): boolean {
  return endedAt + retentionOf(collecting)[kind] <= collecting.now;
}

/**
 * Deletes one row and counts it. A row by itself: in a transaction it would cost twice as much.
 *
 * @returns false where it changed meanwhile, or the table is busy: the next turn looks at it anew
 */
export async function collect(
  { system, collected }: Collecting,
  kind: Collected,
  write: Extract<Write, { delete: unknown }>,
): Promise<boolean> {
  const { outcome } = await system.table.transact([write], WRITER);
  if (outcome === 'applied') collected.set(kind, (collected.get(kind) ?? 0) + 1);
  return outcome === 'applied';
}
