import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowRefused } from '../../../functions/store/table/row-limits.ts';
import { TableBusy } from '../../../functions/store/table-busy.ts';
import { classOf, lastingClass, PermanentFailure } from '../../../functions/work/failure-class.ts';

describe('contention', () => {
  it('passes by itself at first, and is one of the environment where it lasts', () => {
    const error = new TableBusy('the disabling of a could not be recorded: it changes too fast');
    expect([1, 2, 3, 4].map((attempt) => classOf(error, attempt))).toEqual([
      'retryable',
      'retryable',
      'retryable',
      'environment',
    ]);
  });

  it('is seen behind the error that tells of it', () => {
    expect(classOf(new Error('not sent', { cause: new TableBusy('x') }), 1)).toBe('retryable');
    const itsOwnCause = new Error('not sent');
    itsOwnCause.cause = itsOwnCause;
    expect(classOf(itsOwnCause, 1)).toBe('bug');
  });
});

describe('an answer of "later"', () => {
  it('feeds the breaker once it lasts; what is an item’s own fault never does', () => {
    expect(lastingClass('retryable', 4)).toBe('environment');
    expect(lastingClass('permanent', 9)).toBe('permanent');
  });
});

describe('a row that the table never takes', () => {
  it('is the item’s own fault at each attempt', () => {
    for (const attempt of [1, 4, 9]) expect(classOf(new RowRefused('too large'), attempt)).toBe('permanent');
  });
});

describe('work that whoever does it knows can never be done', () => {
  it('is given up at once', () => {
    expect(classOf(new PermanentFailure('no such plane'), 1)).toBe('permanent');
  });
});

describe('the system’s code of a failed connection', () => {
  it.each([
    ['ETIMEDOUT', 'retryable'],
    ['ECONNRESET', 'retryable'],
    ['UND_ERR_SOCKET', 'retryable'],
    ['ECONNREFUSED', 'environment'],
    ['ENOTFOUND', 'environment'],
    ['EAI_AGAIN', 'environment'],
    // None of these is one that is known.
    ['MY_ETIMEDOUT', 'bug'],
    ['MY_ECONNREFUSED', 'bug'],
    ['ENOTFOUND_TWICE', 'bug'],
  ])('%s is %s', (code, means) => {
    expect(classOf(Object.assign(new Error('no'), { code }), 1)).toBe(means);
  });
});

describe('an answer of a service, by its status alone', () => {
  it.each([
    { status: 429, means: 'retryable' },
    { status: 500, means: 'retryable' },
    { status: 503, means: 'retryable' },
    { status: 499, means: 'environment' },
    { status: 403, means: 'environment' },
  ])('$status is $means', ({ status, means }) => {
    const answer = Object.assign(new Error('no'), { $metadata: { httpStatusCode: status } });
    expect(classOf(answer, 1)).toBe(means);
  });
});

describe('anything that can be thrown', () => {
  it('has a class, whatever its fields hold', () => {
    const anything = fc.oneof(fc.anything(), fc.constant(Symbol('thrown')));
    const thrown = fc.oneof(anything, fc.record({ name: anything, code: anything }));
    fc.assert(
      fc.property(thrown, (error) => {
        expect(['retryable', 'environment', 'permanent', 'bug']).toContain(classOf(error, 1));
      }),
    );
    expect(classOf({ name: Symbol('thrown') }, 1)).toBe('bug');
    expect(classOf({ code: Symbol('thrown') }, 1)).toBe('bug');
  });
});
