import { withKeyNames, withKeysSet } from '../../functions/abandonment/policy-parse.ts';
import { DAY, type Duration, formatInstant, type Instant } from '../../functions/abandonment/time.ts';
import { deployedService } from '../engine/deployed-service.ts';
import type { Service } from '../engine/service.port.ts';
import { ScenarioProblem } from '../scenario/scenario-fields.ts';
import { readPolicy, readScope } from '../scenario/scenario-policies.ts';
import type { Scenario, ScenarioPolicy } from '../scenario/scenario-types.ts';
import { runBeside } from './beside.ts';
import { type CountedRun, type Counts, type DayCounts, NO_COUNTS, sumOf } from './counts.ts';
import { runSide, type SideRun } from './side.ts';
import { type StageSnapshot, scenarioOf } from './stage-snapshot.ts';

/** How far a preview of a deployed stage looks (decision 0048). */
const DAYS_AHEAD = 60;

/** The change of policy that is previewed. */
export interface PreviewChange {
  /** `` (global), a prefix with its slash, or a task id. */
  scope: string;
  /** Keys as written, as in `policy set`; none: nothing changes. */
  set: Record<string, unknown>;
  /** How many days from the start; absent: to the scenario's own end, or 60 of a deployed stage. */
  days?: number;
}

/** The lines of the output (docs/scenario.md#preview). */
export type PreviewLine =
  | {
      type: 'preview';
      from: string;
      until: string;
      tasks: number;
      set: Record<string, unknown>;
      scope: string;
    }
  | { type: 'day'; day: string; tenant: string; today: Counts; proposed: Counts }
  | {
      type: 'total';
      today: Counts;
      proposed: Counts;
      recipients: { today: number; proposed: number };
    };

export type Previewed =
  /** `broken`: one line per promise that did not hold, which is a bug. */
  | { ok: true; lines: PreviewLine[]; broken: string[] }
  /** The path of the key and what was wrong. */
  | { ok: false; problem: string };

/**
 * Compares what happens to a fleet under its policy and under a changed one, supposing that nothing else happens: both are
 * simulated from the scenario's start, its events left out.
 */
export async function preview(
  scenario: Scenario,
  change: PreviewChange,
  service: Service,
): Promise<Previewed> {
  const { start, until } = scenario;
  const calm = {
    ...scenario,
    until: change.days === undefined ? until : start + change.days * DAY,
    events: [],
  };
  return compare({
    change,
    tasks: calm.tasks.length,
    service,
    today: calm,
    isSame: Object.keys(change.set).length === 0,
    proposed: () => withPolicySet(calm, change),
  });
}

/**
 * The same for the fleet of a deployed stage, as it knew it at an instant: the policy changes at once, and what is open goes on
 * from where it is.
 *
 * @param isProduction whether the change is judged as in production
 */
export async function previewStage(
  snapshot: StageSnapshot,
  { now, isProduction }: { now: Instant; isProduction: boolean },
  change: PreviewChange,
  service: Service,
): Promise<Previewed> {
  const today = scenarioOf(snapshot, now, change.days ?? DAYS_AHEAD);
  const proposed = (): Scenario => {
    const set = changedPolicy(snapshot.policies.get(change.scope), change, isProduction);
    const event = { at: today.start, index: 0, type: 'policy' as const, scope: change.scope, set };
    return { ...today, events: [event] };
  };
  const isSame = Object.keys(change.set).length === 0;
  const of = { change, tasks: snapshot.tasks, service, today, isSame, proposed, snapshot };
  const previewed = await compare(of);
  return previewed.ok ? { ...previewed, broken: [] } : previewed;
}

/**
 * The same where policies of several scopes are written anew, each as a whole.
 *
 * @param documents scope -> what it is to say; an empty one says nothing any more
 * @param scanEvery how often it is evaluated; seldom is faster
 */
export async function previewDocuments(
  snapshot: StageSnapshot,
  { now, isProduction }: { now: Instant; isProduction: boolean },
  documents: ReadonlyMap<string, Record<string, unknown>>,
  service: Service,
  scanEvery?: Duration,
): Promise<Previewed> {
  const today = scenarioOf(snapshot, now, DAYS_AHEAD, scanEvery);
  const proposed = (): Scenario => {
    const events = [...documents].map(([scope, { scanEvery: _, ...document }], place) => ({
      at: today.start,
      index: place,
      type: 'policy' as const,
      scope: readScope('scope', scope),
      set: readPolicy(scope, scope, document, isProduction),
      isWhole: true as const,
    }));
    return { ...today, events };
  };
  const [scope = '', set = {}] = documents.size === 1 ? ([...documents][0] ?? []) : [];
  const isSame = documents.size === 0;
  const of = {
    change: { scope, set },
    tasks: snapshot.tasks,
    service,
    today,
    isSame,
    proposed,
    snapshot,
  };
  const previewed = await compare(of);
  return previewed.ok ? { ...previewed, broken: [] } : previewed;
}

