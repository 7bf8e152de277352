import { expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import { loadRedriven, redrivenWrite } from '../../../functions/store/redriven.ts';
import { tableWith } from './applied.ts';

const T = Date.parse('2026-01-15T00:00:00Z');
const NEVER = { queue: 'notify', item: 'ana#1', letters: [], rev: 0 };

it('how often an item was sent back is known for thirty days from the newest time; at first never', async () => {
  const letters = [{ id: 'l1', at: T, sent: true }];
  const table = await tableWith(redrivenWrite({ ...NEVER, letters }, T));
  expect(await loadRedriven(table, 'notify', 'ana#1')).toEqual({ ...NEVER, letters, rev: 1 });
  expect(await table.get({ pk: 'REDRIVEN#notify#ana#1', sk: 'D' })).toMatchObject({
    ttl: (T + 30 * DAY) / 1_000,
  });
  expect(await loadRedriven(table, 'notify', 'bob#1')).toEqual({ ...NEVER, item: 'bob#1' });
  expect(await loadRedriven(table, 'disable', 'ana#1')).toEqual({ ...NEVER, queue: 'disable' });
});
