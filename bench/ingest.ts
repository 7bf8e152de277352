import { DAY, formatInstant } from '../functions/abandonment/time.ts';
import { envelope, TAKEN_EVENTS } from '../functions/catalog/events.ts';
import { ingestConsumer } from '../functions/catalog/ingest-consumer.ts';
import { loadEntries } from '../functions/catalog/load-entries.ts';
import type { TaskEntry } from '../functions/catalog/task-entry.ts';
import { parseEvent } from '../functions/platform/schema-problems.ts';
import type { System } from '../functions/platform/system.ts';
import { loadPolicies } from '../functions/store/policies.ts';
import { sourceWrite } from '../functions/store/sources.ts';
import { MemoryTable } from '../functions/store/table/memory-table.ts';
import { processMessage } from '../functions/work/pipeline.ts';
import { benchSystem, KeptQueues } from './bench-system.ts';
import { machine, median, printFigure, rounded } from './output.ts';

const NOW = Date.parse('2026-01-15T00:00:00Z');
const TASKS_OF_AN_EVENT = 100;
/** Rounds whose median counts; parsing and ingest take turns, and the first round only warms the code. */
const ROUNDS = 7;
const GOAL = 2;
const CHUNK = 30;

/** How long the ingest worker takes for observations that change nothing, against parsing and checking the same events. */
export async function benchIngest(tasks: number): Promise<void> {
  const table = new MemoryTable();
  const system = benchSystem({ table, now: NOW, queues: new KeptQueues(), seed: 1 });
  await table.transact([sourceWrite({ name: 'bench', prefixes: ['*'], dataPlanes: ['*'] })], 'bench');
  await load(system, tasks);
  const bodies = eventsOf(tasks);
  // What was never heard of a data plane and of ingest is written once, before anything is measured.
  await work(system, bodies);
  const rounds: { parse: number; ingest: number; writes: number }[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const parse = await processorTime(async () => parseAll(bodies));
    const before = (await table.scan()).rows.map(({ rev }) => rev).join();
    const ingest = await processorTime(() => work(system, bodies));
    const changed = (await table.scan()).rows.map(({ rev }) => rev).join() !== before;
    if (round > 0) rounds.push({ parse, ingest, writes: changed ? 1 : 0 });
  }
  const ratio = rounded(median(rounds.map(({ parse, ingest }) => ingest / parse)), 2);
  const seconds = median(rounds.map(({ ingest }) => ingest));
  printFigure({
    bench: 'ingest',
    figure:
      'processor time of observations that change nothing, against parsing and checking the same events',
    details: {
      on: 'memory table',
      ...machine(),
      tasks,
      tasksOfAnEvent: TASKS_OF_AN_EVENT,
      observationsPerSecondAndCore: rounded(tasks / seconds),
      parsedPerSecondAndCore: rounded(tasks / median(rounds.map(({ parse }) => parse))),
      roundsThatChangedARow: rounds.filter(({ writes }) => writes > 0).length,
      ratios: rounds.map(({ parse, ingest }) => rounded(ingest / parse, 2)),
    },
    value: ratio,
    goal: `at most ${GOAL}`,
    met: ratio <= GOAL,
    ratio,
  });
}

async function load(system: System, tasks: number): Promise<void> {
  const book = await loadPolicies(system.table);
  for (let from = 0; from < tasks; from += CHUNK) {
    const length = Math.min(CHUNK, tasks - from);
    await loadEntries(
      { system, book },
      Array.from({ length }, (_, place) => entry(from + place)),
    );
  }
}

function idOf(place: number): string {
  return `tenant${place % 50}/production/capture-${place}`;
}

function entry(place: number): TaskEntry {
  return {
    id: idOf(place),
    kind: 'capture',
    enabled: true,
    createdAt: NOW - 300 * DAY,
    owners: [`owner${place % 1_000}@example.com`],
    dataPlane: 'eu-1',
    shards: [{ id: '0', status: 'PRIMARY' }],
  };
}

function eventsOf(tasks: number): string[] {
  const bodies: string[] = [];
  for (let from = 0; from < tasks; from += TASKS_OF_AN_EVENT) {
    const length = Math.min(TASKS_OF_AN_EVENT, tasks - from);
    const seen = Array.from({ length }, (_, place) => ({
      task: idOf(from + place),
      shards: [{ id: '0', status: 'PRIMARY' }],
    }));
    const detail = { version: 1, dataPlane: 'eu-1', observedAt: formatInstant(NOW), tasks: seen };
    const event = { id: `event-${from}`, source: 'bench', 'detail-type': 'Shards Observed', detail };
    bodies.push(JSON.stringify(event));
  }
  return bodies;
}

function parseAll(bodies: readonly string[]): void {
  for (const body of bodies) {
    const event = parseEvent(envelope, JSON.parse(body));
    if (!event.ok || !parseEvent(TAKEN_EVENTS['Shards Observed'], event.value.detail).ok)
      throw new Error('an event of the bench is not valid');
  }
}

async function work(system: System, bodies: readonly string[]): Promise<void> {
  for (const [place, body] of bodies.entries()) {
    const delivery = { body, messageId: `m-${place}`, receiveCount: 1, maxReceives: 10 };
    const { outcome } = await processMessage(system, ingestConsumer, delivery);
    if (outcome !== 'done' && outcome !== 'skipped') throw new Error(`an event ended as ${outcome}`);
  }
}

/** Seconds of processor time. */
async function processorTime(act: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
