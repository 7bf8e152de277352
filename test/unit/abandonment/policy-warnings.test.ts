import { describe, expect, test } from 'vitest';
import type { PolicyDocument } from '../../../functions/abandonment/policy.ts';
import { PolicyBook } from '../../../functions/abandonment/policy-book.ts';
import { idlePolicies } from '../../../functions/abandonment/policy-warnings.ts';
import { DAY, type Duration, MINUTE } from '../../../functions/abandonment/time.ts';

/** What is said once the policy of a scope was changed, with a scan each quarter of an hour. */
function warnings(
  documents: Record<string, PolicyDocument>,
  scope: string,
  scanEvery: Duration = 15 * MINUTE,
) {
  return idlePolicies(PolicyBook.fromDocuments(new Map(Object.entries(documents))), scope, scanEvery);
}

const never = (lead: string, grace: string, from: string) =>
  `reminders: a lead of ${lead} is not shorter than the grace of ${grace} (disableAfter, from ${from}); it is never due`;
const short = (lead: string, period: string) =>
  `reminders: a lead of ${lead} is shorter than scanEvery (${period}); no scan may find it due`;

test('a policy of which all can act needs no warning', () => {
  expect(warnings({}, '')).toEqual([]);
  expect(warnings({ '': { mode: 'disable' }, 'a/': { reminders: ['6d', '15m'] } }, 'a/')).toEqual([]);
});

describe('a lead that is not shorter than the grace', () => {
  test('is named with the grace, and where that comes from', () => {
    expect(warnings({ '': { reminders: ['7d', '1d'] } }, '')).toEqual([never('7d', '7d', 'default')]);
    expect(warnings({ '': { disableAfter: '36h' } }, '')).toEqual([never('3d', '36h', 'global')]);
    expect(warnings({ '': { disableAfter: '2d' }, 'a/': { reminders: ['3d', '2d', '47h'] } }, 'a/')).toEqual([
      never('3d', '2d', 'global'),
      never('2d', '2d', 'global'),
    ]);
  });

  test('is named once, where it is written, and not where it is only inherited', () => {
    const documents = { '': { reminders: ['8d'] }, 'a/': { mode: 'notify' }, 'a/b': { keepMax: '9d' } };
    expect(warnings(documents, '')).toEqual([never('8d', '7d', 'default')]);
    expect(warnings(documents, 'a/')).toEqual([]);
    expect(warnings(documents, 'a/b')).toEqual([]);
  });

  test('of a narrower scope is named with it, where a change around it makes it so', () => {
    const documents = {
      'acme/': { disableAfter: '2d', reminders: ['1d'] },
      'acme/prod/': { reminders: ['3d'] },
      'acme/prod/a': { disableAfter: '12h' },
      'acme/x': { disableAfter: '4d', reminders: ['5d'] },
      'acmeCo/y': { reminders: ['9d'] },
      'b/': { reminders: ['9d'] },
    };
    expect(warnings(documents, 'acme/')).toEqual([`"acme/prod/": ${never('3d', '2d', 'acme/')}`]);
    expect(warnings(documents, 'acme/prod/')).toEqual([
      never('3d', '2d', 'acme/'),
      `"acme/prod/a": ${never('3d', '12h', 'acme/prod/a')}`,
    ]);
    // Nothing global is written, and all of it was idle before.
    expect(warnings(documents, '')).toEqual([]);
  });

  test('of each scope is named after a change of the global grace', () => {
    const documents = {
      '': { disableAfter: '2d', reminders: [] },
      'a/': { reminders: ['3d'] },
      b: { reminders: ['4d'] },
    };
    expect(warnings(documents, '')).toEqual([
      `"a/": ${never('3d', '2d', 'global')}`,
      `"b": ${never('4d', '2d', 'global')}`,
    ]);
  });

  test('of another task whose id begins as that of the changed one is none of its', () => {
    const documents = { 'acme/a': { disableAfter: '2d', reminders: [] }, 'acme/a/b': { reminders: ['9d'] } };
    expect(warnings(documents, 'acme/a')).toEqual([]);
  });
});

describe('a lead that is shorter than the time between two scans', () => {
  test('is named with that time', () => {
    expect(warnings({ 'a/': { reminders: ['15m', '14m'] } }, 'a/')).toEqual([short('14m', '15m')]);
  });

  test('is named where scans are made rarer, and not where it is only inherited', () => {
    const documents = { '': { scanEvery: '2d' }, 'a/': { mode: 'notify' } };
    expect(warnings(documents, '', 2 * DAY)).toEqual([short('1d', '2d')]);
    expect(warnings(documents, 'a/', 2 * DAY)).toEqual([]);
  });

  test('stands behind the one that is too long', () => {
    expect(warnings({ 'a/': { reminders: ['14m', '9d'] } }, 'a/')).toEqual([
      never('9d', '7d', 'default'),
      short('14m', '15m'),
    ]);
  });
});

describe('quiet days', () => {
  const zone = 'UTC';
  const everyDay = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  const all = 'quietDays: every day of the week is quiet; nothing is ever disabled';
  const none = 'quietDays: they name no day';

  test.each([
    ['all of the week', { weekdays: everyDay, zone }, [all]],
    ['all of the week, and dates', { weekdays: everyDay, dates: ['2026-12-25'], zone }, [all]],
    ['no weekday', { weekdays: [], zone }, [none]],
    ['no date', { dates: [], zone }, [none]],
    ['neither', { weekdays: [], dates: [], zone }, [none]],
    ['one weekday', { weekdays: ['Sun'], dates: [], zone }, []],
    ['one date', { weekdays: [], dates: ['2026-12-25'], zone }, []],
    ['six days', { weekdays: everyDay.slice(1), zone }, []],
    ['none at all, by the default', null, []],
  ])('that are %s', (_, quietDays, expected) => {
    expect(warnings({ '': { quietDays } }, '')).toEqual(expected);
    expect(warnings({ 'a/': { quietDays } }, 'a/')).toEqual(expected);
  });

  test('are named where they are written alone', () => {
    const documents = {
      '': { quietDays: { weekdays: [], zone } },
      'a/': { mode: 'notify' },
      'b/': { quietDays: { dates: [], zone } },
    };
    expect(warnings(documents, '')).toEqual([none]);
    expect(warnings(documents, 'a/')).toEqual([]);
  });
});

describe('the reminder of what is still off', () => {
  const late = (lead: string) =>
    `stillOff: ${lead} before the end of 90d is within a day of the disabling; ` +
    'it is due only where the owning system says that a task can be enabled as it was for longer';

  test('is idle where it would come less than a day after the disabling', () => {
    expect(warnings({ '': { stillOff: '89d' } }, '')).toEqual([]);
    expect(warnings({ '': { stillOff: '2137h' } }, '')).toEqual([late('2137h')]);
    expect(warnings({ 'a/': { stillOff: '90d' } }, 'a/')).toEqual([late('90d')]);
    expect(warnings({ 'a/': { stillOff: null } }, 'a/')).toEqual([]);
  });

  test('is named where it is written alone', () => {
    const documents = { '': { stillOff: '90d' }, 'a/': { mode: 'notify' }, 'b/': { stillOff: '95d' } };
    expect(warnings(documents, '')).toEqual([late('90d')]);
    expect(warnings(documents, 'a/')).toEqual([]);
  });
});
