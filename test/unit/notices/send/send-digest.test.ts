import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../../functions/abandonment/time.ts';
import { prepareMessage } from '../../../../functions/notices/send/send-digest.ts';
import type { Channel } from '../../../../functions/notices/ses/channel.ts';
import type { OutgoingMail, SendResult, TopicMessage } from '../../../../functions/platform/ports.ts';
import { type DigestRecord, digestFromRow } from '../../../../functions/store/digests.ts';
import { keys } from '../../../../functions/store/keys.ts';
import { recipientFromRow } from '../../../../functions/store/recipients.ts';
import { loadRefusals, refusalsWrite } from '../../../../functions/store/refusals.ts';
import type { Row } from '../../../../functions/store/table/table.port.ts';
import { TableBusy } from '../../../../functions/store/table-busy.ts';
import { refusing, takingNo } from '../../store/refusing-table.ts';
import {
  ACCEPTED,
  ANA,
  ANA_ADDRESS,
  ASKED,
  DATE,
  type Given,
  START,
  TASK,
  TOPIC,
  touches,
} from './answer-stage.ts';
import { FACTS, notifyStage, waitsFor } from './notify-stage.ts';

const MAILED = { outcome: 'done', reason: 'mailed' };
type Stage = Awaited<ReturnType<typeof notifyStage>>;

const digestsOf = async ({ rows }: Pick<Stage, 'rows'>): Promise<DigestRecord[]> =>
  (await rows({ pk: 'G#' })).map(digestFromRow);
const kindsOf = async ({ rows }: Pick<Stage, 'rows'>): Promise<Row[]> =>
  (await rows({ pk: 'OOPS' })).filter(({ pk }) => pk === 'OOPS');
const refused = (cause: 'rate' | 'recipient' | 'environment'): SendResult => ({
  outcome: 'refused',
  cause,
  code: 'MessageRejected',
  message: 'no',
});

/** Withdrawals of so many tasks wait, and nothing else. */
const withdrawals = (...names: string[]): Given & { also: ReturnType<typeof waitsFor>[] } => ({
  waits: null,
  also: names.map((name) => waitsFor({ notice: 'withdrawn', facts: FACTS }, { task: `acmeCo/${name}` })),
});

describe('a mail', () => {
  it('is claimed with all that it says before SES is asked, so that nothing of it can be lost', async () => {
    const stage = await notifyStage({ recipient: { retryAt: START, mailedAt: [START - HOUR] } });
    const seen: object[] = [];
    stage.answers(async () => {
      const [row] = await stage.rows({ pk: 'G#' });
      seen.push(await digestsOf(stage), await stage.ana(), { g1sk: row?.g1sk });
      return { outcome: 'accepted', messageId: 'ses-1' };
    });
    expect(await stage.deliver()).toEqual(MAILED);
    const id = stage.mails[0]?.digest;
    expect(seen).toMatchObject([
      [
        {
          id,
          recipient: ANA,
          address: ANA_ADDRESS,
          state: 'sending',
          claimedAt: START,
          leaseUntil: START + MINUTE,
          items: [{ task: TASK, notice: 'warning', disableAt: DATE }],
        },
      ],
      { sending: id, retryAt: null, mailedAt: [START - HOUR, START] },
      // Whoever repairs takes it up once its lease is over.
      { g1sk: `2026-03-01T12:01:00.000Z#${id}` },
    ]);
  });

  it('is settled by the word of SES that it took it', async () => {
    const stage = await notifyStage();
    await stage.deliver();
    expect(await digestsOf(stage)).toMatchObject([{ state: 'sent', messageId: 'ses-1', applied: true }]);
    expect(await stage.part()).toEqual({ ...ACCEPTED, acceptedAt: START, digest: stage.mails[0]?.digest });
    expect(await stage.notice()).toMatchObject({ pending: null });
  });

  it('that SES took lets its silence be noticed, where somebody watches', async () => {
    const stage = await notifyStage();
    stage.system.config = { ...stage.system.config, canaries: true };
    await stage.deliver();
    expect(await stage.rows({ pk: 'META', sk: 'FEEDBACK' })).toMatchObject([{ unansweredSince: START }]);
  });

  it('goes to the address of its notice where its recipient is known by their key alone', async () => {
    const { deliver, mails, ana } = await notifyStage({ recipient: { address: null } });
    expect(await deliver()).toEqual(MAILED);
    expect(mails).toMatchObject([{ to: ANA_ADDRESS }]);
    expect(await ana()).toMatchObject({ address: ANA_ADDRESS });
  });

  it('goes to the form in which addresses are compared, whatever an older version stored', async () => {
    const { deliver, mails } = await notifyStage({ recipient: { address: 'Ana@ACME.test' } });
    expect(await deliver()).toEqual(MAILED);
    expect(mails).toMatchObject([{ to: ANA_ADDRESS }]);
  });

  it('goes to nobody whose stored address is none: they are suppressed, and their task may ask others', async () => {
    const stage = await notifyStage({ recipient: { address: 'x y@evil.test' } });
    expect(await stage.deliver()).toEqual({ outcome: 'skipped', reason: 'suppressed address' });
    expect(stage.mails).toEqual([]);
    expect(await stage.ana()).toMatchObject({ dead: { reason: 'unmailable', at: START }, sending: null });
    expect(await stage.part()).toBeUndefined();
    expect(await kindsOf(stage)).toMatchObject([
      { error: 'RecipientUnmailable', sample: expect.stringContaining('the address is none') },
    ]);
  });
});

