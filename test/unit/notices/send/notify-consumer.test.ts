import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../../functions/abandonment/time.ts';
import { notifyConsumer } from '../../../../functions/notices/send/notify-consumer.ts';
import type { Mailer } from '../../../../functions/platform/ports.ts';
import { loadGivenUp } from '../../../../functions/store/given-up.ts';
import type { NotifierMessage } from '../../../../functions/work/read-messages.ts';
import { ANA, ANA_ADDRESS, START } from './answer-stage.ts';
import { notifyStage } from './notify-stage.ts';

const envelope = { v: 1, key: ANA, notAfter: START + HOUR, correlationId: 'c' } as const;
const NOTIFY: NotifierMessage = { ...envelope, kind: 'notify' };
const REPORT: NotifierMessage = { ...envelope, kind: 'report', week: '2026-02-16', tenants: ['acmeCo'] };
const CANARY: NotifierMessage = { ...envelope, kind: 'feedback-canary' };
const DELIVERY = { body: '', messageId: 'm', receiveCount: 1, maxReceives: 10 };
const RETRY_AT = START + 15 * MINUTE;

describe('a message of the notify queue', () => {
  it('is known by its recipient, and of no use after its time', () => {
    expect(notifyConsumer.parse({ ...NOTIFY })).toEqual({ ok: true, message: NOTIFY });
    expect(notifyConsumer.nameOf(NOTIFY)).toBe(ANA);
    expect(notifyConsumer.notAfter(NOTIFY)).toBe(START + HOUR);
  });

  it('that cannot be read is refused, with the reason', () => {
    expect(notifyConsumer.parse({ ...NOTIFY, kind: 'disable' })).toMatchObject({ ok: false, newer: false });
    expect(notifyConsumer.parse({ ...NOTIFY, v: 2 })).toMatchObject({ ok: false, newer: true });
  });

  it.each<[string, NotifierMessage, string, number]>([
    ['notifies a recipient of what waits', NOTIFY, 'mailed', 1],
    ['asks for a report', REPORT, 'nothing to report', 0],
    ['asks for the canary', CANARY, 'over', 0],
  ])('%s', async (_what, message, reason, mails) => {
    const stage = await notifyStage();
    expect(await notifyConsumer.act(stage.system, message, DELIVERY)).toMatchObject({ reason });
    expect(stage.mails).toHaveLength(mails);
  });
});

describe('a message that is given up while its work is still due', () => {
  it('lets a scan queue its recipient again after a while', async () => {
    const { system, ana } = await notifyStage({ recipient: { queuedFor: START } });
    await notifyConsumer.handBack?.(system, NOTIFY, RETRY_AT);
    expect(await ana()).toMatchObject({ queuedFor: null, retryAt: RETRY_AT, address: ANA_ADDRESS });
  });

  it.each([REPORT, CANARY])(
    'changes nothing of them where it asked for something else: %o',
    async (message) => {
      const { system, ana } = await notifyStage({ recipient: { queuedFor: START } });
      const before = await ana();
      await notifyConsumer.handBack?.(system, message, RETRY_AT);
      expect(await ana()).toEqual(before);
    },
  );

  it('makes nobody known of whom nothing is', async () => {
    const { system, rows } = await notifyStage();
    await notifyConsumer.handBack?.(system, { ...NOTIFY, key: 'nobody' }, RETRY_AT);
    expect(await rows({ pk: 'R#nobody' })).toEqual([]);
  });
});

describe('a message that can never be worked', () => {
  const why = { error: new Error('its row is too large'), fingerprint: 'f0f0' };

  it('is not made again, and operators hear of its recipient', async () => {
    const { system, table, rows } = await notifyStage();
    await notifyConsumer.giveUp?.(system, NOTIFY, why);
    expect([...(await loadGivenUp(table)).values()]).toMatchObject([
      { queue: 'notify', item: ANA, fingerprint: 'f0f0', reason: expect.stringContaining('too large') },
    ]);
    expect(await rows({ pk: 'OPERATORS' })).toMatchObject([{ code: 'notify-failing', subject: ANA }]);
  });

  it.each([REPORT, CANARY])('keeps nobody from being notified: %o', async (message) => {
    const { system, table } = await notifyStage();
    await notifyConsumer.giveUp?.(system, message, why);
    expect([...(await loadGivenUp(table)).values()]).toEqual([]);
  });
});

describe('a probe of the breaker', () => {
  it('asks SES, and mails nobody', async () => {
    const { system, mails } = await notifyStage();
    await notifyConsumer.probe?.(system);
    const mailer: Mailer = { ...system.mailer, check: () => Promise.reject(new Error('SES is away')) };
    await expect(notifyConsumer.probe?.({ ...system, mailer })).rejects.toThrow('SES is away');
    expect(mails).toEqual([]);
  });
});
