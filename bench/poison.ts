import type { SQSRecord } from 'aws-lambda';
import { type Instant, MINUTE } from '../functions/abandonment/time.ts';
import type { BusEvent } from '../functions/catalog/events.ts';
import { ingestConsumer } from '../functions/catalog/ingest-consumer.ts';
import { buildSystem, type System } from '../functions/platform/system.ts';
import { MemoryTable } from '../functions/store/table/memory-table.ts';
import type { Consumer } from '../functions/work/consumer.ts';
import { processBatch } from '../functions/work/sqs-batch.ts';
import { SeededRandom } from '../simulation/engine/seeded-random.ts';
import { SIMULATED_CONFIG } from '../simulation/engine/sim-system.ts';
import { machine, median, printFigure, rounded } from './output.ts';
import { publishedBodies, registerPublisher } from './published-bodies.ts';

const START: Instant = Date.parse('2029-03-02T09:00:00Z');
const BATCH = 10;
const RECEIVES = 10;
/** Rounds whose median counts; with and without poison take turns, and the first round only warms the code. */
const ROUNDS = 5;
/** What is within the noise of two runs of the same. */
const GOAL = 1.1;

/** How long the other messages of a queue take while one of them fails at each of its deliveries. */
export interface PoisonMeasured {
  messages: number;
  ratio: number;
  ratios: number[];
  secondsWithout: number;
  /** Others that were not done, and receives of the poison until it was given up. */
  undone: number;
  receives: number;
}

/** Works a queue with and without a poison message among the others. */
export async function measurePoison(messages: number, rounds: number = ROUNDS): Promise<PoisonMeasured> {
  const without: number[] = [];
  const ratios: number[] = [];
  let undone = 0;
  let receives = 0;
  for (let round = 0; round <= rounds; round += 1) {
    const clean = await workAll(messages, false);
    const poisoned = await workAll(messages, true);
    undone += clean.undone + poisoned.undone;
    receives = poisoned.receives;
    if (round === 0) continue;
    without.push(clean.seconds);
    ratios.push(poisoned.seconds / clean.seconds);
  }
  const ratio = rounded(median(ratios), 2);
  const secondsWithout = rounded(median(without), 2);
  return {
    messages,
    ratio,
    ratios: ratios.map((figure) => rounded(figure, 2)),
    secondsWithout,
    undone,
    receives,
  };
}

interface Waiting {
  body: string;
  id: string;
  receives: number;
}

/** Works a queue until all others are done; the poison goes on to be given out until it is given up. */
async function workAll(messages: number, hasPoison: boolean) {
  const table = new MemoryTable();
  const poison = hasPoison ? `m-${Math.floor(messages / 3)}` : '';
  const done = new Set<string>();
  const system: System = buildSystem('a bench', {
    table,
    clock: { now: () => START },
    random: new SeededRandom(1),
    queues: { send: async () => {} },
    config: SIMULATED_CONFIG,
  });
  await registerPublisher(table);
  const consumer = poisoned(poison, done);
  const queue: Waiting[] = publishedBodies(messages, START - MINUTE).map((body, place) => ({
    body,
    id: `m-${place}`,
    receives: 0,
  }));
  const others = messages - (hasPoison ? 1 : 0);
  const receiver = { postpone: async () => {}, deadLetter: async () => {} };
  const worker = { system, consumer, receiver, maxReceives: RECEIVES, atOnce: 1 };
  const began = performance.now();
  let seconds = Number.NaN;
  let receives = 0;
  while (queue.length > 0) {
    const batch = queue.splice(0, BATCH);
    for (const message of batch) message.receives += 1;
    const { batchItemFailures } = await processBatch(worker, { Records: batch.map(recordOf) }, () => 30_000);
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    receives = Math.max(receives, batch.find(({ id }) => id === poison)?.receives ?? 0);
    // It is given out again after a few batches, sooner than its delay would have it.
    queue.splice(
      BATCH * 3,
      0,
      ...batch.filter((message) => failed.has(message.id) && message.receives < RECEIVES),
    );
    if (done.size === others && Number.isNaN(seconds)) seconds = (performance.now() - began) / 1_000;
  }
  return { seconds, undone: others - done.size, receives };
}

/** The real worker, for whom one message is a bug. */
function poisoned(poison: string, done: Set<string>): Consumer<BusEvent> {
  return {
    ...ingestConsumer,
    async act(system, event, delivery) {
      if (delivery.messageId === poison) throw new TypeError('a poison message');
      const outcome = await ingestConsumer.act(system, event, delivery);
      if (outcome.outcome === 'done') done.add(delivery.messageId);
      return outcome;
    },
  };
}

function recordOf({ body, id, receives }: Waiting): SQSRecord {
  return {
    messageId: id,
    receiptHandle: id,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: String(START),
      SenderId: 'bench',
      ApproximateFirstReceiveTimestamp: String(START),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: '',
    awsRegion: '',
  };
}

/** The others finish as fast as without it. */
export async function benchPoison(messages: number): Promise<void> {
  const { ratio, undone, ...details } = await measurePoison(messages);
  printFigure({
    bench: 'poison',
    figure: 'time until all others are done with a poison message among them, against the time without it',
    details: { on: 'memory table', ...machine(), ...details, undone },
    value: ratio,
    goal: `at most ${GOAL}, and none undone`,
    met: ratio <= GOAL && undone === 0,
    ratio,
  });
}
