import { expect, it } from 'vitest';
import { compareRanks, type Rank, WarmUp } from '../../../../functions/notices/send/warm-up.ts';
import { loadWarmUpLimit, warmUpLimitWrite } from '../../../../functions/store/rate-limits.ts';
import { START, workStage } from '../../work/stage.ts';

const candidate = (address: string, firedAt: number) => ({
  rank: { firedAt, since: firedAt, task: 'acmeCo/a', address },
});
const names = (admitted: { rank: { address: string } }[]) => admitted.map(({ rank }) => rank.address);

it.each<[string, Partial<Rank>, Partial<Rank>]>([
  ['whose alert fired first', { firedAt: 1, since: 9, task: 'z', address: 'z' }, { firedAt: 2 }],
  ['then whose task fails for longer', { since: 1, task: 'z', address: 'z' }, { since: 2 }],
  ['then by the task', { task: 'acmeCo/a', address: 'z' }, { task: 'acmeCo/b' }],
  ['then by the address', { address: 'ana@acme.test' }, { address: 'bo@acme.test' }],
])('admits %s', (_what, first, second) => {
  const rank = { firedAt: 5, since: 5, task: 'm', address: 'm' };
  expect(compareRanks({ ...rank, ...first }, { ...rank, ...second })).toBeLessThan(0);
  expect(compareRanks({ ...rank, ...second }, { ...rank, ...first })).toBeGreaterThan(0);
  expect(compareRanks(rank, { ...rank })).toBe(0);
});

it('turns away whose alert fired last, once there is no place left', () => {
  const warmUp = new WarmUp({ runs: [{ at: START, count: 1 }], rev: 1 }, 3, START);
  expect(warmUp.offer(candidate('late', 30))).toBeUndefined();
  expect(warmUp.offer(candidate('early', 10))).toBeUndefined();
  expect(warmUp.offer(candidate('middle', 20))?.rank.address).toBe('late');
  expect(warmUp.offer(candidate('last', 40))?.rank.address).toBe('last');
});

it('admits fewer, the first first, where the notifier gave places away meanwhile', async () => {
  const { system, table } = workStage();
  const warmUp = new WarmUp(await loadWarmUpLimit(table), 3, START);
  for (const [place, name] of ['a', 'b', 'c'].entries()) warmUp.offer(candidate(name, place));
  await table.transact([warmUpLimitWrite({ runs: [{ at: START, count: 2 }], rev: 0 })], 'notifier');
  expect(names(await warmUp.admit(system))).toEqual(['a']);
  expect((await loadWarmUpLimit(table)).runs.reduce((sum, { count }) => sum + count, 0)).toBe(3);
});

it('writes nothing where there is nobody to admit, or no place any more', async () => {
  const { system, table, writes } = workStage();
  expect(await new WarmUp(await loadWarmUpLimit(table), 3, START).admit(system)).toEqual([]);
  const full = new WarmUp(await loadWarmUpLimit(table), 1, START);
  full.offer(candidate('a', 1));
  await table.transact([warmUpLimitWrite({ runs: [{ at: START, count: 1 }], rev: 0 })], 'notifier');
  expect(await full.admit(system)).toEqual([]);
  expect(writes).toEqual([]);
});
