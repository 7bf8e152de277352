import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../../functions/abandonment/time.ts';
import {
  finishDigest,
  type MailNews,
  recordAccepted,
  recordBlameless,
  recordEvent,
  recordRefused,
  recordRejected,
  recordUnsent,
  recordUnsettled,
} from '../../../../functions/notices/send/record-digest.ts';
import type { DigestRecord } from '../../../../functions/store/digests.ts';
import type { RecipientRecord } from '../../../../functions/store/recipients.ts';
import { TableBusy } from '../../../../functions/store/table-busy.ts';
import {
  ACCEPTED,
  ANA,
  ANA_ADDRESS,
  answerStage,
  type Given,
  MAIL,
  SOON,
  START,
  touches,
} from './answer-stage.ts';

type Stage = Awaited<ReturnType<typeof answerStage>>;

/** A mail under way, two seconds after it was claimed. */
async function underWay(setup: Given = {}): Promise<Stage> {
  const stage = await answerStage(setup);
  stage.pass(2 * SECOND);
  return stage;
}

const accept = async (stage: Stage) => recordAccepted(stage.system, await stage.view(), MAIL, 'ses-1');
const refuse = async (stage: Stage, retryAt: number | null) =>
  recordRefused(stage.system, await stage.view(), MAIL, retryAt);
const giveUp = async (stage: Stage) => recordUnsettled(stage.system, await stage.view(), MAIL);
const reject = (stage: Stage) => recordRejected(stage.system, MAIL);
const unsent = (stage: Stage) => recordUnsent(stage.system, MAIL, 'rejected');
const hears = (news: MailNews) => (stage: Stage) => recordEvent(stage.system, MAIL, news);

describe('a mail that SES took', () => {
  it('is known with its instant and its id, and is not to be read again', async () => {
    const stage = await underWay();
    await accept(stage);
    expect(await stage.digest()).toMatchObject({
      state: 'sent',
      sentAt: SOON,
      messageId: 'ses-1',
      applied: true,
    });
    const [row] = await stage.rows({ pk: 'G#' });
    expect(row).not.toHaveProperty('g1pk');
    expect(row?.ttl).toBe(SOON / SECOND + 400 * 86_400);
  });

  it('counts for its recipient, who may take the next', async () => {
    const stage = await underWay({ recipient: { queuedFor: START } });
    await accept(stage);
    expect(await stage.ana()).toMatchObject({
      sending: null,
      queuedFor: null,
      retryAt: null,
      lastDigest: MAIL,
      lastMailAt: SOON,
      lastWarnedAt: SOON,
      mailedAt: [SOON],
    });
    expect(await stage.ana()).not.toHaveProperty('lastWithdrawnAt');
  });

  it('warns, as the task knows', async () => {
    const stage = await underWay();
    await accept(stage);
    expect(await stage.part()).toEqual(ACCEPTED);
  });

  it('stays delivered where SES said so before it answered', async () => {
    const stage = await underWay();
    await hears({ state: 'delivered' })(stage);
    await accept(stage);
    expect(await stage.digest()).toMatchObject({
      state: 'delivered',
      sentAt: SOON,
      messageId: 'ses-1',
      applied: true,
    });
  });

  it('that nobody knows changes nothing', async () => {
    const stage = await underWay();
    const before = await stage.rows({});
    await recordAccepted(stage.system, await stage.view(), 'digest-9', 'ses-9');
    await recordUnsettled(stage.system, await stage.view(), 'digest-9');
    await recordBlameless(stage.system, 'digest-9');
    expect(await stage.rows({})).toEqual(before);
  });

  it.each<[string, Given['items'], Partial<RecipientRecord>]>([
    ['a reminder', [{ notice: 'reminder', lead: DAY }], { lastMailAt: SOON, lastWarnedAt: null }],
    [
      'a withdrawal',
      [{ notice: 'withdrawn' }],
      { lastMailAt: null, lastWarnedAt: null, lastWithdrawnAt: SOON },
    ],
    ['a disabling', [{ notice: 'disabled' }], { lastMailAt: null, lastWarnedAt: null }],
    [
      'a disabling and, after it, a warning and a withdrawal',
      [{ notice: 'disabled' }, { notice: 'warning' }, { notice: 'withdrawn' }],
      { lastMailAt: SOON, lastWarnedAt: SOON, lastWithdrawnAt: SOON },
    ],
  ])('counts for the limits of what it told: %s', async (_what, items, after) => {
    const stage = await underWay({ items: items ?? [] });
    await accept(stage);
    const ana = await stage.ana();
    expect(ana).toMatchObject(after);
    expect(ana.lastWithdrawnAt).toBe(after.lastWithdrawnAt);
  });

  it('moves no instant of its recipient back, nor their newest mail', async () => {
    const later = { lastMailAt: SOON + HOUR, lastWarnedAt: SOON + HOUR, lastWithdrawnAt: SOON + HOUR };
    const stage = await underWay({
      items: [{ notice: 'warning' }, { notice: 'withdrawn' }],
      recipient: { ...later, lastDigest: 'digest-2' },
    });
    await accept(stage);
    expect(await stage.ana()).toMatchObject({ ...later, lastDigest: 'digest-2', sending: null });
  });

  it('is newer than the mail before it', async () => {
    const stage = await underWay({
      recipient: { lastDigest: 'digest-0', lastMailAt: START - DAY, lastWarnedAt: START - DAY },
    });
    await accept(stage);
    expect(await stage.ana()).toMatchObject({ lastDigest: MAIL, lastMailAt: SOON, lastWarnedAt: SOON });
  });

  it('makes its recipient known, where an operator erased what was known of them', async () => {
    const stage = await underWay();
    await stage.table.transact([{ delete: { pk: `R#${ANA}`, sk: 'R' } }], 'forget');
    await accept(stage);
    expect(await stage.ana()).toMatchObject({ key: ANA, address: ANA_ADDRESS, lastDigest: MAIL, dead: null });
  });

  it('leaves another mail that is under way to that recipient alone', async () => {
    const stage = await underWay({
      recipient: { sending: 'digest-2', queuedFor: START, mailedAt: [START, START + HOUR] },
    });
    await accept(stage);
    expect(await stage.ana()).toMatchObject({
      sending: 'digest-2',
      queuedFor: START,
      mailedAt: [START, START + HOUR],
      lastMailAt: SOON,
    });
  });
});