describe('a mail whose claim fails', () => {
  it('is not sent while the table is too busy to store what it says', async () => {
    const { deliver, mails, busyFor, ana } = await notifyStage();
    busyFor((writes) => writes.some((write) => 'put' in write && write.put.pk.startsWith('G#')));
    await expect(deliver()).rejects.toThrow(new TableBusy('the table is too busy to claim a mail'));
    expect(mails).toEqual([]);
    expect((await ana()).sending).toBeNull();
  });

  it('is not sent where the table is away', async () => {
    const { deliver, mails, system } = await notifyStage();
    const away = Object.assign(new Error('the table is away'), { name: 'ServiceUnavailable' });
    const transact = () => Promise.reject(away);
    system.table = Object.assign(
      refusing(system.table, () => false),
      { transact },
    );
    await expect(deliver()).rejects.toBe(away);
    expect(mails).toEqual([]);
  });

  it('is left to whoever was first, and leaves no trace', async () => {
    const stage = await notifyStage();
    stage.system.table = refusing(stage.system.table, touches('R'));
    expect(await stage.deliver()).toEqual({ outcome: 'skipped', reason: 'claimed by another' });
    expect(stage.mails).toEqual([]);
    expect(await digestsOf(stage)).toEqual([]);
  });
});

describe('a mail that can never be stored as a whole', () => {
  const tooLarge = (stage: Stage, isTooLarge: (items: { task: string }[]) => boolean) => {
    stage.system.table = takingNo(
      stage.system.table,
      ({ pk, items }) => pk.startsWith('G#') && isTooLarge(items as { task: string }[]),
    );
  };
  const tasksOf = ({ mails }: Stage) =>
    mails.map(({ text }) =>
      ['a', 'b', 'c', 'd', 'e'].filter((name) => text.includes(`acmeCo/${name}`)).join(''),
    );

  it('goes in halves', async () => {
    const stage = await notifyStage(withdrawals('a', 'b', 'c', 'd', 'e'));
    tooLarge(stage, (items) => items.length > 3);
    expect(await stage.deliver()).toEqual(MAILED);
    // What is withdrawn goes once an hour.
    expect(tasksOf(stage)).toEqual(['abc']);
    stage.pass(HOUR);
    expect(await stage.deliver()).toEqual(MAILED);
    expect(tasksOf(stage)).toEqual(['abc', 'de']);
    expect(await kindsOf(stage)).toEqual([]);
  });

  it('goes without a notice that cannot be stored even alone, which is set aside by name', async () => {
    const stage = await notifyStage(withdrawals('a', 'b'));
    tooLarge(stage, (items) => items.some(({ task }) => task === 'acmeCo/a'));
    expect(await stage.deliver()).toEqual(MAILED);
    expect(tasksOf(stage)).toEqual(['b']);
    expect(await stage.waiting()).toEqual([]);
    expect(await kindsOf(stage)).toMatchObject([
      { error: 'NoticeUnwritable', cause: 'permanent', lastItem: `${ANA} acmeCo/a` },
    ]);
  });
});

