import { describe, expect, test } from 'vitest';
import { decide } from '../../../functions/abandonment/decide.ts';
import type { Episode, HoldReason, RecipientPart } from '../../../functions/abandonment/task.ts';
import { DAY, HOUR } from '../../../functions/abandonment/time.ts';
import type { MailOutcome } from '../../../functions/episodes/mail.ts';
import {
  type AfterMail,
  waitingAfterMail,
  withMailOutcome,
  withPossibleDate,
} from '../../../functions/episodes/mail-outcome.ts';
import type { OpenTask } from '../../../functions/episodes/open-task.ts';
import type { DigestItem } from '../../../functions/store/digests.ts';
import { newTaskRecord } from '../../../functions/store/tasks.ts';
import { aCase, aTask, day, graced, reminderSteps, T0, warnedAt } from '../abandonment/decide-builders.ts';

const ACCEPTED: MailOutcome = {
  digest: 'd1',
  recipient: 'ana',
  claimedAt: day(14),
  acceptedAt: day(14) + 1_000,
  standing: 'accepted',
  isPrinted: true,
  mayBeOut: true,
  isUnsent: false,
};
const FAILED: MailOutcome = { ...ACCEPTED, standing: 'failed' };
/** Nothing was heard of it in time. */
const LOST: MailOutcome = { ...ACCEPTED, standing: 'void', isPrinted: false };
/** Surely not taken. */
const VOID: MailOutcome = { ...LOST, mayBeOut: false };

const WARNING: DigestItem = {
  task: 'acmeCo/a',
  episode: 1,
  notice: 'warning',
  grace: 1,
  disableAt: day(21),
  after: 7 * DAY,
  since: T0,
  restarts: 0,
  asked: day(14),
};
const REMINDER: DigestItem = { ...WARNING, notice: 'reminder', lead: 3 * DAY, asked: day(18) };
const DATE = { at: day(14), disableAt: day(21), grace: 1, after: 7 * DAY };

const PENDING = { address: 'ana@acme.test', grace: 1, warning: 'pending', dated: true } as const;
const asked = (more: Partial<Episode> = {}): OpenTask => ({
  ...newTaskRecord(aTask()),
  open: graced({ told: { ana: PENDING }, dates: [], ...more }),
});
const episodeAfter = (record: OpenTask, mail: MailOutcome, item: DigestItem) =>
  withMailOutcome(record, mail, item).open;

describe('a mail with a warning', () => {
  test('that SES accepted warns, from that instant, and its date binds', () => {
    const open = episodeAfter(asked(), ACCEPTED, WARNING);
    expect(open.told.ana).toEqual({
      ...PENDING,
      warning: 'accepted',
      acceptedAt: day(14) + 1_000,
      digest: 'd1',
    });
    expect(open.dates).toEqual([DATE]);
    expect(open.mails).toEqual(['d1']);
  });

  test('changes nothing when it is heard of again', () => {
    const once = withMailOutcome(asked(), ACCEPTED, WARNING);
    expect(withMailOutcome(once, ACCEPTED, WARNING)).toBe(once);
  });

  test('that bounced later takes back what it granted; its date still binds', () => {
    const once = withMailOutcome(asked(), ACCEPTED, WARNING);
    const open = episodeAfter(once, FAILED, WARNING);
    expect(open.told.ana?.warning).toBe('failed');
    expect(open.dates).toEqual([DATE]);
  });

  test('takes nothing back that another mail granted', () => {
    const warned = asked({ told: { ana: warnedAt(day(14), { digest: 'd0' }) } });
    expect(episodeAfter(warned, FAILED, WARNING).told).toEqual(warned.open.told);
  });

  test('of an earlier grace warns nobody', () => {
    const regraced = asked({ grace: 2, told: { ana: { ...PENDING, grace: 2 } } });
    expect(episodeAfter(regraced, ACCEPTED, WARNING).told).toEqual(regraced.open.told);
  });

  test('of which nothing was heard was tried, and its date may be out in the world', () => {
    const open = episodeAfter(asked(), LOST, WARNING);
    expect(open).toMatchObject({ told: { ana: { warning: 'tried' } }, dates: [DATE], mails: [] });
  });

  test('that was surely not taken printed no date', () => {
    expect(episodeAfter(asked(), VOID, WARNING)).toMatchObject({
      told: { ana: { warning: 'tried' } },
      dates: [],
    });
  });

  test.each<[string, Partial<RecipientPart>, Partial<MailOutcome>, Partial<RecipientPart>]>([
    ['tried is accepted where it went after all', { warning: 'tried' }, {}, { warning: 'accepted' }],
    [
      'failed is accepted where another one went',
      { warning: 'failed', digest: 'd0' },
      {},
      { warning: 'accepted' },
    ],
    [
      'failed is tried where the next one came to nothing',
      { warning: 'failed' },
      { standing: 'void' },
      { warning: 'tried' },
    ],
    ['pending is tried while nobody knows', {}, { standing: 'open' }, { warning: 'tried' }],
  ])('that was %s', (_what, before, mail, after) => {
    const part = { ...PENDING, ...before };
    expect(
      episodeAfter(asked({ told: { ana: part } }), { ...ACCEPTED, ...mail }, WARNING).told.ana,
    ).toMatchObject({
      ...part,
      ...after,
      digest: 'd1',
    });
  });

  test('that was accepted once counts as a warning, whatever becomes of it', () => {
    const once = withMailOutcome(asked(), ACCEPTED, WARNING);
    expect(once.open.warned).toBe(true);
    expect(episodeAfter(once, FAILED, WARNING).warned).toBe(true);
    expect(episodeAfter(asked(), FAILED, WARNING)).not.toHaveProperty('warned');
  });

  test('that came to nothing once more, or failed once more, changes nothing', () => {
    const tried = asked({ told: { ana: { ...PENDING, warning: 'tried' } } });
    expect(withMailOutcome(tried, VOID, WARNING).open.told).toBe(tried.open.told);
    const failed = asked({ told: { ana: { ...PENDING, warning: 'failed' } }, dates: [DATE], mails: ['d1'] });
    expect(withMailOutcome(failed, FAILED, WARNING)).toBe(failed);
  });

  test('to somebody who is not to be told any more leaves its date alone', () => {
    expect(episodeAfter(asked({ told: {} }), ACCEPTED, WARNING)).toMatchObject({
      told: {},
      dates: [DATE],
      mails: [],
    });
  });
});

