import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../../functions/abandonment/time.ts';
import { notifyRecipient } from '../../../../functions/notices/send/notify.ts';
import { storePreferences } from '../../../../functions/owner-page/preferences.ts';
import { recipientKey } from '../../../../functions/platform/addresses.ts';
import { loadRecipient } from '../../../../functions/store/recipients.ts';
import { onDay, ownerStage } from '../../owner-page/owner-stage.ts';

const ANA = recipientKey('ana@acme.test');

/** Asleep from 22:00 to 06:00, with a warning since midnight of day 14, and scans every 15 minutes. */
async function asleep() {
  const stage = await ownerStage();
  await storePreferences(stage.system, 'ana@acme.test', { quietHours: { from: '22:00', to: '06:00' } });
  await stage.scanOn(14);
  stage.system.config = { ...stage.system.config, scanEvery: 15 * MINUTE };
  const delivery = { body: '', messageId: 'm', receiveCount: 1, maxReceives: 10 };
  return {
    stage,
    /** Works a message to Ana so many minutes after midnight. */
    work: (minutes: number) => {
      stage.setNow(onDay(14) + minutes * MINUTE);
      return notifyRecipient(stage.system, ANA, delivery);
    },
  };
}

describe('a message to a recipient who sleeps', () => {
  it('is left to the next scan while his quiet hours outlast that, so that no queue holds it for a night', async () => {
    const { stage, work } = await asleep();
    expect(await work(16)).toEqual({ outcome: 'skipped', reason: 'not yet' });
    expect(await loadRecipient(stage.table, ANA)).toMatchObject({ queuedFor: null });
    expect(stage.mails).toEqual([]);
  });

  it('waits on the queue for their end where no scan comes before', async () => {
    const { stage, work } = await asleep();
    await stage.scanOn(14 + 345 / 1_440);
    expect(await work(345)).toMatchObject({ outcome: 'retry', delaySeconds: 900, failed: false });
    expect(await work(359)).toMatchObject({ outcome: 'retry', delaySeconds: 60, failed: false });
    expect(stage.mails).toEqual([]);
    expect(await work(360)).toEqual({ outcome: 'done', reason: 'mailed' });
  });
});