describe('a notice of which no mail can be written', () => {
  it('is set aside, and the others go', async () => {
    const { also } = withdrawals('a', 'b');
    // No instant is that late.
    const broken = waitsFor({ notice: 'withdrawn', facts: { ...FACTS, since: 9e15 } }, { task: 'acmeCo/c' });
    const stage = await notifyStage({ waits: null, also: [...also, broken] });
    expect(await stage.deliver()).toEqual(MAILED);
    expect(stage.mails).toHaveLength(1);
    expect(stage.mails[0]?.text).toContain('acmeCo/b');
    expect(stage.mails[0]?.text).not.toContain('acmeCo/c');
    expect(await stage.waiting()).toEqual([]);
    expect(await kindsOf(stage)).toMatchObject([
      {
        error: 'NoticeUnwritable',
        sample: expect.stringContaining('RangeError'),
        lastItem: `${ANA} acmeCo/c`,
      },
    ]);
  });
});

describe('a message that cannot be made', () => {
  const LETTER: OutgoingMail = {
    to: ANA_ADDRESS,
    subject: 'A warning',
    text: 'words',
    html: '<p>words</p>',
    headers: { 'List-Unsubscribe': 'x' },
    digest: 'digest-1',
  };
  const FAULT = new RangeError('it cannot be encoded');
  /** A channel that makes no message of some letters; as SES, none of one that is empty or goes to nobody. */
  const channel = (fails: (letter: OutgoingMail) => boolean): Channel => ({
    name: 'SES',
    provesDelivery: true,
    prepare: async (letter, items) => {
      const isEmpty = [letter.to, letter.subject, letter.text, letter.html].includes('');
      if (isEmpty || !letter.digest || fails(letter)) throw FAULT;
      return async () => ({ outcome: 'accepted', messageId: `${letter.subject} ${items.length}` });
    },
  });

  it('is no fault where it can', async () => {
    const ready = await prepareMessage(
      channel(() => false),
      LETTER,
      [{} as never],
    );
    expect('send' in ready && (await ready.send())).toEqual({
      outcome: 'accepted',
      messageId: 'A warning 1',
    });
  });

  it.each<[string, (letter: OutgoingMail) => boolean]>([
    ['its subject', ({ subject }) => subject === 'A warning'],
    ['its text', ({ text }) => text === 'words'],
    ['its page', ({ html }) => html.includes('words')],
  ])('for %s is the fault of what it says', async (_what, fails) => {
    expect(await prepareMessage(channel(fails), LETTER, [])).toEqual({ unsendable: 'notices', error: FAULT });
  });

  it('for its address is the fault of that', async () => {
    expect(
      await prepareMessage(
        channel(({ to }) => to === ANA_ADDRESS),
        LETTER,
        [],
      ),
    ).toEqual({
      unsendable: 'recipient',
    });
  });

  it.each<[string, (letter: OutgoingMail) => boolean]>([
    ['to anybody is a fault of the code', () => true],
    [
      'for its headers is a fault of the settings that they are made of',
      ({ headers }) => 'List-Unsubscribe' in headers,
    ],
  ])('%s, which its breaker is to hear of', async (_what, fails) => {
    await expect(prepareMessage(channel(fails), LETTER, [])).rejects.toBe(FAULT);
  });

  it('suppresses its recipient, or sets its notice aside, and the rest goes', async () => {
    const dead = await notifyStage();
    dead.system.mailer.write = async (mail) => {
      if (mail.to === ANA_ADDRESS) throw FAULT;
      return mail;
    };
    expect(await dead.deliver()).toEqual({ outcome: 'skipped', reason: 'suppressed address' });
    expect(await dead.ana()).toMatchObject({ dead: { reason: 'unmailable' } });
    expect(await kindsOf(dead)).toMatchObject([
      { sample: expect.stringContaining('no message can be made') },
    ]);
    const aside = await notifyStage(withdrawals('a', 'b'));
    aside.system.mailer.write = async (mail) => {
      if (mail.text.includes('acmeCo/a')) throw FAULT;
      return mail;
    };
    expect(await aside.deliver()).toEqual(MAILED);
    expect(aside.mails.map(({ text }) => text.includes('acmeCo/b'))).toEqual([true]);
    expect(await kindsOf(aside)).toMatchObject([{ error: 'NoticeUnwritable', lastItem: `${ANA} acmeCo/a` }]);
  });
});