describe('the dates and mails of an episode', () => {
  test('a date that is known from an earlier mail is not noted twice; an earlier print of it is', () => {
    const noted = asked({ dates: [DATE] });
    const later = { ...ACCEPTED, claimedAt: day(15), digest: 'd2' };
    expect(episodeAfter(noted, later, WARNING).dates).toEqual([DATE]);
    const earlier = { ...ACCEPTED, claimedAt: day(13) };
    expect(episodeAfter(noted, earlier, WARNING).dates).toEqual([DATE, { ...DATE, at: day(13) }]);
    const moved = { ...WARNING, disableAt: day(22) };
    expect(episodeAfter(noted, later, moved).dates).toEqual([
      DATE,
      { ...DATE, at: day(15), disableAt: day(22) },
    ]);
  });

  test('a mail without a date has none to note, and one of an older version promised no length', () => {
    expect(episodeAfter(asked(), ACCEPTED, { ...WARNING, disableAt: null })).toMatchObject({
      ...{ dates: [], told: { ana: { warning: 'accepted', dated: false } } },
    });
    const { after: _, ...older } = WARNING;
    expect(episodeAfter(asked(), ACCEPTED, older).dates).toEqual([{ ...DATE, after: 0 }]);
  });

  test('a date that may be out in the world binds before anything is heard of its mail', () => {
    const record = asked();
    expect(withPossibleDate(record, day(14), WARNING).open).toEqual({ ...record.open, dates: [DATE] });
    const noted = asked({ dates: [DATE] });
    expect(withPossibleDate(noted, day(15), WARNING)).toBe(noted);
    expect(withPossibleDate(record, day(14), { ...WARNING, disableAt: null })).toBe(record);
  });

  test('each mail is listed once, and the newest 5,000 of them', () => {
    const all = Array.from({ length: 5_000 }, (_, place) => `m${place}`);
    const { mails } = episodeAfter(asked({ mails: all }), ACCEPTED, WARNING);
    expect(mails).toHaveLength(5_000);
    expect(mails[0]).toBe('m1');
    expect(mails.at(-1)).toBe('d1');
    expect(episodeAfter(asked({ mails: ['d1', 'd2'] }), ACCEPTED, WARNING).mails).toEqual(['d1', 'd2']);
  });

  test('a mail with another notice is listed and changes nothing else', () => {
    const record = asked();
    const mail = { ...ACCEPTED, mayBeOut: false };
    expect(episodeAfter(record, mail, { ...WARNING, notice: 'withdrawn' })).toEqual({
      ...record.open,
      mails: ['d1'],
    });
    expect(episodeAfter(record, mail, { ...WARNING, notice: 'overdue' }).told.ana?.warning).toBe('accepted');
  });
});

