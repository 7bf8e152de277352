import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../../functions/abandonment/time.ts';
import {
  awakeFrom,
  dayOpensAt,
  isScarce,
  windowOpensAt,
  withdrawalOpensAt,
  withMail,
  withMailMoved,
} from '../../../../functions/notices/send/windows.ts';
import { newRecipient, type RecipientRecord } from '../../../../functions/store/recipients.ts';
import { TOPIC } from './answer-stage.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');
const at = (text: string) => Date.parse(text);
const NIGHT = { from: '22:00', to: '06:00' };

function ana(more: Partial<RecipientRecord> = {}): RecipientRecord {
  return { ...newRecipient('ana', 'ana@acme.test'), ...more } as RecipientRecord;
}

/** So many mails, a minute apart, the first of them at an instant. */
const mails = (many: number, first: number) =>
  Array.from({ length: many }, (_, place) => first + place * MINUTE);

describe('a recipient with quiet hours', () => {
  it.each<[string, Partial<RecipientRecord>, string, string]>([
    ['has none', {}, '2026-03-01T23:00:00Z', '2026-03-01T23:00:00Z'],
    ['is awake by day', { quietHours: NIGHT }, '2026-03-01T12:00:00Z', '2026-03-01T12:00:00Z'],
    ['goes in the morning', { quietHours: NIGHT }, '2026-03-01T23:00:00Z', '2026-03-02T06:00:00Z'],
    [
      'is asleep from the first minute',
      { quietHours: NIGHT },
      '2026-03-01T22:00:00Z',
      '2026-03-02T06:00:00Z',
    ],
    ['is awake from the last', { quietHours: NIGHT }, '2026-03-02T06:00:00Z', '2026-03-02T06:00:00Z'],
    [
      'sleeps by the clock of their zone',
      { quietHours: NIGHT, zone: 'Europe/Berlin' },
      '2026-03-01T21:30:00Z',
      '2026-03-02T05:00:00Z',
    ],
    [
      'sleeps by UTC where nobody knows their zone any more',
      { quietHours: NIGHT, zone: 'Mars/Olympus' },
      '2026-03-01T23:00:00Z',
      '2026-03-02T06:00:00Z',
    ],
  ])('%s', (_what, more, from, awake) => {
    expect(awakeFrom(ana(more), at(from))).toBe(at(awake));
  });
});

describe('24 mails in 24 hours (promise 6)', () => {
  it.each<[string, Partial<RecipientRecord>, number]>([
    ['are not reached with 23', { mailedAt: mails(23, NOON) }, 0],
    ['hold the next until the first of them is a day old', { mailedAt: mails(24, NOON) }, NOON + DAY],
    ['are counted from the newest on', { mailedAt: mails(26, NOON) }, NOON + 2 * MINUTE + DAY],
    ['are no limit of a topic', { mailedAt: mails(24, NOON), address: TOPIC }, 0],
    [
      'are over for who sleeps then when they wake',
      { mailedAt: mails(24, at('2026-03-01T23:00:00Z')), quietHours: NIGHT },
      at('2026-03-03T06:00:00Z'),
    ],
  ])('%s', (_what, more, opens) => {
    expect(dayOpensAt(ana(more))).toBe(opens);
  });

  it.each<[string, Partial<RecipientRecord>, boolean]>([
    ['two places are left', { mailedAt: mails(22, NOON) }, false],
    ['one is left', { mailedAt: mails(23, NOON) }, true],
    ['none is left', { mailedAt: mails(24, NOON) }, true],
    ['one of 23 is a day old', { mailedAt: [NOON + HOUR - DAY, ...mails(22, NOON)] }, false],
    ['one of 23 is not quite a day old', { mailedAt: [NOON + HOUR - DAY + 1, ...mails(22, NOON)] }, true],
    ['it is a topic', { mailedAt: mails(24, NOON), address: TOPIC }, false],
  ])('let the last one go to what was asked for first: %s', (_what, more, scarce) => {
    expect(isScarce(ana(more), NOON + HOUR)).toBe(scarce);
  });
});

