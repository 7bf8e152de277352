import { setTimeout } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { QueryCommandOutput, ScanCommandOutput, TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Instant } from '../../abandonment/time.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { addExpression, conditionExpression, keyExpression, requestToken } from './dynamodb-expressions.ts';
import { resultOf } from './dynamodb-refusals.ts';
import { type TableTime, unexpired, withSeconds } from './expiry.ts';
import { indexNameOf } from './index-names.ts';
import { assertTransaction } from './row-limits.ts';
import type { Condition, Key, Page, Query, Row, Table, TransactResult, Write } from './table.port.ts';

/** Keys of one BatchGetItem, and how many of those run at a time. */
const BATCH_KEYS = 100;
const BATCHES_AT_ONCE = 4;

/** The pauses before keys that DynamoDB left unread are asked for again; they start anew with each row that came. */
const UNREAD_PAUSES_MS = [50, 100, 200, 400, 800, 1600, 3200];

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
type Position = Record<string, unknown>;

/** The document client that `DynamoDbTable` expects: attributes that are undefined are left out. */
export function documentClient(client: DynamoDBClient): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

export interface DynamoDbTableOptions extends TableTime {
  /** Waits, for tests. */
  pause?: (milliseconds: number) => Promise<unknown>;
}

/**
 * The table in DynamoDB. One write goes by itself (one write unit for each kilobyte), several as a transaction (two).
 * A lone `add` that is repeated after its answer was lost counts twice: what must be exact is put with a condition.
 */
export class DynamoDbTable implements Table {
  readonly #client: DynamoDBDocumentClient;
  readonly #name: string;
  readonly #options: DynamoDbTableOptions;

  /** `client`: as `documentClient` makes it; `name`: the table's name. */
  constructor(client: DynamoDBDocumentClient, name: string, options: DynamoDbTableOptions = {}) {
    this.#client = client;
    this.#name = name;
    this.#options = options;
  }