describe('a mail that SES surely did not take', () => {
  it('is no mail, and its recipient waits for the next try with the same message', async () => {
    const stage = await underWay({ recipient: { queuedFor: START } });
    await refuse(stage, SOON + MINUTE);
    expect(await stage.rows({ pk: 'G#' })).toEqual([]);
    expect(await stage.ana()).toMatchObject({
      sending: null,
      retryAt: SOON + MINUTE,
      queuedFor: START,
      mailedAt: [],
    });
    expect(await stage.part()).toMatchObject({ warning: 'tried' });
  });

  it('lets its recipient be queued again at once where no try is planned', async () => {
    const stage = await underWay({ recipient: { queuedFor: START } });
    await refuse(stage, null);
    expect(await stage.ana()).toMatchObject({
      sending: null,
      retryAt: null,
      queuedFor: null,
      lastMailAt: null,
    });
  });

  it('was taken after all where SES says that it arrived', async () => {
    const stage = await underWay({ recipient: { queuedFor: START } });
    await hears({ state: 'delivered' })(stage);
    await refuse(stage, SOON + MINUTE);
    expect(await stage.digest()).toMatchObject({ state: 'delivered', applied: true });
    expect(await stage.ana()).toMatchObject({
      sending: null,
      retryAt: null,
      queuedFor: null,
      mailedAt: [START],
    });
    expect(await stage.part()).toMatchObject({ warning: 'accepted' });
  });

  it('that SES says it delivered while the refusal is recorded keeps its recipient from no other mail', async () => {
    const stage = await underWay({ digest: { state: 'delivered', retryAt: SOON + MINUTE } });
    await finishDigest(stage.system, await stage.view(), await stage.digest());
    expect(await stage.ana()).toMatchObject({ sending: null, retryAt: null });
  });
});

