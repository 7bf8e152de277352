import { withSpan } from '../abandonment/spans.ts';
import { type Duration, formatInstant, type Instant, MINUTE, SECOND } from '../abandonment/time.ts';
import { recipientKey } from '../platform/addresses.ts';
import type { System } from '../platform/system.ts';
import { FleetView } from '../store/fleet-view.ts';
import { keys } from '../store/keys.ts';
import { allRows, ROW_VERSION } from '../store/rows.ts';
import { type ScansRecord, scansWrite } from '../store/scans.ts';
import { TableBusy } from '../store/table-busy.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';
import { recordOops } from '../work/oops.ts';
import { abandonmentGenerator } from './abandonment.ts';
import { canaryGenerator } from './canary.ts';
import { digestsGenerator } from './digests.ts';
import { disablingGenerator } from './disabling.ts';
import { feedbackGenerator } from './feedback.ts';
import { type Budget, type Generator, type GeneratorRecord, generatorFromRow } from './generator.ts';
import { healthGenerator } from './health.ts';
import { ladderGenerator, scopesGenerator } from './ladder.ts';
import { scanEveryOf } from './look.ts';
import { officesGenerator } from './offices.ts';
import { operatorsGenerator } from './operators.ts';
import { repairGenerator } from './repair.ts';
import { revivalsGenerator } from './revivals.ts';
import type { Run } from './run.ts';
import { watchdogGenerator } from './watchdog.ts';
import { watchesGenerator } from './watches.ts';

/** One firing of the schedule. */
export interface Tick {
  /** When it was to fire: the run's name. */
  scheduledAt: Instant;
  /** Milliseconds until the function is stopped. */
  remainingMs(): number;
}

export type ScanReport =
  | { outcome: 'completed' | 'interrupted'; run: string; figures: Record<string, number> }
  /** An older or repeated tick, one of the future, or another run is under way. */
  | { outcome: 'skipped'; run: string; reason: string };

/** The sources of work, asked in the order of their bands. */
export const GENERATORS: readonly Generator[] = [
  healthGenerator,
  scopesGenerator,
  canaryGenerator,
  watchesGenerator,
  feedbackGenerator,
  repairGenerator,
  revivalsGenerator,
  watchdogGenerator,
  ladderGenerator,
  disablingGenerator,
  abandonmentGenerator,
  digestsGenerator,
  operatorsGenerator,
  officesGenerator,
].sort((a, b) => a.band - b.band);

/** A run stops asking for work when so little of its time is left. */
const MARGIN_MS = 15 * SECOND;

/** So far a tick may lie ahead of the clock here: clocks differ. */
const CLOCK_SKEW: Duration = 5 * MINUTE;

/** Runs one tick: claims it, asks the generators for work, and says last that the scan is completed. */
export async function runScan(system: System, tick: Tick): Promise<ScanReport> {
  const run = formatInstant(tick.scheduledAt);
  const asked = await allRows(system.table, { pk: keys.look('').pk, consistent: true });
  const view = await FleetView.loadWithPlanes(system.table, recipientKey);
  const claimed = await claim(system, view, tick);
  if (typeof claimed === 'string') {
    system.telemetry.log('info', 'scan skipped', { run, reason: claimed });
    return { outcome: 'skipped', run, reason: claimed };
  }
  const figures: Record<string, number> = {};
  const given =
    claimed.gaps === view.scans.gaps ? view : await FleetView.loadWithPlanes(system.table, recipientKey);
  const interrupted = await askGenerators(
    {
      system,
      view: given,
      id: run,
      now: system.clock.now(),
      figures,
      asked,
      at: tick.scheduledAt,
      ...pastOf(view.scans),
    },
    tick,
  );
  const isCompleted = !interrupted && (await complete(system, claimed, run, figures));
  return { outcome: isCompleted ? 'completed' : 'interrupted', run, figures };
}

/** The scan before this one: when it was, and whether it came to its end. */
function pastOf({ claimed, completedAt }: ScansRecord): Pick<Run, 'before' | 'doubtfulSince'> {
  if (claimed === null) return {};
  const broke = completedAt === null || completedAt < claimed;
  return { before: claimed, ...(broke ? { doubtfulSince: completedAt ?? 0 } : {}) };
}

/**
 * Takes the run for itself, and notes a gap where the scans before it stayed away; answers why it cannot.
 * @throws Error where the table is busy: the tick failed, and counts as one that did
 */
