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
  const statuses = statusesOf(task);
  const alive = statuses.includes(ALIVE) ? '' : (task.lastPrimaryAt ?? '');
  const tried = restarts === undefined ? '' : coarse(restarts);
  const who = owners.length === 1 ? owners[0] : owners.join();
  return `${id}${END}${kind}${enabled ? '+' : '-'}${createdAt ?? ''}${END}${who}${END}${dataPlane}${END}${statuses}${task.cause ?? ''}${END}${revision}${END}${tried}${END}${alive}${END}`;
}

const ALIVE = 'PRIMARY ';

/** The different ones, each with a space; nearly every task has one shard, and that is alive. */
function statusesOf({ shards }: ListedTask): string {
  if (shards.length === 1 && shards[0]?.status === 'PRIMARY') return ALIVE;
  let statuses = '';
  for (const { status } of shards) if (!statuses.includes(status)) statuses += `${status} `;
  return statuses;
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

/** What a page says, in short: the texts of its tasks. Grown as one, for a list of them that is joined takes a third longer. */
export function hashOf({ tasks, refused }: Pick<ListingPage, 'tasks' | 'refused'>): string {
  let text = '';
  for (const task of tasks) text += textOf(task);
  for (const { task, reason } of refused) text += `${END}${END}${task}${END}${reason}`;
  return createHash('sha256').update(text).digest('base64url').slice(0, 32);
}