describe('a mail of which nothing was heard', () => {
  it('may have gone until its lease ended, and counts so for the limits', async () => {
    const stage = await underWay({ recipient: { queuedFor: START } });
    await giveUp(stage);
    expect(await stage.digest()).toMatchObject({
      state: 'superseded',
      unsettled: true,
      retryAt: null,
      applied: true,
      sentAt: null,
    });
    expect(await stage.ana()).toMatchObject({
      sending: null,
      queuedFor: null,
      retryAt: null,
      lastMailAt: null,
      lastDigest: null,
      mailedAt: [START + MINUTE],
    });
    expect(await stage.ana()).not.toHaveProperty('lastWithdrawnAt');
  });

  it.each<[string, number | undefined, number]>([
    ['of none', undefined, START + MINUTE],
    ['of an earlier', START - DAY, START + MINUTE],
    ['of a later', START + DAY, START + DAY],
  ])('holds back the next withdrawal where it told of one, knowing %s', async (_what, lastAt, after) => {
    const recipient = lastAt === undefined ? {} : { lastWithdrawnAt: lastAt };
    const stage = await underWay({ items: [{ notice: 'disabled' }, { notice: 'withdrawn' }], recipient });
    await giveUp(stage);
    expect((await stage.ana()).lastWithdrawnAt).toBe(after);
  });

  it('holds no withdrawal back where it surely did not go', async () => {
    const stage = await underWay({ items: [{ notice: 'withdrawn' }] });
    await refuse(stage, null);
    expect(await stage.ana()).not.toHaveProperty('lastWithdrawnAt');
  });
});

describe('what SES says of a mail, after what was known', () => {
  it.each<[string, Partial<DigestRecord>, MailNews, Partial<DigestRecord>]>([
    ['it went: from its claim on', {}, { state: 'sent' }, { state: 'sent', sentAt: START }],
    ['it arrived', {}, { state: 'delivered' }, { state: 'delivered', sentAt: START }],
    [
      'it went, and we know when',
      { state: 'sent', sentAt: SOON },
      { state: 'delivered' },
      { state: 'delivered', sentAt: SOON },
    ],
    [
      'it arrived, though it was given up',
      { state: 'superseded', unsettled: true },
      { state: 'delivered' },
      { state: 'delivered', sentAt: START },
    ],
    [
      'it went, though it was given up',
      { state: 'superseded', unsettled: true },
      { state: 'sent' },
      { state: 'sent', sentAt: START },
    ],
    [
      'it went, though it arrived',
      { state: 'delivered', sentAt: SOON },
      { state: 'sent' },
      { state: 'delivered', sentAt: SOON },
    ],
    [
      'it went, though SES refused it',
      { state: 'rejected' },
      { state: 'sent' },
      { state: 'rejected', sentAt: null },
    ],
    [
      'it is under way',
      { state: 'sent', sentAt: SOON },
      { state: 'sent', delayedAt: SOON },
      { state: 'sent', delayedAt: SOON },
    ],
    [
      'it is under way, as known',
      { state: 'sent', delayedAt: START },
      { state: 'sent', delayedAt: SOON },
      { state: 'sent', delayedAt: START },
    ],
  ])('%s', async (_what, before, progress, after) => {
    const stage = await underWay({ digest: before });
    await hears(progress)(stage);
    expect(await stage.digest()).toMatchObject({ ...after, applied: true });
    expect((await stage.ana()).sending).toBeNull();
  });

  it('warns also where its silence was carried over already', async () => {
    const stage = await underWay({ digest: { state: 'superseded', unsettled: true, applied: true } });
    await hears({ state: 'delivered' })(stage);
    expect(await stage.digest()).toMatchObject({ state: 'delivered', sentAt: START, applied: true });
    expect(await stage.part()).toMatchObject({ warning: 'accepted', acceptedAt: START });
  });

  it('notes the first delay also where all else is known and done', async () => {
    const stage = await underWay({ digest: { state: 'sent', sentAt: SOON, applied: true } });
    await hears({ state: 'sent', delayedAt: SOON })(stage);
    expect(await stage.digest()).toMatchObject({ state: 'sent', delayedAt: SOON, applied: true });
  });

  it('counts from its claim on for the limits, where nobody knows when it went', async () => {
    const stage = await underWay({ digest: { state: 'delivered' } });
    await finishDigest(stage.system, await stage.view(), await stage.digest());
    expect(await stage.ana()).toMatchObject({ lastMailAt: START, lastWarnedAt: START, mailedAt: [START] });
  });

  it.each<[string, Partial<DigestRecord>, (stage: Stage) => Promise<void>]>([
    ['SES took it', { state: 'delivered' }, accept],
    ['nothing was heard of it', { state: 'sent' }, giveUp],
    ['it was not sent', { state: 'sent' }, unsent],
    ['it bounced', { state: 'sent' }, hears({ state: 'bounced', dead: 'bounce' })],
    [
      'it was not the recipient’s fault',
      { state: 'rejected' },
      (stage) => recordBlameless(stage.system, MAIL),
    ],
  ])(
    'is carried over again by the repair where that dies half way, whatever was done before: %s',
    async (_what, before, act) => {
      const stage = await underWay({ digest: { ...before, applied: true } });
      stage.busyFor((writes) => touches('R')(writes) || touches('T')(writes));
      await act(stage).catch(() => undefined);
      const [row] = await stage.rows({ pk: 'G#' });
      expect(row).toMatchObject({ applied: false, g1sk: expect.stringContaining(MAIL) });
    },
  );

  it.each<[string, Partial<DigestRecord>, MailNews]>([
    ['that it went', { state: 'sent', sentAt: SOON }, { state: 'sent' }],
    ['that it went, of one that arrived', { state: 'delivered', sentAt: SOON }, { state: 'sent' }],
    ['that it is late', { state: 'sent', delayedAt: START }, { state: 'sent', delayedAt: SOON }],
    ['that it arrived, of one that bounced', { state: 'bounced' }, { state: 'delivered' }],
  ])('writes nothing where all is known and done: %s', async (_what, before, progress) => {
    const stage = await underWay({ digest: { ...before, applied: true } });
    const rows = await stage.rows({});
    await hears(progress)(stage);
    expect(await stage.rows({})).toEqual(rows);
  });

  it('writes its own row alone where it changes nothing for the task', async () => {
    const stage = await underWay({ digest: { state: 'sent', sentAt: SOON, applied: true } });
    stage.writes.length = 0;
    await hears({ state: 'delivered' })(stage);
    expect(await stage.digest()).toMatchObject({ state: 'delivered', applied: true });
    expect((await stage.ana()).sending).toBe(MAIL);
    const [row] = await stage.rows({ pk: 'G#' });
    expect(row).not.toHaveProperty('g1pk');
  });

  it('is taken up again by the repair where the work on it dies', async () => {
    const stage = await underWay();
    stage.busyFor(touches('T'));
    await expect(hears({ state: 'delivered' })(stage)).rejects.toThrow('changes too fast');
    const [row] = await stage.rows({ pk: 'G#' });
    expect(row).toMatchObject({
      state: 'delivered',
      applied: false,
      g1sk: expect.stringContaining('2026-03-01T12:01:00'),
    });
    expect((await stage.ana()).sending).toBe(MAIL);
  });
});

