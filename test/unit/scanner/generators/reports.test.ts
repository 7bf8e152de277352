import { expect, it } from 'vitest';
import { HOUR } from '../../../../functions/abandonment/time.ts';
import { addSubscription } from '../../../../functions/operators/people.ts';
import { recipientKey } from '../../../../functions/platform/addresses.ts';
import { factDaysWrite, loadFactDays } from '../../../../functions/store/facts.ts';
import { loadRecipient, newRecipient, recipientWrite } from '../../../../functions/store/recipients.ts';
import { workStage } from '../../work/stage.ts';

const LEAD = 'lead@acme.test';

it('who is queued for their first mail is asked for by the address that they subscribed with', async () => {
  const { system, table, sent, pass, scan } = workStage();
  const subscription = { prefix: 'acmeCo/', email: LEAD, alertTypes: ['weekly_report'] };
  await addSubscription(system, subscription, 'ops@acme.test');
  // The Sunday is counted; the scan before left them a message, and nobody mailed them yet.
  const days = { ...(await loadFactDays(table)), day: '2026-03-01' };
  const queued = { ...newRecipient(recipientKey(LEAD), null), queuedFor: system.clock.now() };
  await table.transact([factDaysWrite(days), recipientWrite(queued)], 'a stage that runs');
  pass(13 * HOUR);
  await scan();

  expect(sent.map(({ body }) => JSON.parse(body).kind)).toContain('report');
  expect((await loadRecipient(table, recipientKey(LEAD)))?.address).toBe(LEAD);
});
