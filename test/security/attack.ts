import { deployedService } from '../../simulation/engine/deployed-service.ts';
import type { EffectLine } from '../../simulation/engine/effects.ts';
import type { Service } from '../../simulation/engine/service.port.ts';
import { simulate } from '../../simulation/engine/simulate.ts';
import { parseScenario } from '../../simulation/scenario/scenario.ts';
import type { Scenario } from '../../simulation/scenario/scenario-types.ts';
import { at, T } from '../simulation/story.ts';

/**
 * Runs an attack whose damage is what a test asks for: broken promises about the attacked tasks themselves are no error.
 *
 * @param past changes the scenario behind the door, to what rows of an older version may hold
 * @param service the code that runs, with what is to go wrong in it
 */
export async function attack(
  scenario: Record<string, unknown>,
  past: (scenario: Scenario) => Scenario = (same) => same,
  service: Service = deployedService,
) {
  const operators = ['ops@platform.test'];
  const parsed = parseScenario({
    version: 1,
    start: T,
    until: at(30),
    scanEvery: '1h',
    policy: { mode: 'disable' },
    operators,
    ...scenario,
  });
  if (!parsed.ok) throw new Error(parsed.problem);
  const simulated = await simulate(past(parsed.scenario), service);
  if (!simulated.ok) throw new Error(simulated.problem);
  const { lines, summary, broken } = simulated;
  return { lines, summary, broken, ...damage(lines) };
}

function damage(lines: readonly EffectLine[]) {
  return {
    alerts: lines.flatMap((line) =>
      line.type === 'operator-alert' ? [`${line.code} ${'task' in line ? line.task : ''}`.trim()] : [],
    ),
    off: lines.flatMap((line) => (line.type === 'task-disabled' ? [`${line.task} ${line.at}`] : [])),
    held: lines.flatMap((line) => (line.type === 'held' ? [`${line.task} ${line.reason}`] : [])),
    warned: lines.flatMap((line) =>
      line.type === 'mail'
        ? line.items.flatMap(({ notice, task }) =>
            notice === 'warning' ? [`${line.to} ${task} ${line.at}`] : [],
          )
        : [],
    ),
  };
}
