import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { PolicyBook } from '../functions/abandonment/policy-book.ts';
import {
  DAY,
  type Duration,
  formatInstant,
  type Instant,
  parseInstant,
  SECOND,
} from '../functions/abandonment/time.ts';
import { loadNdjson } from '../functions/catalog/bulk-load.ts';
import type { EffectLine } from '../simulation/engine/effects.ts';
import { storeStart } from '../simulation/engine/world-start.ts';
import { parsedPolicies } from '../simulation/scenario/scenario.ts';
import type { Scenario } from '../simulation/scenario/scenario-types.ts';
import { DemoWorld } from './demo-world.ts';
import type { Say } from './progress.ts';
import { untilNothingWaits, untilWorked } from './queue-levels.ts';
import { type LocalStage, type ScanFigures, scanOnce } from './stage.ts';

/** Tells the stage its settings and, by the bulk load, its fleet; the clock stands at the scenario's start. */
export async function loadDemo(stage: LocalStage, scenario: Scenario, ndjson: string): Promise<number> {
  await stage.clock.set(scenario.start);
  const settings = { ...scenario, tasks: [] };
  await storeStart(stage.system, settings, new PolicyBook(parsedPolicies(scenario)));
  const lines = () =>
    createInterface({ input: createReadStream(ndjson), crlfDelay: Number.POSITIVE_INFINITY });
  const { loaded, bad } = await loadNdjson(stage.system, lines);
  const [first] = bad;
  if (first) throw new Error(`${ndjson}, line ${first.line}: ${first.problem}`);
  return loaded;
}

/**
 * The instants to go through: those at which the simulation shows something, those of events, and as many between
 * them that no gap between two scans counts as one (2 × `scanEvery`).
 */
export function instantsOf(scenario: Scenario, lines: readonly EffectLine[]): Instant[] {
  const { start, until, scanEvery } = scenario;
  const nextScan = (at: Instant) => start + Math.ceil((at - start) / scanEvery) * scanEvery;
  const shown = lines
    .map(({ at }) => parseInstant(at) ?? start)
    .filter((at) => (at - start) % scanEvery === 0);
  const wanted = [start, until, ...shown, ...scenario.events.map(({ at }) => nextScan(at))];
  const instants = [...new Set(wanted)].filter((at) => at <= until).sort((a, b) => a - b);
  return instants.flatMap((at, index) => [...between(instants[index - 1] ?? at, at, scanEvery), at]);
}

function between(from: Instant, to: Instant, scanEvery: Duration): Instant[] {
  const instants: Instant[] = [];
  for (let at = from + 2 * scanEvery; at < to; at += 2 * scanEvery) instants.push(at);
  return instants;
}

/** Moves the stage's clock from instant to instant, lets happen what the scenario says, and has the scanner run. */
export async function runDemo(
  stage: LocalStage,
  scenario: Scenario,
  options: { instants: readonly Instant[]; gatherDisabled: Duration; say: Say; interrupted: AbortSignal },
): Promise<void> {
  const world = new DemoWorld(stage, scenario);
  const events = [...scenario.events];
  for (const at of options.instants) {
    if (options.interrupted.aborted) return;
    while (events[0] !== undefined && events[0].at < at) {
      const earlier = events[0].at;
      await happenAt(stage, world, earlier, takeAt(events, earlier));
    }
    await happenAt(stage, world, at, takeAt(events, at));
    world.observe();
    await world.publish();
    await untilWorked(stage);
    const figures = await scanOnce(stage);
    await untilWorked(stage);
    if ((figures.queuedToDisable ?? 0) > 0) {
      await stage.clock.set(at + options.gatherDisabled + SECOND);
      await untilNothingWaits(stage);
      await world.learnWhatIsOff();
    }
    options.say(`  ${dayOf(scenario, at)}  ${formatInstant(at)}  ${wordsOf(figures)}`);
  }
}

function takeAt(events: Scenario['events'], at: Instant): Scenario['events'] {
  const count = events.findIndex((event) => event.at !== at);
  return events.splice(0, count < 0 ? events.length : count);
}

async function happenAt(
  stage: LocalStage,
  world: DemoWorld,
  at: Instant,
  events: Scenario['events'],
): Promise<void> {
  await stage.clock.set(at);
  for (const event of events) await world.happen(event);
  if (events.length === 0) return;
  await world.publish();
  await untilWorked(stage);
}

function dayOf({ start }: Scenario, at: Instant): string {
  return `day ${String(Math.floor((at - start) / DAY)).padStart(2)}`;
}

const TOLD: [figure: string, wording: string][] = [
  ['fired', 'fired'],
  ['resolved', 'resolved'],
  ['recipientsQueued', 'recipients notified'],
  ['queuedToDisable', 'disabled'],
];

/** What a scan did, in words. */
export function wordsOf(figures: ScanFigures): string {
  const parts = TOLD.flatMap(([figure, text]) => (figures[figure] ? [`${text} ${figures[figure]}`] : []));
  return parts.length > 0 ? parts.join(', ') : 'nothing to do';
}
