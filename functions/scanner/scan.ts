import { formatInstant } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import { FleetView } from '../store/fleet-view.ts';
import { keys } from '../store/keys.ts';
import { allRows } from '../store/rows.ts';
import type { ScansRecord } from '../store/scans.ts';
import { askGenerators } from './ask-generators.ts';
import { claim, complete } from './claim.ts';
import { GENERATORS } from './generators.ts';
import type { Run } from './run.ts';
import type { Step } from './step.ts';
import { abandonmentStep } from './steps/abandonment.ts';
import { canaryStep } from './steps/canary.ts';
import { deadlinesStep } from './steps/deadlines.ts';
import { digestsStep } from './steps/digests.ts';
import { disablingStep } from './steps/disabling.ts';
import { feedbackStep } from './steps/feedback.ts';
import { healthStep } from './steps/health.ts';
import { ladderStep } from './steps/ladder.ts';
import { repairStep } from './steps/repair.ts';
import { revivalsStep } from './steps/revivals.ts';
import { scopesStep } from './steps/scopes.ts';
import { silenceStep } from './steps/silence.ts';
import { watchdogStep } from './steps/watchdog.ts';
import { watchesStep } from './steps/watches.ts';
import { MARGIN_MS, takeSteps } from './take-steps.ts';
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
  ladderStep,
  deadlinesStep,
  disablingStep,
  abandonmentStep,
  digestsStep,
];

/**
 * Runs one tick: claims it, takes the steps, and says that the scan is completed. Generators are asked for other work after
 * that, so that none of them can make a tick late.
 */
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
  const interrupted = await takeSteps(begun, STEPS, () => tick.remainingMs());
  const isCompleted = !interrupted && (await complete(system, claimed, run, begun.figures));
  // What the steps did is stored by now.
  const beside = { ...begun, figures: { ...begun.figures } };
  await askGenerators(beside, GENERATORS, { spent: () => tick.remainingMs() < MARGIN_MS });
  return { outcome: isCompleted ? 'completed' : 'interrupted', run, figures: beside.figures };
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
