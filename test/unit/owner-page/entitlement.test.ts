import { expect, test } from 'vitest';
import type { Task } from '../../../functions/abandonment/task.ts';
import { saysOf } from '../../../functions/owner-page/entitlement.ts';
import { keys } from '../../../functions/store/keys.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';

const task = (id: string, more: Partial<Task> = {}): Task => ({
  id,
  kind: 'capture',
  dekaf: false,
  owners: ['ana@acme.test'],
  dataPlane: 'p1',
  enabled: true,
  createdAt: 0,
  version: 1,
  firstSeenAt: 0,
  ...more,
});

async function hasSay(address: string, asked: Task): Promise<boolean> {
  const table = new MemoryTable();
  await table.transact(
    [
      { put: { ...keys.subscription('', 'all@acme.test'), alertTypes: ['task_overdue'] } },
      { put: { ...keys.admin('', 'platform@acme.test') } },
      { put: { ...keys.admin('acmeCo/x/', 'boss@acme.test') } },
    ],
    'test',
  );
  return (await saysOf(table, [asked], address))(asked);
}

test.each([
  ['ana@acme.test', 'an owner'],
  ['all@acme.test', 'a subscriber of the empty prefix, to whatever'],
  ['platform@acme.test', 'an admin of the empty prefix'],
  ['boss@acme.test', 'an admin of its prefix'],
])('%s has a say as %s, and in a deleted task no more', async (address) => {
  expect(await hasSay(address, task('acmeCo/x/a'))).toBe(true);
  expect(await hasSay(address, task('acmeCo/x/a', { deletedAt: 1 }))).toBe(false);
});

test('strangers, and admins of other prefixes, have none', async () => {
  expect(await hasSay('eve@acme.test', task('acmeCo/x/a'))).toBe(false);
  expect(await hasSay('boss@acme.test', task('acmeCo/y/a'))).toBe(false);
});
