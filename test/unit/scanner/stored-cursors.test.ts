import { expect, it } from 'vitest';
import { runScan } from '../../../functions/scanner/scan.ts';
import { keys } from '../../../functions/store/keys.ts';
import { evaluationRequest } from '../../../functions/store/looks.ts';
import { START, workStage } from '../work/stage.ts';

it('a scan goes on from the rows of steps as the version before stored them, and comes to its end', async () => {
  const { system, table, rows } = workStage();
  const stored = {
    scopes: 'P#acmeCo/',
    revivals: 'unread',
    disabling: 'unread',
    ladder: '5',
    abandonment: '9',
  };
  const writes = Object.entries(stored).map(([name, cursor]) => ({
    put: { ...keys.step(name), v: 1, name, cursor, failures: 0, notBefore: 0 },
  }));
  await table.transact([...writes, evaluationRequest('P#acmeCo/', START - 1)], 'before');
  const report = await runScan(system, { scheduledAt: START, remainingMs: () => 900_000 });
  expect(report.outcome).toBe('completed');
  expect(await table.get(keys.look('P#acmeCo/'))).toBeUndefined();
  const after = await rows({ pk: keys.step('').pk });
  expect(after.map(({ name, cursor }) => [name, cursor]).sort()).toEqual(
    Object.keys(stored)
      .map((name) => [name, null])
      .sort(),
  );
});

it('a scan whose time is over keeps where each step stopped, and asks for no mail', async () => {
  const { system, rows } = workStage();
  const report = await runScan(system, { scheduledAt: START, remainingMs: () => 1_000 });
  expect(report.outcome).toBe('interrupted');
  const after = await rows({ pk: keys.step('').pk });
  expect(Object.fromEntries(after.map(({ name, cursor }) => [name, cursor]))).toEqual({
    repair: '0',
    revivals: '0',
    watchdog: '0',
    ladder: '0',
    disabling: 'unread',
    abandonment: '0',
  });
});