describe('a mail that is late by the time it is claimed', () => {
  /** The writing of its message takes so long. */
  async function slow(setup: Parameters<typeof notifyStage>[0], takes: number, before = 0) {
    const stage = await notifyStage(setup);
    stage.pass(before);
    let written = 0;
    stage.system.mailer.write = async (mail) => {
      written += 1;
      if (written === 1) stage.pass(takes);
      return mail;
    };
    const outcome = await stage.deliver();
    return { ...stage, outcome, written };
  }
  /** The warning stands behind a withdrawal. */
  const BESIDE = { also: [waitsFor({ notice: 'withdrawn', facts: FACTS }, { task: 'acmeCo/0' })] };
  const UNDATED: Given = { policy: { mode: 'notify' }, open: { graceMode: 'notify' } };
  const reminder = { lead: 3 * DAY, deadline: DATE, state: 'pending' } as const;
  /** A reminder of the date that stands since noon. */
  const REMINDER: Given = {
    told: { ...ACCEPTED, acceptedAt: START, reminder },
    open: {
      dates: [{ at: START, disableAt: DATE, grace: 1, after: 7 * DAY }],
      told: { [ANA]: { ...ASKED, warning: 'accepted', acceptedAt: START, reminder } },
    },
    waits: { notice: 'reminder', lead: 3 * DAY, by: DATE },
  };

  it.each<[string, Parameters<typeof slow>[0], number, number, number]>([
    ['at the end of its lease it may go', UNDATED, 0, MINUTE, 1],
    ['after it, it is claimed anew', UNDATED, 0, MINUTE + 1, 2],
    // Its date is a grace after 12:01.
    [
      'a new date leaves the whole grace until the minute for which it was rounded up',
      {},
      30 * SECOND,
      30 * SECOND,
      1,
    ],
    ['after it, the mail names a later one', {}, 30 * SECOND, 30 * SECOND + 1, 2],
    ['one such date among others is enough', BESIDE, 30 * SECOND, 30 * SECOND + 1, 2],
    ['a date that stands already only has to lie ahead', REMINDER, 7 * DAY - 10 * SECOND, 10 * SECOND - 1, 1],
    ['once it is there, the mail is decided anew', REMINDER, 7 * DAY - 10 * SECOND, 10 * SECOND, 2],
  ])('%s', async (_what, setup, before, takes, written) => {
    const done = await slow(setup, takes, before);
    expect(done.outcome).toEqual(MAILED);
    expect(done.written).toBe(written);
    expect(done.mails).toHaveLength(1);
    // One that was not sent leaves no row, and counts for nothing.
    expect(await digestsOf(done)).toHaveLength(1);
    expect((await done.ana()).mailedAt).toEqual([START + before + takes]);
  });

  it('prints the date that it promises when it goes', async () => {
    const { open, rows } = await slow({}, 30 * SECOND + 1, 30 * SECOND);
    expect((await open()).dates).toMatchObject([{ disableAt: START + 2 * MINUTE + 7 * DAY }]);
    expect((await digestsOf({ rows }))[0]?.items).toMatchObject([
      { disableAt: START + 2 * MINUTE + 7 * DAY },
    ]);
  });
});

