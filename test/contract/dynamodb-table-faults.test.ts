import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { DynamoDbTable, documentClient } from '../../functions/store/table/dynamodb-table.ts';
import type { Write } from '../../functions/store/table/table.port.ts';
import { classOf } from '../../functions/work/failure-class.ts';

const client = documentClient(new DynamoDBClient({ region: 'eu-west-1' }));
const dynamodb = mockClient(client);
const pauses: number[] = [];
const table = new DynamoDbTable(client, 'tasks', {
  pause: async (milliseconds) => pauses.push(milliseconds),
});

const ONE: Write[] = [{ put: { pk: 'a', sk: 'b' }, if: [{ absent: true }] }];
const TWO: Write[] = [...ONE, { put: { pk: 'c', sk: 'd' } }];

function named(name: string, more: Record<string, unknown> = {}): Error {
  return Object.assign(new Error(name), { name }, more);
}

function cancelled(...codes: (string | undefined)[]): Error {
  return named('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) });
}

beforeEach(() => {
  dynamodb.reset();
  pauses.length = 0;
});

describe('DynamoDB is busy', () => {
  it.each([
    'TransactionConflictException',
    'TransactionInProgressException',
    'ThrottlingException',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
  ])('when it answers %s', async (name) => {
    dynamodb.on(PutCommand).rejects(named(name)).on(TransactWriteCommand).rejects(named(name));
    expect(await table.transact(ONE, 'w')).toEqual({ outcome: 'busy', reason: name });
    expect(await table.transact(TWO, 'w')).toEqual({ outcome: 'busy', reason: name });
  });

  it.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])(
    'when it cancels a transaction for %s',
    async (code) => {
      dynamodb.on(TransactWriteCommand).rejects(cancelled('None', code));
      expect(await table.transact(TWO, 'w')).toEqual({ outcome: 'busy', reason: code });
    },
  );
});

describe('a cancelled transaction', () => {
  it('is refused where a condition failed beside a conflict', async () => {
    dynamodb.on(TransactWriteCommand).rejects(cancelled('TransactionConflict', 'ConditionalCheckFailed'));
    expect(await table.transact(TWO, 'w')).toEqual({ outcome: 'refused', index: 1 });
  });

  it.each(['ValidationError', 'AccessDenied'])('is a fault where a reason is %s', async (code) => {
    dynamodb.on(TransactWriteCommand).rejects(cancelled('ConditionalCheckFailed', code));
    await expect(table.transact(TWO, 'w')).rejects.toThrow('TransactionCanceledException');
  });

  it('is a fault where it gives no reason', async () => {
    dynamodb.on(TransactWriteCommand).rejects(cancelled('None', undefined));
    await expect(table.transact(TWO, 'w')).rejects.toThrow('TransactionCanceledException');
  });
});

describe('a row that is never taken', () => {
  it.each([
    'Item size has exceeded the maximum allowed size',
    'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes',
    'One or more parameter values were invalid: Size of rangekey has exceeded the maximum size limit of1024 bytes',
    'One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes',
    'Hash primary key values must be under 2048 bytes, and range primary key values must be under 1024 bytes',
    'Nesting Levels have exceeded supported limits',
  ])('is permanent for what is written: %s', async (message) => {
    const invalid = Object.assign(new Error(message), {
      name: 'ValidationException',
      $metadata: { httpStatusCode: 400 },
    });
    const reasons = [{ Code: 'None' }, { Code: 'ValidationError', Message: message }];
    dynamodb
      .on(PutCommand)
      .rejects(invalid)
      .on(TransactWriteCommand)
      .rejects(named('TransactionCanceledException', { CancellationReasons: reasons }));
    for (const writes of [ONE, TWO]) {
      const error = await table.transact(writes, 'w').catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'RowRefused', message });
      expect(classOf(error, 9)).toBe('permanent');
    }
  });

  it('is none where the call is what is wrong', async () => {
    const invalid = named('ValidationException', { $metadata: { httpStatusCode: 400 } });
    dynamodb.on(PutCommand).rejects(invalid);
    const error = await table.transact(ONE, 'w').catch((thrown: unknown) => thrown);
    expect(classOf(error, 1)).toBe('environment');
  });
});

