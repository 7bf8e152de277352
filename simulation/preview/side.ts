import { factsGenerator } from '../../functions/scanner/generators/facts.ts';
import { reportsGenerator } from '../../functions/scanner/generators/reports.ts';
import type { Row } from '../../functions/store/table/table.port.ts';
import type { Service } from '../engine/service.port.ts';
import { simulate } from '../engine/simulate.ts';
import type { Scenario } from '../scenario/scenario-types.ts';
import { type CountedRun, countedRun } from './counts.ts';
import { type StageSnapshot, snapshotIn } from './stage-snapshot.ts';

/** One of the two runs of a comparison. It is data alone: it can be given to another thread (`beside.ts`). */
export interface Side {
  scenario: Scenario;
  /** The rows of a deployed stage, where it starts from one. */
  rows?: Row[];
}

/** The generators of the weekly report, and of what it is made of. */
const REPORTING = [factsGenerator.name, reportsGenerator.name];

/** What it came to. */
export type SideRun =
  | { ok: true; run: CountedRun; broken: string[] }
  /** The path of the key and what was wrong. */
  | { ok: false; problem: string };

/**
 * Runs one side.
 *
 * @param snapshot what the rows say, where somebody has read them already
 */
export async function runSide(
  { scenario, rows }: Side,
  service: Service,
  snapshot: StageSnapshot | undefined = rows && snapshotIn(rows),
): Promise<SideRun> {
  const paused = isHeard(scenario, snapshot) ? [] : REPORTING;
  const stage = snapshot && { startsFrom: snapshot, isJudged: false };
  const options = { ...stage, paused, readsTexts: false };
  const simulated = await simulate(scenario, service, options);
  if (!simulated.ok) return simulated;
  return { ok: true, run: countedRun(simulated.lines), broken: simulated.broken };
}

/** Whether the report shows in what is counted. In a scenario nobody can subscribe to it; faults strike by what is read. */
function isHeard({ soakFaults }: Scenario, snapshot: StageSnapshot | undefined): boolean {
  return snapshot ? snapshot.hearsReports : soakFaults !== undefined;
}
