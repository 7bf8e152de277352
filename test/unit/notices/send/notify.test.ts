import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../../functions/abandonment/time.ts';
import { keys } from '../../../../functions/store/keys.ts';
import type { PendingNotice } from '../../../../functions/store/notices.ts';
import type { RecipientRecord } from '../../../../functions/store/recipients.ts';
import { refusing } from '../../store/refusing-table.ts';
import { ACCEPTED, ANA, ANA_ADDRESS, ASKED, type Given, START, TASK, touches } from './answer-stage.ts';
import { FACTS, later, notifyStage, skipped, waitsFor } from './notify-stage.ts';

/** A message is on the queue for Ana. */
const QUEUED = { queuedFor: START };

/** The owning system was asked to disable the task, and did not confirm that yet. */
const REQUESTED = {
  state: 'requested',
  asker: { by: 'run', run: 'r', disableAt: START },
  queuedAt: START,
  requestedAt: START,
  attempts: 1,
} as const;

describe('a message to a recipient', () => {
  it('notifies them of what waits, and says that it did', async () => {
    const { deliver, mails, ana, part } = await notifyStage({ recipient: QUEUED });
    expect(await deliver()).toEqual({ outcome: 'done', reason: 'mailed' });
    expect(mails).toMatchObject([{ to: ANA_ADDRESS }]);
    expect(await ana()).toMatchObject({ queuedFor: null, sending: null, mailedAt: [START] });
    expect(await part()).toMatchObject({ warning: 'accepted', acceptedAt: START });
  });

  it('says what was disabled in a mail of its own, after the other', async () => {
    const { deliver, mails } = await notifyStage({
      also: [waitsFor({ notice: 'withdrawn', facts: FACTS }, { task: 'acmeCo/b' })],
      task: { enabled: false },
      open: null,
      waits: { notice: 'disabled', facts: { ...FACTS, disabledAt: START } },
    });
    expect(await deliver()).toEqual({ outcome: 'done', reason: 'mailed' });
    expect(mails.map(({ text }) => [text.includes('acmeCo/a'), text.includes('acmeCo/b')])).toEqual([
      [false, true],
      [true, false],
    ]);
  });

  it.each<[string, Given]>([
    ['must wait', { open: { disabling: REQUESTED } }],
    ['holds no more', { open: null }],
  ])('says what was disabled though what else is due %s', async (_what, setup) => {
    const { deliver, mails, table } = await notifyStage({
      ...setup,
      also: [waitsFor({ notice: 'disabled', facts: { ...FACTS, disabledAt: START } }, { task: 'acmeCo/b' })],
    });
    const row = await table.get(keys.task(TASK));
    const off = { ...(row?.task as object), id: 'acmeCo/b', enabled: false };
    await table.transact([{ put: { ...row, ...keys.task('acmeCo/b'), task: off, open: null } }], 'off');
    expect(await deliver()).toEqual({ outcome: 'done', reason: 'mailed' });
    expect(mails.map(({ text }) => text.includes('acmeCo/b'))).toEqual([true]);
  });

  it('that notified of something and finds the rest not due waits for that', async () => {
    const { deliver, mails } = await notifyStage({
      also: [waitsFor({ notice: 'enabled', notBefore: START + 90 * SECOND, facts: FACTS }, { episode: 2 })],
    });
    expect(await deliver()).toEqual(later(90));
    expect(mails).toHaveLength(1);
  });

  it('notifies somebody of whom nothing else is known', async () => {
    const { deliver, mails, table, ana } = await notifyStage({
      waits: { notice: 'withdrawn', facts: FACTS },
    });
    await table.transact([{ delete: keys.recipient(ANA) }], 'forget');
    expect(await deliver()).toEqual({ outcome: 'done', reason: 'mailed' });
    expect(mails).toMatchObject([{ to: ANA_ADDRESS }]);
    expect(await ana()).toMatchObject({ key: ANA, address: ANA_ADDRESS, dead: null });
  });

  it.each<[string, Given, string]>([
    ['nothing waits', { waits: null }, 'nothing to send'],
    ['notifying is paused', { pauses: { notify: START } } as Given, 'paused'],
    ['the warm-up limit has no place for them', { recipient: { admittedAt: null } }, 'nothing due'],
    ['what waits may go days later', { waits: { notBefore: START + 2 * DAY } }, 'not yet'],
    ['what waits holds no more', { open: null }, 'nothing stands'],
  ])('is done where %s, and the next one is welcome', async (_what, setup, reason) => {
    const stage = await notifyStage({ ...setup, recipient: { ...QUEUED, ...setup.recipient } });
    expect(await stage.deliver()).toEqual(skipped(reason));
    expect(stage.mails).toEqual([]);
    expect((await stage.ana()).queuedFor).toBeNull();
  });

  it('that changes nothing writes nothing', async () => {
    const { deliver, ana } = await notifyStage({ waits: null });
    const { rev } = await ana();
    expect(await deliver()).toEqual(skipped('nothing to send'));
    expect((await ana()).rev).toBe(rev);
  });

  it('lets be what a scan wrote meanwhile', async () => {
    const { deliver, ana, meanwhile, changeAna } = await notifyStage({ waits: null, recipient: QUEUED });
    meanwhile(() => changeAna({ queuedFor: START + HOUR }));
    expect(await deliver()).toEqual(skipped('nothing to send'));
    expect((await ana()).queuedFor).toBe(START + HOUR);
  });

  it('fails where the table stays busy, so that the next one is not turned away for ever', async () => {
    const { deliver, busyFor } = await notifyStage({ waits: null, recipient: QUEUED });
    busyFor(touches('R'));
    await expect(deliver()).rejects.toThrow('the table is too busy for that a recipient may be queued again');
  });

  it('leaves a mail that is being sent alone', async () => {
    const { deliver, mails, ana } = await notifyStage({ recipient: { ...QUEUED, sending: 'digest-0' } });
    expect(await deliver()).toEqual(skipped('a mail is being sent'));
    expect(mails).toEqual([]);
    expect(await ana()).toMatchObject({ ...QUEUED, sending: 'digest-0' });
  });
});

