import type { IndexName } from './table.port.ts';

/** What DynamoDB calls an index: its names have at least three characters. */
export function indexNameOf(index: IndexName): string {
  return `${index}-index`;
}
