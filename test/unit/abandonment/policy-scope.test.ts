import { describe, expect, it } from 'vitest';
import {
  dataPlaneProblem,
  hasControlCharacter,
  prefixProblem,
  scopeProblem,
  taskIdProblem,
} from '../../../functions/abandonment/policy-scope.ts';

describe('the id of a task', () => {
  it.each([
    ['a zero-width space', 'acmeCo/a\u200b'],
    ['a zero-width joiner', 'acmeCo/a\u200db'],
    ['a byte order mark', '\ufeffacmeCo/a'],
    ['a right-to-left override', 'acmeCo/\u202egpj.a'],
    ['an isolate', 'acmeCo/\u2066a\u2069'],
    ['an Arabic letter mark', 'acmeCo/\u061ca'],
    ['a soft hyphen', 'acmeCo/or\u00adders'],
    ['a word joiner', 'acmeCo/a\u2060'],
    ['a Hangul filler', '\u3164'],
    ['a variation selector', 'acmeCo/a\ufe0f'],
    ['a tag', 'acmeCo/a\u{e0041}'],
    ['a blank braille pattern', 'acmeCo/\u2800'],
  ])('has no invisible or bidirectional character: %s', (_name, id) => {
    expect(taskIdProblem(id)).toContain('invisible or bidirectional');
  });

  it.each([' ', '\u00a0', 'acmeCo/ ', 'acmeCo/\u3000', 'acmeCo/\u0301'])(
    'has a visible character in each part: %j has not',
    (id) => {
      expect(taskIdProblem(id)).toBe('has a part without a visible character');
    },
  );

  it('has at most 16 parts', () => {
    const parts = (count: number) => Array(count).fill('a').join('/');
    expect(taskIdProblem(parts(16))).toBeUndefined();
    expect(taskIdProblem(parts(17))).toBe('has 17 parts; allowed are 16');
  });

  it('may be in any script', () => {
    for (const id of [
      'acmeCo/注文',
      'acmeCo/הזמנות',
      'acmeCo/طلبات',
      'acmeCo/e\u0301te',
      'acmeCo/🚀',
      'a b/c',
    ])
      expect(taskIdProblem(id)).toBeUndefined();
  });

  it('is judged the same in prefixes and scopes', () => {
    expect(prefixProblem('acme\u200bCo/')).toBe(
      'has an invisible or bidirectional character; a prefix has none',
    );
    expect(scopeProblem('acmeCo/\u202ea')).toContain('bidirectional');
  });

  const bytes = (count: number) => `is ${count} bytes long; allowed are 512 bytes of UTF-8`;
  const space = 'has a space at the start or the end of a part; a task id has single ones inside a part only';
  const emptyPart = 'has an empty part; allowed are parts joined by single slashes such as "acmeCo/orders"';
  it.each([
    ['', 'is empty; a task id is a text such as "acmeCo/orders"'],
    ['acmeCo/a\nb', 'has a control character or a line break; a task id has none'],
    ['acmeCo/a\u2029b', 'has a control character or a line break; a task id has none'],
    ['acmeCo/\ud800', 'is not well-formed Unicode'],
    ['acmeCo/https://x.test', 'has "://", which reads as a link; a task id has none'],
    ['/a', emptyPart],
    ['a//b', emptyPart],
    ['a/', emptyPart],
    ['acmeCo/ a', space],
    ['acmeCo /a', space],
    ['acmeCo/a\u00a0', space],
    ['acmeCo/a  b', 'has spaces in a row; a task id has single ones only'],
    ['acmeCo/a \u00a0b', 'has spaces in a row; a task id has single ones only'],
    ['x'.repeat(513), bytes(513)],
    ['ä'.repeat(257), bytes(514)],
    ['€'.repeat(171), bytes(513)],
    ['🚀'.repeat(129), bytes(516)],
  ])('is not %j: %s', (id, problem) => {
    expect(taskIdProblem(id)).toBe(problem);
  });

  it.each(['x'.repeat(512), 'ä'.repeat(256), '€'.repeat(170), 'a:/b', 'a: b/c d e'])('may be %j', (id) => {
    expect(taskIdProblem(id)).toBeUndefined();
  });
});

describe('the name of a data plane', () => {
  it.each([
    ['eu\n1', 'has a control character or a line break; a data plane has none'],
    ['eu-\udc00', 'is not well-formed Unicode'],
    ['eu\u200b-1', 'has an invisible or bidirectional character; a data plane has none'],
    ['eu 1', 'has a space; a data plane has none'],
    ['eu-1\u3000', 'has a space; a data plane has none'],
    ['https://eu-1', 'has "://", which reads as a link; a data plane has none'],
  ])('is not %j: %s', (name, problem) => {
    expect(dataPlaneProblem(name)).toBe(problem);
  });

  it.each(['eu-1', 'Rechenzentrum:München/2'])('may be %j', (name) => {
    expect(dataPlaneProblem(name)).toBeUndefined();
  });
});

describe('a prefix', () => {
  it.each([
    ['acmeCo', 'does not end with a slash; a prefix is a text such as "acmeCo/"'],
    ['', 'does not end with a slash; a prefix is a text such as "acmeCo/"'],
    ['/', 'is empty; a prefix is a text such as "acmeCo/orders"'],
    ['acmeCo//', 'has an empty part; allowed are parts joined by single slashes such as "acmeCo/orders"'],
    [`${'x'.repeat(512)}/`, 'is 513 bytes long; allowed are 512 bytes of UTF-8'],
  ])('is not %j: %s', (prefix, problem) => {
    expect(prefixProblem(prefix)).toBe(problem);
  });

  it.each(['acmeCo/', 'acmeCo/prod/', `${'x'.repeat(511)}/`])('may be %j', (prefix) => {
    expect(prefixProblem(prefix)).toBeUndefined();
    expect(scopeProblem(prefix)).toBeUndefined();
  });
});

it('a scope is all, a prefix or a task', () => {
  expect(scopeProblem('')).toBeUndefined();
  expect(scopeProblem('acmeCo/a')).toBeUndefined();
  expect(scopeProblem('acmeCo//a')).toContain('empty part');
  expect(scopeProblem('/')).toContain('a prefix is a text');
});

it('control characters and line breaks are found in any text', () => {
  for (const text of ['a\u0000', '\u007f', 'a\u0085b', 'a\u2028b', '\u2029'])
    expect(hasControlCharacter(text)).toBe(true);
  for (const text of ['', 'a b', 'ä\u00a0\u200b']) expect(hasControlCharacter(text)).toBe(false);
});
