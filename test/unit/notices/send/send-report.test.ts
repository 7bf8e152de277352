import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../../functions/abandonment/time.ts';
import { sendReport } from '../../../../functions/notices/send/send-report.ts';
import type { OutgoingMail, SendResult } from '../../../../functions/platform/ports.ts';
import { type DigestRecord, digestFromRow, digestWrite } from '../../../../functions/store/digests.ts';
import { factWrite } from '../../../../functions/store/facts.ts';
import { keys } from '../../../../functions/store/keys.ts';
import { loadPauses, pausesWrite } from '../../../../functions/store/pauses.ts';
import {
  loadRecipient,
  newRecipient,
  type RecipientRecord,
  recipientWrite,
} from '../../../../functions/store/recipients.ts';
import type { ReportMessage } from '../../../../functions/work/read-messages.ts';
import { refusing } from '../../store/refusing-table.ts';
import { START, workStage } from '../../work/stage.ts';
import { touches } from './answer-stage.ts';
import { later, skipped } from './notify-stage.ts';

const WEEK = '2026-02-16';
const ADDRESS = 'ana@acme.test';
const DONE = { outcome: 'done', reason: 'mailed' };

/** Two tasks of acmeCo and one of beta were abandoned on the last day of the week; of quietCo nothing is to be said. */
async function reportStage(ana: Partial<RecipientRecord> | null = {}) {
  const stage = workStage();
  const { table, system } = stage;
  const fact = (row: string, day: string, figures: Record<string, number>) =>
    factWrite('episodes', day, row, new Map([['disable unknown', figures]]));
  await table.transact(
    [
      fact('acmeCo/eu-1', '2026-02-22', { abandoned: 2 }),
      fact('beta/eu-1', '2026-02-16', { abandoned: 1 }),
      // A day before, and a day after.
      fact('quietCo/eu-1', '2026-02-15', { abandoned: 1 }),
      fact('quietCo/eu-1', '2026-02-23', { abandoned: 1 }),
    ],
    'facts',
  );
  const recipient = { ...newRecipient('ana', ADDRESS), ...ana } as RecipientRecord;
  if (ana) await table.transact([recipientWrite(recipient)], 'given');
  const mails: OutgoingMail[] = [];
  let answer: SendResult = { outcome: 'accepted', messageId: 'ses-1' };
  system.mailer = {
    send: async (mail) => {
      mails.push(mail);
      return answer;
    },
  };
  return {
    ...stage,
    mails,
    answers: (result: SendResult) => {
      answer = result;
    },
    ask: (more: Partial<ReportMessage> = {}) => {
      const envelope = {
        v: 1,
        kind: 'report',
        key: 'ana',
        notAfter: START + DAY,
        correlationId: 'c',
      } as const;
      const message = { ...envelope, week: WEEK, tenants: ['acmeCo'], ...more } as ReportMessage;
      return sendReport(system, message, { body: '', messageId: 'm', receiveCount: 1, maxReceives: 10 });
    },
    digests: async (): Promise<DigestRecord[]> => (await stage.rows({ pk: 'G#' })).map(digestFromRow),
    ana: async () => (await loadRecipient(table, 'ana')) as RecipientRecord,
  };
}

