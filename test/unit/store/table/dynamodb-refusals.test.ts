import { describe, expect, it } from 'vitest';
import type { Write } from '../../../../functions/store/table/table.port.ts';
import { wire } from './wire.ts';

const KEY = { pk: 'a', sk: 'b' };
const OTHER = { pk: 'c', sk: 'd' };
/** A stored row as DynamoDB shows it, and as it is read. */
const shown = (w: string) => ({ pk: { S: 'a' }, sk: { S: 'b' }, rev: { N: '3' }, w: { S: w } });
const row = (w: string) => ({ ...KEY, rev: 3, w });

const FAILED = { Code: 'ConditionalCheckFailed' };
const PUT: Write = { put: KEY, if: [{ absent: true }] };
const DELETE: Write = { delete: KEY, if: [{ equals: ['rev', 2] }] };

const single = (write: Write, more: object) =>
  wire(() => ({ error: 'ConditionalCheckFailedException', ...more }))
    .table()
    .transact([write], 'me');
const cancelled = (writes: Write[], ...reasons: object[]) =>
  wire(() => ({ error: 'TransactionCanceledException', CancellationReasons: reasons }))
    .table()
    .transact(writes, 'me');

describe('a write by itself whose condition does not hold', () => {
  it('is refused, with the row as it stands', async () => {
    expect(await single(PUT, { Item: shown('you') })).toEqual({
      outcome: 'refused',
      index: 0,
      old: row('you'),
    });
    expect(await single(DELETE, {})).toEqual({ outcome: 'refused', index: 0 });
  });

  it('was applied before where its own writer put what stands there', async () => {
    expect(await single(PUT, { Item: shown('me') })).toEqual({ outcome: 'applied' });
  });

  it('is refused where it deletes what its own writer put: that says nothing of the deletion', async () => {
    expect(await single(DELETE, { Item: shown('me') })).toEqual({
      outcome: 'refused',
      index: 0,
      old: row('me'),
    });
  });
});

describe('a transaction of which a condition does not hold', () => {
  it('is refused, by the first of them, with its row', async () => {
    const last: Write = { put: { pk: 'e', sk: 'f' }, if: [{ absent: true }] };
    const reasons = [{ Code: 'None' }, { ...FAILED, Item: shown('you') }, FAILED];
    const refused = await cancelled([{ put: OTHER }, DELETE, last], ...reasons);
    expect(refused).toEqual({ outcome: 'refused', index: 1, old: row('you') });
  });

  it('is refused without a row where none is there', async () => {
    expect(await cancelled([DELETE, { put: OTHER }], FAILED, {})).toEqual({ outcome: 'refused', index: 0 });
  });

  it('was applied before where any refused put shows its own writer', async () => {
    const writes: Write[] = [{ delete: OTHER, if: [{ exists: true }] }, PUT];
    expect(await cancelled(writes, FAILED, { ...FAILED, Item: shown('me') })).toEqual({ outcome: 'applied' });
  });

  it('is refused though other writes conflicted', async () => {
    const refused = await cancelled([{ put: OTHER }, PUT], { Code: 'TransactionConflict' }, FAILED);
    expect(refused).toEqual({ outcome: 'refused', index: 1 });
  });
});

describe('a transaction is busy', () => {
  it('where nothing but that stands in its way, and says with what', async () => {
    const busy = await cancelled(
      [{ put: OTHER }, PUT],
      { Code: 'ThrottlingError' },
      { Code: 'TransactionConflict' },
    );
    expect(busy).toEqual({ outcome: 'busy', reason: 'ThrottlingError, TransactionConflict' });
  });
});

describe('a fault', () => {
  it.each([
    ['of a reason that nobody knows', [FAILED, { Code: 'AccessDenied' }]],
    ['without a reason', [{ Code: 'None' }, {}]],
    ['without reasons', []],
    [
      'of what is wrong with the call',
      [
        { Code: 'None' },
        { Code: 'ValidationError', Message: 'The provided key element does not match the schema' },
      ],
    ],
    ['of what is wrong, without a word', [{ Code: 'None' }, { Code: 'ValidationError' }]],
  ])('%s is thrown as DynamoDB said it', async (_, reasons) => {
    await expect(cancelled([{ put: OTHER }, PUT], ...reasons)).rejects.toMatchObject({
      name: 'TransactionCanceledException',
    });
  });

  it('that names no reasons at all is thrown', async () => {
    const { table } = wire(() => ({ error: 'TransactionCanceledException' }));
    await expect(table().transact([{ put: OTHER }, PUT], 'me')).rejects.toMatchObject({
      name: 'TransactionCanceledException',
    });
  });

  it('of a cancelled transaction goes before a refusal', async () => {
    const rejected = cancelled([PUT, { put: OTHER }], FAILED, { Code: 'ResourceNotFound' });
    await expect(rejected).rejects.toMatchObject({ name: 'TransactionCanceledException' });
  });
});

describe('a row that DynamoDB never takes', () => {
  const refused = (message: string) => ({ name: 'RowRefused', message });

  it('is refused as such before a condition that does not hold, in its words', async () => {
    const message = 'Item size has exceeded the maximum allowed size';
    const rejected = cancelled([PUT, { put: OTHER }], FAILED, { Code: 'ValidationError', Message: message });
    await expect(rejected).rejects.toMatchObject({
      ...refused(message),
      cause: { name: 'TransactionCanceledException' },
    });
  });

  it('is refused as such where all rows of its partition are too large together', async () => {
    const Code = 'ItemCollectionSizeLimitExceeded';
    const answer = cancelled(
      [PUT, { put: OTHER }],
      { Code: 'None' },
      { Code, Message: 'Collection size exceeded.' },
    );
    await expect(answer).rejects.toMatchObject(refused('Collection size exceeded.'));
    await expect(cancelled([PUT, { put: OTHER }], { Code: 'None' }, { Code })).rejects.toMatchObject(
      refused(Code),
    );
  });

  it('is looked for in what a message begins with alone: some expressions take long over long texts', async () => {
    const answerTo = (message: string) =>
      wire(() => ({ error: 'ValidationException', message }))
        .table()
        .transact([PUT], 'me');
    await expect(answerTo('Item size has exceeded the maximum allowed size')).rejects.toMatchObject({
      name: 'RowRefused',
      cause: { name: 'ValidationException' },
    });
    await expect(answerTo(`${'x'.repeat(1_000)} item size`)).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});

it('a fault that is no error is thrown as it is', async () => {
  const { table } = wire(() => Promise.reject('broken'));
  await expect(table().transact([PUT], 'me')).rejects.toBeDefined();
});
