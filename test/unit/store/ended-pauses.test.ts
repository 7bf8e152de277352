import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/abandonment/time.ts';
import { recordMailEvent } from '../../../functions/notices/feedback/mail-events.ts';
import { sendReport } from '../../../functions/notices/send/send-report.ts';
import { recipientKey } from '../../../functions/platform/addresses.ts';
import { loadPauses, type Pausable } from '../../../functions/store/pauses.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { reportMessageFor } from '../../../functions/work/messages.ts';
import { day, failingFleet, T } from '../cli/cli-stage.ts';

const A = 'acmeCo/a';
const ANA = 'ana@acme.test';
/** A pause ended by itself, and no scan came by to note that. */
const OVER = T + 16 * DAY + HOUR;

async function stageAfter(what: Pausable, { isUnknown = false } = {}) {
  const stage = await failingFleet([A]);
  if (isUnknown)
    stage.system.mailer.send = async (mail) => {
      stage.mails.push(mail);
      return { outcome: 'unknown', code: 'none', message: 'no answer' };
    };
  await stage.scanOn(14);
  stage.setNow(T + 15 * DAY);
  await stage.taskwarden(['pause', what, '--until', day(16)]);
  stage.setNow(OVER);
  expect((await loadPauses(stage.table))[what]).toBe(T + 15 * DAY);
  return { ...stage, task: async () => (await loadTask(stage.table, A))! };
}

describe('a pause whose end has come, and that no scan noted', () => {
  it('keeps no weekly report back', async () => {
    const stage = await stageAfter('notify');
    const delivery = { body: '', messageId: 'm', receiveCount: 1, maxReceives: 10 };
    const message = reportMessageFor(
      { now: OVER, id: 'm' },
      { key: recipientKey(ANA), week: '2026-01-05', tenants: [''] },
    );
    const sent = await sendReport(stage.system, JSON.parse(message.body), delivery);
    expect(sent).toEqual({ outcome: 'done', reason: 'nothing to report' });
  });

  it('lets a mail that SES reports grant its date', async () => {
    const stage = await stageAfter('evaluate', { isUnknown: true });
    const digest = stage.mails[0]?.digest ?? '';
    const event = { kind: 'delivered' as const, digest, messageId: 'm', at: OVER, recipients: [ANA] };
    await recordMailEvent(stage.system, event);
    expect((await stage.task()).next?.at).toBeGreaterThan(OVER);
  });
});
