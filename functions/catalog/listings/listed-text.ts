import { createHash } from 'node:crypto';
import type { ListedTask, ListingPage } from '../../platform/control-plane.port.ts';

/** Parts of a text are told apart by what no name has. */
const END = '\u0000';

/** Totals of restarts are told apart by so many digits: what is restarted for ever is written ever more seldom. */
const DIGITS = 2;

/**
 * All that is taken of a task from a listing, as one text: two that are equal say the same. How often it was restarted
 * counts by its first two digits, and when it was last `PRIMARY` only where it is not.
 */
export function textOf(task: ListedTask): string {
  const { id, kind, enabled, createdAt, owners, dataPlane, revision, restarts } = task;
  let statuses = '';
  let hasPrimary = false;
  for (const { status } of task.shards) {
    if (!statuses.includes(status)) statuses += `${status} `;
    if (status === 'PRIMARY') hasPrimary = true;
  }
  const alive = hasPrimary ? '' : (task.lastPrimaryAt ?? '');
  const tried = restarts === undefined ? '' : coarse(restarts);
  return `${id}${END}${kind}${enabled ? '+' : '-'}${createdAt ?? ''}${END}${owners.join()}${END}${dataPlane}${END}${statuses}${task.cause ?? ''}${END}${revision}${END}${tried}${END}${alive}${END}`;
}

function coarse(total: number): number {
  if (total < 10 ** DIGITS) return total;
  const unit = 10 ** (Math.floor(Math.log10(total)) + 1 - DIGITS);
  return Math.floor(total / unit) * unit;
}

/** A short text of how a task is: equal for two that say the same. */
export function shortOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

/** What a page says, in short, from the texts of its tasks. */
export function hashOf(texts: readonly string[], { refused }: Pick<ListingPage, 'refused'>): string {
  const hash = createHash('sha256').update(texts.join(''));
  for (const { task, reason } of refused) hash.update(`${END}${END}${task}${END}${reason}`);
  return hash.digest('base64url').slice(0, 32);
}