describe('a mail to a topic', () => {
  const TOPIC = { topic: 'arn:chat', grace: 1 } as const;
  const other = { topic: 'arn:other', grace: 1 } as const;
  const informed = (more: object = {}) =>
    asked({ informed: { chat: { ...TOPIC, ...more }, other }, dates: [DATE] });
  const mail = { ...ACCEPTED, recipient: 'chat', claimedAt: day(15) };

  test('that it took is known as heard, with a date or without, and proves nothing', () => {
    const open = episodeAfter(informed(), mail, WARNING);
    expect(open.informed).toEqual({ chat: { ...TOPIC, heard: 'dated' }, other });
    expect(open.told).toEqual(informed().open.told);
    expect(open.mails).toEqual([]);
    expect(episodeAfter(informed(), mail, { ...WARNING, disableAt: null }).informed?.chat?.heard).toBe(
      'undated',
    );
    expect(episodeAfter(informed(), mail, REMINDER).informed?.chat?.heard).toBe('dated');
  });

  test('binds by the date that stood there', () => {
    const open = episodeAfter(informed(), mail, { ...WARNING, disableAt: day(23) });
    expect(open.dates).toEqual([DATE, { ...DATE, at: day(15), disableAt: day(23) }]);
  });

  test('that it refused is to be asked for anew', () => {
    expect(episodeAfter(informed(), { ...mail, standing: 'failed' }, WARNING).informed).toEqual({ other });
    const heard = informed({ heard: 'dated' });
    expect(withMailOutcome(heard, { ...mail, standing: 'failed' }, WARNING)).toBe(heard);
  });

  test.each<[string, OpenTask, Partial<MailOutcome>, Partial<DigestItem>]>([
    ['of which nothing is known', informed(), { isPrinted: false, standing: 'void' }, {}],
    ['of an earlier grace', informed({ grace: 2 }), {}, {}],
    ['that it heard before', informed({ heard: 'undated' }), {}, {}],
    ['with word of what is past', informed(), {}, { notice: 'withdrawn', disableAt: null }],
    [
      'with word of what is past, which it refused',
      informed(),
      { standing: 'failed' },
      { notice: 'recovered', disableAt: null },
    ],
  ])('%s changes nothing', (_what, record, more, item) => {
    expect(withMailOutcome(record, { ...mail, ...more }, { ...WARNING, ...item })).toBe(record);
  });
});

describe('what a task waits for after a mail', () => {
  const now = day(14, 1);
  const held = (reason: HoldReason): OpenTask => ({
    ...asked({ told: { ana: warnedAt(day(14)) }, dates: [DATE] }),
    hold: { reason, since: day(14) },
  });
  const waiting = (record: OpenTask, more: Partial<AfterMail> = {}) => {
    const decision = decide(aCase(now, { episode: record.open }), now);
    const defaults = {
      decision,
      mode: 'disable',
      isDated: true,
      askedAt: day(14),
      now,
      confirmWithin: HOUR,
    } as const;
    return waitingAfterMail(record, { ...defaults, ...more });
  };

  test.each<[HoldReason, boolean]>([
    ['warning-not-accepted', true],
    ['paused', true],
    ['blast-radius', false],
    ['unknown', false],
  ])('a hold %s ends with it: %s', (reason, ends) => {
    const record = held(reason);
    expect(waiting(record).hold).toEqual(ends ? null : record.hold);
  });

  test('is its next reminder, or the next scan where it waits for something else', () => {
    expect(waiting(held('paused')).next).toEqual({ at: day(18), why: 'look' });
    const unknown = aCase(now, {
      episode: held('paused').open,
      unknown: [{ from: day(14), to: null, why: 'outage' }],
    });
    const other = waiting(held('paused'), { decision: decide(unknown, now) });
    expect(other).toMatchObject({ hold: { reason: 'paused' }, next: { at: now, why: 'look' } });
  });

  test('stays what is due since its notice was asked for, and is the next one where that was before, is ahead, or is the date', () => {
    const noted = (at: number, why: 'look' | 'disable' = 'look') =>
      waiting({ ...held('paused'), next: { at, why } });
    expect(noted(now)).toMatchObject({ hold: null, next: { at: now, why: 'look' } });
    expect(noted(day(14) + 1).next).toEqual({ at: day(14) + 1, why: 'look' });
    for (const next of [noted(day(14)), noted(now + 1), noted(now, 'disable')])
      expect(next.next).toEqual({ at: day(18), why: 'look' });
  });

  test('is no hold where nothing held it', () => {
    expect(waiting({ ...held('paused'), hold: null })).toMatchObject({
      hold: null,
      next: { at: day(18), why: 'look' },
    });
  });

  test('is the next scan where its date is out and the mode no longer threatens', () => {
    expect(waiting(held('paused'), { mode: 'notify' }).next).toEqual({ at: now, why: 'look' });
    expect(waiting(held('paused'), { mode: 'notify', isDated: false }).next).toEqual({
      at: day(18),
      why: 'look',
    });
  });
});

