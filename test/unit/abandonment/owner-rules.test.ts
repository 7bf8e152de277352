import { describe, expect, it } from 'vitest';
import { OwnerRules, Pattern, patternProblem } from '../../../functions/abandonment/owner-rules.ts';

describe('a pattern', () => {
  it.each<[pattern: string, matched: string[], others: string[]]>([
    ['acmeCo/orders', ['acmeCo/orders'], ['acmeCo/orders/eu', 'acmeCo/orders2', 'xacmeCo/orders']],
    ['acmeCo/', ['acmeCo/a', 'acmeCo/prod/a'], ['acmeCo', 'acmeCo2/a']],
    ['*', ['a', 'acmeCo/a', 'acmeCo/prod/a'], []],
    ['**', ['a', 'acmeCo/prod/a'], []],
    ['*/prod/', ['acmeCo/prod/a', 'bobCo/prod/x/y'], ['acmeCo/dev/a', 'acmeCo/x/prod/a']],
    ['acmeCo/*', ['acmeCo/a'], ['acmeCo/prod/a', 'bobCo/a']],
    ['acmeCo/tmp-*', ['acmeCo/tmp-', 'acmeCo/tmp-1'], ['acmeCo/tmp-1/x', 'acmeCo/tmp']],
    ['acmeCo/**/copy', ['acmeCo/a/copy', 'acmeCo/a/b/copy'], ['acmeCo/copy', 'acmeCo/a/copy2']],
    ['acmeCo/v?', ['acmeCo/v1', 'acmeCo/v😀'], ['acmeCo/v', 'acmeCo/v12', 'acmeCo/v/']],
    ['acmeCo/\\*', ['acmeCo/*'], ['acmeCo/a']],
    ['acmeCo/the\\ orders', ['acmeCo/the orders'], ['acmeCo/the\\ orders']],
    ['a.c/x', ['a.c/x'], ['abc/x']],
  ])('%s', (pattern, matched, others) => {
    const read = new Pattern(pattern);
    for (const id of matched) expect({ id, is: read.matches(id) }).toEqual({ id, is: true });
    for (const id of others) expect({ id, is: read.matches(id) }).toEqual({ id, is: false });
  });

  it('answers soon, however many wildcards it has', () => {
    const pattern = new Pattern(`${'*a'.repeat(100)}b`);
    const started = performance.now();
    expect(pattern.matches('a'.repeat(500))).toBe(false);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it.each([
    ['acmeCo//a', 'has an empty part'],
    ['/acmeCo/', 'has an empty part'],
    ['acmeCo/\u200ba', 'has an invisible'],
    ['a'.repeat(513), 'is 513 bytes long'],
    [`${'a/'.repeat(16)}a`, 'has 17 parts'],
    ['acmeCo/a\\', 'ends with a backslash'],
    ['acmeCo/a\\\\\\', 'ends with a backslash'],
  ])('that can match no id is refused: %s', (pattern, problem) => {
    expect(patternProblem(pattern)).toContain(problem);
  });

  it.each([
    ['', 'is empty; the id of a task is a text such as "acmeCo/orders"'],
    ['acmeCo/https://x', 'has "://", which reads as a link; the id of a task has none'],
    ['acmeCo/a\tb', 'has a control character or a line break; the id of a task has none'],
  ])('is refused in the words of ids: "%s"', (pattern, problem) => {
    expect(patternProblem(pattern)).toBe(problem);
  });

  it.each([
    ['acmeCo/orders'],
    ['acmeCo/'],
    ['*'],
    ['**'],
    ['*/prod/'],
    ['acmeCo/*'],
    ['acmeCo/?/copy'],
    ['acmeCo/**/copy'],
    ['acmeCo/\\*'],
    ['acmeCo/a\\\\'],
  ])('that can match an id is accepted: %s', (pattern) => {
    expect(patternProblem(pattern)).toBeUndefined();
  });

  it.each([
    ['acmeCo/orders', 'acmeCo/orders'],
    ['acmeCo/', 'acmeCo/'],
    ['acmeCo/v?', 'acmeCo/v'],
    ['acmeCo/tmp-*/b', 'acmeCo/tmp-'],
    ['acmeCo/\\*/b*', 'acmeCo/*/b'],
    ['acmeCo/😀*', 'acmeCo/😀'],
    ['*/prod/', ''],
    ['*', ''],
  ])('%s matches only what begins with "%s"', (pattern, head) => {
    expect(new Pattern(pattern).head).toBe(head);
  });

  it.each([
    ['acmeCo/', true],
    ['acmeCo/prod/', true],
    ['*', true],
    ['**', true],
    ['***', true],
    ['acmeCo/**', true],
    ['acmeCo/\\*/', true],
    ['acmeCo/orders', false],
    ['acmeCo/\\*', false],
    ['acmeCo/*', false],
    ['acmeCo/v?', false],
    ['acmeCo/**/copy', false],
    ['*/prod/', false],
    ['acmeCo/v?/', false],
    ['', false],
  ])('%s matches just what begins with its head: %s', (pattern, isPrefix) => {
    expect(new Pattern(pattern).isPrefix).toBe(isPrefix);
  });
});

describe('rules', () => {
  const rules = new OwnerRules([
    { line: 1, pattern: '*', owners: ['all@acme.test'] },
    { line: 2, pattern: 'acmeCo/', owners: ['ana@acme.test'] },
    { line: 4, pattern: 'acmeCo/tmp/', owners: [] },
    { line: 5, pattern: '*/tmp/kept', owners: ['ben@acme.test'] },
  ]);

  it.each([
    ['bobCo/a', 1],
    ['acmeCo/a', 2],
    ['acmeCo/tmp/a', 4],
    ['acmeCo/tmp/kept', 5],
    ['bobCo/tmp/kept', 5],
  ])('the last one that matches %s counts: line %i', (id, line) => {
    expect(rules.for(id)?.line).toBe(line);
  });

  it('none counts where none matches', () => {
    expect(new OwnerRules(rules.rules.slice(1)).for('bobCo/a')).toBeUndefined();
  });
});