describe('a planned wait', () => {
  it.each<[string, Partial<RecipientRecord>, number | 'now']>([
    ['after a failed attempt, until the next', { retryAt: START + 90 * SECOND }, 90],
    ['in whole seconds, never too short', { retryAt: START + 90 * SECOND + 1 }, 91],
    ['no longer than eleven hours, for a queue holds nothing longer', { retryAt: START + DAY }, 11 * 3_600],
    ['is over at its instant', { retryAt: START }, 'now'],
  ])('%s', async (_what, recipient, wait) => {
    const { deliver, mails } = await notifyStage({ recipient });
    expect(await deliver()).toEqual(wait === 'now' ? { outcome: 'done', reason: 'mailed' } : later(wait));
    expect(mails).toHaveLength(wait === 'now' ? 1 : 0);
  });

  it.each<[string, Given['policy'], number | undefined, number, boolean]>([
    ['to the next scan', { scanEvery: '10m' }, undefined, 10 * MINUTE, true],
    ['beyond it', { scanEvery: '10m' }, undefined, 10 * MINUTE + 1, false],
    ['to the next scan of the schedule', { scanEvery: '10m' }, 20 * MINUTE, 20 * MINUTE, true],
    ['beyond it', { scanEvery: '10m' }, 20 * MINUTE, 20 * MINUTE + 1, false],
  ])('lasts on the queue at most %s', async (_what, policy, scanEvery, wait, stays) => {
    const { deliver, system } = await notifyStage({
      policy: policy ?? {},
      waits: { notBefore: START + wait },
    });
    if (scanEvery !== undefined) system.config = { ...system.config, scanEvery };
    expect(await deliver()).toEqual(stays ? later(wait / SECOND) : skipped('not yet'));
  });
});

