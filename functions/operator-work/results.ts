import type { System } from '../platform/system.ts';
import {
  type ItemResult,
  loadWorkPart,
  type OperatorWorkRecord,
  type WorkItem,
} from '../store/operator-work.ts';
import { isLeft } from './progress.ts';

/** An item of a bulk command, and what it came to; null: it is left. */
export interface WorkedItem extends Pick<WorkItem, 'id'> {
  result: Pick<ItemResult, 'outcome' | 'why'> | null;
}

/** All items of a bulk command, in the order in which they are worked. */
export async function* eachWorkedItem(
  { table }: Pick<System, 'table'>,
  { id, parts, attempt }: OperatorWorkRecord,
): AsyncGenerator<WorkedItem> {
  for (let part = 0; part < parts; part += 1) {
    const { items } = await loadWorkPart(table, id, part);
    for (const item of items)
      yield { id: item.id, result: isLeft(item, attempt) ? null : (item.result ?? null) };
  }
}
