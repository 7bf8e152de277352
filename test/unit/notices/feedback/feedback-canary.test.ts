import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../../functions/abandonment/time.ts';
import { recordMailEvent } from '../../../../functions/notices/feedback/mail-events.ts';
import { notifyConsumer } from '../../../../functions/notices/send/notify-consumer.ts';
import type { MailEvent } from '../../../../functions/notices/ses/ses-events.ts';
import { CountedMailer } from '../../../../functions/platform/counted-mailer.ts';
import type { OutgoingMail, SendResult } from '../../../../functions/platform/ports.ts';
import { loadFeedbackCanary } from '../../../../functions/store/heard.ts';
import { processMessage } from '../../../../functions/work/pipeline.ts';
import { START, workStage } from '../../work/stage.ts';

const TAKES = 'success@simulator.amazonses.com';
const BOUNCES = 'bounce@simulator.amazonses.com';

/** A deployment whose first scan asked for the canary, and what its notifier sent. */
async function canaryStage(answer: (mail: OutgoingMail) => SendResult = ({ to }) => taken(to)) {
  const stage = workStage({ canaries: true });
  const mails: OutgoingMail[] = [];
  const mailer = {
    send: async (mail: OutgoingMail) => {
      mails.push(mail);
      return answer(mail);
    },
  };
  const system = { ...stage.system, mailer: new CountedMailer(mailer, stage.system.telemetry) };
  await stage.scan();
  const asked = () => stage.sent.filter(({ body }) => JSON.parse(body).kind === 'feedback-canary');
  const work = (body = asked().at(-1)?.body ?? '') =>
    processMessage(system, notifyConsumer, { body, messageId: 'm', receiveCount: 1, maxReceives: 10 });
  const says = (event: Partial<MailEvent>) =>
    recordMailEvent(system, { kind: 'delivered', messageId: '?', recipients: [], at: START, ...event });
  return { ...stage, mails, asked, work, says, state: () => loadFeedbackCanary(stage.table) };
}

function taken(to: string): SendResult {
  return { outcome: 'accepted', messageId: `id of ${to}` };
}

describe('the canary of the feedback path', () => {
  it('goes to the addresses of the simulator that take and that bounce, and counts as no mail', async () => {
    const stage = await canaryStage();
    expect(await stage.work()).toMatchObject({ outcome: 'done' });
    expect(stage.mails.map(({ to }) => to)).toEqual([TAKES, BOUNCES]);
    expect(stage.count('MailAccepted')).toBe(0);
    expect(await stage.state()).toEqual({
      sentAt: START,
      deliveredAt: null,
      bouncedAt: null,
      holding: null,
    });
  });

  it('is answered by the delivery of the one and the bounce of the other, known by tag or by message id', async () => {
    const stage = await canaryStage();
    await stage.work();
    const digest = stage.mails[0]?.digest ?? '';
    stage.pass(MINUTE);
    await stage.says({ kind: 'delivered', digest, recipients: [TAKES] });
    stage.pass(MINUTE);
    // Identity notifications carry no tags, and headers only where they are asked for.
    const messageId = `id of ${BOUNCES}`;
    await stage.says({ kind: 'bounced', bounceType: 'permanent', messageId, recipients: [BOUNCES] });
    expect(await stage.state()).toMatchObject({
      deliveredAt: START + MINUTE,
      bouncedAt: START + 2 * MINUTE,
    });
    expect(await stage.rows({ pk: 'R#' })).toEqual([]);
    expect(stage.count('MailEvent')).toBe(0);
  });

  it('is not mistaken for another mail where the answer comes before the id that SES gave it is noted', async () => {
    const stage = await canaryStage();
    const event: Partial<MailEvent> = {
      kind: 'bounced',
      bounceType: 'permanent',
      recipients: [BOUNCES],
      messageId: `id of ${BOUNCES}`,
    };
    expect(await stage.says(event)).toBe('unknown digest');
    stage.pass(1);
    await stage.work();
    expect(await stage.says(event)).toBe('recorded');
    expect((await stage.state()).bouncedAt).toBe(START + 1);
  });

  it.each<[string, Partial<MailEvent>]>([
    ['a soft bounce', { kind: 'bounced', bounceType: 'transient', recipients: [BOUNCES] }],
    ['a delivery of what is to bounce', { kind: 'delivered', recipients: [BOUNCES] }],
    ['a bounce of what is to arrive', { kind: 'bounced', bounceType: 'permanent', recipients: [TAKES] }],
    ['a delay', { kind: 'delayed', recipients: [TAKES] }],
  ])('is not answered by %s', async (_what, event) => {
    const stage = await canaryStage();
    await stage.work();
    await stage.says({ digest: stage.mails[0]?.digest ?? '', ...event });
    expect(await stage.state()).toMatchObject({ deliveredAt: null, bouncedAt: null });
  });

  it('is not answered by what SES says of another mail to the simulator', async () => {
    const stage = await canaryStage();
    await stage.work();
    expect(await stage.says({ kind: 'delivered', recipients: [TAKES] })).toBe('not ours');
    expect(await stage.state()).toMatchObject({ deliveredAt: null });
  });

  it('is tried again where SES takes no mail, and rings the alarm of that', async () => {
    const refused: SendResult = {
      outcome: 'refused',
      cause: 'environment',
      code: 'AccountSendingPaused',
      message: 'paused',
    };
    const stage = await canaryStage(() => refused);
    expect(await stage.work()).toMatchObject({ outcome: 'retry', failed: true });
    expect(stage.count('MailEnvironmentRefused')).toBe(1);
    expect(await stage.state()).toMatchObject({ sentAt: null });
  });

  it('is sent again each hour while it is not answered, and holds after six', async () => {
    const stage = await canaryStage();
    for (let quarter = 1; quarter < 24; quarter += 1) {
      stage.pass(15 * MINUTE);
      await stage.scan();
    }
    expect(stage.asked()).toHaveLength(6);
    expect(stage.count('FeedbackCanaryMissed')).toBe(0);
    stage.pass(15 * MINUTE);
    await stage.scan();
    expect(stage.count('FeedbackCanaryMissed')).toBe(1);
    expect((await stage.state()).holding).toBe(START + 6 * HOUR);
  });

  it('a message of a round that is over sends nothing', async () => {
    const stage = await canaryStage();
    const [old] = stage.asked();
    await stage.work();
    const digest = stage.mails[0]?.digest ?? '';
    await stage.says({ kind: 'delivered', digest, recipients: [TAKES] });
    await stage.says({ kind: 'bounced', bounceType: 'permanent', digest, recipients: [BOUNCES] });
    expect(await stage.work(old?.body)).toEqual({ outcome: 'skipped', reason: 'over' });
    expect(stage.mails).toHaveLength(2);
  });

  it('switched off, it is not sent and holds nothing any more', async () => {
    const stage = await canaryStage();
    stage.pass(6 * HOUR);
    await stage.scan();
    stage.system.config.canaries = false;
    stage.pass(15 * MINUTE);
    await stage.scan();
    expect((await stage.state()).holding).toBeNull();
    expect(await stage.rows({ pk: 'OPERATORS', sk: 'feedback-canary-missed' })).toEqual([]);
    expect(stage.asked()).toHaveLength(2);
  });
});
