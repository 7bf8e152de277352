import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

const warned = (story: string[]) =>
  story.filter((line) => line.includes('warning')).map((line) => line.split(':')[0]);

/** A task that fails since some days before `T`: it fires with the first scan. */
const old = (id: string, daysBefore: number, ...owners: string[]) =>
  failing(id, { owners: owners.map((name) => `${name}@acme.test`), lastPrimaryAt: at(-daysBefore) });

test('the warm-up limit admits by the oldest alert, then by what fails longest, by task and by address', async () => {
  const { story } = await play({
    until: at(5),
    policy: { mode: 'notify', rampPerDay: 2 },
    tasks: [
      // Fires half a day later than the others, though its owner comes first by name and hash.
      failing('a/late', { owners: ['aaa@acme.test'], lastPrimaryAt: at(-13.5) }),
      old('b/6', 15, 'dan', 'cyd'),
      old('b/5', 15, 'ana'),
      old('b/4', 16, 'cem'),
      old('b/3', 16, 'bob'),
      old('b/2', 20, 'zed'),
    ],
  });
  expect(warned(story)).toEqual([
    'T+0d mail zed@acme.test',
    'T+0d mail bob@acme.test',
    'T+1d mail cem@acme.test',
    'T+1d mail ana@acme.test',
    'T+2d mail cyd@acme.test',
    'T+2d mail dan@acme.test',
    'T+3d mail aaa@acme.test',
  ]);
});

test('one who waits for a place still hears what the warm-up limit does not count', async () => {
  const { story } = await play({
    until: at(24),
    policy: { mode: 'disable', rampPerDay: 1, reminders: ['1d'] },
    tasks: [
      failing('acmeCo/a'),
      // Ana's second alert and Bob's first fire together, when no warning went to Ana for days.
      failing('acmeCo/b', { owners: ['bob@acme.test'], lastPrimaryAt: at(6) }),
      failing('acmeCo/c', { lastPrimaryAt: at(6, 1) }),
    ],
  });
  expect(story.filter((line) => line.includes('mail')).sort()).toEqual([
    'T+14d mail ana@acme.test: warning acmeCo/a #1 until T+21d',
    'T+20d mail ana@acme.test: reminder acmeCo/a #1 until T+21d',
    'T+20d mail bob@acme.test: warning acmeCo/b #1 until T+27d',
    // No place was left for Ana a day ago.
    'T+21d mail ana@acme.test: warning acmeCo/c #1 until T+28d',
    'T+21d+ mail ana@acme.test: disabled acmeCo/a #1',
  ]);
});

test('who is delayed by digestEvery takes no place, and has one when they may be mailed again', async () => {
  const scenario = {
    until: at(21),
    scanEvery: '1h',
    tasks: [
      failing('acmeCo/a'),
      // Fires at T+20d1h, half an hour before Ana may be mailed again.
      failing('acmeCo/b', { lastPrimaryAt: at(6, 1) }),
      failing('acmeCo/c', { owners: ['bob@acme.test'], lastPrimaryAt: at(6, 1) }),
    ],
  };
  const policy = { mode: 'disable', digestEvery: '90m', reminders: ['1d'] };
  const slow = await play({ ...scenario, policy: { ...policy, rampPerDay: 1 } });
  expect(warned(slow.story)).toEqual(['T+14d mail ana@acme.test', 'T+20d1h mail bob@acme.test']);
  const two = await play({ ...scenario, policy: { ...policy, rampPerDay: 2 } });
  expect(warned(two.story)).toEqual([
    'T+14d mail ana@acme.test',
    'T+20d1h mail bob@acme.test',
    'T+20d1h30m mail ana@acme.test',
  ]);
});
