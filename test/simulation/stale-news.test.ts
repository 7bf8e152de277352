import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

const ANA = 'ana@acme.test';
const BOB = 'bob@acme.test';
const TEAM = 'team@acme.test';
const MINUTE = 1 / 60;

const published = (when: string, enabled: boolean) => ({
  at: when,
  type: 'published',
  task: 'acmeCo/a',
  by: 'user',
  enabled,
});
const seen = (when: string, status: string) => ({
  at: when,
  type: 'shards',
  task: 'acmeCo/a',
  shards: [{ id: '0', status }],
});
const undo = (when: string) => ({ at: when, type: 'operator', action: 'undo', of: 'acmeCo/a' });
const sesIsAway = (when: string, lasts: string) => ({
  at: when,
  type: 'fault',
  target: 'ses',
  mode: 'throttle',
  for: lasts,
});
/** What is mailed of what happened. */
const news = (story: string[]) => story.filter((line) => /mail .*(disabled|enabled|recovered) /.test(line));

const recovery = { policy: { mode: 'disable', recoveryMail: true } };

test('recovered of what fails again while SES is away is not mailed', async () => {
  const { story } = await play({
    until: at(34),
    ...recovery,
    events: [sesIsAway(at(16), '3d'), seen(at(17), 'PRIMARY'), seen(at(18), 'FAILED')],
  });
  expect(news(story)).toEqual([]);
});

test('recovered of what runs again when SES is back is mailed then', async () => {
  const { story } = await play({
    until: at(34),
    ...recovery,
    events: [sesIsAway(at(16), '3d'), seen(at(17), 'PRIMARY')],
  });
  expect(news(story)).toHaveLength(1);
  expect(news(story)[0]).toMatch(/^T\+19d.*mail ana@acme.test: recovered acmeCo\/a #1$/);
});

test.each([
  ['is off', published(at(18), false)],
  ['is deleted', { at: at(18), type: 'deleted', task: 'acmeCo/a' }],
  ['was declined', { at: at(18), type: 'action', task: 'acmeCo/a', by: ANA, action: 'unsubscribe' }],
])('recovered of what %s when SES is back is not mailed', async (_, event) => {
  const events = [sesIsAway(at(16), '3d'), seen(at(17), 'PRIMARY'), event];
  const { story } = await play({ until: at(34), ...recovery, events });
  expect(news(story)).toEqual([]);
});

test('the case on file is mailed without a recovery', async () => {
  const path = new URL('../cases/stale-recovered.json', import.meta.url);
  const { story } = await play(JSON.parse(readFileSync(path, 'utf8')));
  expect(news(story)).toEqual([]);
});

test('disabled is not mailed where a user enables the task while it is gathered', async () => {
  const { story } = await play({ until: at(22), events: [published(at(21, 5 * MINUTE), true)] });
  expect(story).toContain('T+21d disabled acmeCo/a #1 due T+21d');
  expect(news(story)).toEqual([]);
});

test('disabled is not mailed where the task is deleted while it is gathered', async () => {
  const deleted = { at: at(21, 5 * MINUTE), type: 'deleted', task: 'acmeCo/a' };
  const { story } = await play({ until: at(22), events: [deleted] });
  expect(news(story)).toEqual([]);
});

test('an undoing while disabled is gathered: only the undoing is mailed, with the next scan', async () => {
  const { story } = await play({ until: at(22), events: [undo(at(21, 5 * MINUTE))] });
  expect(news(story)).toEqual([`T+21d1h mail ${ANA}: enabled acmeCo/a #1`]);
});

test('an undoing is mailed once, to the holders of the warning and of the disabling, recipients still or not', async () => {
  const { story } = await play({
    until: at(40),
    tasks: [failing('acmeCo/a', { owners: [ANA, BOB] })],
    subscriptions: [{ prefix: 'acmeCo/', email: TEAM, alertTypes: ['task_auto_disabled'] }],
    events: [
      { at: at(20, 2), type: 'owners', task: 'acmeCo/a', owners: [BOB] },
      undo(at(22, 2)),
      seen(at(23), 'PRIMARY'),
    ],
  });
  expect(news(story).sort()).toEqual([
    `T+21d+ mail ${BOB}: disabled acmeCo/a #1`,
    `T+21d+ mail ${TEAM}: disabled acmeCo/a #1`,
    `T+22d2h mail ${ANA}: enabled acmeCo/a #1`,
    `T+22d2h mail ${BOB}: enabled acmeCo/a #1`,
    `T+22d2h mail ${TEAM}: enabled acmeCo/a #1`,
  ]);
});

test('a suppressed recipient holds nothing any more', async () => {
  const { story } = await play({
    until: at(24),
    tasks: [failing('acmeCo/a', { owners: [ANA, BOB] })],
    events: [{ at: at(21, 2), type: 'mail-event', recipient: BOB, event: 'bounce' }, undo(at(22))],
  });
  expect(news(story).filter((line) => line.includes('enabled'))).toEqual([
    `T+22d mail ${ANA}: enabled acmeCo/a #1`,
  ]);
});

test('what its owner enabled again is no undoing of ours', async () => {
  const { story } = await play({ until: at(24), events: [published(at(22), true)] });
  expect(news(story)).toEqual([`T+21d+ mail ${ANA}: disabled acmeCo/a #1`]);
});

test.each([
  ['off again', published(at(23), false)],
  ['deleted', { at: at(23), type: 'deleted', task: 'acmeCo/a' }],
])('enabled that waits for SES is not mailed where the task is %s by then', async (_, event) => {
  const { story } = await play({ until: at(26), events: [sesIsAway(at(21, 2), '3d'), undo(at(22)), event] });
  expect(news(story)).toEqual([`T+21d+ mail ${ANA}: disabled acmeCo/a #1`]);
});

test('disabled that waits for SES gives way to the undoing', async () => {
  const { story } = await play({ until: at(26), events: [sesIsAway(at(20, 12), '2d'), undo(at(21, 12))] });
  expect(news(story)).toHaveLength(1);
  expect(news(story)[0]).toMatch(/^T\+22d12h.*mail ana@acme.test: enabled acmeCo\/a #1$/);
});

test('a whole run that is undone stands in one mail', async () => {
  const { story } = await play({
    until: at(23),
    tasks: [failing('acmeCo/a'), failing('acmeCo/b')],
    events: [{ at: at(22), type: 'operator', action: 'undo', of: at(21) }],
  });
  expect(news(story)).toEqual([
    `T+21d+ mail ${ANA}: disabled acmeCo/a #1, disabled acmeCo/b #1`,
    `T+22d mail ${ANA}: enabled acmeCo/a #1, enabled acmeCo/b #1`,
  ]);
});
