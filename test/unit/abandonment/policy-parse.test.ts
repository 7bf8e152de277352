import { describe, expect, it } from 'vitest';
import type { PolicyDocument } from '../../../functions/abandonment/policy.ts';
import {
  keyOf,
  parsePolicy,
  unannounced,
  withKeyNames,
  withKeysSet,
} from '../../../functions/abandonment/policy-parse.ts';
import { isZone } from '../../../functions/abandonment/policy-values.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/abandonment/time.ts';

function accepted(document: unknown, scope = '', production = true): Record<string, unknown> {
  const result = parsePolicy(scope, document, { production });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.policy;
}

/** `path: message` of each problem. */
function refused(document: unknown, scope = '', production = true): string[] {
  const result = parsePolicy(scope, document, { production });
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('a policy as written', () => {
  it('reads every global key', () => {
    expect(
      accepted({
        mode: 'disable',
        warnAfter: '30d',
        disableAfter: 'P14D',
        reminders: ['1d', '3d'],
        publicationVeto: '0s',
        aliveStatuses: ['PRIMARY', 'BACKFILL', 'PRIMARY'],
        recoveryMail: true,
        keepMax: '12h',
        quietHours: { from: '22:00', to: '06:00', zone: 'Europe/Berlin' },
        quietDays: { weekdays: ['Sat', 'Sun', 'Sat'], dates: ['2026-12-26', '2026-12-25'], zone: 'UTC' },
        scanEvery: '90s',
        digestEvery: 'PT30M',
        evidenceMaxAge: '2d',
        silentAfter: '20m',
        correlatedShare: 1,
        correlatedWindow: '2h',
        blastRadius: { perRun: 1, perDay: 2, share: 0.25, shareFloor: 0 },
        rampPerDay: 1,
        settleAfter: '10m',
      }),
    ).toEqual({
      mode: 'disable',
      warnAfter: 30 * DAY,
      disableAfter: 14 * DAY,
      reminders: [3 * DAY, DAY],
      publicationVeto: 0,
      aliveStatuses: ['PRIMARY', 'BACKFILL'],
      recoveryMail: true,
      keepMax: 12 * HOUR,
      quietHours: { from: '22:00', to: '06:00', zone: 'Europe/Berlin' },
      quietDays: { weekdays: ['Sat', 'Sun'], dates: ['2026-12-25', '2026-12-26'], zone: 'UTC' },
      scanEvery: 90 * SECOND,
      digestEvery: 30 * MINUTE,
      evidenceMaxAge: 48 * HOUR,
      silentAfter: 20 * MINUTE,
      correlatedShare: 1,
      correlatedWindow: 2 * HOUR,
      blastRadius: { perRun: 1, perDay: 2, share: 0.25, shareFloor: 0 },
      rampPerDay: 1,
      settleAfter: 10 * MINUTE,
    });
  });

  it('keeps null for each leaf, of the blast radius too', () => {
    expect(accepted({ warnAfter: null, quietHours: null, blastRadius: { share: null } })).toEqual({
      warnAfter: null,
      quietHours: null,
      blastRadius: { share: null },
    });
    expect(accepted({ blastRadius: null })).toEqual({ blastRadius: null });
  });

  it('refuses an unknown key and names the nearest known one', () => {
    const [problem, ...others] = refused({ warnafer: '14d' });
    expect(others).toEqual([]);
    expect(problem).toMatch(/^warnafer: unknown key "warnafer"; did you mean "warnAfter"\?/);
    expect(refused({ colour: 'red' })[0]).toMatch(/^colour: unknown key "colour"; allowed are "mode"/);
  });

  it('refuses keys that every object has by itself', () => {
    expect(refused({ constructor: '14d' })[0]).toMatch(/unknown key "constructor"/);
    expect(refused(JSON.parse('{"__proto__": {}}'))[0]).toMatch(/unknown key "__proto__"/);
    expect(refused({ blastRadius: { toString: 1 } })[0]).toMatch(/^blastRadius\.toString: unknown key/);
  });

  it.each(['acmeCo/', 'acmeCo/a'])('refuses global keys at %s', (scope) => {
    expect(refused({ scanEvery: '1h', blastRadius: { perRun: 1 }, mode: 'notify' }, scope)).toEqual([
      `scanEvery: can be set globally only, not for "${scope}"`,
      `blastRadius: can be set globally only, not for "${scope}"`,
    ]);
    expect(refused({ rampPerDay: null }, scope)).toHaveLength(1);
  });

  it.each([
    ['warnAfter', '0s', 'too short'],
    ['warnAfter', '-3d', 'is negative'],
    ['warnAfter', '-P3D', 'is negative'],
    ['warnAfter', 14, 'is 14; durations are text'],
    ['warnAfter', '14 days', 'durations are text'],
    ['warnAfter', 'P1M', 'durations are text'],
    ['warnAfter', '0.5ms', 'not a whole number'],
    ['warnAfter', '36501d', 'too long'],
    ['keepMax', '0d', 'too short'],
    ['publicationVeto', '-1s', 'is negative'],
    ['scanEvery', '59s', '1m or more'],
    ['digestEvery', '0m', 'too short'],
    ['correlatedShare', 0, 'share'],
    ['correlatedShare', 1.01, 'share'],
    ['correlatedShare', '0.5', 'share'],
    ['rampPerDay', 0, 'whole numbers from 1'],
    ['rampPerDay', 1.5, 'whole numbers from 1'],
    ['recoveryMail', 'yes', 'true and false'],
    ['mode', 'warn', '"detect", "notify", "disable"'],
    ['mode', 'Disable', '"detect", "notify", "disable"'],
    ['aliveStatuses', [], 'empty list'],
    ['aliveStatuses', 'PRIMARY', 'at least one of'],
    ['blastRadius', 5, 'allowed is an object'],
    ['blastRadius', [], 'allowed is an object'],
  ])('refuses %s of %j', (key, value, reason) => {
    const problems = refused({ [key]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${key}: `));
    expect(problems[0]).toContain(reason);
  });

  it('accepts what lies just inside the limits', () => {
    expect(accepted({ warnAfter: '1ms', scanEvery: '60s', correlatedShare: 0.01 })).toEqual({
      warnAfter: 1,
      scanEvery: MINUTE,
      correlatedShare: 0.01,
    });
    expect(accepted({ warnAfter: '36500d', publicationVeto: '0d' })).toEqual({
      warnAfter: 36_500 * DAY,
      publicationVeto: 0,
    });
  });

  it('refuses a grace under a day outside local and dev only', () => {
    expect(refused({ disableAfter: '23h' })[0]).toMatch(/^disableAfter: "23h" is too short; .* 1d or more$/);
    expect(refused({ disableAfter: '86399999ms' })).toHaveLength(1);
    expect(accepted({ disableAfter: '24h' })).toEqual({ disableAfter: DAY });
    expect(accepted({ disableAfter: '5m' }, '', false)).toEqual({ disableAfter: 5 * MINUTE });
    expect(refused({ disableAfter: '0s' }, '', false)).toHaveLength(1);
    expect(refused({ disableAfter: '0s' })).toHaveLength(1);
    expect(accepted({ disableAfter: null })).toEqual({ disableAfter: null });
  });

  it.each([true, false])(
    'refuses a grace of over a hundred years, also where production is %s',
    (production) => {
      expect(refused({ disableAfter: '36501d' }, '', production)).toEqual([
        'disableAfter: "36501d" is too long; allowed are 36500d or less',
      ]);
      expect(accepted({ disableAfter: '36500d' }, '', production)).toEqual({ disableAfter: 36_500 * DAY });
    },
  );

  it('says once what is wrong with a grace that is none', () => {
    expect(refused({ disableAfter: 7 })).toEqual([
      expect.stringMatching(/^disableAfter: is 7; durations are text/),
    ]);
  });

  it('finds all that is wrong at once', () => {
    expect(refused({ warnAfter: '0d', blastRadius: { perRun: 0, perDay: 0.5 }, x: 1 })).toEqual([
      'warnAfter: "0d" is too short; allowed is more than zero',
      'blastRadius.perRun: is 0; allowed are whole numbers from 1',
      'blastRadius.perDay: is 0.5; allowed are whole numbers from 1',
      expect.stringMatching(/^x: unknown key/),
    ]);
  });

  it.each([null, [], 'stage', 3])('refuses %j as a policy', (document) => {
    expect(refused(document)[0]).toContain('a policy is an object of keys');
  });

  it('says what is wrong on one line, however the value looks', () => {
    const [problem] = refused({ mode: `a\nb\u2028c${'x'.repeat(500)}` });
    expect(problem).not.toMatch(/[\n\u2028]/);
    expect(problem?.length).toBeLessThan(200);
  });
});

describe('alive statuses', () => {
  it('are each one of a shard: what never comes would let nothing ever count as alive', () => {
    const allowed = 'allowed are "PRIMARY", "BACKFILL", "STANDBY", "PENDING", "FAILED", "IDLE"';
    expect(refused({ aliveStatuses: ['PRIMRY'] })).toEqual([`aliveStatuses[0]: is "PRIMRY"; ${allowed}`]);
    expect(refused({ aliveStatuses: ['PRIMARY', 'primary', 3] }, 'a/')).toEqual([
      `aliveStatuses[1]: is "primary"; ${allowed}`,
      `aliveStatuses[2]: is 3; ${allowed}`,
    ]);
  });
});

describe('reminders', () => {
  it('may be none, ten, and longer than the grace', () => {
    expect(accepted({ reminders: [] })).toEqual({ reminders: [] });
    const ten = Array.from({ length: 10 }, (_, place) => `${place + 1}h`);
    expect(accepted({ reminders: ten }).reminders).toHaveLength(10);
    expect(accepted({ disableAfter: '2d', reminders: ['9d'] }).reminders).toEqual([9 * DAY]);
  });

  it('are refused when eleven, zero, repeated or no list', () => {
    const eleven = Array.from({ length: 11 }, (_, place) => `${place + 1}h`);
    expect(refused({ reminders: eleven })).toEqual(['reminders: has 11 reminders; allowed are 10']);
    expect(refused({ reminders: ['1d', '0d'] })[0]).toMatch(/^reminders\[1\]: "0d" is too short/);
    expect(refused({ reminders: ['3d', '72h'] })).toEqual([
      'reminders[1]: "72h" is there twice; each lead is allowed once',
    ]);
    expect(refused({ reminders: '3d' })[0]).toMatch(/^reminders: /);
  });
});

describe('quiet hours', () => {
  const good = { from: '22:00', to: '06:00', zone: 'UTC' };

  it.each([
    [{ ...good, from: '24:00' }, 'quietHours.from: is "24:00"'],
    [{ ...good, from: '9:00' }, 'quietHours.from: is "9:00"'],
    [{ ...good, to: '23:60' }, 'quietHours.to: is "23:60"'],
    [{ ...good, to: '22:00' }, 'quietHours.to: is "22:00" as is from'],
    [{ ...good, zone: 'Europe/Atlantis' }, 'quietHours.zone: is "Europe/Atlantis"'],
    [{ ...good, zone: '+01:00' }, 'quietHours.zone: is "+01:00"'],
    [{ from: '22:00', to: '06:00' }, 'quietHours.zone: is missing'],
    [{ ...good, days: [] }, 'quietHours.days: unknown key'],
    ['22:00-06:00', 'quietHours: is "22:00-06:00"'],
    [{ ...good, from: '022:00' }, 'quietHours.from: is "022:00"; a time of day is text from "00:00"'],
    [{ ...good, from: '22:00:00' }, 'quietHours.from: is "22:00:00"'],
    [{ ...good, from: '22:000' }, 'quietHours.from: is "22:000"'],
    [{ ...good, from: ' 22:00' }, 'quietHours.from: is " 22:00"'],
    [{ ...good, to: '06:00 ' }, 'quietHours.to: is "06:00 "'],
    [{ ...good, to: 'at 06:00' }, 'quietHours.to: is "at 06:00"'],
    [{ ...good, to: '06:00h' }, 'quietHours.to: is "06:00h"'],
    [{ ...good, to: '06-00' }, 'quietHours.to: is "06-00"'],
    [{ ...good, to: 6 }, 'quietHours.to: is 6'],
  ])('of %j are refused', (quietHours, reason) => {
    const problems = refused({ quietHours });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(reason);
  });
});

describe('a time of day', () => {
  it.each(['00:00', '09:59', '19:00', '20:00', '23:59'])('may be %s', (from) => {
    const quietHours = { from, to: '05:01', zone: 'UTC' };
    expect(accepted({ quietHours })).toEqual({ quietHours });
  });
});

describe('quiet days', () => {
  it('may be 400 dates', () => {
    const dates = Array.from({ length: 400 }, (_, place) => new Date(place * DAY).toISOString().slice(0, 10));
    expect(accepted({ quietDays: { dates, zone: 'UTC' } })).toEqual({ quietDays: { dates, zone: 'UTC' } });
  });

  it('may leave one of the lists out, and name no day', () => {
    const weekdays = { weekdays: ['Mon'], zone: 'Europe/Berlin' };
    const dates = { dates: ['2028-02-29'], zone: 'Europe/Berlin' };
    expect(accepted({ quietDays: weekdays }, 'a/b')).toEqual({ quietDays: weekdays });
    expect(accepted({ quietDays: dates })).toEqual({ quietDays: dates });
    expect(accepted({ quietDays: { dates: [], zone: 'UTC' } })).toEqual({
      quietDays: { dates: [], zone: 'UTC' },
    });
  });

  it.each([
    [{ zone: 'UTC' }, 'quietDays: has neither weekdays nor dates'],
    [{ weekdays: ['Sat'] }, 'quietDays.zone: is missing; allowed are IANA time zones'],
    [{ weekdays: ['Sat'], zone: 'Mars/Base' }, 'quietDays.zone: is "Mars/Base"'],
    [{ weekdays: ['Saturday'], zone: 'UTC' }, 'quietDays.weekdays[0]: is "Saturday"; allowed are "Mon"'],
    [{ weekdays: ['Mon', 'sat'], zone: 'UTC' }, 'quietDays.weekdays[1]: is "sat"'],
    [{ weekdays: 'Sat', zone: 'UTC' }, 'quietDays.weekdays: is "Sat"; allowed is a list of "Mon"'],
    [{ weekdays: null, zone: 'UTC' }, 'quietDays.weekdays: is null'],
    [
      { dates: ['2026-02-29'], zone: 'UTC' },
      'quietDays.dates[0]: is "2026-02-29"; allowed are dates such as',
    ],
    [{ dates: ['2026-1-1'], zone: 'UTC' }, 'quietDays.dates[0]: is "2026-1-1"'],
    [{ dates: ['25.12.2026'], zone: 'UTC' }, 'quietDays.dates[0]: is "25.12.2026"'],
    [{ dates: [20261225], zone: 'UTC' }, 'quietDays.dates[0]: is 20261225'],
    [
      { dates: Array(401).fill('2026-12-25'), zone: 'UTC' },
      'quietDays.dates: has 401 entries; allowed are 400',
    ],
    [{ weekdays: ['Sat'], zone: 'UTC', from: '22:00' }, 'quietDays.from: unknown key "from"'],
    [['Sat'], 'quietDays: is a list; allowed is {"weekdays"'],
  ])('of %j are refused', (quietDays, reason) => {
    const problems = refused({ quietDays });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(reason);
  });
});

describe('the key mode', () => {
  it('has stage as its older name', () => {
    expect(accepted({ stage: 'notify' })).toEqual({ mode: 'notify' });
    expect(accepted({ mode: 'notify' })).toEqual({ mode: 'notify' });
    expect(accepted({ mode: 'notify', stage: 'notify' }, 'a/')).toEqual({ mode: 'notify' });
    expect(accepted({ mode: null })).toEqual({ mode: null });
  });

  it.each([
    [
      { mode: 'notify', stage: 'disable' },
      'mode: is "notify", and stage is "disable"; the two are the same key',
    ],
    [{ mode: null, stage: 'disable' }, 'mode: is null, and stage is "disable"; the two are the same key'],
    [{ mode: 'off' }, 'mode: is "off"; allowed are "detect", "notify", "disable"'],
  ])('is refused as %j', (document, problem) => {
    expect(refused(document)).toEqual([problem]);
  });
});

describe('a scope', () => {
  it.each(['', 'acmeCo', 'acmeCo/', 'acmeCo/prod/', 'acmeCo/prod/a b', 'ä/ö', 'x'.repeat(512)])(
    'may be %j',
    (scope) => {
      expect(refused({}, scope)).toEqual([]);
    },
  );

  it.each([
    ['/', 'is empty'],
    ['/acmeCo', 'empty part'],
    ['acmeCo//a', 'empty part'],
    ['acmeCo//', 'empty part'],
    ['acme\nCo', 'line break'],
    ['acme\u2028Co', 'line break'],
    ['acme\u0000Co/', 'control character'],
    ['\ud800', 'well-formed'],
    ['x'.repeat(513), '513 bytes'],
    ['ä'.repeat(257), '514 bytes'],
    [`${'x'.repeat(512)}/`, '513 bytes'],
  ])('cannot be %j', (scope, reason) => {
    const problems = refused({}, scope);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^scope: /);
    expect(problems[0]).toContain(reason);
  });
});

describe('setting keys of a policy', () => {
  it('leaves the other keys and the other leaves of the blast radius', () => {
    const before: PolicyDocument = {
      mode: 'notify',
      warnAfter: '30d',
      blastRadius: { perRun: 5, share: 0.2 },
    };
    expect(withKeysSet(before, { mode: null, blastRadius: { share: 0.3 } })).toEqual({
      mode: null,
      warnAfter: '30d',
      blastRadius: { perRun: 5, share: 0.3 },
    });
    expect(withKeysSet(before, { blastRadius: null }).blastRadius).toBeNull();
  });

  it('takes the blast radius as it is set where there was none', () => {
    expect(withKeysSet({ blastRadius: null }, { blastRadius: { share: 0.3 } })).toEqual({
      blastRadius: { share: 0.3 },
    });
    expect(withKeysSet({ mode: 'notify' }, { blastRadius: { share: 0.3 } })).toEqual({
      mode: 'notify',
      blastRadius: { share: 0.3 },
    });
    expect(withKeysSet({ blastRadius: { share: 0.3 } }, { mode: 'notify' })).toEqual({
      mode: 'notify',
      blastRadius: { share: 0.3 },
    });
  });
});

describe('the names of keys', () => {
  it('are those of today, whichever are written', () => {
    expect(keyOf('stage')).toBe('mode');
    for (const name of ['mode', 'warnAfter', 'constructor']) expect(keyOf(name)).toBe(name);
    expect(withKeyNames({ stage: 'notify', warnAfter: '1d', keepMax: undefined })).toStrictEqual({
      mode: 'notify',
      warnAfter: '1d',
    });
    expect(withKeyNames({ mode: 'notify', stage: 'notify' })).toEqual({ mode: 'notify' });
  });

  it('stay as they are written where two of them contradict each other', () => {
    const document = { mode: 'notify', stage: 'disable' };
    expect(withKeyNames(document)).toBe(document);
  });
});

it('what turns tasks off at a deadline that is never announced is named, with where that is', () => {
  const message = (where: string) =>
    `"disable" needs stopNotice${where}; allowed is a duration such as "1h", or another atDeadline`;
  expect(unannounced('')).toEqual({ path: 'atDeadline', message: message('') });
  expect(unannounced('acmeCo/')).toEqual({ path: 'atDeadline', message: message(' for "acmeCo/"') });
});

describe('what a refusal says', () => {
  const durations = 'durations are text such as "90s", "15m", "12h", "14d" or "P14D"';
  const quiet = '{"from": "22:00", "to": "06:00", "zone": "Europe/Berlin"}';
  const days = '{"weekdays": ["Sat", "Sun"], "dates": ["2026-12-25"], "zone": "Europe/Berlin"}';
  const zones = 'allowed are IANA time zones such as "Europe/Berlin" or "UTC"';
  const times = 'a time of day is text from "00:00" to "23:59"';
  const statuses =
    'allowed is a list of at least one of "PRIMARY", "BACKFILL", "STANDBY", "PENDING", "FAILED", "IDLE"';
  const good = { from: '22:00', to: '06:00', zone: 'UTC' };
  it.each([
    [{ warnAfter: '-3d' }, `warnAfter: "-3d" is negative; ${durations}`],
    [{ warnAfter: '- P3D' }, `warnAfter: "- P3D" is negative; ${durations}`],
    [{ warnAfter: '-soon' }, `warnAfter: is "-soon"; ${durations}`],
    [{ warnAfter: '3-4' }, `warnAfter: is "3-4"; ${durations}`],
    [{ warnAfter: -3 }, `warnAfter: is -3; ${durations}`],
    [{ warnAfter: ['14d'] }, `warnAfter: is a list; ${durations}`],
    [{ quietHours: { ...good, from: ['21:00'] } }, `quietHours.from: is a list; ${times}`],
    [
      { quietDays: { dates: [['2026-12-25']], zone: 'UTC' } },
      'quietDays.dates[0]: is a list; allowed are dates such as "2026-12-25"',
    ],
    [{ warnAfter: '0.5ms' }, 'warnAfter: "0.5ms" is not a whole number of milliseconds'],
    [{ failAfter: '59s' }, 'failAfter: "59s" is too short; allowed is 1m or more'],
    [{ stopNotice: '14m' }, 'stopNotice: "14m" is too short; allowed is 15m or more'],
    [{ atDeadline: 'off' }, 'atDeadline: is "off"; allowed are "nothing", "alert", "disable"'],
    [{ correlatedShare: 2 }, 'correlatedShare: is 2; a share is a number above 0 and not above 1'],
    [{ recoveryMail: 'yes' }, 'recoveryMail: is "yes"; allowed are true and false'],
    [{ rampPerDay: '5' }, 'rampPerDay: is "5"; allowed are whole numbers from 1'],
    [{ reminders: '3d' }, 'reminders: is "3d"; reminders are a list of durations such as ["3d", "1d"]'],
    [{ reminders: ['1d', 'x'] }, `reminders[1]: is "x"; ${durations}`],
    [{ aliveStatuses: 'PRIMARY' }, `aliveStatuses: is "PRIMARY"; ${statuses}`],
    [{ aliveStatuses: [] }, `aliveStatuses: is an empty list; ${statuses}`],
    [{ quietHours: 5 }, `quietHours: is 5; allowed is ${quiet} or null`],
    [
      { quietHours: { ...good, to: '22:00' } },
      'quietHours.to: is "22:00" as is from; the two times of day must differ',
    ],
    [{ quietHours: { ...good, from: '9' } }, `quietHours.from: is "9"; ${times}`],
    [{ quietHours: { from: '22:00', zone: 'UTC' } }, `quietHours.to: is missing; ${times}`],
    [{ quietHours: { ...good, zone: 7 } }, `quietHours.zone: is 7; ${zones}`],
    [
      { quietHours: { ...good, zones: 'UTC' } },
      'quietHours.zones: unknown key "zones"; did you mean "zone"? allowed are "from", "to", "zone"',
    ],
    [{ quietDays: 5 }, `quietDays: is 5; allowed is ${days} or null`],
    [
      { quietDays: { zone: 'UTC' } },
      'quietDays: has neither weekdays nor dates; allowed is to leave one of the two lists out',
    ],
    [
      { quietDays: { weekdays: 5, zone: 'UTC' } },
      'quietDays.weekdays: is 5; allowed is a list of "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"',
    ],
    [
      { quietDays: { weekdays: [5], zone: 'UTC' } },
      'quietDays.weekdays[0]: is 5; allowed are "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"',
    ],
    [
      { quietDays: { dates: 5, zone: 'UTC' } },
      'quietDays.dates: is 5; allowed is a list of dates such as "2026-12-25"',
    ],
    [
      { quietDays: { dates: ['x2026-12-25'], zone: 'UTC' } },
      'quietDays.dates[0]: is "x2026-12-25"; allowed are dates such as "2026-12-25"',
    ],
    [
      { quietDays: { dates: ['2026-12-25T'], zone: 'UTC' } },
      'quietDays.dates[0]: is "2026-12-25T"; allowed are dates such as "2026-12-25"',
    ],
    [
      { quietDays: { dates: ['2026-13-01'], zone: 'UTC' } },
      'quietDays.dates[0]: is "2026-13-01"; allowed are dates such as "2026-12-25"',
    ],
    [
      { quietDays: { dates: [], zone: 'UTC', day: 'x' } },
      'quietDays.day: unknown key "day"; allowed are "weekdays", "dates", "zone"',
    ],
    [
      { blastRadius: 5 },
      'blastRadius: is 5; allowed is an object with any of perRun, perDay, share, shareFloor, or null',
    ],
    [
      { blastRadius: { perrun: 5 } },
      'blastRadius.perrun: unknown key "perrun"; did you mean "perRun"? allowed are "perRun", "perDay", "share", "shareFloor"',
    ],
  ])('of %j', (document, problem) => {
    expect(refused(document)).toEqual([problem]);
  });

  it('names each wrong part once', () => {
    expect(refused({ reminders: ['x', 'y'] })).toEqual([
      `reminders[0]: is "x"; ${durations}`,
      `reminders[1]: is "y"; ${durations}`,
    ]);
    expect(refused({ quietHours: { zone: 'UTC' } })).toEqual([
      `quietHours.from: is missing; ${times}`,
      `quietHours.to: is missing; ${times}`,
    ]);
  });

  it('of what is no policy, and of a scope that is none, all at once', () => {
    expect(refused('notify', 'a//')).toEqual([
      'scope: "a//" has an empty part; allowed are parts joined by single slashes such as "acmeCo/orders"',
      ': is "notify"; a policy is an object of keys',
    ]);
  });
});

it('a scope that was stored is read, whatever may be written today', () => {
  expect(parsePolicy('a//', { mode: 'notify' }, { production: true, stored: true })).toEqual({
    ok: true,
    policy: { mode: 'notify' },
  });
});

it('what is left out says nothing, as a key and as a leaf', () => {
  expect(accepted({ warnAfter: undefined, mode: 'notify', stage: undefined })).toEqual({ mode: 'notify' });
  expect(accepted({ blastRadius: { share: undefined, perRun: 3 } })).toEqual({ blastRadius: { perRun: 3 } });
});

it('a time zone is one of the IANA database, by its name', () => {
  for (const zone of ['', ' UTC', '1UTC', 'Nowhere']) expect(isZone(zone)).toBe(false);
  for (const zone of ['UTC', 'Europe/Berlin', 'asia/kathmandu']) expect(isZone(zone)).toBe(true);
});
