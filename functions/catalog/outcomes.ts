import type { z } from 'zod/mini';
import { BOUNDS } from '../abandonment/bounds.ts';
import { recordable } from '../platform/recorded-text.ts';
import { parseEvent } from '../platform/schema-problems.ts';
import type { SourceRecord } from '../store/sources.ts';
import { loadTasks } from '../store/tasks.ts';
import type { Outcome } from '../work/consumer.ts';
import { classOf } from '../work/failure-class.ts';
import type { Committed } from './commit-plan.ts';
import type { BusEvent } from './events.ts';
import { type Refusal, reportRefusals, taskRefusal } from './refusals.ts';
import { noteRefused } from './refused-events.ts';
import type { CatalogContext } from './task-events.ts';

/** An event with who sent it and what it is judged by. */
export interface EventContext extends CatalogContext {
  event: BusEvent;
  source: SourceRecord;
  /** Which receive of its message it is, from 1. */
  receive: number;
}

/** An event, as far as a refusal of it is told. */
type Refusing = Pick<EventContext, 'system' | 'event'>;

/** When a busy table is asked again. */
const BUSY_DELAY_SECONDS = 5;

/** So many tasks of one event are worked at a time. */
const AT_A_TIME = 10;

/** Counts and logs a refusal, notes it for operators, and ends the message in the dead-letter queue. */
export function refused(context: Refusing, refusal: Refusal, task?: string): Outcome {
  report(context, [{ ...refusal, task }]);
  return { outcome: 'dead-letter', reason: recordable(`${refusal.reason}: ${refusal.detail}`) };
}

function report({ system, event }: Refusing, refusals: readonly RefusedItem[]): void {
  reportRefusals(system, event, refusals);
  if (refusals.length > 0) noteRefused(system, event, refusals);
}

/** Refuses an event that its schema refuses. */
export function malformed(
  context: Refusing,
  { problems, key }: { problems: string[]; key?: string },
): Outcome {
  return refused(context, { reason: 'malformed', detail: problems.join('; '), ...(key && { key }) });
}

/** What becomes of the message of an event; a refusal is counted and logged. */
export function outcomeOf(context: Refusing, committed: Committed, task?: string): Outcome {
  if (committed.result === 'written') return { outcome: 'done', reason: 'written' };
  if (committed.result === 'skipped') return { outcome: 'skipped', reason: committed.reason };
  if (committed.result === 'refused') return refused(context, committed.refusal, task);
  return { outcome: 'retry', reason: 'table-busy', delaySeconds: BUSY_DELAY_SECONDS, failed: true };
}

/** Takes what an event says of one task; what needs no table is answered at once, for most of what is said changes nothing. */
type Take<Item> = (
  context: CatalogContext,
  task: string,
  items: readonly Item[],
) => Committed | Promise<Committed>;

interface Items<Item> {
  /** The key of the list in the event. */
  list: string;
  items: unknown[];
  schema: z.ZodMiniType<Item>;
}

/** What was refused of one event: of which task, where that is known. */
type RefusedItem = Refusal & { task?: string | undefined };

/** What is taken of the tasks of an event. */
interface Sifted<Item> {
  /** All that it says of one task, in its order. */
  groups: Map<string, Item[]>;
  refusals: RefusedItem[];
}

/**
 * Takes each task of an event by itself, once, with all that is said of it: a bad one is refused, reported and stops no
 * other. The event is tried again where the table was busy for one of them (the others are then needless), and refused
 * where all of them are.
 */
export async function takeEach<Item extends { task: string }>(
  context: EventContext,
  items: Items<Item>,
  take: Take<Item>,
): Promise<Outcome> {
  const { groups, refusals } = sift(context, items);
  const committed = await takeAll(context, groups, take);
  for (const [task, { result: how, ...rest }] of committed)
    if (how === 'refused' && 'refusal' in rest) refusals.push({ ...rest.refusal, task });
  report(context, refusals);
  return outcomeOfEach(context, items, [...committed.values()], refusals.length);
}

