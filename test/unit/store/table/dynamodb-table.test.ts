import { describe, expect, it } from 'vitest';
import { DAY } from '../../../../functions/abandonment/time.ts';
import { DEFAULT_RETENTION } from '../../../../functions/platform/retention.ts';
import { endingOf } from '../../../../functions/store/table/expiry.ts';
import type { Key, Row, Write } from '../../../../functions/store/table/table.port.ts';
import { readable, wire } from './wire.ts';

/** Second 1,767,225,600. */
const NOW = Date.parse('2026-01-01T00:00:00Z');
const KEY = { pk: 'a', sk: 'b' };
const ITEM = { pk: { S: 'a' }, sk: { S: 'b' } };
const OVER = { N: '1767225600' };
const NOT_OVER = { N: '1767225601' };

describe('a row is read', () => {
  it('by its key alone, strongly unless asked otherwise', async () => {
    const { table, calls } = wire(() => ({ Item: { ...ITEM, n: { N: '1' } } }));
    expect(await table().get({ ...KEY, n: 1 } as Key)).toEqual({ ...KEY, n: 1 });
    await table().get(KEY, { consistent: false });
    await table().get(KEY, {});
    const asked = { TableName: 'tasks', Key: ITEM };
    expect(calls.map(({ operation, body }) => [operation, body])).toEqual([
      ['GetItem', { ...asked, ConsistentRead: true }],
      ['GetItem', { ...asked, ConsistentRead: false }],
      ['GetItem', { ...asked, ConsistentRead: true }],
    ]);
  });

  it('as none where there is none, or where it is past its end', async () => {
    expect(await wire().table().get(KEY)).toBeUndefined();
    const now = () => NOW;
    const ended = wire(() => ({ Item: { ...ITEM, ttl: OVER } }));
    expect(await ended.table({ now }).get(KEY)).toBeUndefined();
    expect(await ended.table().get(KEY)).toBeDefined();
    expect(
      await wire(() => ({ Item: { ...ITEM, ttl: NOT_OVER } }))
        .table({ now })
        .get(KEY),
    ).toBeDefined();
  });
});

/** Answers each batch with all its rows; notes how many were under way at once. */
function batches() {
  const seen = { atOnce: 0, most: 0 };
  const stage = wire(async ({ body }) => {
    seen.atOnce += 1;
    seen.most = Math.max(seen.most, seen.atOnce);
    await new Promise(setImmediate);
    seen.atOnce -= 1;
    return { Responses: { tasks: body.RequestItems.tasks.Keys } };
  });
  return { ...stage, seen, sizes: () => stage.calls.map(({ body }) => body.RequestItems.tasks.Keys.length) };
}

describe('many rows are read', () => {
  const keysOf = (count: number) =>
    Array.from({ length: count }, (_, place) => ({ pk: 'P', sk: `${place}` }));

  it.each([
    [0, []],
    [1, [1]],
    [100, [100]],
    [101, [100, 1]],
    [850, [100, 100, 100, 100, 100, 100, 100, 100, 50]],
  ])('%i in batches of %j, each once, and four batches at a time', async (count, sizes) => {
    const { table, seen, sizes: found } = batches();
    const rows = await table().batchGet(keysOf(count));
    expect(rows.map(({ sk }) => sk).sort()).toEqual(
      keysOf(count)
        .map(({ sk }) => sk)
        .sort(),
    );
    expect(found()).toEqual(sizes);
    expect(seen.most).toBe(Math.min(4, sizes.length));
  });

  it('each once where a key is said twice, by its key alone: DynamoDB refuses the same key twice', async () => {
    const { table, calls } = batches();
    const keys = [
      { ...KEY, n: 1 } as Key,
      KEY,
      { pk: 'a', sk: 'c' },
      { pk: 'ab', sk: '' },
      { pk: 'a', sk: 'b' },
    ];
    expect(await table().batchGet(keys)).toHaveLength(3);
    expect(calls[0]?.body.RequestItems.tasks).toEqual({
      Keys: [ITEM, { pk: { S: 'a' }, sk: { S: 'c' } }, { pk: { S: 'ab' }, sk: { S: '' } }],
      ConsistentRead: true,
    });
  });

  it('weakly where that is asked for', async () => {
    const { table, calls } = batches();
    await table().batchGet([KEY], { consistent: false });
    await table().batchGet([KEY], {});
    const asked = calls.map(({ body }) => body.RequestItems.tasks.ConsistentRead);
    expect(asked).toEqual([false, true]);
  });

  it('but for those that are past their end', async () => {
    const rows = [
      { ...ITEM, ttl: OVER },
      { pk: { S: 'a' }, sk: { S: 'c' } },
    ];
    const { table } = wire(() => ({ Responses: { tasks: rows } }));
    expect(await table({ now: () => NOW }).batchGet([KEY])).toEqual([{ pk: 'a', sk: 'c' }]);
  });
});

