import { expect, test } from 'vitest';
import { at, failing, play, unheard } from './story.ts';

const ANA = 'ana@acme.test';
const BOSS = 'boss@acme.test';

const about = (when: string, event: object) => ({ at: when, type: 'mail-event', recipient: ANA, ...event });
const soft = (when: string) => about(when, { event: 'bounce', bounceType: 'transient' });
/** The mails of some days are not reported as delivered, and each comes back for the time being. */
const back = (...days: number[]) => days.flatMap((day) => [unheard(at(day)), soft(at(day, 2))]);
/** The warning of day 14 and the reminders of days 18 and 20. */
const ALL_BACK = back(14, 18, 20);

test('an owner whose three mails all came back is suppressed for a time: the admin is warned with a full grace', async () => {
  const { story } = await play({ until: at(40), admins: { 'acmeCo/': [BOSS] }, events: ALL_BACK });
  expect(story.slice(4)).toEqual([
    `T+20d2h mail ${BOSS}: warning acmeCo/a #1 until T+27d2h`,
    `T+24d2h mail ${BOSS}: reminder acmeCo/a #1 until T+27d2h`,
    `T+26d2h mail ${BOSS}: reminder acmeCo/a #1 until T+27d2h`,
    'T+27d2h disabled acmeCo/a #1 due T+27d2h',
    'T+27d2h resolved acmeCo/a #1 disabled',
    `T+27d2h+ mail ${BOSS}: disabled acmeCo/a #1`,
  ]);
});

test('with nobody else to notify the task is held, and 14 days later they are warned anew with a full grace', async () => {
  const { story } = await play({ until: at(45), events: ALL_BACK });
  expect(story.slice(4)).toEqual([
    'T+20d2h held acmeCo/a #1 no-reachable-owner',
    'T+20d2h operators no-reachable-owner acmeCo/a',
    'T+27d2h operators no-reachable-owner acmeCo/a',
    `T+34d2h mail ${ANA}: warning acmeCo/a #1 until T+41d2h`,
    `T+38d2h mail ${ANA}: reminder acmeCo/a #1 until T+41d2h`,
    `T+40d2h mail ${ANA}: reminder acmeCo/a #1 until T+41d2h`,
    'T+41d2h disabled acmeCo/a #1 due T+41d2h',
    'T+41d2h resolved acmeCo/a #1 disabled',
    `T+41d2h+ mail ${ANA}: disabled acmeCo/a #1`,
  ]);
});

test('an owner who can be mailed again is warned of what fired meanwhile too, also in mode notify', async () => {
  const names = ['a', 'b', 'c', 'd'];
  const { story } = await play({
    until: at(32),
    policy: { mode: 'notify' },
    admins: { 'acmeCo/': [BOSS] },
    tasks: names.map((name, day) => failing(`acmeCo/${name}`, { lastPrimaryAt: at(day) })),
    events: back(14, 15, 16),
  });
  expect(story).toContain(`T+17d mail ${BOSS}: warning acmeCo/d #1`);
  expect(story.filter((line) => line.startsWith('T+30d')).join()).toContain('warning acmeCo/d #1');
});

test('what fires while the owner is suppressed for a time is mailed to the admin alone, and disabled after a full grace', async () => {
  const { story } = await play({
    until: at(33),
    admins: { 'acmeCo/': [BOSS] },
    tasks: [failing('acmeCo/a'), failing('acmeCo/later', { lastPrimaryAt: at(7) })],
    events: ALL_BACK,
  });
  expect(story.filter((line) => line.includes('acmeCo/later'))).toEqual([
    'T+21d fired acmeCo/later #1 since T+7d (disable)',
    `T+21d mail ${BOSS}: warning acmeCo/later #1 until T+28d`,
    `T+25d mail ${BOSS}: reminder acmeCo/later #1 until T+28d`,
    `T+27d mail ${BOSS}: reminder acmeCo/later #1 until T+28d`,
    'T+28d disabled acmeCo/later #1 due T+28d',
    'T+28d resolved acmeCo/later #1 disabled',
    `T+28d+ mail ${BOSS}: disabled acmeCo/later #1`,
  ]);
});

test('one mail that was delivered between them clears the count', async () => {
  const delivered = about(at(18, 3), { event: 'delivery' });
  const { story } = await play({
    until: at(22),
    admins: { 'acmeCo/': [BOSS] },
    events: [...ALL_BACK, delivered],
  });
  expect(story).toContain('T+21d disabled acmeCo/a #1 due T+21d');
});

test('that SES delivers each mail clears the count by itself', async () => {
  const events = [14, 18, 20].map((day) => soft(at(day, 2)));
  const { story } = await play({ until: at(22), admins: { 'acmeCo/': [BOSS] }, events });
  expect(story).toContain('T+21d disabled acmeCo/a #1 due T+21d');
});

test('one mail that comes back again and again counts once', async () => {
  const { story } = await play({
    until: at(22),
    admins: { 'acmeCo/': [BOSS] },
    events: [unheard(at(14)), ...[14, 15, 16, 17].map((day) => soft(at(day, 2)))],
  });
  expect(story).toContain('T+21d disabled acmeCo/a #1 due T+21d');
});

test('a permanent bounce outlasts a suppression for a time', async () => {
  const { story } = await play({
    until: at(45),
    events: [...ALL_BACK, about(at(21), { event: 'bounce' })],
  });
  expect(story.filter((line) => line.includes(' mail ')).length).toBe(3);
});

test('a soft bounce of a mail whose answer was lost shows that SES took it: no repeat', async () => {
  const { story } = await play({
    until: at(22),
    events: [
      unheard(at(14)),
      { at: at(14), type: 'fault', target: 'ses', mode: 'timeout-after-accept', times: 1 },
      soft(at(14, 0.5)),
    ],
  });
  expect(story.filter((line) => line.includes('warning'))).toHaveLength(1);
});
