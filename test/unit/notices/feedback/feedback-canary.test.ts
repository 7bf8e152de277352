import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../../functions/abandonment/time.ts';
import { recordMailEvent } from '../../../../functions/notices/feedback/mail-events.ts';
import { notifyConsumer } from '../../../../functions/notices/send/notify-consumer.ts';
import type { MailEvent } from '../../../../functions/notices/ses/ses-events.ts';
import { CountedMailer } from '../../../../functions/platform/counted-mailer.ts';
import type { OutgoingMail, SendResult } from '../../../../functions/platform/ports.ts';
import {
  canaryRoundWrite,
  type FeedbackCanaryRecord,
  loadCanaryRound,
  loadFeedbackCanary,
} from '../../../../functions/store/heard.ts';
import { keys } from '../../../../functions/store/keys.ts';
import { listOops } from '../../../../functions/store/oops.ts';
import { processMessage } from '../../../../functions/work/pipeline.ts';
import { START, workStage } from '../../work/stage.ts';

const TAKES = 'success@simulator.amazonses.com';
const BOUNCES = 'bounce@simulator.amazonses.com';

type Answer = SendResult | Promise<SendResult>;

/** A deployment whose first scan asked for the canary, and what its notifier sent. */
async function canaryStage(answer: (mail: OutgoingMail) => Answer = ({ to }) => taken(to)) {
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
  return {
    ...stage,
    mails,
    asked,
    work,
    says,
    /** The id of the round that was asked for last. */
    id: () => String(JSON.parse(asked().at(-1)?.body ?? '{}').key),
    /** Puts another round, or none, in the place of the newest. */
    replaceRound: async (round: FeedbackCanaryRecord | undefined) => {
      await stage.table.transact([{ delete: keys.feedbackCanary() }], 'the end');
      if (round) await stage.table.transact([canaryRoundWrite(round)], 'the beginning');
    },
    round: () => loadCanaryRound(stage.table),
    state: () => loadFeedbackCanary(stage.table),
  };
}

/** A round whose mails are asked for. */
const NEXT: FeedbackCanaryRecord = {
  id: 'canary-next',
  since: START,
  askedAt: START,
  sentAt: null,
  messages: [],
  deliveredAt: null,
  bouncedAt: null,
  rev: 0,
};

const SUCCESSORS: [string, FeedbackCanaryRecord | undefined, FeedbackCanaryRecord | undefined][] = [
  ['another round began', NEXT, { ...NEXT, rev: 1 }],
  ['its row is gone', undefined, undefined],
];

function taken(to: string): SendResult {
  return { outcome: 'accepted', messageId: `id of ${to}` };
}

