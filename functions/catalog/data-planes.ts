import { BOUNDS } from '../abandonment/bounds.ts';
import type { PolicyBook } from '../abandonment/policy-book.ts';
import { DAY, type Duration, type Instant } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import {
  dataPlaneCountWrite,
  dataPlaneWrite,
  loadDataPlane,
  loadDataPlaneCount,
  newDataPlane,
} from '../store/data-planes.ts';
import { keys } from '../store/keys.ts';
import { evaluationRequest } from '../store/looks.ts';
import { loadPolicies } from '../store/policies.ts';
import type { Write } from '../store/table/table.port.ts';
import {
  type PlaneChange,
  type PlaneReport,
  planeHeard,
  planeReported,
  type ReportedPlane,
} from './data-plane-changes.ts';
import type { Refusal } from './refusals.ts';
import { type Committed, commitPlan } from './settle.ts';

/** That a plane is in use is written no more often than this. */
const USE_EVERY: Duration = 7 * DAY;

/** Stores a report of a data plane's state and, where it turned, asks the scanner to evaluate its tasks. */
export async function reportDataPlane(
  system: System,
  report: PlaneReport,
  book?: PolicyBook,
): Promise<Committed> {
  const { silentAfter } = (book ?? (await loadPolicies(system.table))).global;
  return changePlane(system, report.dataPlane, (plane) =>
    planeReported(plane, report, { now: system.clock.now(), silentAfter }),
  );
}

/** Stores that a data plane gave a sign of life. */
export async function hearDataPlane(
  system: System,
  dataPlane: string,
  at: Instant,
  book: PolicyBook,
): Promise<Committed> {
  const { silentAfter } = book.global;
  return changePlane(system, dataPlane, (plane) =>
    planeHeard(plane, dataPlane, at, { now: system.clock.now(), silentAfter }),
  );
}

/**
 * Stores that a listing went through all tasks of a data plane: it ends a silence, and no reported `down`. From then on
 * its silence is that of listings, which have a bound of their own (docs/rules.md#listings), also where an event said
 * that it is up.
 */
export async function hearListing(
  system: System,
  dataPlane: string,
  at: Instant,
  book: PolicyBook,
): Promise<Committed> {
  const { silentAfter } = book.global;
  return changePlane(system, dataPlane, (plane) => {
    const now = system.clock.now();
    if (plane?.state === 'up' && plane.lifeSignAt !== null)
      return { store: { ...plane, lifeSignAt: null, usedAt: now }, turned: false };
    if (plane?.state !== 'silent') return used(plane, dataPlane, now);
    const report = { dataPlane, state: 'up', at, lifeSign: false } as const;
    const { store, turned } = planeReported(plane, report, { now, silentAfter });
    return { store: store && { ...store, lifeSignAt: null }, turned };
  });
}

/** Makes the row of a data plane that is named for the first time, and notes now and then that it is in use. */
export async function mentionDataPlane(system: System, dataPlane: string): Promise<Committed> {
  return changePlane(system, dataPlane, (plane) => used(plane, dataPlane, system.clock.now()));
}

function used(plane: ReportedPlane | undefined, dataPlane: string, now: Instant): PlaneChange {
  if (!plane) return { store: newDataPlane(dataPlane, now), turned: false };
  const isDue = now - lastUseOf(plane) > USE_EVERY;
  return { store: isDue ? { ...plane, usedAt: now } : undefined, turned: false };
}

/** When a plane was last known to be in use. */
export function lastUseOf({ since, lifeSignAt, reportedAt, usedAt }: ReportedPlane): Instant {
  return Math.max(since, lifeSignAt ?? 0, reportedAt ?? 0, usedAt ?? 0);
}

async function changePlane(
  system: System,
  dataPlane: string,
  change: (plane: ReportedPlane | undefined) => PlaneChange,
): Promise<Committed> {
  return commitPlan(system, `data plane ${dataPlane}`, async () => {
    const plane = await loadDataPlane(system.table, dataPlane);
    const { store, turned } = change(plane);
    if (!store) return { skip: 'nothing-of-note' };
    const writes: Write[] = [dataPlaneWrite(store)];
    if (turned) writes.push(evaluationRequest(`D#${dataPlane}`, system.clock.now()));
    if (turned && plane?.state === 'deleted')
      writes.push({ delete: keys.operatorAlert('data-plane-deleted', dataPlane) });
    if (plane) return { writes };
    const counted = await loadDataPlaneCount(system.table);
    if (counted.count >= BOUNDS.dataPlanes.most) return { refuse: TOO_MANY };
    writes.push(dataPlaneCountWrite({ ...counted, count: counted.count + 1 }));
    return { writes };
  });
}

const TOO_MANY: Refusal = {
  reason: 'too-many-data-planes',
  detail: `${BOUNDS.dataPlanes.most} data planes are known; one that nobody uses is forgotten after 30 days`,
};