describe('the window of warnings and reminders', () => {
  it.each<[string, Partial<RecipientRecord>, number]>([
    ['is open before the first mail', {}, 0],
    ['opens after `digestEvery`', { lastMailAt: NOON }, NOON + HOUR],
    [
      'opens when they wake',
      { lastMailAt: at('2026-03-01T21:30:00Z'), quietHours: NIGHT },
      at('2026-03-02T06:00:00Z'),
    ],
    ['opens with the day where that is later', { lastMailAt: NOON, mailedAt: mails(24, NOON) }, NOON + DAY],
    [
      'opens after the last mail where that is later',
      { lastMailAt: NOON + 2 * DAY, mailedAt: mails(24, NOON) },
      NOON + 2 * DAY + HOUR,
    ],
  ])('%s', (_what, more, opens) => {
    expect(windowOpensAt(ana(more), HOUR)).toBe(opens);
  });
});

describe('a withdrawal', () => {
  it.each<[string, Partial<RecipientRecord>, number]>([
    ['may go where none went', {}, 0],
    [
      'goes an hour after the last one, whatever warnings went',
      { lastWithdrawnAt: NOON, lastMailAt: NOON + DAY },
      NOON + HOUR,
    ],
    [
      'goes when they wake',
      { lastWithdrawnAt: at('2026-03-01T21:30:00Z'), quietHours: NIGHT },
      at('2026-03-02T06:00:00Z'),
    ],
    ['waits for the day to open', { lastWithdrawnAt: NOON, mailedAt: mails(24, NOON) }, NOON + DAY],
    ['waits for the day to open where none went', { mailedAt: mails(24, NOON) }, NOON + DAY],
    [
      'waits for its hour where the day opened before',
      { lastWithdrawnAt: NOON + 2 * DAY, mailedAt: mails(24, NOON) },
      NOON + 2 * DAY + HOUR,
    ],
  ])('%s', (_what, more, opens) => {
    expect(withdrawalOpensAt(ana(more))).toBe(opens);
  });
});

describe('the mails that count for the day', () => {
  it.each<[string, number[], number, number[]]>([
    ['are the new one alone', [], NOON, [NOON]],
    ['are all of the last day', [NOON - DAY + 1, NOON - HOUR], NOON, [NOON - DAY + 1, NOON - HOUR, NOON]],
    ['are none that is a day old', [NOON - DAY, NOON - HOUR], NOON, [NOON - HOUR, NOON]],
    [
      'stand in order, also where one counts from the end of its lease',
      [NOON + MINUTE],
      NOON,
      [NOON, NOON + MINUTE],
    ],
    ['are 24 at most, the newest', mails(24, NOON), NOON + HOUR, [...mails(23, NOON + MINUTE), NOON + HOUR]],
  ])('%s', (_what, before, now, after) => {
    expect(withMail(ana({ mailedAt: before }), now)).toEqual(after);
  });

  it.each<[string, number[], number | null, number[]]>([
    ['move to when it went', [NOON - HOUR, NOON], NOON + MINUTE, [NOON - HOUR, NOON + MINUTE]],
    ['lose what SES surely did not take', [NOON - HOUR, NOON], null, [NOON - HOUR]],
    ['lose one of two of the same instant', [NOON, NOON], null, [NOON]],
    ['stay in order', [NOON, NOON + MINUTE], NOON + HOUR, [NOON + MINUTE, NOON + HOUR]],
    ['stay where it counts no more', [NOON + MINUTE, NOON + HOUR], NOON + DAY, [NOON + MINUTE, NOON + HOUR]],
  ])('%s', (_what, before, to, after) => {
    expect(withMailMoved(ana({ mailedAt: before }), NOON, to)).toEqual(after);
  });
});
