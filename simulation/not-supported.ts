import type { Scenario, ScenarioEvent } from './scenario-types.ts';

/** What the format has and the engine does not run yet; each is refused before anything runs. */
const NOT_SUPPORTED: { what: (event: ScenarioEvent) => string | undefined }[] = [
  { what: (event) => (event.type === 'fault' ? 'fault events are' : undefined) },
  { what: (event) => (event.type === 'action' ? "owners' actions are" : undefined) },
  {
    what: (event) =>
      event.type === 'operator' && (event.action === 'approve' || event.action === 'dismiss')
        ? `the operator's "${event.action}" is`
        : undefined,
  },
];

/** The first event that cannot be run, as one line with its path; undefined where all can. */
export function notSupported(scenario: Scenario): string | undefined {
  for (const event of scenario.events) {
    for (const { what } of NOT_SUPPORTED) {
      const named = what(event);
      if (named !== undefined) return `events[${event.index}]: ${named} not supported yet`;
    }
  }
  return undefined;
}
