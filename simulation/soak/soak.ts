import type { Duration } from '../../functions/abandonment/time.ts';
import { deployedService } from '../engine/deployed-service.ts';
import type { EffectLine } from '../engine/effects.ts';
import { World } from '../engine/world.ts';
import { parseScenario } from '../scenario/scenario.ts';
import { listedOf, type ScenarioJson, soakScenario } from './soak-scenario.ts';
import { webhooksOf } from './soak-webhooks.ts';

/** What one schedule came to. */
export interface SoakResult {
  seed: number;
  /** Promises that did not hold, in words; empty where all did. */
  broken: string[];
  /** How often each promise was at stake. */
  checks: [promise: number, times: number][];
  /** Notices mailed again in the one window for it. */
  repeats: number;
  mails: number;
  /** From the date that was due to the task being off, at the longest. */
  longest: Duration;
  /** Whether it went through fire, warn and disable. */
  isWhole: boolean;
}

/** Runs the random schedule of a seed. */
export async function soakRun(seed: number): Promise<SoakResult> {
  return { ...(await runJson(soakScenario(seed))), seed };
}

/** Runs a schedule. Throws where its scenario is not valid. */
export async function runJson(json: ScenarioJson): Promise<Omit<SoakResult, 'seed'>> {
  const parsed = parseScenario(json);
  if (!parsed.ok) throw new Error(`not a scenario: ${parsed.problem}`);
  const listed = listedOf(parsed.scenario.seed);
  const webhooks = webhooksOf(parsed.scenario.seed);
  const options = { ...(listed && { listed }), ...(webhooks && { webhooks }) };
  const outcome = await new World(parsed.scenario, deployedService, options).run();
  const { lines, summary, broken, deaths, checks, repeats } = outcome;
  const has = (wanted: (line: EffectLine) => boolean) => lines.some(wanted);
  return {
    broken: [
      ...broken.map(
        ({ promise, at, what }) => `promise ${promise} at ${new Date(at).toISOString()}: ${what}`,
      ),
      ...deaths.map(({ process, error }) => `${process} died by itself: ${String(error)}`),
    ],
    checks: [...checks],
    repeats,
    mails: summary.mails,
    longest: Math.max(0, ...lines.map(latenessOf)),
    isWhole:
      has(({ type }) => type === 'alert-fired') &&
      has((line) => line.type === 'mail' && line.items.some(({ notice }) => notice === 'warning')) &&
      has(({ type }) => type === 'task-disabled'),
  };
}

function latenessOf(line: EffectLine): Duration {
  if (line.type !== 'task-disabled' || line.disableAt === null) return 0;
  return Date.parse(line.at) - Date.parse(line.disableAt);
}

/**
 * The smallest scenario found that still fails: without the events, faults and tasks that it does not take. `isBad`:
 * whether a scenario fails in the same way; one that is not valid does not.
 */
export async function shrunk(
  json: ScenarioJson,
  isBad: (json: ScenarioJson) => Promise<boolean>,
): Promise<ScenarioJson> {
  let smallest = json;
  for (let before = ''; before !== JSON.stringify(smallest); ) {
    before = JSON.stringify(smallest);
    for (const email of Object.keys(smallest.recipients)) {
      const { [email]: _, ...recipients } = smallest.recipients;
      const smaller = { ...smallest, recipients };
      if (await isBad(smaller)) smallest = smaller;
    }
    for (const list of ['chaos', 'events', 'tasks'] as const) {
      for (let place = smallest[list].length - 1; place >= 0; place -= 1) {
        const smaller = without(smallest, list, place);
        if (await isBad(smaller)) smallest = smaller;
      }
    }
  }
  return smallest;
}

function without(json: ScenarioJson, list: 'chaos' | 'events' | 'tasks', place: number): ScenarioJson {
  const left = { ...json, [list]: json[list].filter((_, at) => at !== place) };
  if (list !== 'tasks') return left;
  const id = json.tasks[place]?.id;
  return { ...left, events: json.events.filter((event) => event.task !== id && event.of !== id) };
}

/** The scenario of a failing seed, shrunk as long as the first promise that broke still breaks. */
export async function shrunkSeed(seed: number): Promise<ScenarioJson> {
  const json = soakScenario(seed);
  const kind = kindOf((await runJson(json)).broken);
  return shrunk(json, async (smaller) => {
    try {
      return kindOf((await runJson(smaller)).broken) === kind;
    } catch {
      return false;
    }
  });
}

/** `promise 6`, or what died. */
function kindOf(broken: readonly string[]): string {
  return broken[0]?.split(' ').slice(0, 2).join(' ') ?? '';
}
