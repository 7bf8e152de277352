import { BOUNDS } from '../abandonment/bounds.ts';
import { cut } from './queue-text.ts';

/** A word with an `@` in it, in any of its forms. */
const ADDRESS = /[^\s@＠﹫]*[@＠﹫]\S*/gu;

/**
 * A text that others wrote as it may stand in a log, a metric, a record of a failure or beside a dead letter: of bounded
 * length, and without the address of anybody.
 */
export function recordable(text: string): string {
  return cut(text, BOUNDS.searched.most).replace(ADDRESS, '<address>');
}
