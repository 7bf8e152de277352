import { parseSesEvent } from '../notices/ses/ses-events.ts';
import type { LetterQueue } from './dead-letters.ts';
import { fieldsOf } from './letter-json.ts';

/** What a letter says of itself. */
interface ToldFacts {
  kind: string;
  tasks: readonly string[];
}

/** What a letter says that others wrote: what kind it is of, and the tasks that it names. */
export function ofOthers(queue: LetterQueue, value: unknown): ToldFacts {
  if (queue === 'ingest') return ofEvent(value);
  return { kind: queue === 'mail-events' ? mailKind(value) : 'unreadable', tasks: [] };
}

function ofEvent(value: unknown): ToldFacts {
  const event = fieldsOf(value);
  const type = event['detail-type'];
  return { kind: typeof type === 'string' ? type : 'unreadable', tasks: tasksIn(event.detail) };
}

/** An event may name more; the first are enough to know it by. */
const MOST_TASKS = 20;

/** The tasks that an event names: `task` as an id or a task, and lists of either. */
function tasksIn(detail: unknown): string[] {
  const { task, tasks, totals } = fieldsOf(detail);
  const lists = [tasks, totals].flatMap((list) => (Array.isArray(list) ? list : []));
  const ids = [task, ...lists].map(idIn).filter((id) => id !== undefined);
  return [...new Set(ids)].slice(0, MOST_TASKS);
}

function idIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const { id, task } = fieldsOf(value);
  if (typeof id === 'string') return id;
  return typeof task === 'string' ? task : undefined;
}

function mailKind(value: unknown): string {
  const parsed = parseSesEvent(value);
  return parsed.ok ? (parsed.events[0]?.kind ?? 'nothing') : 'unreadable';
}