async function claim(system: System, view: FleetView, tick: Tick): Promise<ScansRecord | string> {
  const now = system.clock.now();
  const { scans } = view;
  const newest = now + CLOCK_SKEW;
  // Claimed, it would make every tick until then an older one; so does one that was claimed once.
  if (tick.scheduledAt > newest) return 'a tick of the future';
  const isNewer = scans.claimed === null || tick.scheduledAt > scans.claimed || scans.claimed > newest;
  if (!isNewer) return 'an older or repeated tick';
  if (scans.leaseUntil !== null && scans.leaseUntil > now) return 'another run is under way';
  const scanEvery = scanEveryOf(system, view);
  const next: ScansRecord = {
    claimed: tick.scheduledAt,
    leaseUntil: now + Math.min(tick.remainingMs(), 15 * MINUTE),
    completedAt: scans.completedAt,
    gaps: gapsAfter(scans, now, scanEvery),
    rev: scans.rev,
  };
  const result = await system.table.transact([scansWrite(next)], system.random.id(now));
  if (result.outcome === 'busy')
    throw new TableBusy(`the scan could not be claimed: the table is busy (${result.reason})`);
  return result.outcome === 'applied' ? { ...next, rev: scans.rev + 1 } : 'another run was first';
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
async function complete(
  system: System,
  claimed: ScansRecord,
  run: string,
  figures: Record<string, number>,
): Promise<boolean> {
  const now = system.clock.now();
  const ttl = Math.floor(now / 1000) + 90 * 86_400;
  const past = {
    put: { ...keys.run(claimed.claimed ?? now), v: ROW_VERSION, run, completedAt: now, figures, ttl },
  };
  const ended = scansWrite({ ...claimed, leaseUntil: null, completedAt: now });
  if (!(await writeUnlessRefused(system, [ended, past], 'the end of a scan'))) {
    system.telemetry.log('warn', 'scan not completed: another was claimed meanwhile', { run, ...figures });
    return false;
  }
  for (const [figure, value] of Object.entries(figures)) system.telemetry.metric(`Scan.${figure}`, value);
  system.telemetry.log('info', 'scan completed', { run, ...figures });
  system.telemetry.metric('ScanCompleted', 1);
  return true;
}

/** Asks each generator in its turn; one that fails backs off and stops no other. True where time ran out. */
async function askGenerators(run: Run, tick: Tick): Promise<boolean> {
  const budget: Budget = { spent: () => tick.remainingMs() < MARGIN_MS };
  const known = new Map<string, GeneratorRecord>();
  for (const row of await allRows(run.system.table, { pk: keys.generator('').pk }))
    known.set(row.sk, generatorFromRow(row));
  let unfinished = false;
  for (const generator of GENERATORS) {
    if (generator.afterDecisions && unfinished) continue;
    const before = known.get(generator.name) ?? {
      name: generator.name,
      cursor: null,
      failures: 0,
      notBefore: 0,
    };
    if (before.notBefore > run.now) continue;
    const after = await askOne(run, generator, before, budget);
    if (after.cursor !== null) unfinished = true;
    await storeGenerator(run, before, after);
  }
  return unfinished;
}

async function askOne(
  run: Run,
  generator: Generator,
  before: GeneratorRecord,
  budget: Budget,
): Promise<GeneratorRecord> {
  try {
    const { cursor } = await generator.run(run, budget, before.cursor);
    return { ...before, cursor, failures: 0, notBefore: 0 };
  } catch (error) {
    const failures = before.failures + 1;
    await recordOops(run.system, {
      worker: 'scanner',
      item: generator.name,
      attempt: failures,
      cause: 'fault',
      error,
    });
    run.system.telemetry.metric('GeneratorFailed', 1, 'Count', { generator: generator.name });
    const wait = failures < 3 ? 0 : Math.min(60, 2 ** (failures - 3)) * MINUTE;
    return { ...before, failures, notBefore: wait === 0 ? 0 : run.now + wait };
  }
}

async function storeGenerator(run: Run, before: GeneratorRecord, after: GeneratorRecord): Promise<void> {
  const same =
    before.cursor === after.cursor &&
    before.failures === after.failures &&
    before.notBefore === after.notBefore;
  if (same) return;
  const row = { ...keys.generator(after.name), v: ROW_VERSION, ...after };
  try {
    await writeUnlessRefused(run.system, [{ put: row }], `where ${after.name} is`);
  } catch (error) {
    // It is asked again from where it was, which every generator must bear; it keeps no other from being asked.
    const { name: generator } = after;
    run.system.telemetry.log('warn', 'generator not stored', { generator, error: String(error) });
  }
}
