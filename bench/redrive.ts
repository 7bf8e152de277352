import { type Duration, type Instant, MINUTE } from '../functions/abandonment/time.ts';
import { ingestConsumer } from '../functions/catalog/ingest-consumer.ts';
import { actOnLetters, type LetterCounts } from '../functions/operators/redrive.ts';
import { buildSystem, type System } from '../functions/platform/system.ts';
import { type Change, MemoryTable } from '../functions/store/table/memory-table.ts';
import { processMessage } from '../functions/work/pipeline.ts';
import { SeededRandom } from '../simulation/engine/seeded-random.ts';
import { SimDeadLetters } from '../simulation/engine/sim-dead-letters.ts';
import { SIMULATED_CONFIG } from '../simulation/engine/sim-system.ts';
import { machine, print, printFigure, rounded } from './output.ts';
import { publishedBodies, publishedTask, registerPublisher } from './published-bodies.ts';

const START: Instant = Date.parse('2029-03-02T09:00:00Z');
/** What the dead run had received is seen again after so long. */
const SEEN_AGAIN: Duration = 11 * MINUTE;
/** So often a long run says how far it is. */
const PROGRESS_EVERY = 2_000;

class Died extends Error {}

/** How often the work of each letter was done, seen by what was stored. */
class Effects {
  readonly made = new Set<string>();
  again = 0;

  commit(changes: readonly Change[]): void {
    for (const { before, after } of changes) {
      if (!after?.pk.startsWith('T#') || after.sk !== 'T') continue;
      if (before) this.again += 1;
      this.made.add(after.pk);
    }
  }
}

/** What came of a redrive that was cut off half way, and of the one after it. */
export interface RedriveMeasured {
  letters: number;
  sentBeforeDeath: number;
  copies: number;
  lost: number;
  doneTwice: number;
  left: number;
  second: LetterCounts;
  seconds: number;
}

/**
 * Dead letters of real events are sent back by a process that dies half way, its calls at any place, and then by another; the real
 * worker works what arrives after each.
 */
export async function measureRedrive(
  letters: number,
  seed: number,
  onProgress: (done: number, seconds: number) => void = () => {},
): Promise<RedriveMeasured> {
  const effects = new Effects();
  const table = new MemoryTable({ onCommit: (changes) => effects.commit(changes) });
  let skipped = 0;
  const clock = { now: () => START + skipped + Math.round(performance.now()) };
  const random = new SeededRandom(seed);
  const queues = { send: async () => {} };
  const system = buildSystem('a bench', { table, clock, random, queues, config: SIMULATED_CONFIG });
  await registerPublisher(table);
  const waiting: string[] = [];
  const box = new SimDeadLetters(clock.now, (_, { body }) => void waiting.push(body));
  const bodies = publishedBodies(letters, START - MINUTE);
  for (const [place, body] of bodies.entries()) box.put({ queue: 'ingest', id: `m${place}`, body });
  skipped += MINUTE;
  const began = performance.now();
  const sentBeforeDeath = await dieAfter(letters / 2 + random.below(letters / 10), system, box, waiting);
  let sent = waiting.length;
  await work(system, waiting);
  skipped += SEEN_AGAIN;
  box.around = async (act) => act();
  const second = await redrive(system, box, ({ redriven, alreadySent }) =>
    onProgress(redriven + alreadySent, (performance.now() - began) / 1_000),
  );
  const seconds = rounded((performance.now() - began) / 1_000, 1);
  sent += waiting.length;
  await work(system, waiting);
  const lost = bodies.filter((_, place) => !effects.made.has(`T#${publishedTask(place)}`)).length;
  const left = box.idsOf('ingest').length;
  const copies = sent - letters;
  return { letters, sentBeforeDeath, copies, lost, doneTwice: effects.again, left, second, seconds };
}

/** Its process dies at a call, once so many were sent: gives how many. */
async function dieAfter(
  count: number,
  system: System,
  box: SimDeadLetters,
  sent: readonly string[],
): Promise<number> {
  box.around = async (act) => {
    if (sent.length >= count) throw new Died();
    return act();
  };
  try {
    await redrive(system, box);
  } catch (error) {
    if (!(error instanceof Died)) throw error;
  }
  return sent.length;
}

function redrive(
  system: System,
  letters: SimDeadLetters,
  onProgress?: (counts: Readonly<LetterCounts>) => void,
): Promise<LetterCounts> {
  return actOnLetters(system, {
    letters,
    queues: ['ingest'],
    selects: () => true,
    act: 'redrive',
    perSecond: 1_000_000,
    by: 'bench',
    meant: 'all',
    why: '',
    ...(onProgress && { onProgress }),
  });
}

/** Works what arrived, as its queue gives it out. */
async function work(system: System, waiting: string[]): Promise<void> {
  for (const [place, body] of waiting.splice(0).entries()) {
    const delivery = { body, messageId: `w-${place}`, receiveCount: 1, maxReceives: 10 };
    const { outcome, reason } = await processMessage(system, ingestConsumer, delivery);
    if (outcome !== 'done' && outcome !== 'skipped')
      throw new Error(`an event ended as ${outcome}: ${reason}`);
  }
}

/** Nothing lost and nothing done twice, with the time and how far it was. */
export async function benchRedrive(letters: number): Promise<void> {
  let printed = 0;
  const measured = await measureRedrive(letters, 1, (done, seconds) => {
    if (done < printed + PROGRESS_EVERY) return;
    printed = done;
    print({ bench: 'redrive', done, seconds: rounded(seconds, 1) });
  });
  const { lost, doneTwice, left, second, ...details } = measured;
  printFigure({
    bench: 'redrive',
    figure: 'dead letters lost, done twice or left when a redrive is cut off half way and run again',
    details: {
      on: 'a double of SQS, memory table',
      ...machine(),
      ...details,
      alreadySent: second.alreadySent,
    },
    value: lost + doneTwice + left,
    goal: '0',
    met: lost + doneTwice + left === 0,
    ratio: lost + doneTwice + left,
  });
}
