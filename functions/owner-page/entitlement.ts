import { prefixesOf, type Task, tenantOf } from '../abandonment/task.ts';
import { recipientKey } from '../platform/addresses.ts';
import type { Owners } from '../store/fleet-view.ts';
import { loadOfficesOf, loadOldOffices, targetOf } from '../store/people.ts';
import type { Table } from '../store/table/table.port.ts';

/**
 * Tells in which of some tasks an address still has a say: as an owner, or as a subscriber or an admin of a
 * prefix, reachable or not (docs/rules.md#recipients). Whoever got a mail and has left since can do no more
 * with it, and in a deleted task nobody has a say.
 *
 * @param ownersOf who owns a task, where that is not only whom it names itself
 */
export async function saysOf(
  table: Table,
  tasks: readonly Task[],
  address: string,
  ownersOf?: (task: Task) => Promise<Owners>,
): Promise<(task: Task) => boolean> {
  const own = recipientKey(address);
  const isOwn = (owners: readonly string[]) => owners.some((owner) => recipientKey(owner) === own);
  const owned = new Set<string>();
  for (const task of tasks)
    if (isOwn(ownersOf ? (await ownersOf(task)).addresses : task.owners)) owned.add(task.id);
  const isOwner = ({ id }: Task) => owned.has(id);
  const others = tasks.filter((task) => task.deletedAt === undefined && !isOwner(task));
  const held = await scopesHeld(table, others, address);
  return (task) =>
    task.deletedAt === undefined && (isOwner(task) || scopesOf(task).some((scope) => held.has(scope)));
}

/** The scopes in which an address is a subscriber or an admin: a query per tenant of the tasks, however deep their ids are. */
async function scopesHeld(table: Table, tasks: readonly Task[], address: string): Promise<Set<string>> {
  if (tasks.length === 0) return new Set();
  const old = (await loadOldOffices(table)).filter((office) => targetOf(office) === address);
  const tenants = ['', ...new Set(tasks.map(({ id }) => tenantOf(id)))];
  const found = await Promise.all(tenants.map((tenant) => loadOfficesOf(table, tenant, address)));
  return new Set([...old, ...found.flat()].map(({ scope }) => scope));
}

function scopesOf({ id }: Task): string[] {
  return ['', ...prefixesOf(id), id];
}
