import { expect, it } from 'vitest';
import { holds } from '../../../../functions/store/table/conditions.ts';
import type { Condition, Row } from '../../../../functions/store/table/table.port.ts';

const ROW: Row = { pk: 'a', sk: 'b', n: 3, s: 'm\u{ffff}', none: null };

it.each<[Condition, ofNothing: boolean, ofRow: boolean]>([
  [{ absent: true }, true, false],
  [{ exists: true }, false, true],
  [{ equals: ['n', 3] }, false, true],
  [{ equals: ['n', '3'] }, false, false],
  [{ equals: ['none', null] }, false, true],
  [{ equals: ['missing', null] }, false, false],
  [{ atMost: ['n', 2] }, false, false],
  [{ atMost: ['n', 3] }, false, true],
  [{ atMost: ['n', 4] }, false, true],
  [{ atMost: ['n', '4'] }, false, false],
  [{ atMost: ['s', 'm'] }, false, false],
  [{ atMost: ['s', 'm\u{ffff}'] }, false, true],
  // By the bytes of UTF-8, as DynamoDB compares.
  [{ atMost: ['s', 'm\u{1f600}'] }, false, true],
  [{ atMost: ['s', 9] }, false, false],
  [{ atMost: ['missing', 9] }, false, false],
  [{ atMost: ['missing', 'z'] }, false, false],
  [{ atMost: ['none', 9] }, false, false],
  [{ absentOr: { equals: ['n', 3] } }, true, true],
  [{ absentOr: { equals: ['n', 4] } }, true, false],
])('%j holds of nothing: %s, of a row: %s', (condition, ofNothing, ofRow) => {
  expect([holds(condition, undefined), holds(condition, ROW)]).toEqual([ofNothing, ofRow]);
});
