import { describe, expect, test } from 'vitest';
import { listed, nearest, shown, unknownKey } from '../../../functions/abandonment/policy-wording.ts';

describe('a value in a message', () => {
  test.each([
    ['a text is quoted', 'soon', '"soon"'],
    ['an empty text too', '', '""'],
    ['a quote in it is escaped', 'a"b', '"a\\"b"'],
    ['a number is as it is', 14, '14'],
    ['so is true', true, 'true'],
    ['and null', null, 'null'],
    ['and what is missing', undefined, 'undefined'],
    ['a list is named', ['a'], 'a list'],
    ['so is an empty one', [], 'a list'],
    ['an object is named', { a: 1 }, 'an object'],
  ])('%s', (_, value, expected) => {
    expect(shown(value)).toBe(expected);
  });

  test('a text is cut after 80 characters, and says so', () => {
    expect(shown('x'.repeat(80))).toBe(`"${'x'.repeat(80)}"`);
    expect(shown(`${'x'.repeat(80)}y`)).toBe(`"${'x'.repeat(80)}…"`);
  });

  test.each([
    ['a line break', 'a\nb', '"a\\nb"'],
    ['the last of the first controls', 'a\u001fb', '"a\\u001fb"'],
    ['a delete', 'a\u007fb', '"a\\u007fb"'],
    ['a next line', 'a\u0085b', '"a\\u0085b"'],
    ['the last of the second controls', 'a\u009fb', '"a\\u009fb"'],
    ['a line separator', 'a\u2028b', '"a\\u2028b"'],
    ['a paragraph separator', 'a\u2029b', '"a\\u2029b"'],
    ['each of several', '\u007f\u2028', '"\\u007f\\u2028"'],
  ])('%s is escaped', (_, value, expected) => {
    expect(shown(value)).toBe(expected);
  });

  test('what is no control stands as it is', () => {
    expect(shown('a~\u00a0ö\u2027→')).toBe('"a~\u00a0ö\u2027→"');
  });
});

test('allowed texts are quoted and joined', () => {
  expect(listed(['PRIMARY', 'BACKFILL'])).toBe('"PRIMARY", "BACKFILL"');
  expect(listed(['PRIMARY'])).toBe('"PRIMARY"');
});

describe('the nearest known text', () => {
  // Up to two edits are near; of a text of nine characters and more, one for each three.
  test.each([
    ['one letter left out', 'warnAfer', 'warnAfter'],
    ['one letter too many', 'warnAftter', 'warnAfter'],
    ['one letter replaced', 'warnAfder', 'warnAfter'],
    ['two swapped', 'wranAfter', 'warnAfter'],
    ['another case', 'WARNAFTER', 'warnAfter'],
    ['a letter at its end', 'keepMaxx', 'keepMax'],
    ['a letter at its beginning', 'xkeepMax', 'keepMax'],
    ['two edits of a short one', 'stgee', 'stage'],
    ['as it is', 'stage', 'stage'],
    ['three edits of nine letters', 'wxxxAfter', 'warnAfter'],
  ])('of one with %s', (_, text, expected) => {
    expect(nearest(text, ['stage', 'warnAfter', 'keepMax'])).toBe(expected);
  });

  test.each([
    ['three edits of a short one', 'xxxge', 'stage'],
    ['three edits of eight letters', 'xxxnfter', 'warnfter'],
    ['four edits of eleven letters', 'xxxxenabled', 'notienabled'],
    ['three letters more than a short one', 'xxstagex', 'stage'],
    ['nothing in common', 'colour', 'keepMax'],
    ['nothing at all', '', 'abc'],
  ])('is none of one with %s', (_, text, word) => {
    expect(nearest(text, [word])).toBeUndefined();
  });

  test('of twelve letters four edits are near', () => {
    expect(nearest('xxxxnenabled', ['notinenabled'])).toBe('notinenabled');
  });

  test('is that with the fewest edits, wherever it stands; of two the first', () => {
    expect(nearest('perDax', ['perRun', 'perDay'])).toBe('perDay');
    expect(nearest('perDax', ['perDay', 'perRun'])).toBe('perDay');
    expect(nearest('abcd', ['abxy', 'abcx', 'abcy'])).toBe('abcx');
  });

  test('is none where nothing is known', () => {
    expect(nearest('stage', [])).toBeUndefined();
  });
});

test('an unknown key is named with the nearest one, where one is near, and all that are allowed', () => {
  expect(unknownKey('sage', ['stage', 'keepMax'])).toBe(
    'unknown key "sage"; did you mean "stage"? allowed are "stage", "keepMax"',
  );
  expect(unknownKey('colour', ['stage', 'keepMax'])).toBe(
    'unknown key "colour"; allowed are "stage", "keepMax"',
  );
});
