import { DAY, formatInstant, HOUR } from '../functions/abandonment/time.ts';
import { deployedService } from '../simulation/engine/deployed-service.ts';
import { World } from '../simulation/engine/world.ts';
import { parseScenario } from '../simulation/scenario/scenario.ts';
import type { Scenario } from '../simulation/scenario/scenario-types.ts';
import { machine, printFigure, rounded } from './output.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const SPAN = 3 * HOUR;

/**
 * How many mails tell all owners of all tasks that fail at once, by the real scanner and
 * notifier on the simulation's platform, with the warm-up limit off.
 */
export async function benchDigest(tasks: number, owners: number): Promise<void> {
  const world = new World(scenario(tasks, owners), deployedService, { readsTexts: false });
  const started = performance.now();
  const { lines, summary, broken, deaths } = await world.run();
  const seconds = (performance.now() - started) / 1000;
  const perOwner = new Map<string, number>();
  let named = 0;
  for (const line of lines) {
    if (line.type !== 'mail') continue;
    perOwner.set(line.to, (perOwner.get(line.to) ?? 0) + 1);
    named += line.items.length;
  }
  const perfect = perOwner.size === owners && named === tasks && broken.length === 0 && deaths.length === 0;
  printFigure({
    bench: 'digest',
    figure: 'mails that notify all owners of all tasks, warm-up limit off',
    details: {
      on: 'memory table, simulated queues and SES',
      ...machine(),
      tasks,
      owners,
      ownersTold: perOwner.size,
      mostMailsToOne: Math.max(0, ...perOwner.values()),
      tasksNamed: named,
      scans: summary.scans,
      promisesBroken: broken.length,
      seconds: rounded(seconds, 1),
    },
    value: summary.mails,
    goal: `${owners} exactly`,
    met: summary.mails === owners && perfect,
    ratio: rounded(summary.mails / owners, 3),
  });
}

function scenario(tasks: number, owners: number): Scenario {
  const parsed = parseScenario({
    version: 1,
    start: formatInstant(START),
    until: formatInstant(START + SPAN),
    scanEvery: '15m',
    policy: { mode: 'disable', rampPerDay: tasks },
    tasks: Array.from({ length: tasks }, (_, place) => ({
      id: `tenant${place % 20}/production/capture-${place}`,
      kind: 'capture',
      enabled: true,
      createdAt: formatInstant(START - 300 * DAY),
      owners: [`owner${place % owners}@example.com`],
      dataPlane: `plane-${place % 7}`,
      shards: [{ id: '0', status: 'FAILED' }],
      lastPrimaryAt: formatInstant(START - 15 * DAY),
      observedSince: formatInstant(START - 200 * DAY),
    })),
  });
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.scenario;
}