describe('the report of a week', () => {
  it('is mailed once, and stored with what it told of', async () => {
    const { ask, mails, digests } = await reportStage();
    expect(await ask()).toEqual(DONE);
    expect(mails).toMatchObject([
      { to: ADDRESS, subject: 'Weekly report for acmeCo, 16 February 2026 to 22 February 2026', headers: {} },
    ]);
    expect(mails[0]?.text).toContain('Tenant "acmeCo"');
    expect(await digests()).toMatchObject([
      {
        id: mails[0]?.digest,
        recipient: 'ana',
        address: ADDRESS,
        claimedAt: START,
        leaseUntil: START + MINUTE,
        items: [],
        report: { week: WEEK, tenants: ['acmeCo'] },
        state: 'sent',
        messageId: 'ses-1',
        applied: true,
      },
    ]);
    expect(await ask()).toEqual(skipped('the report of that week went'));
    expect(mails).toHaveLength(1);
  });

  it('counts for the mails of the day, and for no window', async () => {
    const { ask, ana } = await reportStage();
    await ask();
    expect(await ana()).toMatchObject({
      mailedAt: [START],
      lastMailAt: null,
      lastWarnedAt: null,
      sending: null,
    });
  });

  it.each<[string, string[], string, string[]]>([
    ['of each tenant that has something to tell', ['acmeCo', 'quietCo', 'beta'], '', ['acmeCo', 'beta']],
    ['of the one that has', ['quietCo', 'beta'], ' for beta', ['beta']],
    ['of all in one, where they subscribed to all', ['acmeCo', ''], '', ['all']],
  ])('tells %s', async (_what, tenants, named, parts) => {
    const { ask, mails } = await reportStage();
    expect(await ask({ tenants })).toEqual(DONE);
    expect(mails[0]?.subject).toBe(`Weekly report${named}, 16 February 2026 to 22 February 2026`);
    const headings = {
      acmeCo: 'Tenant "acmeCo"',
      beta: 'Tenant "beta"',
      quietCo: 'Tenant "quietCo"',
      all: 'All tenants',
    };
    const shown = Object.entries(headings).flatMap(([part, heading]) =>
      mails[0]?.text.includes(heading) ? [part] : [],
    );
    expect(shown).toEqual(parts);
  });

  it('is written in the language of its reader', async () => {
    const { ask, mails } = await reportStage({ language: 'de' });
    await ask();
    expect(mails[0]?.subject).toContain('Wochenbericht für acmeCo');
  });

  it('says whom to ask', async () => {
    const { ask, mails, system } = await reportStage();
    system.config = { ...system.config, contact: 'the-desk' };
    await ask();
    expect(mails[0]?.text).toContain('the-desk');
  });

  it('is no mail where nothing is to be said', async () => {
    const { ask, mails, digests } = await reportStage();
    expect(await ask({ tenants: ['quietCo', 'nobody'] })).toEqual({
      outcome: 'done',
      reason: 'nothing to report',
    });
    expect(mails).toEqual([]);
    expect(await digests()).toEqual([]);
  });

  it.each<[string, Partial<RecipientRecord> | null, string]>([
    ['nobody knows', null, 'suppressed address'],
    ['is suppressed', { dead: { reason: 'bounce', at: START } }, 'suppressed address'],
    ['is known by their key alone', { address: null }, 'no address is known'],
  ])('goes to nobody who %s', async (_what, ana, reason) => {
    const { ask, mails } = await reportStage(ana);
    expect(await ask()).toEqual(skipped(reason));
    expect(mails).toEqual([]);
  });
});

describe('its name', () => {
  const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const names = async (...asked: [key: string, week: string][]) => {
    const found: string[] = [];
    for (const [key, week] of asked) {
      const { ask, mails, table } = await reportStage();
      await table.transact([recipientWrite(newRecipient(key, ADDRESS))], 'given').catch(() => undefined);
      const day = new Date(Date.parse(`${week}T00:00:00Z`)).toISOString().slice(0, 10);
      await table.transact(
        [factWrite('episodes', day, 'acmeCo/eu-1', new Map([['disable unknown', { abandoned: 2 }]]))],
        'facts',
      );
      await ask({ key, week });
      found.push(mails[0]?.digest ?? '');
    }
    return found;
  };

  it('stands among those of other mails at the end of its week, and is a name as these are', async () => {
    const [name = ''] = await names(['bo', WEEK]);
    expect(name).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    const time = [...name.slice(0, 10)].reduce((sum, digit) => sum * 32 + DIGITS.indexOf(digit), 0);
    expect(new Date(time).toISOString()).toBe('2026-02-23T00:00:00.000Z');
  });

  it('is another for each recipient and each week, and the same whoever asks again', async () => {
    const [first, again, other, before] = await names(
      ['bo', WEEK],
      ['bo', WEEK],
      ['cy', WEEK],
      ['bo', '2026-02-09'],
    );
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(before?.slice(10)).not.toBe(first?.slice(10));
  });
});

describe('a report that is to wait', () => {
  const mailedAt = (many: number) => Array.from({ length: many }, (_, place) => START - 2 * HOUR + place);

  it.each<[string, Partial<RecipientRecord>, number]>([
    ['while another mail is being sent', { sending: 'digest-0' }, 60],
    ['after a failed attempt', { retryAt: START + 90 * SECOND }, 90],
    ['in whole seconds, never too short', { retryAt: START + 90 * SECOND + 1 }, 91],
    ['in quiet hours', { quietHours: { from: '11:00', to: '14:00' } }, 2 * 3_600],
    ['before it would be the last mail of a day, which is for warnings', { mailedAt: mailedAt(23) }, 3_600],
    ['where the mails of the day are spent, as long as a queue can', { mailedAt: mailedAt(24) }, 11 * 3_600],
    [
      'for the longest of all',
      { sending: 'digest-0', retryAt: START + 2 * HOUR, mailedAt: mailedAt(23) },
      7_200,
    ],
  ])('does so %s', async (_what, ana, wait) => {
    const { ask, mails, digests } = await reportStage(ana);
    expect(await ask()).toEqual(later(wait));
    expect(mails).toEqual([]);
    expect(await digests()).toEqual([]);
  });

  it.each<[string, Partial<RecipientRecord>]>([
    ['whose time for another attempt is now', { retryAt: START }],
    ['who may get one more beside the last', { mailedAt: mailedAt(22) }],
  ])('does not for one %s', async (_what, ana) => {
    expect(await (await reportStage(ana)).ask()).toEqual(DONE);
  });

  it('does so an hour while notifying is paused', async () => {
    const { ask, mails, table } = await reportStage();
    await table.transact([pausesWrite({ ...(await loadPauses(table)), notify: START })], 'pause');
    expect(await ask()).toEqual(later(3_600));
    expect(mails).toEqual([]);
  });

  it('does so a minute where another mail was claimed at that moment', async () => {
    const { ask, mails, system, digests } = await reportStage();
    system.table = refusing(system.table, touches('R'));
    expect(await ask()).toEqual(later(60));
    expect(mails).toEqual([]);
    expect(await digests()).toEqual([]);
    expect(await ask()).toEqual(DONE);
  });
});

