import { describe, expect, it } from 'vitest';
import { fingerprintOf, sampleOf, siteOf } from '../../../functions/work/oops-fingerprint.ts';

const KIND = { worker: 'notify', cause: 'bug', error: 'TypeError', site: 'functions/work/oops.ts reportOf' };

describe('the fingerprint of a kind of failure', () => {
  it('is twelve hex digits, the same for the same kind', () => {
    expect(fingerprintOf(KIND)).toMatch(/^[0-9a-f]{12}$/);
    expect(fingerprintOf({ ...KIND })).toBe(fingerprintOf(KIND));
  });

  it('is another where anything of it is another, or stands at another place', () => {
    const others = [
      KIND,
      { ...KIND, worker: 'disable' },
      { ...KIND, cause: 'environment' },
      { ...KIND, error: 'RangeError' },
      { ...KIND, site: 'unknown' },
      { ...KIND, worker: 'notifybug', cause: '' },
    ];
    expect(new Set(others.map(fingerprintOf)).size).toBe(others.length);
  });
});

describe('where a failure came from', () => {
  const THEIRS = '    at Object.send (/var/task/node_modules/@aws-sdk/client-ses/dist/index.js:10:7)';
  const frame = (line: string) =>
    `TypeError: x\n${THEIRS}\n    at ${line}\n    at later (/var/task/functions/z.ts:1:1)`;

  it.each([
    ['a function', 'reportOf (/var/task/functions/work/oops.ts:12:34)', 'functions/work/oops.ts reportOf'],
    [
      'another line of it',
      'reportOf (/var/task/functions/work/oops.ts:99:1)',
      'functions/work/oops.ts reportOf',
    ],
    [
      'a line without a column',
      'reportOf (/var/task/functions/work/oops.ts:9)',
      'functions/work/oops.ts reportOf',
    ],
    [
      'one that waits',
      'async reportOf (/var/task/functions/work/oops.ts:1:2)',
      'functions/work/oops.ts reportOf',
    ],
    ['a method', 'SesMailer.send (file:///app/functions/ses.ts:1:2)', 'functions/ses.ts SesMailer.send'],
    ['code without a name', '/var/task/functions/work/oops.ts:12:34', 'functions/work/oops.ts'],
    ['code without a name that waits', 'async /var/task/functions/a.ts:1:2', 'functions/a.ts'],
    ['a path from here', 'reportOf (functions/work/oops.ts:12:34)', 'functions/work/oops.ts reportOf'],
    ['Windows', 'reportOf (C:\\app\\functions\\work\\oops.ts:12:34)', 'functions/work/oops.ts reportOf'],
  ])('is %s, the innermost of our own, without its line', (_what, line, site) => {
    expect(siteOf({ stack: frame(line), message: 'x' })).toBe(site);
  });

  it.each<[string, { stack?: string; message: string }]>([
    ['there is no stack', { message: 'x' }],
    ['it has no frames', { stack: 'TypeError: x', message: 'x' }],
    ['none of them is ours', { stack: `TypeError: x\n${THEIRS}`, message: 'x' }],
    ['a folder only ends so', { stack: 'E: x\n    at a (/app/myfunctions/a.ts:1:2)', message: 'x' }],
    ['a line does not begin as a frame', { stack: 'E: x\n  look at a (/functions/a.ts:1:2)', message: 'x' }],
    ['a line does not end as one', { stack: 'E: x\n    at a (/functions/a.ts:1:2) there', message: 'x' }],
    [
      'its message looks like one of our frames',
      {
        stack: 'E: x\n    at evil (/functions/evil.ts:1:1)\n',
        message: 'x\n    at evil (/functions/evil.ts:1:1)',
      },
    ],
    [
      'the line is too long to be one',
      { stack: `E: x\n    at a (/${'a'.repeat(20_000)}/functions/a.ts:1:2)`, message: 'x' },
    ],
  ])('is not known where %s', (_what, error) => {
    expect(siteOf(error)).toBe('unknown');
  });

  it('is found behind a message, also where that is empty or stands in no stack', () => {
    const ours = '    at a (/functions/a.ts:1:2)';
    expect(siteOf({ stack: `E\n${ours}`, message: '' })).toBe('functions/a.ts a');
    expect(siteOf({ stack: `E: before\n${ours}`, message: 'changed since' })).toBe('functions/a.ts a');
    expect(siteOf({ stack: `E: a message\n${ours}`, message: 'a message' })).toBe('functions/a.ts a');
  });
});

describe('the sample of a message', () => {
  it.each([
    ['row T#acmeCo/a T has 500000 bytes', 'row <id> T has # bytes'],
    ['no (acmeCo/prod/orders), "x/y"; end', 'no (<id>), "<id>"; end'],
    ['request 01JH-3a failed for bo@acme.test', 'request # failed for <address>'],
    ['two\n\tlines  and\u0000a control', 'two lines and a control'],
    ['nothing to leave out', 'nothing to leave out'],
    ['', ''],
  ])('%j reads %j: nothing that differs from item to item, on one line', (message, sample) => {
    expect(sampleOf(message)).toBe(sample);
  });

  it('is of 300 characters at most', () => {
    expect(sampleOf('x'.repeat(300))).toBe('x'.repeat(300));
    expect(sampleOf('x '.repeat(1_000)).length).toBeLessThanOrEqual(300);
    expect(sampleOf('x '.repeat(1_000)).length).toBeGreaterThan(290);
  });
});
