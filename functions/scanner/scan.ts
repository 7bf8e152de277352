import { type Duration, formatInstant } from '../abandonment/time.ts';
import { endPauses } from '../operators/pauses.ts';
import type { System } from '../platform/system.ts';
import { FleetView } from '../store/fleet-view.ts';
import { keys } from '../store/keys.ts';
import { overAt } from '../store/pauses.ts';
import { allRows } from '../store/rows.ts';
import type { ScansRecord } from '../store/scans.ts';
import type { Row } from '../store/table/table.port.ts';
import { TableBusy } from '../store/table-busy.ts';
import { askGenerators } from './ask-generators.ts';
import { claimScan, completeScan } from './claim.ts';
import { scanEveryOf } from './evaluate-task.ts';
import { GENERATORS } from './generators.ts';
import type { Run } from './run.ts';
import type { Step } from './step.ts';
import { abandonmentStep } from './steps/abandonment.ts';
import { canaryStep } from './steps/canary.ts';
import { deadlinesStep } from './steps/deadlines.ts';
import { digestsStep } from './steps/digests.ts';
import { disablingStep } from './steps/disabling.ts';
import { dueEvaluationsStep } from './steps/due-evaluations.ts';
import { feedbackStep } from './steps/feedback.ts';
import { healthStep } from './steps/health.ts';
import { repairStep } from './steps/repair.ts';
import { revivalsStep } from './steps/revivals.ts';
import { scopesStep } from './steps/scopes.ts';
import { silenceStep } from './steps/silence.ts';
import { watchdogStep } from './steps/watchdog.ts';
import { watchesStep } from './steps/watches.ts';
import { takeSteps } from './take-steps.ts';
import type { Tick } from './tick.ts';

export type ScanReport =
  | { outcome: 'completed' | 'interrupted'; run: string; figures: Record<string, number> }
  /** An older or repeated tick, one of the future, or another run is under way. */
  | { outcome: 'skipped'; run: string; reason: string };

/** The parts of a tick that decide, in the order in which they are taken. */
export const STEPS: readonly Step[] = [
  silenceStep,
  healthStep,
  canaryStep,
  watchesStep,
  feedbackStep,
  scopesStep,
  revivalsStep,
  repairStep,
  watchdogStep,
  dueEvaluationsStep,
  deadlinesStep,
  disablingStep,
  abandonmentStep,
  digestsStep,
];

/**
 * Runs one tick: claims it, takes the steps, and says that the scan is completed. Generators are asked for other work
 * after that, so that none of them can make a tick late.
 */
export async function runScan(system: System, tick: Tick): Promise<ScanReport> {
  const run = formatInstant(tick.scheduledAt);
  const asked = await looksAsked(system);
  const view = await FleetView.loadWithPlanes(system.table, null);
  const claimed = await claimScan(system, view, tick);
  if (typeof claimed === 'string') {
    system.telemetry.log('info', 'scan skipped', { run, reason: claimed });
    return { outcome: 'skipped', run, reason: claimed };
  }
  const begun = await begin(system, tick, { asked, view, claimed });
  const kept = keptForGenerators(begun, tick);
  const interrupted = await takeSteps(begun, STEPS, () => tick.remainingMs() - kept);
  const isCompleted = !interrupted && (await completeScan(system, claimed, run, begun.figures));
  // What the steps did is stored by now.
  const beside = { ...begun, figures: { ...begun.figures } };
  await askGenerators(beside, GENERATORS, () => tick.remainingMs());
  return { outcome: isCompleted ? 'completed' : 'interrupted', run, figures: beside.figures };
}

/** Where no scan came to its end for so many times `scanEvery`, each leaves generators a part of its time. */
const STARVED = 4;
const KEPT = 1 / 20;

/** Decisions come first, but a backlog of them that lasts for days must not stop all other work (promise 15). */
function keptForGenerators(run: Run, tick: Tick): Duration {
  const { completedAt } = run.view.scans;
  if (run.doubtfulSince === undefined) return 0;
  const isStarved = run.now - (completedAt ?? 0) > STARVED * scanEveryOf(run.system, run.view);
  return isStarved ? KEPT * tick.remainingMs() : 0;
}

/** Requests to evaluate a scope. */
function looksAsked({ table }: System): Promise<Row[]> {
  return allRows(table, { pk: keys.look('').pk, consistent: true });
}

/** What was read before the run was claimed, and how it was claimed. */
interface Claimed extends Pick<Run, 'asked' | 'view'> {
  claimed: ScansRecord;
}

async function begin(system: System, tick: Tick, { asked, view, claimed }: Claimed): Promise<Run> {
  const now = system.clock.now();
  const areOver = overAt(view.pausesRecord, now).length > 0;
  if (areOver) await noteOver(system);
  // Its own request to evaluate all is for this scan; what comes after the view is read is for the next.
  const requests = areOver ? await looksAsked(system) : asked;
  // A view that was read before does not know a gap that was noted with the claim, nor that a pause is over.
  const isCurrent = claimed.gaps === view.scans.gaps && !areOver;
  return {
    system,
    view: isCurrent ? view : await FleetView.loadWithPlanes(system.table, now),
    id: formatInstant(tick.scheduledAt),
    now: system.clock.now(),
    figures: {},
    asked: requests,
    at: tick.scheduledAt,
    ...pastOf(view.scans),
  };
}

/**
 * Notes the end of pauses that are over. Where the table is busy the next scan does; to this one they are over all the
 * same.
 */
async function noteOver(system: System): Promise<void> {
  try {
    await endPauses(system);
  } catch (error) {
    if (!(error instanceof TableBusy)) throw error;
    system.telemetry.log('warn', 'the end of a pause could not be noted: the table is busy');
  }
}

/** The scan before this one: when it was, and whether it came to its end. */
function pastOf({ claimed, completedAt }: ScansRecord): Pick<Run, 'before' | 'doubtfulSince'> {
  if (claimed === null) return {};
  const broke = completedAt === null || completedAt < claimed;
  return { before: claimed, ...(broke ? { doubtfulSince: completedAt ?? 0 } : {}) };
}
