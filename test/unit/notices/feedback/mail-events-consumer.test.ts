import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../../functions/abandonment/time.ts';
import { mailEventsConsumer } from '../../../../functions/notices/feedback/mail-events-consumer.ts';
import type { MailEvent } from '../../../../functions/notices/ses/ses-events.ts';
import { ANA_ADDRESS, answerStage, MAIL, START } from '../send/answer-stage.ts';

const event = (more: Partial<MailEvent> = {}): MailEvent => ({
  kind: 'delivered',
  digest: MAIL,
  messageId: 'ses-1',
  recipients: [ANA_ADDRESS],
  at: START + MINUTE,
  ...more,
});
const delivery = (receiveCount = 1) => ({ body: '', messageId: 'm', receiveCount, maxReceives: 10 });

describe('a message of the mail-events queue', () => {
  it('is read as SES says it', () => {
    const timestamp = new Date(START).toISOString();
    const body = {
      eventType: 'Delivery',
      mail: { timestamp, messageId: 'ses-1', destination: [ANA_ADDRESS], tags: { digest: [MAIL] } },
      delivery: { timestamp, recipients: [ANA_ADDRESS] },
    };
    const parsed = mailEventsConsumer.parse(body);
    expect(parsed).toMatchObject({
      ok: true,
      message: [
        { kind: 'delivered', digest: MAIL, messageId: 'ses-1', recipients: [ANA_ADDRESS], at: START },
      ],
    });
  });

  it('that is none of SES is refused, and is not of a later version of ours', () => {
    const parsed = mailEventsConsumer.parse({ eventType: 'Delivery' });
    expect(parsed).toEqual({ ok: false, reason: expect.stringMatching(/./), newer: false });
  });

  it('is known by what it says and of which mail, never by the address', () => {
    expect(mailEventsConsumer.nameOf([event(), event({ kind: 'bounced' })])).toBe('delivered ses-1');
    expect(mailEventsConsumer.nameOf([])).toBe('nothing ');
  });

  it('has no time after which it is of no use', () => {
    expect(mailEventsConsumer.notAfter([event()])).toBeUndefined();
  });

  it('is done where any of it is about a mail of ours', async () => {
    const { system, digest } = await answerStage();
    expect(await mailEventsConsumer.act(system, [event({ digest: '9' }), event()], delivery())).toEqual({
      outcome: 'done',
      reason: 'recorded',
    });
    expect(await digest()).toMatchObject({ state: 'delivered' });
  });

  it.each([
    [1, 10],
    [2, 20],
  ])('waits for the word that a mail is ours, later each time: receive %i', async (receiveCount, seconds) => {
    const { system } = await answerStage();
    const { digest: _, ...unnamed } = event();
    expect(await mailEventsConsumer.act(system, [unnamed], delivery(receiveCount))).toEqual({
      outcome: 'retry',
      reason: 'digest not known yet',
      delaySeconds: seconds,
      failed: false,
    });
  });
});
