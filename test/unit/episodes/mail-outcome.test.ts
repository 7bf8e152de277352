import { describe, expect, test } from 'vitest';
import type { Episode } from '../../../functions/abandonment/task.ts';
import { DAY } from '../../../functions/abandonment/time.ts';
import type { MailOutcome } from '../../../functions/episodes/mail.ts';
import { withMailOutcome } from '../../../functions/episodes/mail-outcome.ts';
import type { OpenTask } from '../../../functions/episodes/open-task.ts';
import type { DigestItem } from '../../../functions/store/digests.ts';
import { newTaskRecord } from '../../../functions/store/tasks.ts';
import { aTask, day, graced, rungsFor, T0, warnedAt } from '../abandonment/decide-builders.ts';

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

  test('to somebody who is not to be told any more leaves its date alone', () => {
    expect(episodeAfter(asked({ told: {} }), ACCEPTED, WARNING)).toMatchObject({
      told: {},
      dates: [DATE],
      mails: [],
    });
  });
});

describe('a mail with a reminder', () => {
  const reminder = { lead: 3 * DAY, deadline: day(21), state: 'pending' } as const;
  const reminded = asked({
    told: { ana: warnedAt(day(14), { reminder }) },
    dates: [DATE],
    rungs: rungsFor(day(21), 3 * DAY),
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