function outcomeOfEach(
  context: Refusing,
  { list, items }: Pick<Items<unknown>, 'list' | 'items'>,
  committed: readonly Committed[],
  refusals: number,
): Outcome {
  const taken = committed.filter((each) => each.result !== 'refused');
  if (taken.length === 0 && items.length > 0)
    return { outcome: 'dead-letter', reason: `all-refused: each of its ${items.length} ${list} was refused` };
  const busy = committed.find((each) => each.result === 'busy');
  if (busy) return outcomeOf(context, busy);
  const written = committed.filter((each) => each.result === 'written').length;
  const reason = `${written} of ${items.length} written, ${refusals} refused`;
  return written > 0 ? { outcome: 'done', reason } : { outcome: 'skipped', reason };
}

async function takeAll<Item>(
  context: EventContext,
  groups: ReadonlyMap<string, Item[]>,
  take: Take<Item>,
): Promise<Map<string, Committed>> {
  const each = { ...context, read: await loadTasks(context.system.table, groups.keys()) };
  const committed = new Map<string, Committed>();
  const waiting = [...groups];
  for (let start = 0; start < waiting.length; start += AT_A_TIME) {
    const later: Promise<unknown>[] = [];
    for (const [task, items] of waiting.slice(start, start + AT_A_TIME)) {
      const taken = takeOne(each, task, items, take);
      if (taken instanceof Promise) later.push(taken.then((answer) => committed.set(task, answer)));
      else committed.set(task, taken);
    }
    if (later.length > 0) await Promise.all(later);
  }
  return committed;
}

/** A fault with one task leaves the event to a later try, after the others; what its own row cannot hold is refused. */
function takeOne<Item>(
  context: CatalogContext,
  task: string,
  items: readonly Item[],
  take: Take<Item>,
): Committed | Promise<Committed> {
  try {
    const taken = take(context, task, items);
    return taken instanceof Promise ? taken.catch((error) => faultWith(context, task, error)) : taken;
  } catch (error) {
    return faultWith(context, task, error);
  }
}

function faultWith({ system }: CatalogContext, task: string, error: unknown): Committed {
  if (classOf(error, 1) === 'permanent')
    return { result: 'refused', refusal: { reason: 'too-large', detail: String(error) } };
  system.telemetry.log('error', 'one task of an event failed', {
    task: recordable(task),
    error: recordable(String(error)),
  });
  return { result: 'busy' };
}

function sift<Item extends { task: string }>(
  context: EventContext,
  { list, items, schema }: Items<Item>,
): Sifted<Item> {
  const groups = new Map<string, Item[]>();
  const refusals: RefusedItem[] = [];
  for (const [place, item] of items.entries()) {
    const parsed = parseEvent(schema, item);
    if (!parsed.ok) {
      const detail = `${list}[${place}]: ${parsed.problems.join('; ')}`;
      refusals.push({
        reason: 'malformed',
        detail,
        key: [`${list}[]`, parsed.key].filter(Boolean).join('.'),
      });
      continue;
    }
    const { task } = parsed.value;
    const refusal = taskRefusal(context.source, task);
    if (refusal) refusals.push({ ...refusal, task });
    else grouped(groups, task).push(parsed.value);
  }
  return { groups: fewEnough(groups, list, refusals), refusals };
}

function grouped<Item>(groups: Map<string, Item[]>, task: string): Item[] {
  const existing = groups.get(task);
  if (existing) return existing;
  const group: Item[] = [];
  groups.set(task, group);
  return group;
}

/** Without the tasks that are named too often; with their refusals added to `refusals`. */
function fewEnough<Item>(
  groups: Map<string, Item[]>,
  list: string,
  refusals: RefusedItem[],
): Map<string, Item[]> {
  const { most } = BOUNDS.namings;
  for (const [task, { length }] of groups) {
    if (length <= most) continue;
    groups.delete(task);
    const detail = `stands ${length} times among the ${list}; allowed: at most ${most} times`;
    refusals.push({ reason: 'malformed', detail, task });
  }
  return groups;
}