describe('the canary of the feedback path', () => {
  it('goes to the addresses of the simulator that take and that bounce, and counts as no mail', async () => {
    const stage = await canaryStage();
    expect(await stage.work()).toEqual({ outcome: 'done', reason: 'canary of the feedback path' });
    expect(stage.mails.map(({ to }) => to)).toEqual([TAKES, BOUNCES]);
    expect((await stage.round())?.messages).toEqual([`id of ${TAKES}`, `id of ${BOUNCES}`]);
    expect(stage.count('MailAccepted')).toBe(0);
    expect(await stage.state()).toEqual({
      sentAt: START,
      deliveredAt: null,
      bouncedAt: null,
      holding: null,
    });
  });

  it('says to whom finds it what it is for, as text and as HTML', async () => {
    const stage = await canaryStage();
    await stage.work();
    const purpose = expect.stringMatching(
      /Amazon SES tells Taskwarden what becomes of its mails. Nobody reads it/,
    );
    const mail = {
      subject: 'Feedback canary',
      text: purpose,
      html: purpose,
      headers: {},
      digest: stage.id(),
    };
    expect(stage.mails).toMatchObject([mail, mail]);
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
    ['a delay as of a hard bounce', { kind: 'delayed', bounceType: 'permanent', recipients: [BOUNCES] }],
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

  it.each<[string, Partial<MailEvent>]>([
    ['of a mail to somebody', { recipients: ['ann@example.com'] }],
    ['of a mail to nobody', { recipients: [] }],
    ['of another digest’s mail to the simulator', { recipients: [TAKES], digest: 'another' }],
  ])('under way, it holds up nothing that SES says %s', async (_what, event) => {
    const stage = await canaryStage();
    expect(await stage.says(event)).toBe('not ours');
    expect(await stage.round()).toMatchObject({ deliveredAt: null, bouncedAt: null });
  });

  it('is not answered by what carries its tag and is of a mail to somebody', async () => {
    const stage = await canaryStage();
    const event = { digest: stage.id(), recipients: ['ann@example.com'] };
    expect(await stage.says(event)).toBe('not ours');
  });

  it('answered before the ids that SES gave are noted, it waits for no other answer', async () => {
    const stage = await canaryStage();
    const digest = stage.id();
    await stage.says({ kind: 'delivered', digest, recipients: [TAKES] });
    await stage.says({ kind: 'bounced', bounceType: 'permanent', digest, recipients: [BOUNCES] });
    expect(await stage.round()).toMatchObject({ sentAt: null, deliveredAt: START, bouncedAt: START });
    expect(await stage.says({ kind: 'delivered', recipients: [TAKES] })).toBe('not ours');
  });

  it('takes no answer where there is no round', async () => {
    const stage = await canaryStage();
    await stage.replaceRound(undefined);
    expect(await stage.says({ kind: 'delivered', recipients: [TAKES] })).toBe('not ours');
  });

  it.each(SUCCESSORS)('is not sent where %s', async (_what, round, stored) => {
    const stage = await canaryStage();
    await stage.replaceRound(round);
    expect(await stage.work()).toEqual({ outcome: 'skipped', reason: 'over' });
    expect(stage.mails).toEqual([]);
    expect(await stage.round()).toEqual(stored);
  });

  it.each(SUCCESSORS)('is not noted as sent where meanwhile %s', async (_what, round, stored) => {
    const stage = await canaryStage(async ({ to }) => {
      if (to === BOUNCES) await stage.replaceRound(round);
      return taken(to);
    });
    expect(await stage.work()).toMatchObject({ outcome: 'done' });
    expect(stage.mails).toHaveLength(2);
    expect(await stage.round()).toEqual(stored);
  });

  it('is tried again where it cannot be noted as sent, and the record says what could not be stored', async () => {
    const stage = await canaryStage();
    const { transact } = stage.table;
    stage.table.transact = async (...request) =>
      request[0].some((write) => 'put' in write && write.put.sk === keys.feedbackCanary().sk)
        ? { outcome: 'busy', reason: 'throttled' }
        : transact.apply(stage.table, request);
    expect(await stage.work()).toMatchObject({ outcome: 'retry', failed: true });
    expect(await listOops(stage.table)).toMatchObject([
      {
        error: 'TableBusy',
        sample: 'the canary of the feedback path could not be stored: it changes too fast; try again',
      },
    ]);
  });

  it('is not sent again with its message where nobody knows whether SES took it', async () => {
    const timeout: SendResult = { outcome: 'unknown', code: 'TimeoutError', message: 'no answer' };
    const stage = await canaryStage(() => timeout);
    expect(await stage.work()).toEqual({ outcome: 'skipped', reason: 'outcome unknown' });
    expect(stage.mails.map(({ to }) => to)).toEqual([TAKES]);
    expect(await stage.state()).toMatchObject({ sentAt: null });
    expect(await listOops(stage.table)).toMatchObject([
      { worker: 'notify', cause: 'retryable', error: 'SesTimeoutError', lastItem: stage.id() },
    ]);
  });

  it('is tried again where SES takes no mail, and rings the alarm of that', async () => {
    const refused: SendResult = {
      outcome: 'refused',
      cause: 'environment',
      code: 'AccountSendingPaused',
      message: 'paused',
    };
    const stage = await canaryStage(() => refused);
    // Half of the first 20 s are left to chance, which here gives none.
    expect(await stage.work()).toMatchObject({
      outcome: 'retry',
      reason: 'AccountSendingPaused',
      delaySeconds: 10,
      failed: true,
    });
    expect(stage.count('MailEnvironmentRefused')).toBe(1);
    expect(await stage.state()).toMatchObject({ sentAt: null });
    expect(await listOops(stage.table)).toMatchObject([
      {
        worker: 'notify',
        cause: 'environment',
        error: 'SesAccountSendingPaused',
        sample: 'SES: AccountSendingPaused: paused',
        count: 1,
        lastItem: stage.id(),
        lastAttempt: 1,
      },
    ]);
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
