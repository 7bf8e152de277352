import type { z } from 'zod/mini';
import type { System } from '../platform/system.ts';
import type { SourceRecord, TaskRecord } from '../store/rows.ts';
import { loadTasks } from '../store/tasks.ts';
import type { Outcome } from '../work/pipeline.ts';
import type { BusEvent } from './events.ts';
import { type Refusal, reportRefusal, taskRefusal } from './refusals.ts';
import { parseWith } from './schema-problems.ts';
import type { Settled } from './settle.ts';
import type { CatalogContext } from './task-events.ts';

/** An event with who sent it and what it is judged by. */
export interface EventContext extends CatalogContext {
  event: BusEvent;
  source: SourceRecord;
}

/** When a busy table is asked again. */
const BUSY_DELAY_SECONDS = 5;

/** So many tasks of one event are worked at a time. */
const AT_A_TIME = 10;

/** Counts and logs a refusal and ends the message in the dead-letter queue. */
export function refused(
  context: { system: System; event: BusEvent },
  refusal: Refusal,
  task?: string,
): Outcome {
  report(context, refusal, task);
  return { outcome: 'dead-letter', reason: `${refusal.reason}: ${refusal.detail}` };
}

/** Refuses an event that its schema refuses. */
export function malformed(context: { system: System; event: BusEvent }, problems: string[]): Outcome {
  return refused(context, { reason: 'malformed', detail: problems.join('; ') });
}

function report(
  { system, event }: { system: System; event: BusEvent },
  refusal: Refusal,
  task?: string,
): void {
  const about = { event: event.id, source: event.source, detailType: event.detailType };
  reportRefusal(system, refusal, task === undefined ? about : { ...about, task });
}

export function outcomeOf(settled: Settled): Outcome {
  if (settled.settled === 'written') return { outcome: 'done', reason: 'written' };
  if (settled.settled === 'skipped') return { outcome: 'skipped', reason: settled.reason };
  return { outcome: 'retry', reason: 'table-busy', delaySeconds: BUSY_DELAY_SECONDS, failed: true };
}

interface Items<Item> {
  /** The key of the list in the event. */
  list: string;
  items: unknown[];
  schema: z.ZodMiniType<Item>;
}

/**
 * Takes each task of an event by itself: a bad one is refused, reported and stops no other. The event is
 * tried again where the table was busy for one of them (the others are then needless), and refused where
 * all of them are.
 */
export async function takeEach<Item extends { task: string }>(
  context: EventContext,
  items: Items<Item>,
  take: (context: CatalogContext, item: Item, place: number) => Promise<Settled>,
): Promise<Outcome> {
  const taken = allowedOf(context, items);
  if (taken.length === 0 && items.items.length > 0) {
    return { outcome: 'dead-letter', reason: `each of its ${items.items.length} ${items.list} was refused` };
  }
  const read = await loadTasks(
    context.system.table,
    taken.map(({ task }) => task),
  );
  const settled: Settled[] = [];
  const groups = [...Map.groupBy(taken, ({ task }) => task).values()];
  for (let start = 0; start < groups.length; start += AT_A_TIME) {
    const some = groups.slice(start, start + AT_A_TIME);
    settled.push(...(await Promise.all(some.map((items) => takeInOrder(context, read, items, take)))).flat());
  }
  const busy = settled.find((each) => each.settled === 'busy');
  if (busy) return outcomeOf(busy);
  const written = settled.filter((each) => each.settled === 'written').length;
  const reason = `${written} of ${items.items.length} written, ${items.items.length - taken.length} refused`;
  return written > 0 ? { outcome: 'done', reason } : { outcome: 'skipped', reason };
}

/** What an event says of one task more than once counts in its order. */
async function takeInOrder<Item extends { task: string }>(
  context: EventContext,
  read: Map<string, TaskRecord>,
  items: readonly Item[],
  take: (context: CatalogContext, item: Item, place: number) => Promise<Settled>,
): Promise<Settled[]> {
  const settled: Settled[] = [];
  for (const [place, item] of items.entries())
    settled.push(await takeOne(context, read, item, (each) => take(each, item, place)));
  return settled;
}

/** A fault with one task leaves the event to a later try, after the others. */
async function takeOne<Item extends { task: string }>(
  context: EventContext,
  read: Map<string, TaskRecord>,
  item: Item,
  take: (context: CatalogContext) => Promise<Settled>,
): Promise<Settled> {
  try {
    return await take({ ...context, read });
  } catch (error) {
    context.system.telemetry.log('error', 'one task of an event failed', {
      task: item.task,
      error: String(error),
    });
    return { settled: 'busy' };
  }
}

function allowedOf<Item extends { task: string }>(
  context: EventContext,
  { list, items, schema }: Items<Item>,
): Item[] {
  const allowed: Item[] = [];
  for (const [place, item] of items.entries()) {
    const parsed = parseWith(schema, item);
    if (!parsed.ok) {
      const detail = `${list}[${place}]: ${parsed.problems.join('; ')}`;
      report(context, { reason: 'malformed', detail });
      continue;
    }
    const refusal = taskRefusal(context.source, parsed.value.task);
    if (refusal) report(context, refusal, parsed.value.task);
    else allowed.push(parsed.value);
  }
  return allowed;
}