describe('an address that SES shows to be undeliverable', () => {
  const dead = (reason: string, at = SOON) => ({ reason, at });

  it.each<[string, (stage: Stage) => Promise<void>, string, string, number[]]>([
    ['by a refusal', reject, 'rejected', 'rejected', []],
    ['by a bounce', hears({ state: 'bounced', dead: 'bounce' }), 'bounced', 'bounce', [START]],
    ['by a complaint', hears({ state: 'complained', dead: 'complaint' }), 'complained', 'complaint', [START]],
    ['by a suppression', hears({ state: 'bounced', dead: 'suppressed' }), 'bounced', 'suppressed', [START]],
  ])('%s', async (_what, act, state, reason, mailedAt) => {
    const stage = await underWay();
    await act(stage);
    expect(await stage.digest()).toMatchObject({ state, dead: reason, applied: true });
    expect(await stage.ana()).toMatchObject({ dead: dead(reason), sending: null, mailedAt });
    expect(await stage.record()).toMatchObject({
      next: { at: SOON, why: 'look' },
      open: { told: { [ANA]: { warning: 'failed' } } },
    });
  });

  it.each<[string, RecipientRecord['dead'], (stage: Stage) => Promise<void>, object]>([
    [
      'a refusal outlasts no bounce',
      dead('rejected', START) as never,
      hears({ state: 'bounced', dead: 'bounce' }),
      dead('bounce'),
    ],
    ['a second refusal changes nothing', dead('rejected', START) as never, reject, dead('rejected', START)],
    [
      'a bounce outlasts a complaint',
      dead('bounce', START) as never,
      hears({ state: 'complained', dead: 'complaint' }),
      dead('bounce', START),
    ],
    ['a bounce outlasts a refusal', dead('bounce', START) as never, reject, dead('bounce', START)],
    [
      'a death for a time gives way to one for good',
      { reason: 'soft-bounce', at: START, until: START + DAY },
      reject,
      dead('rejected'),
    ],
  ])('%s', async (_what, before, act, after) => {
    const stage = await underWay({ recipient: { dead: before } });
    await act(stage);
    expect((await stage.ana()).dead).toEqual(after);
  });

  it('has every episode evaluated that they were notified of, also where this mail told of none', async () => {
    const stage = await underWay({ items: [{ task: 'acmeCo/other', notice: 'withdrawn' }], waits: null });
    await stage.table.transact(
      [
        {
          put: {
            pk: `R#${ANA}`,
            sk: 'N#acmeCo/a#000001',
            task: 'acmeCo/a',
            episode: 1,
            recipient: ANA,
            pending: null,
          },
        },
      ],
      'told',
    );
    await hears({ state: 'bounced', dead: 'bounce' })(stage);
    expect((await stage.record()).next).toEqual({ at: SOON, why: 'look' });
  });

  it('is taken up again by the repair until all that they were notified of is to be evaluated', async () => {
    const stage = await underWay({ items: [{ task: 'acmeCo/other', notice: 'withdrawn' }] });
    stage.busyFor(touches('T'));
    await expect(reject(stage)).rejects.toThrow('changes too fast');
    expect(await stage.digest()).toMatchObject({ state: 'rejected', applied: false });
  });

  it('stays reachable where the refusal is taken back before it is carried out', async () => {
    const stage = await underWay();
    let writes = 0;
    stage.meanwhile(async () => {
      writes += 1;
      if (writes === 2) await stage.changeDigest({ state: 'unsent', blameless: true });
    }, 2);
    await reject(stage);
    expect((await stage.ana()).dead).toBeNull();
  });

  it('is not suppressed for a refusal that was taken back, and is for a bounce', async () => {
    const stage = await underWay({ digest: { state: 'unsent', blameless: true } });
    await reject(stage);
    expect((await stage.ana()).dead).toBeNull();
    await hears({ state: 'bounced', dead: 'bounce' })(stage);
    expect((await stage.ana()).dead).toEqual(dead('bounce'));
  });
});

