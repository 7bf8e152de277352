import { describe, expect, it } from 'vitest';
import type { PolicyDocument } from '../../../functions/abandonment/policy.ts';
import { DEFAULTS, PolicyBook } from '../../../functions/abandonment/policy-book.ts';
import { DAY, HOUR } from '../../../functions/abandonment/time.ts';

function book(documents: Record<string, PolicyDocument>): PolicyBook {
  return PolicyBook.fromDocuments(new Map(Object.entries(documents)));
}

describe('a policy book', () => {
  it('gives the defaults, and says so, where nothing is written', () => {
    const policy = book({}).for('acmeCo/a');
    const { source, modeRaisedAt, ...values } = policy;
    expect(values).toEqual(DEFAULTS);
    expect(modeRaisedAt).toBeNull();
    expect(source).toEqual({
      mode: 'default',
      warnAfter: 'default',
      disableAfter: 'default',
      reminders: 'default',
      publicationVeto: 'default',
      aliveStatuses: 'default',
      recoveryMail: 'default',
      keepMax: 'default',
      quietHours: 'default',
      quietDays: 'default',
      minHealthy: 'default',
      escalateAt: 'default',
      stillOff: 'default',
      failAfter: 'default',
      stopNotice: 'default',
      atDeadline: 'default',
      scanEvery: 'default',
      digestEvery: 'default',
      evidenceMaxAge: 'default',
      silentAfter: 'default',
      correlatedShare: 'default',
      correlatedWindow: 'default',
      rampPerDay: 'default',
      settleAfter: 'default',
      'blastRadius.perRun': 'default',
      'blastRadius.perDay': 'default',
      'blastRadius.share': 'default',
      'blastRadius.shareFloor': 'default',
    });
  });

  it('has the defaults that docs/configuration.md names', () => {
    expect(DEFAULTS).toEqual({
      mode: 'detect',
      warnAfter: 14 * DAY,
      disableAfter: 7 * DAY,
      reminders: [3 * DAY, DAY],
      publicationVeto: 14 * DAY,
      aliveStatuses: ['PRIMARY'],
      recoveryMail: false,
      keepMax: 90 * DAY,
      quietHours: null,
      quietDays: null,
      minHealthy: 0,
      escalateAt: null,
      stillOff: null,
      failAfter: null,
      stopNotice: null,
      atDeadline: 'nothing',
      scanEvery: HOUR / 4,
      digestEvery: HOUR,
      evidenceMaxAge: DAY,
      silentAfter: HOUR / 4,
      correlatedShare: 0.5,
      correlatedWindow: HOUR,
      blastRadius: { perRun: 50, perDay: 200, share: 0.1, shareFloor: 10 },
      rampPerDay: 500,
      settleAfter: HOUR,
    });
  });

  it('lets the task win over the longer prefix, that over the shorter, that over the global one', () => {
    const policies = book({
      '': { mode: 'notify', warnAfter: '20d', disableAfter: '10d', keepMax: '9d' },
      'acmeCo/': { warnAfter: '30d', disableAfter: '11d', keepMax: '8d' },
      'acmeCo/prod/': { disableAfter: '12d', keepMax: '7d' },
      'acmeCo/prod/a': { keepMax: '6d' },
    });
    const policy = policies.for('acmeCo/prod/a');
    expect(policy).toMatchObject({
      mode: 'notify',
      warnAfter: 30 * DAY,
      disableAfter: 12 * DAY,
      keepMax: 6 * DAY,
    });
    expect(policy.source).toMatchObject({
      mode: 'global',
      warnAfter: 'acmeCo/',
      disableAfter: 'acmeCo/prod/',
      keepMax: 'acmeCo/prod/a',
      reminders: 'default',
    });
    expect(policies.for('acmeCo/prod/b').keepMax).toBe(7 * DAY);
    expect(policies.for('acmeCo/b').keepMax).toBe(8 * DAY);
    expect(policies.for('other/b').keepMax).toBe(9 * DAY);
    expect(policies.global.warnAfter).toBe(20 * DAY);
  });

  it('takes a prefix for no more than whole parts', () => {
    const policies = book({ 'acme/': { mode: 'notify' }, acmeCo: { mode: 'disable' } });
    expect(policies.for('acmeCo/a').mode).toBe('detect');
    expect(policies.for('acme').mode).toBe('detect');
    expect(policies.for('acme/a').mode).toBe('notify');
    expect(policies.for('acmeCo').mode).toBe('disable');
  });

  it('answers for a prefix as for a task in it that has no word of its own', () => {
    const policies = book({ 'a/': { mode: 'notify' }, 'a/b/': { warnAfter: '1d' } });
    expect(policies.for('a/b/')).toBe(policies.for('a/b/c'));
    expect(policies.for('a/x/').source.mode).toBe('a/');
  });

  it('takes a leaf back to the default by null, not to the wider scope', () => {
    const policy = book({
      '': { warnAfter: '20d', quietHours: { from: '22:00', to: '06:00', zone: 'UTC' } },
      'a/': { warnAfter: null, quietHours: null },
    }).for('a/b');
    expect(policy.warnAfter).toBe(14 * DAY);
    expect(policy.quietHours).toBeNull();
    expect(policy.source).toMatchObject({ warnAfter: 'default', quietHours: 'default' });
  });

  it('takes quiet days from the narrowest scope as a whole, beside the quiet hours of another', () => {
    const quietHours = { from: '22:00', to: '06:00', zone: 'UTC' };
    const weekend = { weekdays: ['Sat', 'Sun'], zone: 'UTC' };
    const christmas = { dates: ['2026-12-25'], zone: 'Europe/Berlin' };
    const policies = book({ '': { quietDays: weekend, quietHours }, 'a/': { quietDays: christmas } });
    expect(policies.for('a/1')).toMatchObject({
      quietDays: christmas,
      quietHours,
      source: { quietDays: 'a/', quietHours: 'global' },
    });
    expect(policies.for('b/1').quietDays).toEqual(weekend);
    expect(book({ '': { quietDays: weekend }, 'a/': { quietDays: null } }).for('a/1').quietDays).toBeNull();
  });

  it('merges the blast radius leaf by leaf', () => {
    const { blastRadius, source } = book({ '': { blastRadius: { perDay: 7, share: null } } }).global;
    expect(blastRadius).toEqual({ perRun: 50, perDay: 7, share: 0.1, shareFloor: 10 });
    expect(source['blastRadius.perDay']).toBe('global');
    expect(source['blastRadius.share']).toBe('default');
    expect(source['blastRadius.perRun']).toBe('default');
    expect(book({ '': { blastRadius: null } }).global.blastRadius).toEqual(DEFAULTS.blastRadius);
  });

  it('shares one answer between tasks under the same scopes', () => {
    const policies = book({ 'a/': { mode: 'notify' } });
    expect(policies.for('a/1')).toBe(policies.for('a/2/3'));
    expect(policies.for('b/1')).toBe(policies.global);
  });

  it('guards its shared answers against changes', () => {
    const policy = book({ 'a/': { reminders: ['2d'] } }).for('a/1');
    expect(() => policy.reminders.push(1)).toThrow(TypeError);
    expect(() => {
      policy.blastRadius.perRun = 1;
    }).toThrow(TypeError);
  });

  it('names the scopes that warn sooner than the global policy', () => {
    const policies = book({
      '': { warnAfter: '20d' },
      'a/': { warnAfter: '20d' },
      'b/': { warnAfter: '19d' },
      'b/c': { warnAfter: '30d' },
      'd/': { warnAfter: null },
      'e/f': { warnAfter: '1h' },
      'g/': { mode: 'notify' },
    });
    expect(policies.lowerThresholdScopes()).toEqual([
      { scope: 'b/', warnAfter: 19 * DAY },
      { scope: 'd/', warnAfter: 14 * DAY },
      { scope: 'e/f', warnAfter: HOUR },
    ]);
    expect(book({}).lowerThresholdScopes()).toEqual([]);
  });

  it('lists its scopes', () => {
    expect(book({ 'b/': {}, '': {}, a: {} }).scopes()).toEqual(['', 'a', 'b/']);
  });

  it('accepts a short grace that a stored policy of a dev stage has, and refuses nonsense by name', () => {
    expect(book({ 'a/': { disableAfter: '5m' } }).for('a/b').disableAfter).toBe(HOUR / 12);
    expect(() => book({ 'a/': { warnAfter: 'soon' } })).toThrow(
      /scope "a\/" is not valid: warnAfter is "soon"/,
    );
  });
});