describe('a query', () => {
  it('asks for a whole partition, in order', async () => {
    const { table, calls } = wire(() => ({ Items: [ITEM] }));
    expect(await table().query({ pk: 'a' })).toEqual({ rows: [KEY] });
    expect(calls.map(({ operation, body }) => [operation, readable(body)])).toEqual([
      ['Query', { TableName: 'tasks', KeyConditionExpression: 'pk = "a"', ScanIndexForward: true }],
    ]);
  });

  it('asks for some of an index, the last first', async () => {
    const { table, calls } = wire();
    const query = { index: 'g3', pk: 'P', sk: { from: '1', to: '2' }, limit: 7, descending: true } as const;
    expect(await table().query(query)).toEqual({ rows: [] });
    expect(readable(calls[0]?.body)).toEqual({
      TableName: 'tasks',
      IndexName: 'g3-index',
      KeyConditionExpression: 'g3pk = "P" AND g3sk BETWEEN "1" AND "2"',
      ScanIndexForward: false,
      Limit: 7,
    });
  });

  it('asks strongly where that is said', async () => {
    const { table, calls } = wire();
    await table().query({ pk: 'a', consistent: true });
    expect(calls[0]?.body).toMatchObject({ ConsistentRead: true });
  });

  it('asks nothing where nothing is within its bounds', async () => {
    const { table, calls } = wire();
    expect(await table().query({ pk: 'a', sk: { from: 'b', to: 'a' } })).toEqual({ rows: [] });
    expect(calls).toEqual([]);
  });

  it('goes on where its last page ended, and leaves out what is past its end', async () => {
    const end = { pk: { S: 'a' }, sk: { S: 'z' } };
    const { table, calls } = wire(({ body }) =>
      body.ExclusiveStartKey ? {} : { Items: [{ ...ITEM, ttl: OVER }], LastEvaluatedKey: end },
    );
    const first = await table({ now: () => NOW }).query({ pk: 'a' });
    expect(first).toEqual({ rows: [], cursor: expect.any(String) });
    expect(await table().query({ pk: 'a', cursor: String(first.cursor) })).toEqual({ rows: [] });
    expect(calls.map(({ body }) => body.ExclusiveStartKey)).toEqual([undefined, end]);
  });
});

describe('all rows', () => {
  it('come page by page, but for those that are past their end', async () => {
    const { table, calls } = wire(({ body }) =>
      body.ExclusiveStartKey
        ? {
            Items: [
              { ...ITEM, ttl: OVER },
              { pk: { S: 'c' }, sk: { S: 'd' } },
            ],
          }
        : { Items: [ITEM], LastEvaluatedKey: ITEM },
    );
    const timed = table({ now: () => NOW });
    const { rows, cursor } = await timed.scan();
    expect(rows).toEqual([KEY]);
    expect(await timed.scan(cursor)).toEqual({ rows: [{ pk: 'c', sk: 'd' }] });
    expect(calls).toEqual([
      { operation: 'Scan', body: { TableName: 'tasks' } },
      { operation: 'Scan', body: { TableName: 'tasks', ExclusiveStartKey: ITEM } },
    ]);
  });
});

