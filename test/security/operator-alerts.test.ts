import { expect, test } from 'vitest';
import type { OperatorAlert } from '../../functions/platform/ports.ts';
import { runScan } from '../../functions/scanner/scan.ts';
import { operatorAlert } from '../../functions/store/operator-alerts.ts';
import { at, failing } from '../simulation/story.ts';
import { START, workStage } from '../unit/work/stage.ts';
import { attack } from './attack.ts';

/**
 * Attack: a tenant makes a thousand tasks that nobody can be told of. Wanted: a thousand messages to operators, among
 * which what matters is not seen (before: 1,000 in one scan, and again each week).
 */
test('a thousand alerts of one code are one message, and of another code another', async () => {
  const { system, table } = workStage();
  const messages: OperatorAlert[][] = [];
  const operators = {
    notify: async (alert: OperatorAlert, others: readonly OperatorAlert[] = []) =>
      void messages.push([alert, ...others]),
  };
  for (let index = 0; index < 1_000; index += 1)
    await table.transact([operatorAlert('veto-loop', `evil/${index}`, 'often', START)], `w${index}`);
  await table.transact([operatorAlert('blast-radius', 'fleet', 'many', START)], 'w');
  const scan = (scheduledAt: number) =>
    runScan({ ...system, operators }, { scheduledAt, remainingMs: () => 900_000 });
  await scan(START);
  expect(messages.map((group) => [group[0]?.code, group.length])).toEqual([
    ['blast-radius', 1],
    ['veto-loop', 1_000],
  ]);
});

test('the simulation still has a line for each of them', async () => {
  const { alerts } = await attack({
    until: at(15),
    tasks: [1, 2, 3].map((index) => failing(`evil/${index}`, { owners: [] })),
  });
  expect(alerts).toEqual([
    'no-reachable-owner evil/1',
    'no-reachable-owner evil/2',
    'no-reachable-owner evil/3',
  ]);
});