describe('when the mode last rose to disable', () => {
  const NOW = 100 * DAY;
  const bookOf = (documents: Record<string, PolicyDocument>, raises: Record<string, number> = {}) =>
    PolicyBook.fromDocuments(new Map(Object.entries(documents)), new Map(Object.entries(raises)));

  it('is now where it was lower in effect, and not where it was as high', () => {
    expect(bookOf({}).raisedAt('', 'disable', NOW)).toBe(NOW);
    expect(bookOf({ '': { mode: 'notify' } }).raisedAt('a/', 'disable', NOW)).toBe(NOW);
    expect(bookOf({ '': { mode: 'disable' } }).raisedAt('a/', 'disable', NOW)).toBeNull();
    expect(bookOf({ '': { mode: 'disable' } }, { '': DAY }).raisedAt('', 'disable', NOW)).toBe(DAY);
    expect(bookOf({}).raisedAt('a/', 'notify', NOW)).toBeNull();
  });

  it('is now where a lower mode of its own is taken out or is the default again', () => {
    const lower = { '': { mode: 'disable' }, 'a/b': { mode: 'notify' } };
    expect(bookOf(lower).raisedAt('a/b', undefined, NOW)).toBe(NOW);
    expect(bookOf(lower).raisedAt('a/b', null, NOW)).toBeNull();
  });

  it('is later than the last time, whatever clock wrote that', () => {
    const ahead = bookOf({ 'a/': { mode: 'notify' } }, { 'a/': NOW + DAY });
    expect(ahead.raisedAt('a/', 'disable', NOW)).toBe(NOW + DAY + 1);
  });

  it('is inherited, but by those with a mode of their own, who keep theirs', () => {
    const policies = bookOf(
      { '': { mode: 'disable' }, 'a/': { warnAfter: '20d' }, 'b/': { mode: 'disable' } },
      { '': 2 * DAY, 'b/': DAY, 'a/c': 3 * DAY },
    );
    expect(policies.for('x/1').modeRaisedAt).toBe(2 * DAY);
    expect(policies.for('a/1').modeRaisedAt).toBe(2 * DAY);
    expect(policies.for('a/c').modeRaisedAt).toBe(3 * DAY);
    expect(policies.for('b/1').modeRaisedAt).toBe(DAY);
    expect(policies.scopes()).toEqual(['', 'a/', 'b/']);
  });

  it('is not known where nothing is noted, and not noted at a scope that only inherits it', () => {
    expect(bookOf({ 'a/': { warnAfter: '1d' } }).for('a/1').modeRaisedAt).toBeNull();
    expect(bookOf({ '': { mode: 'disable' } }, { '': DAY }).raisedAt('a/', undefined, NOW)).toBeNull();
  });

  it('stays what it was in effect where a scope writes down what it inherits', () => {
    expect(bookOf({ '': { mode: 'disable' } }, { '': DAY }).raisedAt('a/', 'disable', NOW)).toBe(DAY);
    expect(bookOf({ '': { mode: 'disable' } }, { 'a/': DAY }).raisedAt('a/', undefined, NOW)).toBe(DAY);
  });
});

