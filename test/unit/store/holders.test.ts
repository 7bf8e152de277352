import { expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import { alertWrite } from '../../../functions/store/alerts.ts';
import { holderWrite, loadHolders } from '../../../functions/store/holders.ts';
import { keys } from '../../../functions/store/keys.ts';
import { day } from '../abandonment/decide-builders.ts';
import { anAlert, filledTable } from './filled-table.ts';

const A = 'acmeCo/a';

const alert = anAlert({ resolvedAt: day(21), reason: 'disabled', holders: ['ana', 'bob'] });

it('who holds a mail about an episode held its warning, or got word of the disabling, each once', async () => {
  const table = await filledTable(
    alertWrite(alert),
    holderWrite(A, 1, 'bob', day(22)),
    holderWrite(A, 1, 'eve', day(22)),
    holderWrite(A, 2, 'other-episode', day(22)),
    holderWrite('acmeCo/b', 1, 'other-task', day(22)),
  );
  expect(await loadHolders(table, A, 1)).toEqual(new Set(['ana', 'bob', 'eve']));
  expect(await loadHolders(table, A, 2)).toEqual(new Set(['other-episode']));
  expect(await loadHolders(table, A, 3)).toEqual(new Set());
  expect(table.stale).toEqual([]);
});

it('that they do is kept for 400 days, as the alert is', async () => {
  const table = await filledTable(holderWrite(A, 1, 'ana', day(22)));
  expect(await table.get(keys.holder(A, 1, 'ana'))).toMatchObject({
    v: 1,
    recipient: 'ana',
    ttl: (day(22) + 400 * DAY) / 1_000,
  });
});