describe('an address that is suppressed', () => {
  const DEAD: Given = { recipient: { ...QUEUED, dead: { reason: 'bounce', at: START } } };

  it('hears nothing; the task may ask for a warning anew', async () => {
    const { deliver, mails, waiting, part, record, ana, pass } = await notifyStage(DEAD);
    pass(MINUTE);
    expect(await deliver()).toEqual(skipped('suppressed address'));
    expect(mails).toEqual([]);
    expect(await waiting()).toEqual([]);
    expect(await part()).toBeUndefined();
    expect((await record()).next).toEqual({ at: START + MINUTE, why: 'look' });
    expect((await ana()).queuedFor).toBeNull();
  });

  it.each<[string, Given]>([
    ['a warning of an episode that is over', { open: { number: 2 } }],
    ['what is no warning', { waits: { notice: 'withdrawn', facts: FACTS } }],
  ])('loses %s, and the task is as it was', async (_what, setup) => {
    const { deliver, waiting, part, record } = await notifyStage({ ...DEAD, ...setup });
    await deliver();
    expect(await waiting()).toEqual([]);
    expect(await part()).toEqual(ASKED);
    expect((await record()).next).toEqual({ at: START + DAY, why: 'look' });
  });

  it('keeps the warning that was accepted: its reminder alone is taken back', async () => {
    const reminder = { lead: DAY, deadline: START + 7 * DAY, state: 'pending' } as const;
    const waits: Partial<PendingNotice> = { notice: 'reminder', lead: DAY, by: START + 7 * DAY };
    const { deliver, part } = await notifyStage({ ...DEAD, told: { ...ACCEPTED, reminder }, waits });
    await deliver();
    expect(await part()).toEqual({ ...ACCEPTED, reminder: { ...reminder, state: 'done' } });
  });

  it('loses notices of tasks that nobody knows any more, too', async () => {
    const also = [waitsFor({ notice: 'warning' }, { task: 'acmeCo/gone' })];
    const { deliver, waiting } = await notifyStage({ ...DEAD, also });
    expect(await deliver()).toEqual(skipped('suppressed address'));
    expect(await waiting()).toEqual([]);
  });
});

describe('one message', () => {
  it('claims five mails at most that are too late to be sent, then leaves the rest to its next receive', async () => {
    const { deliver, mails, system, pass, notice, rows } = await notifyStage();
    let written = 0;
    system.mailer.write = async (mail) => {
      written += 1;
      // Longer than the lease of a mail.
      pass(MINUTE + 1);
      return mail;
    };
    expect(await deliver()).toEqual({
      outcome: 'retry',
      reason: 'more to send',
      delaySeconds: 1,
      failed: false,
    });
    expect(written).toBe(5);
    expect(mails).toEqual([]);
    expect(await rows({ pk: 'G#' })).toEqual([]);
    expect((await notice())?.pending).toMatchObject({ notice: 'warning' });
  });

  it('finds what stands behind a thousand notices that hold no more', async () => {
    const stage = await notifyStage({ waits: null, open: null });
    const gone = Array.from({ length: 1_000 }, (_, place) =>
      waitsFor({ notice: 'enabled', facts: FACTS }, { task: `acmeCo/Z${String(place).padStart(4, '0')}` }),
    );
    for (let from = 0; from < gone.length; from += 100) {
      await stage.table.transact(gone.slice(from, from + 100), 'given');
    }
    await stage.table.transact([waitsFor({ notice: 'enabled', facts: FACTS })], 'given');
    expect(await stage.deliver()).toEqual({ outcome: 'done', reason: 'mailed' });
    expect(stage.mails.map(({ text }) => text.includes(TASK))).toEqual([true]);
    expect(await stage.waiting()).toEqual([]);
  });

  it('takes a place of the warm-up limit for whom `digestEvery` delayed', async () => {
    const { deliver, table, rows } = await notifyStage({
      recipient: { admittedAt: null, lastMailAt: START - HOUR },
      waits: { since: START - HOUR },
    });
    const scans = { claimed: START - MINUTE, leaseUntil: null, completedAt: START - MINUTE, gaps: [] };
    await table.transact([{ put: { ...keys.scans(), v: 1, rev: 1, ...scans } }], 'given');
    expect(await deliver()).toEqual({ outcome: 'done', reason: 'mailed' });
    expect(await rows(keys.ramp())).toMatchObject([{ runs: [{ at: START, count: 1 }] }]);
  });

  it('is skipped where another message was first, and nothing is left of its claim', async () => {
    const { deliver, system, mails, rows } = await notifyStage();
    system.table = refusing(system.table, touches('R'));
    expect(await deliver()).toEqual(skipped('claimed by another'));
    expect(mails).toEqual([]);
    expect(await rows({ pk: 'G#' })).toEqual([]);
  });
});