describe('a mail that SES does not take', () => {
  it.each(['rate', 'environment'] as const)(
    'for the reason %s is tried again, later each time',
    async (cause) => {
      const stage = await notifyStage({ recipient: { queuedFor: START } });
      stage.answers(() => refused(cause));
      const retry = { outcome: 'retry', reason: 'MessageRejected', failed: true, recorded: true };
      expect(await stage.deliver()).toEqual({ ...retry, delaySeconds: 10 });
      expect(await stage.ana()).toMatchObject({
        sending: null,
        retryAt: START + 10 * SECOND,
        queuedFor: START,
        mailedAt: [],
        dead: null,
      });
      expect(await digestsOf(stage)).toEqual([]);
      expect(await stage.part()).toMatchObject({ warning: 'tried' });
      expect((await stage.notice())?.pending).toMatchObject({ notice: 'warning' });
      expect(await kindsOf(stage)).toMatchObject([
        { worker: 'notify', lastItem: ANA, error: 'SesMessageRejected' },
      ]);
      stage.pass(10 * SECOND);
      expect(await stage.deliver({ receiveCount: 2 })).toEqual({ ...retry, delaySeconds: 20 });
      expect((await stage.ana()).retryAt).toBe(START + 30 * SECOND);
    },
  );

  it('may have gone where the answer is lost: its date binds, and it is not repeated', async () => {
    const stage = await notifyStage();
    stage.answers(() => ({ outcome: 'unknown', code: 'TimeoutError', message: 'no answer' }));
    expect(await stage.deliver()).toEqual({
      outcome: 'skipped',
      reason: 'outcome unknown: to be reconciled',
    });
    expect((await stage.open()).dates).toEqual([{ at: START, disableAt: DATE, grace: 1, after: 7 * DAY }]);
    expect(await stage.part()).toEqual(ASKED);
    expect(await digestsOf(stage)).toMatchObject([{ state: 'sending' }]);
    expect(await stage.deliver()).toEqual({ outcome: 'skipped', reason: 'a mail is being sent' });
    expect(stage.mails).toHaveLength(1);
  });

  it('for its address leaves that suppressed, and operators hear nothing', async () => {
    const stage = await notifyStage();
    stage.answers(() => refused('recipient'));
    expect(await stage.deliver()).toEqual({ outcome: 'done', reason: 'address rejected' });
    expect(await stage.ana()).toMatchObject({ dead: { reason: 'rejected', at: START } });
    expect(await stage.part()).toMatchObject({ warning: 'failed' });
    expect(await stage.rows({ pk: 'OPERATORS' })).toEqual([]);
    expect((await loadRefusals(stage.table)).recipients).toEqual([ANA]);
    expect(stage.count('MailEnvironmentRefused')).toBe(0);
  });

  it('in the words in which it refused many is nobody’s fault, and counts as such', async () => {
    const stage = await notifyStage();
    const many = {
      words: 'MessageRejected: no',
      recipients: ['b', 'c', 'd', 'e'],
      many: true,
      blamed: [],
      rev: 0,
    };
    await stage.table.transact([refusalsWrite(many)], 'given');
    stage.answers(() => refused('recipient'));
    expect(await stage.deliver()).toMatchObject({ outcome: 'retry', failed: true });
    expect((await stage.ana()).dead).toBeNull();
    expect(stage.metrics).toContainEqual({
      name: 'MailEnvironmentRefused',
      properties: { digest: stage.mails[0]?.digest, code: 'MessageRejected' },
    });
    // Read again: what SES takes ends the row.
    stage.answers(() => ({ outcome: 'accepted', messageId: 'ses-1' }));
    stage.pass(10 * SECOND);
    expect(await stage.deliver()).toEqual(MAILED);
    expect((await loadRefusals(stage.table)).words).toBe('');
  });
});

describe('what a topic hears', () => {
  const NEWS: Given = {
    recipient: { address: TOPIC },
    task: { enabled: true },
    open: null,
    waits: { notice: 'enabled', facts: FACTS },
  };

  async function topicStage(result: SendResult) {
    const stage = await notifyStage(NEWS);
    const published: TopicMessage[] = [];
    stage.system.topics = {
      publish: async (message) => {
        published.push(message);
        return result;
      },
    };
    stage.system.config = { ...stage.system.config, canaries: true };
    return { ...stage, published };
  }

  it('is published, and proves nothing of SES', async () => {
    const stage = await topicStage({ outcome: 'accepted', messageId: 'sns-1' });
    await stage.table.transact(
      [refusalsWrite({ words: 'x', recipients: ['b'], many: false, blamed: [], rev: 0 })],
      'given',
    );
    expect(await stage.deliver()).toEqual(MAILED);
    expect(stage.published).toHaveLength(1);
    expect(stage.mails).toEqual([]);
    expect(await digestsOf(stage)).toMatchObject([{ address: TOPIC, state: 'sent', messageId: 'sns-1' }]);
    expect(await stage.rows({ pk: 'META', sk: 'FEEDBACK' })).toEqual([]);
    expect((await loadRefusals(stage.table)).words).toBe('x');
  });

  it('and refuses notifies operators, and no word of SES has a part in it', async () => {
    const stage = await topicStage(refused('recipient'));
    expect(await stage.deliver()).toEqual({ outcome: 'done', reason: 'address rejected' });
    expect(recipientFromRow((await stage.rows(keys.recipient(ANA)))[0] as Row)).toMatchObject({
      dead: { reason: 'rejected' },
    });
    expect(await stage.rows({ pk: 'OPERATORS' })).toMatchObject([
      {
        code: 'topic-refused',
        subject: TOPIC,
        detail: expect.stringContaining('SNS answered MessageRejected'),
      },
    ]);
    expect((await loadRefusals(stage.table)).words).toBe('');
    expect(await kindsOf(stage)).toMatchObject([{ error: 'SnsMessageRejected' }]);
  });
});
