import { describe, expect, it } from 'vitest';
import {
  addExpression,
  conditionExpression,
  type Expression,
  keyExpression,
  requestToken,
} from '../../../../functions/store/table/dynamodb-expressions.ts';
import type { Condition, Query, Write } from '../../../../functions/store/table/table.port.ts';
import { written } from './wire.ts';

const readable = (expression: Expression | undefined) =>
  expression && written(expression.text, expression.names, expression.values);

describe('a condition, as DynamoDB is asked it', () => {
  it.each<[Condition[], string]>([
    [[{ absent: true }], 'attribute_not_exists(pk)'],
    [[{ exists: true }], 'attribute_exists(pk)'],
    [[{ equals: ['status', 'a'] }], 'status = "a"'],
    [[{ equals: ['until', null] }], 'until = null'],
    [[{ atMost: ['rev', 3] }], 'rev <= 3'],
    [[{ absentOr: { atMost: ['n', 0] } }], '(attribute_not_exists(pk) OR n <= 0)'],
    [[{ absentOr: { exists: true } }], '(attribute_not_exists(pk) OR attribute_exists(pk))'],
    [[{ exists: true }, { equals: ['rev', 3] }], 'attribute_exists(pk) AND rev = 3'],
    [[{ equals: ['rev', 3] }, { atMost: ['rev', 5] }], 'rev = 3 AND rev <= 5'],
  ])('%j reads %s', (conditions, text) => {
    expect(readable(conditionExpression(conditions))).toBe(text);
  });

  it('is none where nothing is to hold', () => {
    expect(conditionExpression([])).toBeUndefined();
  });

  /** 2026-01-01T00:00:00Z is second 1,767,225,600. */
  const NOW = Date.parse('2026-01-01T00:00:00.999Z');
  it.each<[Condition, string]>([
    [{ absent: true }, '(attribute_not_exists(pk) OR ttl <= 1767225600)'],
    [{ absentOr: { equals: ['n', 1] } }, '((attribute_not_exists(pk) OR ttl <= 1767225600) OR n = 1)'],
    [
      { absentOr: { absent: true } },
      '((attribute_not_exists(pk) OR ttl <= 1767225600) OR (attribute_not_exists(pk) OR ttl <= 1767225600))',
    ],
    [{ exists: true }, 'attribute_exists(pk)'],
  ])('%j takes a row that is past its end for absent, by the whole second: %s', (condition, text) => {
    expect(readable(conditionExpression([condition], NOW))).toBe(text);
  });

  it('names every attribute by a placeholder, for some are reserved words', () => {
    const expression = conditionExpression(
      [{ equals: ['status', 'a'] }, { atMost: ['size', 1] }, { absent: true }],
      0,
    );
    expect(expression?.text.replaceAll(/[#:]\w+/g, '?')).toBe(
      '? = ? AND ? <= ? AND (attribute_not_exists(?) OR ? <= ?)',
    );
  });
});

describe('an addition', () => {
  it.each([
    [{ n: 2 }, undefined, 'ADD n 2'],
    [{ n: 2, m: -1 }, {}, 'ADD n 2, m -1'],
    [{ n: 1 }, { ttl: 10 }, 'ADD n 1 SET ttl = 10'],
    [{ n: 1, rev: 1 }, { ttl: 10, at: 5 }, 'ADD n 1, rev 1 SET ttl = 10, at = 5'],
  ])('of %j beside %j reads %s', (by, set, text) => {
    expect(readable(addExpression(by, set))).toBe(text);
  });
});

describe('the bounds of a query', () => {
  const TABLE: [NonNullable<Query['sk']>, string | undefined][] = [
    [{}, ''],
    [{ from: '' }, ''],
    [{ prefix: '' }, ''],
    [{ prefix: 'b#' }, ' AND begins_with(sk, "b#")'],
    [{ from: 'b' }, ' AND sk >= "b"'],
    [{ to: 'b' }, ' AND sk <= "b"'],
    [{ from: '', to: 'b' }, ' AND sk <= "b"'],
    [{ from: 'a', to: 'b' }, ' AND sk BETWEEN "a" AND "b"'],
    [{ from: 'b', to: 'b' }, ' AND sk BETWEEN "b" AND "b"'],
    // DynamoDB refuses these: nothing is within them.
    [{ from: 'c', to: 'b' }, undefined],
    [{ to: '' }, undefined],
    [{ from: '', to: '' }, undefined],
    // By the bytes of UTF-8 the first is before the second.
    [{ from: '\uffee', to: '😀' }, ' AND sk BETWEEN "\uffee" AND "😀"'],
    [{ from: '😀', to: '\uffee' }, undefined],
  ];

  it.each(TABLE)('%j read%s', (sk, range) => {
    expect(readable(keyExpression({ pk: 'P', sk }))).toBe(
      range === undefined ? undefined : `pk = "P"${range}`,
    );
  });

  it.each(TABLE)('%j are those of the keys of an index, too', (sk, range) => {
    const ofIndex = range?.replaceAll('sk', 'g2sk');
    const expected = ofIndex === undefined ? undefined : `g2pk = "P"${ofIndex}`;
    expect(readable(keyExpression({ index: 'g2', pk: 'P', sk }))).toBe(expected);
  });

  it('are the whole partition where none are said', () => {
    expect(readable(keyExpression({ pk: 'P' }))).toBe('pk = "P"');
  });
});

describe('the token of a transaction', () => {
  const writes: Write[] = [{ put: { pk: 'a', sk: 'b' } }, { delete: { pk: 'a', sk: 'c' } }];
  const token = requestToken('tasks', writes, 'me');

  it('is the same for a repetition', () => {
    expect(requestToken('tasks', structuredClone(writes), 'me')).toBe(token);
  });

  it.each([
    ['table', requestToken('others', writes, 'me')],
    ['writer', requestToken('tasks', writes, 'you')],
    ['content', requestToken('tasks', writes.slice(0, 1), 'me')],
  ])('is another for another %s: DynamoDB knows it across all of them', (_, other) => {
    expect(other).not.toBe(token);
  });

  it('has as many characters as DynamoDB takes, and none that an HTTP body would change', () => {
    expect(token).toMatch(/^[\w-]{36}$/);
  });
});
