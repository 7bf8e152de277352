import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Pattern } from '../../functions/abandonment/owner-rules.ts';
import { holds } from './seeds.ts';

/** A second reading of patterns, by the engine of regular expressions. */
function expressionOf(pattern: string): RegExp {
  if (pattern === '*') return /^/u;
  const body = pattern.replace(/\*\*+|\*|\?|[.]/g, (wild) => {
    if (wild === '?') return '[^/]';
    if (wild === '.') return '\\.';
    return wild === '*' ? '[^/]*' : '[^]*';
  });
  return new RegExp(`^${body}${pattern.endsWith('/') ? '[^]*' : ''}$`, 'u');
}

const textOf = (letters: string[], maxLength: number) =>
  fc.array(fc.constantFrom(...letters), { maxLength }).map((some) => some.join(''));

it('a pattern matches what a regular expression of the same meaning does', () => {
  const patterns = textOf(['a', 'b', '/', '*', '**', '?', '.'], 8);
  holds(
    fc.property(patterns, textOf(['a', 'b', '/', '.'], 10), (pattern, id) => {
      expect(new Pattern(pattern).matches(id)).toBe(expressionOf(pattern).test(id));
    }),
    { numRuns: 3_000 },
  );
});