describe('a mail with a reminder', () => {
  const reminder = { lead: 3 * DAY, deadline: day(21), state: 'pending' } as const;
  const reminded = asked({
    told: { ana: warnedAt(day(14), { reminder }) },
    dates: [DATE],
    rungs: reminderSteps(day(21), 3 * DAY),
  });

  test.each([
    ['accepted', ACCEPTED, 'done'],
    ['refused', FAILED, 'done'],
    ['of which nothing was heard', LOST, 'tried'],
  ])('that was %s', (_how, mail, state) => {
    expect(episodeAfter(reminded, mail, REMINDER).told.ana?.reminder).toEqual({ ...reminder, state });
  });

  test('is known by the later date that it announced', () => {
    const open = episodeAfter(reminded, ACCEPTED, { ...REMINDER, disableAt: day(23) });
    expect(open.told.ana?.reminder?.deadline).toBe(day(23));
  });

  test.each<[string, OpenTask, MailOutcome, Partial<DigestItem>]>([
    [
      'is known by the date that it was asked for, where it says an earlier one',
      reminded,
      ACCEPTED,
      { disableAt: day(20) },
    ],
    [
      'is known by the date that it was asked for, where it says none',
      reminded,
      ACCEPTED,
      { disableAt: null },
    ],
    [
      'is known by the date that it was asked for, where nobody knows whether it went',
      reminded,
      LOST,
      { disableAt: day(23) },
    ],
  ])('%s', (_what, record, mail, item) => {
    expect(episodeAfter(record, mail, { ...REMINDER, ...item }).told.ana?.reminder?.deadline).toBe(day(21));
  });

  test('that is done stays done, and one that was tried stays tried', () => {
    const inState = (state: 'done' | 'tried') =>
      asked({
        told: { ana: warnedAt(day(14), { reminder: { ...reminder, state } }) },
        dates: [DATE],
        mails: ['d1'],
      });
    expect(withMailOutcome(inState('done'), LOST, REMINDER)).toEqual(inState('done'));
    expect(withMailOutcome(inState('done'), ACCEPTED, { ...REMINDER, disableAt: day(21) })).toEqual(
      inState('done'),
    );
    const tried = inState('tried');
    expect(withMailOutcome(tried, LOST, REMINDER)).toBe(tried);
  });

  test('of one who has none asked for changes nothing', () => {
    const without = asked({ told: { ana: warnedAt(day(14)) }, dates: [DATE], mails: ['d1'] });
    expect(withMailOutcome(without, ACCEPTED, REMINDER)).toBe(without);
    const { lead: _, ...leadless } = REMINDER;
    expect(withMailOutcome(without, ACCEPTED, leadless)).toBe(without);
  });

  test('that was not sent leaves the steps of other leads', () => {
    const both = asked({ ...reminded.open, rungs: reminderSteps(day(21), 3 * DAY, DAY) });
    const unsent = { ...FAILED, isPrinted: false, mayBeOut: false, isUnsent: true };
    expect(episodeAfter(both, unsent, REMINDER).rungs).toEqual(reminderSteps(day(21), DAY));
  });

  test('of another lead says nothing of this one', () => {
    expect(episodeAfter(reminded, ACCEPTED, { ...REMINDER, lead: DAY }).told).toEqual(reminded.open.told);
  });

  test('that SES took and did not send is given out anew', () => {
    const unsent = { ...FAILED, isPrinted: false, mayBeOut: false, isUnsent: true };
    const open = episodeAfter(reminded, unsent, REMINDER);
    expect(open.told.ana).toEqual(warnedAt(day(14)));
    expect(open.rungs).toEqual([]);
  });
});
