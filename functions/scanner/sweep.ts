import { StoppedAt } from '../platform/stopped-at.ts';
import { faultOf, type Named, nameOf } from './faults.ts';
import type { Budget, Turn } from './generator.ts';
import { isItemGivenUp } from './given-up.ts';
import type { Run } from './run.ts';

type Items<Item> = AsyncIterable<Item> | Iterable<Item>;

/** Items of one kind, and what is done with one of them. */
export interface Part<Item> {
  /** Read only when the sweep comes to them. */
  items: Items<Item>;
  /** Says which of them are worked; absent: all are. */
  isWanted?(item: Item): boolean;
  work(item: Item): Promise<void>;
}

/** What a step or a generator goes through, and how. */
export interface Sweep<Item> {
  /** The step's or generator's, under which items that fail are recorded. */
  name: string;
  /** Buckets or queries, in an order that stays the same from run to run: a cursor is the number of one of them. */
  partitions: readonly (Part<Item> | readonly Part<Item>[])[];
  /** How many items are worked at once. */
  atOnce: number;
  /** Where the last run stopped. @default the beginning */
  cursor?: string | null;
  /** Absent: it goes to its end, however little time is left. */
  budget?: Budget;
  /**
   * For generators: an item that can never be worked is given up under its name, and left out until an operator clears it.
   *
   * @default false
   */
  marks?: boolean;
}

/**
 * Goes through all partitions, one after the other, and works their items a few at a time. An item that fails leaves its
 * OOPS record and stops no other (promise 15); rows that cannot be read fail the step or generator. Where the budget is spent it
 * begins nothing new, ends what is under way, and answers the partition at which the next run goes on; that one is gone
 * through from its beginning, so work must bear to be asked for twice.
 */
export async function sweep<Item extends Named | readonly Named[]>(
  run: Run,
  { name, partitions, atOnce, cursor = null, budget, marks = false }: Sweep<Item>,
): Promise<Turn> {
  const failed = faultOf(run, name, marks);
  let worked = 0;
  const work = async (part: Part<Item>, item: Item) => {
    if (marks && (await isItemGivenUp(run, name, nameOf(item)))) return;
    worked += 1;
    await part.work(item);
  };
  const working = { atOnce, budget, work, failed };
  for (let at = placeOf(cursor); at < partitions.length; at += 1) {
    for (const part of partsOf(partitions[at])) {
      if (budget?.spent()) continue;
      const through = workEach(part, working);
      // A generator is stopped by it turn after turn: its failure names the place, as cursors do.
      await (budget ? through.catch((error) => stoppedAt(`partition ${at}`, error)) : through);
    }
    if (budget?.spent()) return { cursor: String(at), worked };
  }
  return { cursor: null, worked };
}

function stoppedAt(item: string, error: unknown): never {
  throw new StoppedAt(item, error);
}

function partsOf<Item>(partition: Part<Item> | readonly Part<Item>[] | undefined): readonly Part<Item>[] {
  if (partition === undefined) return [];
  return 'items' in partition ? [partition] : partition;
}

/** The partition that a cursor names; the first where it names none, as those of earlier versions. */
function placeOf(cursor: string | null): number {
  const at = Number(cursor);
  return Number.isInteger(at) && at >= 0 ? at : 0;
}

/** How the items of a part are worked. */
interface Working<Item> {
  atOnce: number;
  budget: Budget | undefined;
  work(part: Part<Item>, item: Item): Promise<void>;
  failed(item: Item, error: unknown): Promise<void>;
}

function wantedOf<Item>({ items, isWanted }: Part<Item>, budget: Budget | undefined): Items<Item> {
  return budget || isWanted ? wanted(items, isWanted, budget) : items;
}

async function* wanted<Item>(
  items: Items<Item>,
  isWanted: (item: Item) => boolean = () => true,
  budget?: Budget,
): AsyncGenerator<Item> {
  for await (const item of items) {
    if (budget?.spent()) return;
    if (isWanted(item)) yield item;
  }
}

/** Works each item, a few at a time. Nothing is under way when it ends, also where items cannot be read further. */
async function workEach<Item>(
  part: Part<Item>,
  { atOnce, budget, work, failed }: Working<Item>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  try {
    for await (const item of wantedOf(part, budget)) {
      const attempt: Promise<void> = work(part, item)
        .catch((error) => failed(item, error))
        .finally(() => running.delete(attempt));
      running.add(attempt);
      if (running.size >= atOnce) await Promise.race(running);
    }
  } finally {
    // Most parts are empty.
    if (running.size > 0) await Promise.all(running);
  }
}
