import { expect, it } from 'vitest';
import { failureNameOf } from '../../../functions/work/failure-names.ts';

it.each([
  ['table-busy', 'table-busy'],
  ['all-refused: 3 of 3', 'all-refused'],
  ['unknown-source: evil', 'unknown-source'],
  ['malformed: detail: at: Invalid', 'malformed'],
  ['the task changed meanwhile', 'the task changed meanwhile'],
  // What others wrote makes no kind of failure with a row of its own.
  ['the task changed', 'other'],
  ['connector x: malformed', 'other'],
  [':', 'other'],
  ['', 'other'],
])('a failure that answers %j is of the kind %s', (reason, name) => {
  expect(failureNameOf(reason)).toBe(name);
});