describe('a refusal that was not the recipient’s fault', () => {
  it('is taken back: they are reachable, the mail counts as unsent, and all that is open is evaluated', async () => {
    const stage = await underWay();
    await reject(stage);
    stage.pass(MINUTE);
    await recordBlameless(stage.system, MAIL);
    const digest = await stage.digest();
    expect(digest).toMatchObject({ state: 'unsent', blameless: true, applied: true });
    expect(digest).not.toHaveProperty('dead');
    expect((await stage.ana()).dead).toBeNull();
    expect(await stage.rows({ pk: 'LOOKS' })).toMatchObject([{ sk: 'ALL', at: SOON + MINUTE }]);
    expect(stage.logged).toContainEqual({
      message: 'an address is revived: it was not to blame',
      properties: { recipient: ANA },
    });
  });

  it('frees the recipient of a mail whose answer is not recorded yet', async () => {
    const stage = await underWay();
    await recordBlameless(stage.system, MAIL);
    expect(await stage.digest()).toMatchObject({ state: 'unsent', blameless: true, applied: true });
    expect(await stage.ana()).toMatchObject({ sending: null, dead: null });
    expect(await stage.rows({ pk: 'LOOKS' })).toEqual([]);
  });

  it('may be taken back again, where the first time died half way', async () => {
    const stage = await underWay({
      digest: { state: 'unsent', blameless: true, applied: true },
      recipient: { dead: { reason: 'rejected', at: START } },
    });
    await recordBlameless(stage.system, MAIL);
    expect((await stage.ana()).dead).toBeNull();
  });

  it.each<[string, Given]>([
    [
      'the mail arrived',
      { digest: { state: 'delivered' }, recipient: { dead: { reason: 'rejected', at: START } } },
    ],
    [
      'the mail bounced',
      { digest: { state: 'bounced' }, recipient: { dead: { reason: 'rejected', at: START } } },
    ],
    [
      'they are suppressed for another reason',
      { digest: { state: 'rejected' }, recipient: { dead: { reason: 'bounce', at: START } } },
    ],
  ])('does not revive them where %s', async (_what, setup) => {
    const stage = await underWay(setup);
    await recordBlameless(stage.system, MAIL);
    expect((await stage.ana()).dead).toEqual(setup.recipient?.dead);
  });

  it('is taken back among other changes, up to eight times', async () => {
    const stage = await underWay({
      digest: { state: 'unsent', blameless: true, applied: true },
      recipient: { dead: { reason: 'rejected', at: START } },
    });
    stage.meanwhile(() => stage.changeAna({ lastMailAt: START }), 7);
    await recordBlameless(stage.system, MAIL);
    expect((await stage.ana()).dead).toBeNull();
    await stage.changeAna({ dead: { reason: 'rejected', at: START } });
    stage.meanwhile(() => stage.changeAna({ lastMailAt: START }), 8);
    await expect(recordBlameless(stage.system, MAIL)).rejects.toThrow(TableBusy);
  });
});