describe('one write', () => {
  const ASKS_OLD = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };

  it.each<[string, Write, unknown[]]>([
    [
      'of a row',
      { put: { ...KEY, n: 1 } },
      ['PutItem', { Item: { ...ITEM, n: { N: '1' }, w: { S: 'me' } } }],
    ],
    [
      'of a row under conditions',
      { put: KEY, if: [{ exists: true }, { atMost: ['rev', 3] }] },
      [
        'PutItem',
        {
          Item: { ...ITEM, w: { S: 'me' } },
          ConditionExpression: 'attribute_exists(pk) AND rev <= 3',
          ...ASKS_OLD,
        },
      ],
    ],
    ['of a row under no condition', { put: KEY, if: [] }, ['PutItem', { Item: { ...ITEM, w: { S: 'me' } } }]],
    [
      'that deletes a row, by its key alone',
      { delete: { ...KEY, n: 1 } as Key },
      ['DeleteItem', { Key: ITEM }],
    ],
    [
      'that deletes a row which is there',
      { delete: KEY, if: [{ exists: true }] },
      ['DeleteItem', { Key: ITEM, ConditionExpression: 'attribute_exists(pk)', ...ASKS_OLD }],
    ],
    [
      'that adds, by its key alone',
      { add: { ...KEY, n: 1 } as Key, by: { n: 2 }, set: { at: 5 } },
      ['UpdateItem', { Key: ITEM, UpdateExpression: 'ADD n 2 SET at = 5' }],
    ],
  ])('%s is a call of its own', async (_, write, [operation, request]) => {
    const { table, calls } = wire();
    expect(await table().transact([write], 'me')).toEqual({ outcome: 'applied' });
    expect(calls.map(({ operation, body }) => [operation, readable(body)])).toEqual([
      [operation, { TableName: 'tasks', ...(request as object) }],
    ]);
  });

  it('says when the row ends, by the deployment’s retention, and takes one past its end for absent', async () => {
    const { table, calls } = wire();
    const retention = { ...DEFAULT_RETENTION, alerts: 90 * DAY };
    const ends = { put: { ...KEY, ...endingOf('alerts', NOW) }, if: [{ absent: true as const }] };
    await table({ now: () => NOW, retention }).transact([ends], 'me');
    expect(readable(calls[0]?.body)).toMatchObject({
      Item: { ttl: { N: String((NOW + 90 * DAY) / 1_000) } },
      ConditionExpression: '(attribute_not_exists(pk) OR ttl <= 1767225600)',
    });
  });

  it.each([
    ['a named part', { constructor: 1 }, { M: { constructor: { N: '1' } } }],
    ['within a list', [{ constructor: 'x' }], { L: [{ M: { constructor: { S: 'x' } } }] }],
    [
      'within a part of that name',
      { constructor: { a: [{ constructor: null }] } },
      { M: { constructor: { M: { a: { L: [{ M: { constructor: { NULL: true } } }] } } } } },
    ],
    [
      'of a part without a prototype',
      Object.assign(Object.create(null), { constructor: 1, a: 2 }),
      { M: { constructor: { N: '1' }, a: { N: '2' } } },
    ],
  ])('keeps an attribute `constructor`: %s', async (_, part, stored) => {
    const { table, calls } = wire();
    await table().transact([{ put: { ...KEY, part } }], 'me');
    expect(calls[0]?.body.Item.part).toEqual(stored);
  });

  it('keeps values of each kind, and leaves out what is undefined', async () => {
    const { table, calls } = wire();
    const row: Row = {
      ...KEY,
      list: [1.5, 'x', null, true, {}, []],
      map: { a: { gone: undefined } },
      none: undefined,
    };
    await table().transact([{ put: row }], 'me');
    expect(calls[0]?.body.Item).toEqual({
      ...ITEM,
      list: { L: [{ N: '1.5' }, { S: 'x' }, { NULL: true }, { BOOL: true }, { M: {} }, { L: [] }] },
      map: { M: { a: { M: {} } } },
      w: { S: 'me' },
    });
  });

  it('refuses what is no JSON, in place of storing something else', async () => {
    const { table, calls } = wire();
    for (const at of [new Date(0), new (class Odd {})()])
      await expect(table().transact([{ put: { ...KEY, at } }], 'me')).rejects.toThrow('Unsupported type');
    expect(calls).toEqual([]);
  });
});

