import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

const ANA = 'ana@acme.test';
const published = (when: string, by: string, more: object = {}) => ({
  at: when,
  type: 'published',
  task: 'acmeCo/a',
  by,
  ...more,
});
/** A system enables it again. */
const revert = (when: string) => published(when, 'system', { enabled: true });
const shards = (when: string, status: string) => ({
  at: when,
  type: 'shards',
  task: 'acmeCo/a',
  shards: [{ id: '0', status }],
});
const operator = (when: string, action: string, of = 'acmeCo/a') => ({
  at: when,
  type: 'operator',
  action,
  of,
});

/** What follows the disabling of T+21d. */
const after = async (until: string, events: object[], more: object = {}) => {
  const { story } = await play({ until, events, ...more });
  return story.slice(story.findIndex((line) => line.includes('mail ana@acme.test: disabled')) + 1);
};
const DISABLED_AGAIN = /disabled acmeCo\/a #2 due/;

test('what a system enables again is held, and operators are told at once and each week', async () => {
  expect(await after(at(60), [revert(at(22, 0.5))])).toEqual([
    'T+22d1h operators disable-reverted acmeCo/a',
    'T+29d1h operators disable-reverted acmeCo/a',
    'T+36d1h fired acmeCo/a #2 since T+22d30m (disable)',
    'T+36d1h held acmeCo/a #2 reverted',
    'T+36d1h operators disable-reverted acmeCo/a',
    'T+43d1h operators disable-reverted acmeCo/a',
    'T+50d1h operators disable-reverted acmeCo/a',
    'T+57d1h operators disable-reverted acmeCo/a',
  ]);
});

test.each([
  ['seven days after our disabling it is a reversal', at(28), false],
  ['a moment later it is none', '2026-01-29T00:00:01Z', true],
])('%s', async (_, when, warned) => {
  const story = await after(at(45), [revert(when)]);
  expect(story.some((line) => line.includes('warning acmeCo/a #2'))).toBe(warned);
  expect(story.some((line) => line.includes('disable-reverted'))).toBe(!warned);
});

test('what a user enables again is no reversal', async () => {
  const story = await after(at(39), [published(at(22), 'user', { enabled: true })]);
  expect(story).toEqual([
    'T+36d fired acmeCo/a #2 since T+22d (disable)',
    `T+36d mail ${ANA}: warning acmeCo/a #2 until T+43d`,
  ]);
});

test('nor is what an operator has enabled again', async () => {
  const story = await after(at(39), [operator(at(22), 'undo')]);
  expect(story).toEqual([
    'T+22d enabled acmeCo/a by operator',
    `T+22d mail ${ANA}: enabled acmeCo/a #1`,
    'T+36d fired acmeCo/a #2 since T+22d (disable)',
    `T+36d mail ${ANA}: warning acmeCo/a #2 until T+43d`,
  ]);
});

test('what a system disables and enables again by itself is none either', async () => {
  const { story } = await play({
    until: at(30),
    events: [published(at(10), 'system', { enabled: false }), revert(at(11))],
  });
  expect(story[1]).toBe(`T+25d mail ${ANA}: warning acmeCo/a #1 until T+32d`);
});

test('a publication by a system that changes nothing of it does not end it', async () => {
  const story = await after(at(40), [revert(at(22)), published(at(23), 'system')]);
  expect(story.slice(-2)).toEqual([
    'T+36d held acmeCo/a #2 reverted',
    'T+36d operators disable-reverted acmeCo/a',
  ]);
});

test('it ends when a user publishes: no more is mailed, and after the veto it is warned about', async () => {
  const story = await after(at(57), [revert(at(22)), published(at(38), 'user')]);
  expect(story.slice(2)).toEqual([
    'T+36d fired acmeCo/a #2 since T+22d (disable)',
    'T+36d held acmeCo/a #2 reverted',
    'T+36d operators disable-reverted acmeCo/a',
    'T+38d resolved acmeCo/a #2 user-published',
    'T+38d held acmeCo/a #null user-published',
    'T+52d fired acmeCo/a #3 since T+22d (disable)',
    `T+52d mail ${ANA}: warning acmeCo/a #3 until T+59d`,
    `T+56d mail ${ANA}: reminder acmeCo/a #3 until T+59d`,
  ]);
});

test('it ends when the task recovers: what fails anew is warned about and disabled', async () => {
  const story = await after(at(46), [revert(at(22)), shards(at(23), 'PRIMARY'), shards(at(24), 'FAILED')]);
  expect(story.filter((line) => !line.includes('reminder'))).toEqual([
    'T+22d operators disable-reverted acmeCo/a',
    'T+38d fired acmeCo/a #2 since T+24d (disable)',
    `T+38d mail ${ANA}: warning acmeCo/a #2 until T+45d`,
    'T+45d disabled acmeCo/a #2 due T+45d',
    'T+45d resolved acmeCo/a #2 disabled',
    `T+45d+ mail ${ANA}: disabled acmeCo/a #2`,
  ]);
});

test('a recovery while it is held ends the episode and the hold', async () => {
  const story = await after(at(56), [revert(at(22)), shards(at(40), 'PRIMARY'), shards(at(41), 'FAILED')]);
  expect(story.slice(5)).toEqual([
    'T+40d resolved acmeCo/a #2 recovered',
    'T+55d fired acmeCo/a #3 since T+41d (disable)',
    `T+55d mail ${ANA}: warning acmeCo/a #3 until T+62d`,
  ]);
});

test('it ends when the task is disabled, by whomever: enabled again it is none of ours', async () => {
  const story = await after(at(40), [
    revert(at(22)),
    published(at(23), 'system', { enabled: false }),
    revert(at(24)),
  ]);
  expect(story).toEqual([
    'T+22d operators disable-reverted acmeCo/a',
    'T+38d fired acmeCo/a #2 since T+24d (disable)',
    `T+38d mail ${ANA}: warning acmeCo/a #2 until T+45d`,
  ]);
});