/** Two runs to compare. */
interface Comparison {
  change: PreviewChange;
  tasks: number;
  service: Service;
  today: Scenario;
  /** Nothing is changed. */
  isSame: boolean;
  /** Asked only where something is; throws where it cannot be. */
  proposed: () => Scenario;
  /** The stage that both start from; absent: they start from what their scenarios say. */
  snapshot?: StageSnapshot;
}

async function compare(comparison: Comparison): Promise<Previewed> {
  const { today, isSame } = comparison;
  try {
    const proposed = isSame ? undefined : comparison.proposed();
    const [before, after] = await ranBoth(comparison, today, proposed);
    if (!before.ok) return before;
    if (!after.ok) return after;
    return {
      ok: true,
      lines: linesOf(comparison, before.run, after.run),
      broken: [...new Set([...before.broken, ...after.broken])],
    };
  } catch (error) {
    if (error instanceof ScenarioProblem) return { ok: false, problem: error.message };
    throw error;
  }
}

/** A fleet so large takes longer to run than a thread takes to begin. */
const LARGE = 5_000;

/** Both runs, at the same time where that is worth a thread; one run where nothing is changed. */
async function ranBoth(
  { service, tasks, snapshot }: Comparison,
  today: Scenario,
  proposed: Scenario | undefined,
): Promise<[today: SideRun, proposed: SideRun]> {
  const run = (scenario: Scenario) => runSide({ scenario }, service, snapshot);
  if (proposed === undefined) {
    const both = await run(today);
    return [both, both];
  }
  // Another service is no data that could be given away.
  if (tasks < LARGE || service !== deployedService) return [await run(today), await run(proposed)];
  const beside = runBeside({ scenario: proposed, ...(snapshot && { rows: snapshot.rows }) });
  try {
    const [before, after] = await Promise.all([run(today), beside.ran]);
    return [before, after ?? (await run(proposed))];
  } finally {
    beside.end();
  }
}

function withPolicySet(scenario: Scenario, change: PreviewChange): Scenario {
  const { scope } = change;
  const policy = changedPolicy(scope === '' ? scenario.policy : scenario.policies.get(scope), change, true);
  if (scope === '') return { ...scenario, policy };
  return { ...scenario, policies: new Map([...scenario.policies, [scope, policy]]) };
}

function changedPolicy(
  before: ScenarioPolicy | undefined,
  { scope, set }: PreviewChange,
  isProduction: boolean,
): ScenarioPolicy {
  readScope('--scope', scope);
  // How often a stage is scanned is no matter of the comparison.
  const { scanEvery: _, ...written } = before?.document ?? {};
  const document = withKeysSet(written, withKeyNames(set));
  return readPolicy('--set', scope, document, isProduction);
}

function linesOf(
  { today: { start, until }, tasks, change: { set, scope } }: Comparison,
  today: CountedRun,
  proposed: CountedRun,
): PreviewLine[] {
  const names = [...new Set([...today.days.keys(), ...proposed.days.keys()])].sort();
  const head = { from: formatInstant(start), until: formatInstant(until), tasks, set, scope };
  return [
    { type: 'preview', ...head },
    ...names.map((name) => dayLine(today.days.get(name), proposed.days.get(name))),
    {
      type: 'total',
      today: sumOf([...today.days.values()].map(({ counts }) => counts)),
      proposed: sumOf([...proposed.days.values()].map(({ counts }) => counts)),
      recipients: { today: today.recipients, proposed: proposed.recipients },
    },
  ];
}

function dayLine(today: DayCounts | undefined, proposed: DayCounts | undefined): PreviewLine {
  const { day, tenant } = (today ?? proposed) as DayCounts;
  return {
    type: 'day',
    day,
    tenant,
    today: today?.counts ?? NO_COUNTS,
    proposed: proposed?.counts ?? NO_COUNTS,
  };
}
