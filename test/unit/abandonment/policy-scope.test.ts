import { describe, expect, it } from 'vitest';
import { prefixProblem, scopeProblem, taskIdProblem } from '../../../functions/abandonment/policy-scope.ts';

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
});
