import { formatInstant } from '../../functions/abandonment/time.ts';
import { ScenarioProblem } from '../scenario/scenario-fields.ts';
import type { Scenario } from '../scenario/scenario-types.ts';
import type { EffectLine, SummaryLine } from './effects.ts';
import type { Service } from './service.port.ts';
import { type Outcome, World, type WorldOptions } from './world.ts';

/** What a run came to: the output, or why there is none. */
export type Simulated =
  /** `broken`: one line per promise that did not hold or process that died; empty where all is well. */
  | { ok: true; lines: EffectLine[]; summary: SummaryLine; broken: string[] }
  /** The scenario cannot be run: the path of the key and what was wrong. */
  | { ok: false; problem: string };

/** Runs a valid scenario on a service and checks the promises after each step. */
export async function simulate(
  scenario: Scenario,
  service: Service,
  options: WorldOptions = {},
): Promise<Simulated> {
  try {
    const outcome = await new World(scenario, service, options).run();
    return { ok: true, lines: outcome.lines, summary: outcome.summary, broken: brokenOf(outcome) };
  } catch (error) {
    if (error instanceof ScenarioProblem) return { ok: false, problem: error.message };
    throw error;
  }
}

function brokenOf({ broken, deaths }: Outcome): string[] {
  return [
    ...broken.map(({ promise, at, what }) => `promise ${promise} broken at ${formatInstant(at)}: ${what}`),
    ...deaths.map(
      ({ process, at, error }) =>
        `${process} died without a fault at ${formatInstant(at)}: ${String(error).split('\n', 1)[0]}`,
    ),
  ];
}
