import { expect, it } from 'vitest';
import {
  loadRateLimit,
  loadWarmUpLimit,
  rateLimitWrite,
  warmUpLimitWrite,
} from '../../../functions/store/rate-limits.ts';
import { tableWith } from './applied.ts';

const runs = (count: number) => [{ at: 5, run: '2026-01-15T00:00:00Z', count }];

it('how many were disabled and how many were warned in the last day are known apart; at first nobody', async () => {
  const table = await tableWith();
  expect([await loadRateLimit(table), await loadWarmUpLimit(table)]).toEqual([
    { runs: [], rev: 0 },
    { runs: [], rev: 0 },
  ]);
  const filled = await tableWith(
    rateLimitWrite({ runs: runs(3), rev: 0 }),
    warmUpLimitWrite({ runs: runs(9), rev: 0 }),
  );
  expect([await loadRateLimit(filled), await loadWarmUpLimit(filled)]).toEqual([
    { runs: runs(3), rev: 1 },
    { runs: runs(9), rev: 1 },
  ]);
  expect(await filled.transact([rateLimitWrite({ runs: [], rev: 0 })], 'late')).toMatchObject({
    outcome: 'refused',
  });
});
