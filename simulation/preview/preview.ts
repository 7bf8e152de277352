import { withKeyNames, withKeysSet } from '../../functions/abandonment/policy-parse.ts';
import { DAY, type Duration, formatInstant } from '../../functions/abandonment/time.ts';
import type { Service } from '../engine/service.port.ts';
import { simulate } from '../engine/simulate.ts';
import { ScenarioProblem } from '../scenario/scenario-fields.ts';
import { readPolicy, readScope } from '../scenario/scenario-policies.ts';
import type { Scenario, ScenarioPolicy } from '../scenario/scenario-types.ts';
import { type CountedRun, type Counts, countedRun, type DayCounts, NO_COUNTS, sumOf } from './counts.ts';

/** The change of policy that is previewed. */
export interface PreviewChange {
  /** `` (global), a prefix with its slash, or a task id. */
  scope: string;
  /** Keys as written, as in `policy set`; none: nothing changes. */
  set: Record<string, unknown>;
  /** How many days from the start; absent: to the scenario's own end. */
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
  try {
    const calm = { ...scenario, until: untilOf(scenario, change.days), events: [] };
    const changed = Object.keys(change.set).length === 0 ? calm : withPolicySet(calm, change);
    const today = await counted(calm, service);
    const proposed = changed === calm ? today : await counted(changed, service);
    return {
      ok: true,
      lines: linesOf(calm, change, today.run, proposed.run),
      broken: [...new Set([...today.broken, ...proposed.broken])],
    };
  } catch (error) {
    if (error instanceof ScenarioProblem) return { ok: false, problem: error.message };
    throw error;
  }
}

function untilOf({ start, until }: Scenario, days: number | undefined): number {
  const length: Duration | undefined = days === undefined ? undefined : days * DAY;
  return length === undefined ? until : start + length;
}

function withPolicySet(scenario: Scenario, { scope, set }: PreviewChange): Scenario {
  readScope('--scope', scope);
  const before = scope === '' ? scenario.policy : scenario.policies.get(scope);
  const document = withKeysSet(before?.document ?? {}, withKeyNames(set));
  const policy: ScenarioPolicy = readPolicy('--set', scope, document);
  if (scope === '') return { ...scenario, policy };
  return { ...scenario, policies: new Map([...scenario.policies, [scope, policy]]) };
}

async function counted(scenario: Scenario, service: Service): Promise<{ run: CountedRun; broken: string[] }> {
  const simulated = await simulate(scenario, service, { readsTexts: false });
  if (!simulated.ok) throw new ScenarioProblem('', simulated.problem);
  return { run: countedRun(simulated.lines), broken: simulated.broken };
}

function linesOf(
  { start, until, tasks }: Scenario,
  { set, scope }: PreviewChange,
  today: CountedRun,
  proposed: CountedRun,
): PreviewLine[] {
  const names = [...new Set([...today.days.keys(), ...proposed.days.keys()])].sort();
  const head = { from: formatInstant(start), until: formatInstant(until), tasks: tasks.length, set, scope };
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
