import { expect, test } from 'vitest';
import { workStage } from '../work/stage.ts';

test('a tick that meets a busy table fails, so that it is counted and tried again; it is not taken for a second one', async () => {
  const { table, scan } = workStage();
  table.transact = async () => ({ outcome: 'busy', reason: 'throttled' });
  await expect(scan()).rejects.toThrow('the scan could not be claimed: the table is busy (throttled)');
});
