import { withSpan } from '../abandonment/spans.ts';
import { type Duration, type Instant, MINUTE } from '../abandonment/time.ts';
import { METRIC } from '../platform/names.ts';
import type { System } from '../platform/system.ts';
import type { FleetView } from '../store/fleet-view.ts';
import { runWrite } from '../store/runs.ts';
import { type ScansRecord, scansWrite } from '../store/scans.ts';
import { TableBusy } from '../store/table-busy.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';
import { scanEveryOf } from './evaluate-task.ts';
import type { Tick } from './tick.ts';

/** So far a tick may lie ahead of the clock here: clocks differ. */
const CLOCK_SKEW: Duration = 5 * MINUTE;

/** A run is not taken for under way for longer, whatever time its function has. */
const LONGEST_LEASE: Duration = 15 * MINUTE;

/**
 * Takes the run for itself, and notes a gap where the scans before it stayed away.
 *
 * @returns the scans as they are stored then; a text says why the run is not for us
 * @throws TableBusy where the table is busy: the tick failed, and counts as one that did
 */
export async function claimScan(system: System, view: FleetView, tick: Tick): Promise<ScansRecord | string> {
  const now = system.clock.now();
  const { scans } = view;
  const reason = whyNot(scans, tick, now);
  if (reason !== undefined) return reason;
  const next: ScansRecord = {
    claimed: tick.scheduledAt,
    leaseUntil: now + Math.min(tick.remainingMs(), LONGEST_LEASE),
    completedAt: scans.completedAt,
    gaps: gapsAfter(scans, now, scanEveryOf(system, view)),
    rev: scans.rev,
  };
  const result = await system.table.transact([scansWrite(next)], system.random.id(now));
  if (result.outcome === 'busy')
    throw new TableBusy(`the scan could not be claimed: the table is busy (${result.reason})`);
  return result.outcome === 'applied' ? { ...next, rev: scans.rev + 1 } : 'another run was first';
}

/** Why a tick begins no run; undefined where it may. */
function whyNot(scans: ScansRecord, tick: Tick, now: Instant): string | undefined {
  const newest = now + CLOCK_SKEW;
  // Claimed, it would make every tick until then an older one; so does one that was claimed once.
  if (tick.scheduledAt > newest) return 'a tick of the future';
  const isNewer = scans.claimed === null || tick.scheduledAt > scans.claimed || scans.claimed > newest;
  if (!isNewer) return 'an older or repeated tick';
  return scans.leaseUntil !== null && scans.leaseUntil > now ? 'another run is under way' : undefined;
}

/** A gap between completed scans longer than 2 × `scanEvery` is a span of unknown health, but for its first part. */
function gapsAfter(scans: ScansRecord, now: Instant, scanEvery: Duration): ScansRecord['gaps'] {
  if (scans.completedAt === null || now - scans.completedAt <= 2 * scanEvery) return scans.gaps;
  return withSpan(scans.gaps, { from: scans.completedAt + scanEvery, to: now });
}

/**
 * Stores that the run came to its end, and only then says so (promise 14): false where another run was claimed
 * meanwhile, for this one took longer than its lease.
 */
export async function completeScan(
  system: System,
  claimed: ScansRecord,
  run: string,
  figures: Record<string, number>,
): Promise<boolean> {
  const now = system.clock.now();
  const row = runWrite(claimed.claimed ?? now, { run, completedAt: now, figures }, now);
  const ended = scansWrite({ ...claimed, leaseUntil: null, completedAt: now });
  if (!(await writeUnlessRefused(system, [ended, row], 'the end of a scan'))) {
    system.telemetry.log('warn', 'scan not completed: another was claimed meanwhile', { run, ...figures });
    return false;
  }
  for (const [figure, value] of Object.entries(figures)) system.telemetry.metric(`Scan.${figure}`, value);
  system.telemetry.log('info', 'scan completed', { run, ...figures });
  system.telemetry.metric(METRIC.scanCompleted, 1);
  return true;
}
