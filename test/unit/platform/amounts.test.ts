import { describe, expect, it } from 'vitest';
import { amount, amountAre, oneOr } from '../../../functions/platform/amounts.ts';

describe('an amount', () => {
  it('is one of exactly one, and of none as of many', () => {
    expect([0, 1, 2].map((count) => amount(count, 'task'))).toEqual(['0 tasks', '1 task', '2 tasks']);
    expect([1, 3].map((count) => amount(count, 'address', 'addresses'))).toEqual([
      '1 address',
      '3 addresses',
    ]);
  });

  it('brings the verb that goes with it', () => {
    expect([0, 1, 5].map((count) => amountAre(count, 'event'))).toEqual([
      '0 events are',
      '1 event is',
      '5 events are',
    ]);
    expect(`${amount(1, 'line')} ${oneOr(1, 'differs', 'differ')}`).toBe('1 line differs');
  });
});
