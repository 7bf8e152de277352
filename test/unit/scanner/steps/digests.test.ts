import { expect, test } from 'vitest';
import type { OutgoingMessage } from '../../../../functions/platform/ports.ts';
import { runScan } from '../../../../functions/scanner/scan.ts';
import { noticeWrite } from '../../../../functions/store/notices.ts';
import { START, workStage } from '../../work/stage.ts';

test('a message is in the group of its tenant, whatever characters their name has', async () => {
  const { system, table } = workStage();
  const pending = { notice: 'warning', since: 0, notBefore: 0 } as const;
  const notice = { recipient: 'k1', address: 'ana@acme.test', task: 'acme#1/orders#2', episode: 1, pending };
  await table.transact([noticeWrite(notice)], 'notice');
  const sent: OutgoingMessage[] = [];
  const queues = { send: async (_queue: string, messages: OutgoingMessage[]) => void sent.push(...messages) };
  await runScan({ ...system, queues }, { scheduledAt: START, remainingMs: () => 900_000 });
  expect(sent.map(({ group }) => group)).toEqual(['acme#1']);
});
