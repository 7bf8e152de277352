import { expect, test } from 'vitest';
import { differences } from '../../../scripts/compare/differences.ts';

test('outputs that are the same to the last byte do not differ', () => {
  expect(differences('a\nexit 0\n', 'a\nexit 0\n')).toEqual([]);
});

test('what differs is shown from the first line on, of both', () => {
  expect(differences('a\nb\nexit 0\n', 'a\nc\nexit 3\n')).toEqual([
    'line 2:',
    '- b',
    '- exit 0',
    '- ',
    '+ c',
    '+ exit 3',
    '+ ',
  ]);
});

test('an output that only goes on differs', () => {
  expect(differences('a', 'a\nb')).toEqual(['line 2:', '+ b']);
});
