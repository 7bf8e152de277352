import { expect, it } from 'vitest';
import { loadScans, scansWrite } from '../../../functions/store/scans.ts';
import { tableWith } from './applied.ts';

const NEVER = { claimed: null, leaseUntil: null, completedAt: null, gaps: [], rev: 0 };

it('how scans fare is known as it was stored; at first there was none', async () => {
  expect(await loadScans(await tableWith())).toEqual(NEVER);
  const fare = { claimed: 9, leaseUntil: 12, completedAt: 5, gaps: [{ from: 1, to: 2 }], rev: 0 };
  const table = await tableWith(scansWrite(fare));
  expect(await loadScans(table)).toEqual({ ...fare, rev: 1 });
  expect(await table.transact([scansWrite(NEVER)], 'late')).toMatchObject({ outcome: 'refused' });
});