  async get(key: Key, { consistent = true } = {}): Promise<Row | undefined> {
    const input = { TableName: this.#name, Key: onlyKey(key), ConsistentRead: consistent };
    const { Item } = await this.#client.send(new GetCommand(input));
    return this.#live(Item ? [Item as Row] : [])[0];
  }

  async batchGet(keys: Key[], { consistent = true } = {}): Promise<Row[]> {
    const distinct = [...new Map(keys.map((key) => [`${key.pk}\u0000${key.sk}`, onlyKey(key)])).values()];
    const batches: Key[][] = [];
    for (let start = 0; start < distinct.length; start += BATCH_KEYS) {
      batches.push(distinct.slice(start, start + BATCH_KEYS));
    }
    const rows: Row[] = [];
    for (let start = 0; start < batches.length; start += BATCHES_AT_ONCE) {
      const some = batches.slice(start, start + BATCHES_AT_ONCE);
      const found = await Promise.all(some.map((batch) => this.#batch(batch, consistent)));
      rows.push(...found.flat());
    }
    return this.#live(rows);
  }

  async query(query: Query): Promise<Page> {
    const condition = keyExpression(query);
    if (!condition) return { rows: [] };
    const output = await this.#client.send(
      new QueryCommand({
        TableName: this.#name,
        IndexName: query.index && indexNameOf(query.index),
        KeyConditionExpression: condition.text,
        ExpressionAttributeNames: condition.names,
        ExpressionAttributeValues: condition.values,
        Limit: query.limit,
        ScanIndexForward: !query.descending,
        ConsistentRead: query.consistent,
        ExclusiveStartKey: query.cursor === undefined ? undefined : decodeCursor<Position>(query.cursor),
      }),
    );
    return this.#livePage(output);
  }

  async transact(plan: Write[], writer: string): Promise<TransactResult> {
    const writes = withSeconds(plan, this.#options.retention);
    assertTransaction(writes);
    const [first] = writes;
    try {
      if (writes.length === 1 && first && !('check' in first)) await this.#writeOne(first, writer);
      else await this.#writeAll(writes, writer);
      return { outcome: 'applied' };
    } catch (error) {
      return resultOf(error, writes, writer);
    }
  }

  async scan(cursor?: string): Promise<Page> {
    const ExclusiveStartKey = cursor === undefined ? undefined : decodeCursor<Position>(cursor);
    const page = await this.#client.send(new ScanCommand({ TableName: this.#name, ExclusiveStartKey }));
    return this.#livePage(page);
  }

  #livePage(output: QueryCommandOutput | ScanCommandOutput): Page {
    const page = pageOf(output);
    return { ...page, rows: this.#live(page.rows) };
  }

  #live(rows: Row[]): Row[] {
    return unexpired(rows, this.#options.now);
  }

  async #batch(keys: Key[], consistent: boolean): Promise<Row[]> {
    const rows: Row[] = [];
    let unread: Position[] = keys.map((key) => ({ ...key }));
    for (let attempt = 0; ; attempt += 1) {
      const request = { [this.#name]: { Keys: unread, ConsistentRead: consistent } };
      const output = await this.#client.send(new BatchGetCommand({ RequestItems: request }));
      const found = (output.Responses?.[this.#name] ?? []) as Row[];
      rows.push(...found);
      unread = output.UnprocessedKeys?.[this.#name]?.Keys ?? [];
      if (unread.length === 0) return rows;
      if (found.length > 0) attempt = 0;
      const pause = UNREAD_PAUSES_MS[attempt];
      if (pause === undefined) throw new Error(`${unread.length} keys of ${this.#name} stay unread`);
      await (this.#options.pause ?? setTimeout)(pause);
    }
  }

  async #writeOne(write: Exclude<Write, { check: Key }>, writer: string): Promise<void> {
    const { Put, Delete, Update } = this.#item(write, writer);
    if (Put) await this.#client.send(new PutCommand(Put));
    if (Delete) await this.#client.send(new DeleteCommand(Delete));
    if (Update) await this.#client.send(new UpdateCommand(Update));
  }

  async #writeAll(writes: Write[], writer: string): Promise<void> {
    const TransactItems = writes.map((write) => this.#item(write, writer));
    const ClientRequestToken = requestToken(this.#name, writes, writer);
    await this.#client.send(new TransactWriteCommand({ TransactItems, ClientRequestToken }));
  }

  #item(write: Write, writer: string): TransactItem {
    const TableName = this.#name;
    if ('put' in write)
      return {
        Put: { TableName, Item: withMaps({ ...write.put, w: writer }), ...this.#conditional(write.if) },
      };
    if ('delete' in write)
      return { Delete: { TableName, Key: onlyKey(write.delete), ...this.#conditional(write.if) } };
    if ('check' in write) {
      const condition = { ConditionExpression: undefined, ...this.#conditional(write.if) };
      return { ConditionCheck: { TableName, Key: onlyKey(write.check), ...condition } };
    }
    const { text, names, values } = addExpression(write.by, write.set);
    const expression = {
      UpdateExpression: text,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
    };
    return { Update: { TableName, Key: onlyKey(write.add), ...expression } };
  }

  #conditional(conditions?: Condition[]) {
    return conditional(conditions, this.#options.now?.());
  }
}

/**
 * The row, where a part that has an attribute named `constructor` is a `Map`: the document client takes that attribute
 * for the class of the part, and refuses it.
 */
function withMaps(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, withMap(value)])) as Row;
}

function withMap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withMap);
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, withMap(part)] as const);
  return Object.hasOwn(value, 'constructor') ? new Map(entries) : Object.fromEntries(entries);
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Callers pass rows as keys, too. */
function onlyKey({ pk, sk }: Key): Key {
  return { pk, sk };
}

function conditional(conditions: Condition[] = [], now?: Instant) {
  const condition = conditionExpression(conditions, now);
  if (!condition) return {};
  const hasValues = Object.keys(condition.values).length > 0;
  return {
    ConditionExpression: condition.text,
    ExpressionAttributeNames: condition.names,
    ...(hasValues && { ExpressionAttributeValues: condition.values }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
}

function pageOf({ Items, LastEvaluatedKey }: QueryCommandOutput | ScanCommandOutput): Page {
  const rows = (Items ?? []) as Row[];
  return LastEvaluatedKey ? { rows, cursor: encodeCursor(LastEvaluatedKey) } : { rows };
}