describe('what is noted beside the policies', () => {
  const noted = (
    documents: Record<string, PolicyDocument>,
    moves: Record<string, number>,
    restoredAt?: number,
  ) =>
    PolicyBook.fromDocuments(
      new Map(Object.entries(documents)),
      undefined,
      new Map(Object.entries(moves)),
      restoredAt,
    );

  it('is when deadlines last moved by a policy, at any scope around', () => {
    const policies = noted({ 'b/': { failAfter: '3d' } }, { '': 2 * DAY, 'a/': 3 * DAY, 'b/': DAY });
    expect(policies.for('x/1').deadlinesMovedAt).toBe(2 * DAY);
    expect(policies.for('a/1').deadlinesMovedAt).toBe(3 * DAY);
    expect(policies.for('b/1').deadlinesMovedAt).toBe(2 * DAY);
    // What is noted of a scope without a policy makes it none.
    expect(policies.scopes()).toEqual(['b/']);
  });

  it('is nothing where no deadline moved', () => {
    expect(noted({ '': { failAfter: '3d' }, 'a/': {} }, {}).for('a/1')).not.toHaveProperty(
      'deadlinesMovedAt',
    );
    expect(noted({}, { 'a/': DAY }).for('b/1')).not.toHaveProperty('deadlinesMovedAt');
    expect(noted({}, { 'a/': DAY }).for('a/1').deadlinesMovedAt).toBe(DAY);
  });

  it('is when the table was restored', () => {
    expect(noted({}, {}, 5 * DAY).restoredAt).toBe(5 * DAY);
    expect(book({}).restoredAt).toBeUndefined();
  });
});

describe('the scopes that turn tasks off at a deadline that they never announce', () => {
  it('are those in whose effective policy stopNotice is missing', () => {
    const policies = book({
      '': { atDeadline: 'disable', stopNotice: '1h' },
      'a/': { stopNotice: null },
      'a/b': { stopNotice: '2h' },
      'c/': { atDeadline: 'alert', stopNotice: null },
      'd/': { mode: 'notify' },
    });
    expect(policies.unannouncedScopes()).toEqual(['a/']);
    expect(book({ '': { atDeadline: 'disable' }, 'd/': { mode: 'notify' } }).unannouncedScopes()).toEqual([
      '',
      'd/',
    ]);
    expect(book({ 'd/': { atDeadline: 'disable' } }).unannouncedScopes()).toEqual(['d/']);
    expect(book({ '': { stopNotice: '1h' }, 'd/': { atDeadline: 'disable' } }).unannouncedScopes()).toEqual(
      [],
    );
  });
});

it('a policy that was stored for a scope of which none could be written today is read', () => {
  expect(book({ 'a//b': { mode: 'notify' } }).for('a//b').mode).toBe('notify');
});

it('a stored policy that is not valid is refused with all that is wrong with it', () => {
  expect(() => book({ 'a/': { warnAfter: 'soon', mode: 'off' } })).toThrow(
    /^stored policy of scope "a\/" is not valid: warnAfter is "soon"; durations .*; mode is "off"; allowed are/,
  );
  expect(() => PolicyBook.fromDocuments(new Map([['', 5 as unknown as PolicyDocument]]))).toThrow(
    'stored policy of scope "" is not valid: is 5; a policy is an object of keys',
  );
});
