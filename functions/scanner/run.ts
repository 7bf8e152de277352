import type { Instant } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import type { FleetView } from '../store/fleet-view.ts';
import type { ByName } from '../store/given-up.ts';
import type { Row } from '../store/table/table.port.ts';

/** One run's view of the world and what it did. */
export interface Run {
  system: System;
  view: FleetView;
  /** The tick's scheduled time: the run's name. */
  id: string;
  now: Instant;
  figures: Record<string, number>;
  /** Requests to evaluate a scope that were there before the view was read; a later one is for the next scan. */
  asked: Row[];
  /** The scheduled time of this tick, and of the one claimed before it where there was one. */
  at?: Instant;
  before?: Instant;
  /** Since when marks that work is queued are not to be trusted: the scan that made them did not come to its end. */
  doubtfulSince?: Instant;
  /** The queues that are off, once asked for. */
  off?: Promise<ReadonlySet<string>>;
  /** What is given up, once asked for. */
  givenUp?: Promise<ByName>;
}
