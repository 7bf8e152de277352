import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  ALERT_TYPES,
  FAILURE_CAUSES,
  HOLD_REASONS,
  isEvaluated,
  isOfPast,
  isOpening,
  isWindowed,
  MODES,
  type Notice,
  prefixesOf,
  RESOLVE_REASONS,
  SHARD_STATUSES,
  SUBSCRIPTION_TYPES,
  TASK_KINDS,
  tenantOf,
} from '../../../functions/abandonment/task.ts';

/** The words that stand as code on a page of docs/ behind one text and before another, in their order. */
function wordsOf(page: string, from: string, to: string): string[] {
  const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8').replace(/\s+/g, ' ');
  const start = text.indexOf(from) + from.length;
  expect(text).toContain(from);
  return [...text.slice(start, text.indexOf(to, start)).matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
}

test.each([
  ['kinds of tasks', TASK_KINDS, 'scenario.md', 'Kinds are', '. '],
  ['statuses of shards', SHARD_STATUSES, 'scenario.md', 'Shard statuses are', '. '],
  ['classes of failures', FAILURE_CAUSES, 'rules.md', 'that is kept as a class', ')'],
  ['modes', MODES, 'configuration.md', '| `mode` | `detect` |', ' | '],
  ['types of alerts', ALERT_TYPES, 'scenario.md', '`alertTypes` are', ';'],
  ['reasons of holds', HOLD_REASONS, 'rules.md', 'The first that applies is named:', 'The rate limits'],
  ['reasons for which alerts end', RESOLVE_REASONS, 'scenario.md', '`alert`, `episode`, `reason`:', ' |'],
] as [string, readonly string[], string, string, string][])(
  'the %s are those of the docs',
  (_, words, page, from, to) => {
    expect([...words].sort()).toEqual(wordsOf(page, from, to).sort());
  },
);

test('one may subscribe to each type of alert, and to the report of each week', () => {
  expect(wordsOf('reports.md', 'Who subscribes to', ' gets')).toEqual(['weekly_report']);
  expect(SUBSCRIPTION_TYPES).toEqual([...ALERT_TYPES, 'weekly_report']);
});

describe('a notice', () => {
  const all: Notice[] = [
    ...(['warning', 'reminder', 'stopping', 'overdue'] as const),
    ...(['disabled', 'enabled', 'recovered', 'withdrawn', 'still-off', 'disclaimed'] as const),
  ];

  test('of what is ahead is a warning, a reminder, or of a deadline', () => {
    const ahead = all.filter((notice) => !isOfPast(notice));
    expect(ahead).toEqual(['warning', 'reminder', 'stopping', 'overdue']);
  });

  test('shares one mail for each digestEvery where it is ahead, of what is still off, or disclaimed', () => {
    const windowed = all.filter(isWindowed);
    expect(windowed).toEqual(['warning', 'reminder', 'stopping', 'overdue', 'still-off', 'disclaimed']);
  });

  test('waits while evaluation is paused, but for one of a deadline, and for word of what is past', () => {
    expect(all.filter(isEvaluated)).toEqual(['warning', 'reminder', 'overdue']);
  });

  test('is the first of its episode as a warning, or as the one of what is overdue', () => {
    expect(all.filter(isOpening)).toEqual(['warning', 'overdue']);
  });
});

test.each([
  ['acmeCo/prod/orders', 'acmeCo', ['acmeCo/', 'acmeCo/prod/']],
  ['acmeCo/orders', 'acmeCo', ['acmeCo/']],
  ['acmeCo', 'acmeCo', []],
  ['a/b/c/d', 'a', ['a/', 'a/b/', 'a/b/c/']],
])('%s is of tenant %s, with the prefixes %j', (id, tenant, prefixes) => {
  expect(tenantOf(id)).toBe(tenant);
  expect(prefixesOf(id)).toEqual(prefixes);
});
