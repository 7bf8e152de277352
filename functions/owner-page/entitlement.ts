import { prefixesOf, type Task } from '../abandonment/task.ts';
import { recipientKey } from '../notices/addresses.ts';
import { keys } from '../store/rows.ts';
import type { Table } from '../store/table.port.ts';

/**
 * Tells in which of some tasks an address still has a say: as an owner, or as a subscriber or an admin of a
 * prefix, reachable or not (design.md section 6, Recipients). Whoever got a mail and has left since can do no more
 * with it, and in a deleted task nobody has a say.
 */
export async function saysOf(
  table: Table,
  tasks: readonly Task[],
  address: string,
): Promise<(task: Task) => boolean> {
  const scopes = new Set(tasks.flatMap(scopesOf));
  const places = [...scopes].flatMap((scope) => [
    { scope, key: keys.subscription(scope, address) },
    { scope, key: keys.admin(scope, address) },
  ]);
  const found = new Set((await table.batchGet(places.map(({ key }) => key))).map(({ pk }) => pk));
  const held = new Set(places.filter(({ key }) => found.has(key.pk)).map(({ scope }) => scope));
  const own = recipientKey(address);
  return (task) =>
    task.deletedAt === undefined &&
    (task.owners.some((owner) => recipientKey(owner) === own) ||
      scopesOf(task).some((scope) => held.has(scope)));
}

function scopesOf({ id }: Task): string[] {
  return ['', ...prefixesOf(id), id];
}
