import { describe, expect, test } from 'vitest';
import { GLOBAL_KEY_NAMES, SCOPED_KEY_NAMES } from '../../../functions/abandonment/policy-keys.ts';
import { parsePolicy } from '../../../functions/abandonment/policy-parse.ts';
import { MINUTE } from '../../../functions/abandonment/time.ts';

/** `path: message` of each problem. */
function refused(document: unknown, production = true): string[] {
  const result = parsePolicy('', document, { production });
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

function read(document: unknown): unknown {
  const result = parsePolicy('', document, { production: false });
  return result.ok ? result.policy : result.problems;
}

describe('of a duration', () => {
  test.each([
    'warnAfter',
    'disableAfter',
    'keepMax',
    'escalateAt',
    'stillOff',
    'digestEvery',
    'evidenceMaxAge',
    'silentAfter',
    'correlatedWindow',
    'settleAfter',
  ])('%s takes anything above zero, and not zero', (key) => {
    expect(refused({ [key]: '0s' }, false)).toEqual([`${key}: "0s" is too short; allowed is more than zero`]);
    expect(read({ [key]: '1ms' })).toEqual({ [key]: 1 });
  });

  test.each(['publicationVeto', 'minHealthy'])('%s may be zero, and is not below', (key) => {
    expect(read({ [key]: '0s' })).toEqual({ [key]: 0 });
    expect(refused({ [key]: '-1s' })[0]).toContain('is negative');
  });

  test('scanEvery is a minute or more', () => {
    expect(read({ scanEvery: '60s' })).toEqual({ scanEvery: MINUTE });
    expect(refused({ scanEvery: '59999ms' })).toEqual([
      'scanEvery: "59999ms" is too short; allowed is 1m or more',
    ]);
  });
});

describe('of a number', () => {
  test.each(['perRun', 'perDay'])('blastRadius.%s is 1 or more', (leaf) => {
    expect(read({ blastRadius: { [leaf]: 1 } })).toEqual({ blastRadius: { [leaf]: 1 } });
    expect(refused({ blastRadius: { [leaf]: 0 } })).toEqual([
      `blastRadius.${leaf}: is 0; allowed are whole numbers from 1`,
    ]);
  });

  test('blastRadius.shareFloor may be 0, and is not below', () => {
    expect(read({ blastRadius: { shareFloor: 0 } })).toEqual({ blastRadius: { shareFloor: 0 } });
    expect(refused({ blastRadius: { shareFloor: -1 } })).toEqual([
      'blastRadius.shareFloor: is -1; allowed are whole numbers from 0',
    ]);
  });

  test('rampPerDay is 1 or more', () => {
    expect(read({ rampPerDay: 1 })).toEqual({ rampPerDay: 1 });
    expect(refused({ rampPerDay: 0 })).toEqual(['rampPerDay: is 0; allowed are whole numbers from 1']);
  });

  test.each(['correlatedShare', 'share'])('%s is above 0 and not above 1', (leaf) => {
    const document = (value: number) =>
      leaf === 'share' ? { blastRadius: { share: value } } : { [leaf]: value };
    for (const good of [0.001, 0.5, 1]) expect(read(document(good))).toEqual(document(good));
    for (const bad of [0, -0.1, 1.001, Number.NaN]) expect(refused(document(bad))).toHaveLength(1);
  });
});

describe('the keys', () => {
  const anyScope = [
    ...['stage', 'warnAfter', 'disableAfter', 'reminders', 'publicationVeto', 'aliveStatuses'],
    ...['recoveryMail', 'keepMax', 'quietHours', 'quietDays', 'minHealthy', 'escalateAt', 'mode'],
    ...['failAfter', 'stopNotice', 'atDeadline', 'stillOff'],
  ];
  const global = [
    ...['scanEvery', 'digestEvery', 'evidenceMaxAge', 'silentAfter', 'correlatedShare'],
    ...['correlatedWindow', 'rampPerDay', 'settleAfter', 'blastRadius'],
  ];

  test('of any scope and of the global one are those of the docs', () => {
    expect([...SCOPED_KEY_NAMES].sort()).toEqual(anyScope.sort());
    expect([...GLOBAL_KEY_NAMES].sort()).toEqual(global.sort());
  });

  test.each([
    ['at the global scope all', '', [...anyScope, ...global]],
    ['at a prefix those of any scope', 'acmeCo/', anyScope],
  ])('that a refusal of another one allows are %s', (_, scope, allowed) => {
    const result = parsePolicy(scope, { colour: 'red' }, { production: true });
    const message = result.ok ? '' : (result.problems[0]?.message ?? '');
    const named = [...message.replace(/^.*allowed are /, '').matchAll(/"(\w+)"/g)].map(([, key]) => key);
    expect(named.sort()).toEqual([...allowed].sort());
  });
});
