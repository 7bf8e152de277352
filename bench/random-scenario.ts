import { DAY, type Duration, formatInstant, HOUR } from '../functions/abandonment/time.ts';
import { parseScenario } from '../simulation/scenario.ts';
import type { Scenario } from '../simulation/scenario-types.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
/** The first task always goes through fire, warn and disable; the others may be saved. */
const DAYS = 30;
const OWNERS = ['ana@example.com', 'bob@example.com'] as const;

/**
 * A random history of 5 tasks of 2 owners over 30 days in stage `disable`, the same for the same seed: losses,
 * recoveries, restarts, publications, a data plane that is down for a while, a bounce. At least one task goes through
 * fire, warn and disable.
 */
export function randomScenario(seed: number, scanEvery: string): Scenario {
  const random = new SeededRandom(seed);
  const tasks = Array.from({ length: 5 }, (_, place) => taskOf(place, random));
  const parsed = parseScenario({
    version: 1,
    start: formatInstant(START),
    until: formatInstant(START + DAYS * DAY),
    scanEvery,
    seed,
    policy: { stage: 'disable' },
    admins: { 'acmeCo/': ['admin@example.com'] },
    tasks,
    events: [
      ...tasks.slice(1).flatMap(({ id, shards }) => eventsOf(id, shards[0]?.status === 'PRIMARY', random)),
      ...planeEvents(random),
    ],
  });
  if (!parsed.ok) throw new Error(`seed ${seed}: ${parsed.problem}`);
  return parsed.scenario;
}

function taskOf(place: number, random: SeededRandom) {
  const failing = place === 0 || random.next() < 0.5;
  const since = START - random.below(10) * DAY - random.below(24) * HOUR;
  return {
    id: `acmeCo/production/capture-${place}`,
    kind: 'capture',
    enabled: true,
    createdAt: formatInstant(START - 100 * DAY),
    owners: [OWNERS[place % 2] as string],
    dataPlane: place === 0 ? 'plane-a' : 'plane-b',
    shards: [{ id: '0', status: failing ? 'FAILED' : 'PRIMARY' }],
    ...(failing ? { lastPrimaryAt: formatInstant(place === 0 ? START - 8 * DAY : since) } : {}),
    observedSince: formatInstant(START - 90 * DAY),
  };
}

/** Up to five things that happen to one task. */
function eventsOf(task: string, alive: boolean, random: SeededRandom): Record<string, unknown>[] {
  const events: Record<string, unknown>[] = [];
  let running = alive;
  let at: Duration = 0;
  for (let more = 1 + random.below(5); more > 0; more -= 1) {
    at += random.below(8 * DAY) + HOUR;
    if (at >= DAYS * DAY) break;
    const base = { at: formatInstant(START + at), task };
    const chance = random.next();
    if (chance < 0.6) {
      running = !running;
      events.push({ ...base, type: 'shards', shards: [{ id: '0', status: running ? 'PRIMARY' : 'FAILED' }] });
    } else if (chance < 0.8) events.push({ ...base, type: 'restarted', times: 1 + random.below(50) });
    else events.push({ ...base, type: 'published', by: random.next() < 0.5 ? 'user' : 'system' });
  }
  return events;
}

function planeEvents(random: SeededRandom): Record<string, unknown>[] {
  if (random.next() < 0.5) return [];
  const from = random.below(20 * DAY);
  const until = from + HOUR + random.below(5 * DAY);
  return [
    { at: formatInstant(START + from), type: 'data-plane', dataPlane: 'plane-b', state: 'down' },
    { at: formatInstant(START + until), type: 'data-plane', dataPlane: 'plane-b', state: 'up' },
  ];
}
