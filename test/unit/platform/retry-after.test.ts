import { expect, it } from 'vitest';
import { retryAfterSeconds } from '../../../functions/platform/retry-after.ts';

const NOW = Date.UTC(2026, 0, 5);

it.each([
  [null, undefined],
  ['120', 120],
  [' 0 ', 0],
  ['Mon, 05 Jan 2026 00:01:30 GMT', 90],
  ['Sun, 04 Jan 2026 00:00:00 GMT', 0],
  ['-5', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['', undefined],
])('reads Retry-After: %j as %j', (header, expected) => {
  expect(retryAfterSeconds(header, NOW)).toBe(expected);
});
