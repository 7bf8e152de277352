import type { PolicyBook } from '../abandonment/policy-book.ts';
import type { Instant } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import { loadPolicies } from '../store/policies.ts';
import { dataPlaneWrite, loadDataPlane, lookWrite, newDataPlane } from '../store/records.ts';
import {
  type PlaneChange,
  type PlaneReport,
  planeHeard,
  planeReported,
  type ReportedPlane,
} from './data-plane-changes.ts';
import { type Settled, settle } from './settle.ts';

/** Stores a report of a data plane's state and, where it turned, asks the scanner to look at its tasks. */
export async function reportDataPlane(
  system: System,
  report: PlaneReport,
  book?: PolicyBook,
): Promise<Settled> {
  const policies = book ?? (await loadPolicies(system.table));
  const { silentAfter } = policies.global;
  return changePlane(system, report.dataPlane, (known) => planeReported(known, report, silentAfter));
}

/** Stores that a data plane gave a sign of life. */
export async function hearDataPlane(
  system: System,
  dataPlane: string,
  at: Instant,
  book: PolicyBook,
): Promise<Settled> {
  return changePlane(system, dataPlane, (known) => planeHeard(known, dataPlane, at, book.global.silentAfter));
}

/** Makes the row of a data plane that is named for the first time. */
export async function mentionDataPlane(system: System, dataPlane: string): Promise<Settled> {
  return changePlane(system, dataPlane, (known) => ({
    store: known ? undefined : newDataPlane(dataPlane, system.clock.now()),
    turned: false,
  }));
}

async function changePlane(
  system: System,
  dataPlane: string,
  change: (known: ReportedPlane | undefined) => PlaneChange,
): Promise<Settled> {
  return settle(system, async () => {
    const { store, turned } = change(await loadDataPlane(system.table, dataPlane));
    if (!store) return { skip: 'nothing-of-note' };
    const writes = [dataPlaneWrite(store)];
    if (turned) writes.push(lookWrite(`D#${dataPlane}`, system.clock.now()));
    return { writes };
  });
}