test('it ends when the task is deleted', async () => {
  const { lastPrimaryAt, createdAt, ...task } = failing('acmeCo/a');
  const story = await after(at(40), [
    revert(at(22)),
    { at: at(23), type: 'deleted', task: 'acmeCo/a' },
    { at: at(24), type: 'created', task },
  ]);
  expect(story).toEqual([
    'T+22d operators disable-reverted acmeCo/a',
    'T+38d fired acmeCo/a #2 since T+24d (disable)',
    `T+38d mail ${ANA}: warning acmeCo/a #2 until T+45d`,
  ]);
});

test('an operator ends it: with the next scan it is warned about, with a full grace', async () => {
  const story = await after(at(49), [revert(at(22)), operator(at(40, 0.5), 'dismiss')]);
  expect(story.slice(5)).toEqual([
    `T+40d1h mail ${ANA}: warning acmeCo/a #2 until T+47d1h`,
    `T+44d1h mail ${ANA}: reminder acmeCo/a #2 until T+47d1h`,
    `T+46d1h mail ${ANA}: reminder acmeCo/a #2 until T+47d1h`,
    'T+47d1h disabled acmeCo/a #2 due T+47d1h',
    'T+47d1h resolved acmeCo/a #2 disabled',
    `T+47d1h+ mail ${ANA}: disabled acmeCo/a #2`,
  ]);
});

test('dismissed before its threshold it is as any other', async () => {
  const story = await after(at(37), [revert(at(22)), operator(at(25), 'dismiss')]);
  expect(story).toEqual([
    'T+22d operators disable-reverted acmeCo/a',
    'T+36d fired acmeCo/a #2 since T+22d (disable)',
    `T+36d mail ${ANA}: warning acmeCo/a #2 until T+43d`,
  ]);
});

test('to dismiss a task of which nothing was reverted changes nothing', async () => {
  const { story } = await play({ until: at(15), events: [operator(at(14, 12), 'dismiss')] });
  expect(story).toHaveLength(2);
});

test('each round of two machines is told, and none is mailed', async () => {
  const story = await after(at(52), [
    revert(at(22)),
    operator(at(30), 'dismiss'),
    // Warned at T+36d, disabled at T+43d, and enabled again.
    revert(at(44)),
  ]);
  expect(story.filter((line) => line.includes('operators'))).toEqual([
    'T+22d operators disable-reverted acmeCo/a',
    'T+29d operators disable-reverted acmeCo/a',
    'T+44d operators disable-reverted acmeCo/a',
    'T+51d operators disable-reverted acmeCo/a',
  ]);
  expect(story.some((line) => DISABLED_AGAIN.test(line))).toBe(true);
  expect(story.filter((line) => line.includes('#3'))).toEqual([]);
});

test('below mode disable nobody is notified either; in mode detect there is no hold', async () => {
  const lower = (stage: string) => ({ at: at(23), type: 'policy', scope: '', set: { stage } });
  const notify = await after(at(40), [revert(at(22)), lower('notify')]);
  expect(notify.slice(2)).toEqual([
    'T+36d fired acmeCo/a #2 since T+22d (notify)',
    'T+36d held acmeCo/a #2 reverted',
    'T+36d operators disable-reverted acmeCo/a',
  ]);
  const detect = await after(at(40), [revert(at(22)), lower('detect')]);
  expect(detect.slice(2)).toEqual([
    'T+36d fired acmeCo/a #2 since T+22d (detect)',
    'T+36d operators disable-reverted acmeCo/a',
  ]);
});

test('a keep goes before it, and it goes before an owner whom nothing reaches', async () => {
  const kept = await after(at(45), [
    revert(at(22)),
    { at: at(30), type: 'action', task: 'acmeCo/a', by: ANA, action: 'keep', for: '10d' },
  ]);
  expect(kept.filter((line) => !line.includes('operators'))).toEqual([
    'T+36d held acmeCo/a #null kept',
    'T+40d fired acmeCo/a #2 since T+22d (disable)',
    'T+40d held acmeCo/a #2 reverted',
  ]);
  const unreachable = await after(at(40), [
    revert(at(22)),
    { at: at(23), type: 'mail-event', recipient: ANA, event: 'bounce' },
  ]);
  expect(unreachable).toContain('T+36d held acmeCo/a #2 reverted');
  expect(unreachable.some((line) => line.includes('no-reachable-owner'))).toBe(false);
});

test('what its owner had disabled and a system enables again is a reversal, too', async () => {
  const disable = { at: at(16), type: 'action', task: 'acmeCo/a', by: ANA, action: 'disable' };
  const story = await after(at(32), [disable, revert(at(17))]);
  expect(story).toEqual([
    'T+17d operators disable-reverted acmeCo/a',
    'T+24d operators disable-reverted acmeCo/a',
    'T+31d fired acmeCo/a #2 since T+17d (disable)',
    'T+31d held acmeCo/a #2 reverted',
    'T+31d operators disable-reverted acmeCo/a',
  ]);
});

test('an owner may disable what is held', async () => {
  const disable = { at: at(38), type: 'action', task: 'acmeCo/a', by: ANA, action: 'disable' };
  const story = await after(at(39), [revert(at(22)), disable]);
  expect(story.slice(5)).toEqual([
    'T+38d disabled acmeCo/a #2 due null',
    'T+38d resolved acmeCo/a #2 disabled-by-owner',
    `T+38d+ mail ${ANA}: disabled acmeCo/a #2`,
  ]);
});
