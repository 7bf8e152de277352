import { formatInstant } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import { FleetView } from '../store/fleet-view.ts';
import { keys } from '../store/keys.ts';
import { allRows } from '../store/rows.ts';
import type { ScansRecord } from '../store/scans.ts';
import { askGenerators } from './ask-generators.ts';
import { claim, complete } from './claim.ts';
import type { Generator } from './generator.ts';
import { abandonmentGenerator } from './generators/abandonment.ts';
import { canaryGenerator } from './generators/canary.ts';
import { deadlinesGenerator } from './generators/deadlines.ts';
import { digestsGenerator } from './generators/digests.ts';
import { disablingGenerator } from './generators/disabling.ts';
import { feedbackGenerator } from './generators/feedback.ts';
import { healthGenerator } from './generators/health.ts';
import { ladderGenerator } from './generators/ladder.ts';
import { listingSilenceGenerator, listingsGenerator } from './generators/listings.ts';
import { officesGenerator } from './generators/offices.ts';
import { operatorsGenerator } from './generators/operators.ts';
import { repairGenerator } from './generators/repair.ts';
import { revivalsGenerator } from './generators/revivals.ts';
import { scopesGenerator } from './generators/scopes.ts';
import { watchdogGenerator } from './generators/watchdog.ts';
import { watchesGenerator } from './generators/watches.ts';
import { webhooksGenerator } from './generators/webhooks.ts';
import type { Run } from './run.ts';
import type { Tick } from './tick.ts';

export type ScanReport =
  | { outcome: 'completed' | 'interrupted'; run: string; figures: Record<string, number> }
  /** An older or repeated tick, one of the future, or another run is under way. */
  | { outcome: 'skipped'; run: string; reason: string };

/** The sources of work, asked in the order of their bands. */
export const GENERATORS: readonly Generator[] = [
  listingSilenceGenerator,
  healthGenerator,
  scopesGenerator,
  canaryGenerator,
  watchesGenerator,
  feedbackGenerator,
  repairGenerator,
  revivalsGenerator,
  watchdogGenerator,
  ladderGenerator,
  deadlinesGenerator,
  disablingGenerator,
  abandonmentGenerator,
  digestsGenerator,
  listingsGenerator,
  operatorsGenerator,
  webhooksGenerator,
  officesGenerator,
].sort((a, b) => a.band - b.band);

/** Runs one tick: claims it, asks the generators for work, and says last that the scan is completed. */
export async function runScan(system: System, tick: Tick): Promise<ScanReport> {
  const run = formatInstant(tick.scheduledAt);
  const asked = await allRows(system.table, { pk: keys.look('').pk, consistent: true });
  const view = await FleetView.loadWithPlanes(system.table);
  const claimed = await claim(system, view, tick);
  if (typeof claimed === 'string') {
    system.telemetry.log('info', 'scan skipped', { run, reason: claimed });
    return { outcome: 'skipped', run, reason: claimed };
  }
  const begun = await begin(system, tick, { asked, view, claimed });
  const interrupted = await askGenerators(begun, GENERATORS, () => tick.remainingMs());
  const isCompleted = !interrupted && (await complete(system, claimed, run, begun.figures));
  return { outcome: isCompleted ? 'completed' : 'interrupted', run, figures: begun.figures };
}

/** What was read before the run was claimed, and how it was claimed. */
interface Claimed extends Pick<Run, 'asked' | 'view'> {
  claimed: ScansRecord;
}

async function begin(system: System, tick: Tick, { asked, view, claimed }: Claimed): Promise<Run> {
  // A view that was read before does not know a gap that was noted with the claim.
  const isCurrent = claimed.gaps === view.scans.gaps;
  return {
    system,
    view: isCurrent ? view : await FleetView.loadWithPlanes(system.table),
    id: formatInstant(tick.scheduledAt),
    now: system.clock.now(),
    figures: {},
    asked,
    at: tick.scheduledAt,
    ...pastOf(view.scans),
  };
}

/** The scan before this one: when it was, and whether it came to its end. */
function pastOf({ claimed, completedAt }: ScansRecord): Pick<Run, 'before' | 'doubtfulSince'> {
  if (claimed === null) return {};
  const broke = completedAt === null || completedAt < claimed;
  return { before: claimed, ...(broke ? { doubtfulSince: completedAt ?? 0 } : {}) };
}
