import { expect, it } from 'vitest';
import { TableBusy } from '../../../functions/store/table-busy.ts';
import { classOf } from '../../../functions/work/failure-class.ts';

it('a busy table passes by itself, and operators read by its name that it was that', () => {
  const busy = new TableBusy('it changes too fast');
  expect(classOf(busy, 1)).toBe('retryable');
  expect(String(busy)).toBe('TableBusy: it changes too fast');
});
