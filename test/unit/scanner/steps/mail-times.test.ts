import { describe, expect, it } from 'vitest';
import { DAY, HOUR, type Instant, MINUTE } from '../../../../functions/abandonment/time.ts';
import { isDelayed, lostAfter, readyAt } from '../../../../functions/scanner/steps/mail-times.ts';
import type { Times } from '../../../../functions/scanner/steps/waiting-recipients.ts';
import { newRecipient, type RecipientRecord } from '../../../../functions/store/recipients.ts';
import { START as NOW, runStage } from '../run-stage.ts';

const NEVER: Times = { windowedAt: Infinity, freeAt: Infinity, withdrawnAt: Infinity };
const ana = (more: Partial<RecipientRecord> = {}): RecipientRecord => ({
  ...newRecipient('ana', 'ana@acme.test'),
  ...more,
});
/** The day's 24 mails, of which the first went so long ago. */
const mailedSince = (ago: number): Instant[] => Array.from({ length: 24 }, () => NOW - ago);

describe('who is delayed by what went to them before', () => {
  // A mail of warnings goes once an hour, and 24 mails of any kind in a day.
  it.each<[string, Partial<RecipientRecord>, Partial<Times>, boolean]>([
    ['nothing ever went', {}, {}, false],
    ['a mail went within the hour', { lastMailAt: NOW - HOUR + 1 }, {}, true],
    ['a mail went an hour ago', { lastMailAt: NOW - HOUR }, {}, false],
    ['24 mails went within a day', { mailedAt: mailedSince(DAY - 1) }, {}, true],
    ['24 mails went, the first a day ago', { mailedAt: mailedSince(DAY) }, {}, false],
    [
      'the window of a reminder closes before the hour is over',
      { lastMailAt: NOW - 50 * MINUTE },
      { closesAt: NOW + 10 * MINUTE },
      false,
    ],
    ['it closes later', { lastMailAt: NOW - 50 * MINUTE }, { closesAt: NOW + 10 * MINUTE + 1 }, true],
    [
      'it closes before, but 24 mails went within a day',
      { lastMailAt: NOW - 50 * MINUTE, mailedAt: mailedSince(DAY - HOUR) },
      { closesAt: NOW + 10 * MINUTE },
      true,
    ],
  ])('%s', async (_what, recipient, times, expected) => {
    const run = await runStage().begin();
    expect(isDelayed(run, ana(recipient), { ...NEVER, windowedAt: NOW, ...times })).toBe(expected);
  });
});

describe('when a mail may go', () => {
  it.each<[string, Partial<RecipientRecord>, Partial<Times>, Instant | undefined]>([
    ['at once', {}, { windowedAt: NOW }, NOW],
    [
      'when the first of all is to',
      {},
      { windowedAt: NOW + 3, freeAt: NOW + 2, withdrawnAt: NOW + 1 },
      NOW + 1,
    ],
    ['not by this scan, where the next comes in time', {}, { freeAt: NOW + 15 * MINUTE }, undefined],
    [
      'by this scan, where the next comes too late',
      {},
      { freeAt: NOW + 15 * MINUTE - 1 },
      NOW + 15 * MINUTE - 1,
    ],
    ['not while one is on its way for that instant', { queuedFor: NOW }, { freeAt: NOW }, undefined],
    ['before the one that is on its way for later', { queuedFor: NOW + 1 }, { freeAt: NOW }, NOW],
  ])('%s', async (_what, recipient, times, expected) => {
    const run = await runStage().begin();
    expect(readyAt(run, ana(recipient), { ...NEVER, ...times }, 3 * HOUR)).toBe(expected);
  });
});

describe('a message that was queued and not worked', () => {
  const queueOff = { put: { pk: 'BREAKER', sk: 'PAUSE#notify', v: 1 } };

  it.each<[string, number, number]>([
    ['is taken for lost after three hours', 0, 3 * HOUR],
    ['is kept for three days while the queue is off', 1, 3 * DAY],
  ])('%s', async (_what, off, expected) => {
    const stage = runStage();
    if (off) await stage.write(queueOff);
    expect(await lostAfter(await stage.begin(), ana({ queuedFor: NOW - 3 * HOUR }))).toBe(expected);
  });

  it.each<[string, Instant | null]>([
    ['was never queued', null],
    ['is on the queue for less than three hours', NOW - 3 * HOUR + 1],
    ['is on it for later', NOW + HOUR],
  ])('costs no look at the breakers where it %s', async (_what, queuedFor) => {
    const stage = runStage();
    await stage.write(queueOff);
    const run = await stage.begin();
    expect(await lostAfter(run, ana({ queuedFor }))).toBe(3 * HOUR);
    expect(run.off).toBeUndefined();
  });
});