describe('a mail that SES took and did not send', () => {
  it('leaves its recipient free, one metric and one record that names it', async () => {
    const stage = await underWay();
    await accept(stage);
    await unsent(stage);
    expect(await stage.digest()).toMatchObject({ state: 'unsent', applied: true });
    expect(await stage.ana()).toMatchObject({ sending: null, dead: null });
    expect(stage.metrics).toContainEqual({
      name: 'MailUnsent',
      properties: { digest: MAIL, why: 'rejected' },
    });
    expect(await stage.rows({ pk: 'OOPS', sk: '' })).toContainEqual(
      expect.objectContaining({
        worker: 'mail-events',
        cause: 'permanent',
        error: 'SesDidNotSend',
        sample: expect.stringContaining('SES took a mail and did not send it: rejected'),
      }),
    );
    expect(await stage.rows({ pk: 'OOPS#' })).toEqual([expect.objectContaining({ item: MAIL, attempt: 1 })]);
  });

  it.each(['superseded', 'delivered', 'bounced', 'complained', 'rejected'] as const)(
    'is let be where it is known as %s',
    async (state) => {
      const stage = await underWay({ digest: { state, applied: true } });
      const rows = await stage.rows({});
      await unsent(stage);
      expect(await stage.rows({})).toEqual(rows);
      expect(stage.count('MailUnsent')).toBe(0);
    },
  );

  it.each<[string, Partial<DigestRecord>, number]>([
    ['when it was claimed', {}, START],
    ['when SES took it', { state: 'sent', sentAt: SOON }, SOON],
  ])('counts for the day from %s', async (_what, digest, at) => {
    const stage = await underWay({ digest });
    await unsent(stage);
    expect((await stage.ana()).mailedAt).toEqual([at]);
  });
});

describe('while others write at the same time', () => {
  it('an answer is recorded on fresh state, up to eight times', async () => {
    const stage = await underWay();
    stage.meanwhile(() => stage.changeDigest({ acts: 1 }), 7);
    await accept(stage);
    expect(await stage.digest()).toMatchObject({ state: 'sent', acts: 1 });
    const other = await underWay();
    other.meanwhile(() => other.changeDigest({ acts: 1 }), 8);
    await expect(accept(other)).rejects.toThrow(TableBusy);
    expect(await other.digest()).toMatchObject({ state: 'sending' });
  });

  it('a recipient is freed on fresh state, up to eight times', async () => {
    const contest = async (times: number) => {
      const stage = await underWay({ digest: { state: 'sent' }, items: [] });
      stage.meanwhile(() => stage.changeAna({ declined: true }), times);
      return { stage, done: finishDigest(stage.system, await stage.view(), await stage.digest()) };
    };
    const { stage, done } = await contest(7);
    await done;
    expect(await stage.ana()).toMatchObject({ declined: true, sending: null, lastDigest: MAIL });
    const lost = await contest(8);
    await expect(lost.done).rejects.toThrow(TableBusy);
    expect(await lost.stage.digest()).toMatchObject({ applied: false });
  });

  it('what became known meanwhile stands, and is not marked as done', async () => {
    const stage = await underWay({ digest: { state: 'sent' } });
    const read = await stage.digest();
    await stage.changeDigest({ state: 'bounced' });
    await finishDigest(stage.system, await stage.view(), read);
    expect(await stage.digest()).toMatchObject({ state: 'bounced', applied: false });
  });
});