describe('several writes, or a check', () => {
  it('are one transaction, with each under its conditions', async () => {
    const { table, calls } = wire();
    const writes: Write[] = [
      { put: { ...KEY, n: 1 }, if: [{ absent: true }] },
      { delete: { pk: 'a', sk: 'c' }, if: [{ equals: ['rev', 2] }] },
      { add: { pk: 'a', sk: 'd' }, by: { n: 1 }, set: endingOf('alerts', NOW) },
      { check: { pk: 'a', sk: 'e', n: 1 } as Key, if: [{ exists: true }] },
    ];
    expect(await table().transact(writes, 'me')).toEqual({ outcome: 'applied' });
    const [{ operation, body }] = calls as [(typeof calls)[number]];
    expect(operation).toBe('TransactWriteItems');
    const TableName = 'tasks';
    const asksOld = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
    const keyOf = (sk: string) => ({ pk: { S: 'a' }, sk: { S: sk } });
    // 400 days after the first second of 2026.
    const ttl = Date.parse('2027-02-05T00:00:00Z') / 1_000;
    expect(
      body.TransactItems.flatMap((item: object) =>
        Object.entries(item).map(([kind, part]) => ({ [kind]: readable(part) })),
      ),
    ).toEqual([
      {
        Put: {
          TableName,
          Item: { ...ITEM, n: { N: '1' }, w: { S: 'me' } },
          ConditionExpression: 'attribute_not_exists(pk)',
          ...asksOld,
        },
      },
      { Delete: { TableName, Key: keyOf('c'), ConditionExpression: 'rev = 2', ...asksOld } },
      { Update: { TableName, Key: keyOf('d'), UpdateExpression: `ADD n 1 SET ttl = ${ttl}` } },
      {
        ConditionCheck: {
          TableName,
          Key: keyOf('e'),
          ConditionExpression: 'attribute_exists(pk)',
          ...asksOld,
        },
      },
    ]);
  });

  it('are one transaction also where there is but a check', async () => {
    const { table, calls } = wire();
    await table().transact([{ check: KEY, if: [{ exists: true }] }], 'me');
    expect(calls.map(({ operation }) => operation)).toEqual(['TransactWriteItems']);
  });

  it('have a token by which DynamoDB knows a repetition', async () => {
    const { table, calls } = wire();
    const writes: Write[] = [{ put: KEY }, { put: { pk: 'a', sk: 'c' } }];
    for (const writer of ['me', 'me', 'you']) await table().transact(writes, writer);
    const [first, again, other] = calls.map(({ body }) => body.ClientRequestToken);
    expect(first).toMatch(/^[\w-]{1,36}$/);
    expect([again === first, other === first]).toEqual([true, false]);
  });

  it('are not sent where DynamoDB would not look at them', async () => {
    const { table, calls } = wire();
    await expect(table().transact([], 'me')).rejects.toThrow('a transaction has 1 to 100 writes, not 0');
    await expect(table().transact([{ put: KEY }, { delete: KEY }], 'me')).rejects.toThrow('the same row');
    expect(calls).toEqual([]);
  });
});