describe('a report that SES does not take', () => {
  const RATE: SendResult = { outcome: 'refused', cause: 'rate', code: 'Throttling', message: 'slow' };

  it('is tried again', async () => {
    const { ask, answers, mails, pass } = await reportStage();
    answers(RATE);
    expect(await ask()).toMatchObject({
      outcome: 'retry',
      reason: 'Throttling',
      delaySeconds: 10,
      failed: true,
    });
    answers({ outcome: 'accepted', messageId: 'ses-2' });
    expect(await ask()).toEqual(later(10));
    pass(10 * SECOND);
    expect(await ask()).toEqual(DONE);
    expect(mails).toHaveLength(2);
  });

  it('suppresses the address that SES refuses', async () => {
    const { ask, answers, ana } = await reportStage();
    answers({ outcome: 'refused', cause: 'recipient', code: 'InvalidParameterValue', message: 'no address' });
    expect(await ask()).toEqual({ outcome: 'done', reason: 'address rejected' });
    expect(await ana()).toMatchObject({ dead: { reason: 'rejected' } });
  });

  it('is not repeated while nobody knows whether it went', async () => {
    const { ask, answers, mails } = await reportStage();
    answers({ outcome: 'unknown', code: 'TimeoutError', message: 'no answer' });
    expect(await ask()).toEqual(skipped('outcome unknown: to be reconciled'));
    expect(await ask()).toEqual(skipped('the report of that week went'));
    expect(mails).toHaveLength(1);
  });

  it.each<[string, Partial<DigestRecord>, boolean]>([
    ['surely not taken', { state: 'superseded' }, true],
    ['given up unheard of: it may have gone', { state: 'superseded', unsettled: true }, false],
    ['not carried over to its reader yet', { state: 'superseded', applied: false }, false],
    ['taken', { state: 'sent', sentAt: START }, false],
    ['taken and not sent', { state: 'unsent' }, false],
  ])('goes once more, or not, where the row of it was left: %s', async (_what, left, again) => {
    const { ask, mails, digests, table } = await reportStage();
    await ask();
    const [before] = await digests();
    const row = { ...before, sentAt: null, messageId: null, applied: true, ...left } as DigestRecord;
    await table.transact([digestWrite(row, { doneAt: START })], 'left');
    expect(await ask()).toEqual(again ? DONE : skipped('the report of that week went'));
    expect(mails).toHaveLength(again ? 2 : 1);
  });
});

describe('a report of which no message can be made', () => {
  it('is one of a reader to whom none can be written: they are suppressed', async () => {
    const { ask, system, ana, mails, rows } = await reportStage();
    system.mailer.write = async (mail) => {
      if (mail.to === ADDRESS) throw new Error('no such address');
      return mail;
    };
    expect(await ask()).toEqual({ outcome: 'done', reason: 'address rejected' });
    expect(mails).toEqual([]);
    expect(await ana()).toMatchObject({ dead: { reason: 'unmailable' }, sending: null });
    const [kind] = (await rows({ pk: 'OOPS' })).filter(({ pk }) => pk === 'OOPS');
    expect(kind?.sample).toContain('no mail can be written to this recipient: no message can be made');
  });

  it.each<[string, (mail: OutgoingMail) => boolean]>([
    ['for what it says', ({ subject }) => subject !== 'Notice'],
    ['to anybody', () => true],
  ])('%s is a fault, and nobody is suppressed', async (_what, fails) => {
    const { ask, system, ana, table } = await reportStage();
    system.mailer.write = async (mail) => {
      if (fails(mail)) throw new RangeError('it cannot be encoded');
      return mail;
    };
    await expect(ask()).rejects.toThrow('it cannot be encoded');
    expect(await ana()).toMatchObject({ dead: null, sending: null });
    expect(await table.get(keys.recipient('bo'))).toBeUndefined();
  });
});