describe('a fault', () => {
  it.each(['ValidationException', 'ResourceNotFoundException', 'AccessDeniedException', 'TimeoutError'])(
    'is thrown: %s',
    async (name) => {
      dynamodb.onAnyCommand().rejects(named(name));
      await expect(table.transact(ONE, 'w')).rejects.toThrow(name);
      await expect(table.transact(TWO, 'w')).rejects.toThrow(name);
      await expect(table.get({ pk: 'a', sk: 'b' })).rejects.toThrow(name);
    },
  );
});

describe('a write by itself', () => {
  it('costs no transaction, except for a check', async () => {
    dynamodb.onAnyCommand().resolves({});
    const key = { pk: 'a', sk: 'b' };
    await table.transact(ONE, 'w');
    await table.transact([{ delete: key }], 'w');
    await table.transact([{ add: key, by: { n: 1 } }], 'w');
    expect(dynamodb.commandCalls(PutCommand)).toHaveLength(1);
    expect(dynamodb.commandCalls(DeleteCommand)).toHaveLength(1);
    expect(dynamodb.commandCalls(UpdateCommand)).toHaveLength(1);
    expect(dynamodb.commandCalls(TransactWriteCommand)).toHaveLength(0);
    await table.transact([{ check: key, if: [{ exists: true }] }], 'w');
    expect(dynamodb.commandCalls(TransactWriteCommand)).toHaveLength(1);
  });
});

describe('the token of a transaction', () => {
  async function tokenOf(writes: Write[], writer: string): Promise<string> {
    dynamodb.reset();
    dynamodb.on(TransactWriteCommand).resolves({});
    await table.transact(writes, writer);
    return dynamodb.commandCalls(TransactWriteCommand)[0]!.args[0].input.ClientRequestToken!;
  }

  it('is the same for a repeat, and another for another writer or other writes', async () => {
    const long = 'writer'.repeat(50);
    const token = await tokenOf(TWO, long);
    expect(token).toMatch(/^[\w-]{1,36}$/);
    expect(await tokenOf(structuredClone(TWO), long)).toBe(token);
    expect(await tokenOf(TWO, `${long}2`)).not.toBe(token);
    expect(await tokenOf([...TWO].reverse(), long)).not.toBe(token);
  });
});

describe('keys that DynamoDB left unread', () => {
  const keys = ['1', '2', '3'].map((sk) => ({ pk: 'a', sk }));
  const unread = (...left: typeof keys) => ({ UnprocessedKeys: { tasks: { Keys: left } } });

  it('are asked for again until they came', async () => {
    dynamodb
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { tasks: [keys[0]!] }, ...unread(keys[1]!, keys[2]!) })
      .resolvesOnce(unread(keys[1]!, keys[2]!))
      .resolvesOnce({ Responses: { tasks: [keys[1]!] }, ...unread(keys[2]!) })
      .resolves({ Responses: { tasks: [keys[2]!] } });
    expect(await table.batchGet(keys)).toEqual(keys);
    const asked = dynamodb
      .commandCalls(BatchGetCommand)
      .map((call) => call.args[0].input.RequestItems!.tasks!);
    expect(asked.map(({ Keys }) => Keys!.length)).toEqual([3, 2, 2, 1]);
    expect(pauses).toEqual([50, 100, 50]);
    expect(asked.every(({ ConsistentRead }) => ConsistentRead)).toBe(true);
  });

  it('are a fault where none of them comes for some seconds', async () => {
    dynamodb.on(BatchGetCommand).resolves(unread(...keys));
    await expect(table.batchGet(keys)).rejects.toThrow('3 keys of tasks stay unread');
    expect(pauses).toEqual([50, 100, 200, 400, 800, 1600, 3200]);
  });
});

describe('reads', () => {
  it('are strongly consistent unless asked otherwise', async () => {
    dynamodb.on(GetCommand).resolves({});
    await table.get({ pk: 'a', sk: 'b' });
    await table.get({ pk: 'a', sk: 'b' }, { consistent: false });
    const asked = dynamodb.commandCalls(GetCommand).map((call) => call.args[0].input.ConsistentRead);
    expect(asked).toEqual([true, false]);
  });
});
