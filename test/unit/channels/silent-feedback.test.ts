import { expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../../functions/abandonment/time.ts';
import { recipientKey } from '../../../functions/platform/addresses.ts';
import { repairStep } from '../../../functions/scanner/steps/repair.ts';
import { digestWrite, loadDigest, newDigest } from '../../../functions/store/digests.ts';
import { FleetView } from '../../../functions/store/fleet-view.ts';
import { loadPauses, pausesWrite } from '../../../functions/store/pauses.ts';
import { START, workStage } from '../work/stage.ts';

test.each([
  ['a mail of unknown outcome waits', 'ana@acme.test', 'sending'],
  ['a message to a topic is told again', 'arn:aws:sns:eu-west-1:123456789012:chat', 'superseded'],
])('while SES says nothing of mails, %s', async (_, address, state) => {
  const { system, table } = workStage({ queue: 'notify' });
  const digest = newDigest({
    id: 'digest-1',
    recipient: recipientKey(address),
    address,
    claimedAt: START,
    leaseUntil: START + MINUTE,
  });
  const pauses = { ...(await loadPauses(table)), feedbackSilent: START };
  await table.transact([digestWrite(digest, { lookAt: digest.leaseUntil }), pausesWrite(pauses)], 'test');
  const view = await FleetView.load(table, START + 2 * HOUR);
  const run = { system, view, id: 'run', now: START + 2 * HOUR, figures: {}, asked: [] };
  await repairStep.run(run, { spent: () => false }, null);
  expect(await loadDigest(table, digest.id)).toMatchObject({ state });
});
