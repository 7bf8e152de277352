import { expect, it } from 'vitest';
import { english } from '../../../../emails/english.ts';
import { subjectOf } from '../../../../functions/notices/render/render-subject.ts';
import type { MailItem } from '../../../../functions/notices/send/digest-facts.ts';
import { at, item, many } from './render-builders.ts';

const subject = (items: MailItem[]) =>
  subjectOf(items, { now: 0, zone: 'UTC', words: english }).replaceAll('\u00a0', ' ');
const reminder = item({ notice: 'reminder' });
const later = item({ disableAt: at('2026-02-06T00:00:00Z') });
const recovered = item({ notice: 'recovered', disableAt: null });
const stillOff = item({ notice: 'still-off', disableAt: null, restorableUntil: at('2026-03-01T00:00:00Z') });

it.each<[string, MailItem[], string]>([
  ['names one task', [item()], 'orders-capture will be turned off on 5 February 2026 unless you act'],
  [
    'names none that is more than one plain word',
    [item({ task: 'acmeCo/evil.com' })],
    '1 task will be turned off on 5 February 2026 unless you act',
  ],
  ['counts several of one date', many(3), '3 tasks will be turned off on 5 February 2026 unless you act'],
  [
    'says from when of several dates',
    [item(), later],
    '2 tasks will be turned off from 5 February 2026 on unless you act',
  ],
  [
    'calls reminders so',
    [reminder, reminder],
    'Reminder: 2 tasks will be turned off on 5 February 2026 unless you act',
  ],
  ['but no warning', [reminder, item()], '2 tasks will be turned off on 5 February 2026 unless you act'],
  [
    'is of what presses most, and counts the others',
    [item(), recovered],
    'orders-capture will be turned off on 5 February 2026 unless you act, and 1 other notice',
  ],
  [
    'whatever these are',
    [reminder, recovered, stillOff],
    'Reminder: orders-capture will be turned off on 5 February 2026 unless you act, and 2 other notices',
  ],
  [
    'says until when what is still off can be turned on again',
    [stillOff],
    'orders-capture is still off, and can be turned on again as it was only until 1 March 2026',
  ],
  [
    'has no date where a deadline is past and nothing follows',
    [item({ notice: 'overdue', mode: 'notify' })],
    'orders-capture is past its deadline',
  ],
  ['has no date where there is none', [recovered], 'orders-capture is running again'],
])('a subject %s', (_what, items, expected) => {
  expect(subject(items)).toBe(expected);
});

it('a subject has 150 characters at most', () => {
  const words = { ...english, andOthers: () => 'x'.repeat(200) };
  const long = subjectOf([item(), recovered], { now: 0, zone: 'UTC', words });
  expect([...long]).toHaveLength(150);
  expect(long).toContain('…');
});

it('there is no mail about nothing', () => {
  expect(() => subject([])).toThrow(new RangeError('a mail needs at least one item'));
});
