import { compareKeys } from './key-order.ts';
import type { Condition, Row } from './table.port.ts';

/** Whether a condition holds of the stored row, with DynamoDB's notion of equality: a missing value equals nothing. */
export function holds(condition: Condition, row: Row | undefined): boolean {
  if ('absent' in condition) return row === undefined;
  if ('exists' in condition) return row !== undefined;
  if ('absentOr' in condition) return row === undefined || holds(condition.absentOr, row);
  if (row === undefined) return false;
  if ('equals' in condition) return row[condition.equals[0]] === condition.equals[1];
  const [attribute, bound] = condition.atMost;
  return isAtMost(row[attribute], bound);
}

/** Never across types. */
function isAtMost(value: unknown, bound: number | string): boolean {
  if (typeof value === 'number' && typeof bound === 'number') return value <= bound;
  if (typeof value === 'string' && typeof bound === 'string') return compareKeys(value, bound) <= 0;
  return false;
}
