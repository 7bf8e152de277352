import { BatchWriteItemCommand, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { createTable } from '../functions/store/table/create-table.ts';
import { DynamoDbTable, documentClient } from '../functions/store/table/dynamodb-table.ts';
import { MemoryTable } from '../functions/store/table/memory-table.ts';
import type { Row, Table } from '../functions/store/table/table.port.ts';
import { CapacityMeter } from './capacity.ts';
import { CountingTable, queryUnits } from './counting-table.ts';
import { itemSize } from './item-size.ts';
import { localClient } from './metered-client.ts';

/** A table that a benchmark fills and scans. */
export interface ScannedTable {
  /** What was measured on, in words. */
  readonly on: string;
  /** For calls that are not counted. */
  readonly table: Table;
  /** For calls of the scan, where they come from another process. */
  readonly served: Table | undefined;
  readonly meter: CapacityMeter;
  readonly endpoint: string | null;
  readonly name: string;
  load(rows: Iterable<Row>): Promise<void>;
  /** Read units of one eventually consistent read of all rows that were loaded. */
  fullRead(): Promise<number>;
}

const WRITES_AT_ONCE = 6;
const ROWS_AT_ONCE = 25;

/** A table in DynamoDB Local: units are what it says it consumed. */
export async function tableInDynamoDbLocal(endpoint: string, name: string): Promise<ScannedTable> {
  const client = localClient(endpoint);
  await createTable(client, name);
  return {
    on: "AWS's DynamoDB Local, units as it reports them",
    table: new DynamoDbTable(documentClient(client), name),
    served: undefined,
    meter: new CapacityMeter(),
    endpoint,
    name,
    load: (rows) => writeAll(client, name, rows),
    fullRead: () => countUnits(client, name),
  };
}

async function writeAll(client: DynamoDBClient, name: string, rows: Iterable<Row>): Promise<void> {
  const running = new Set<Promise<void>>();
  for (const chunk of chunksOf(rows, ROWS_AT_ONCE)) {
    const write: Promise<void> = writeChunk(client, name, chunk).finally(() => running.delete(write));
    running.add(write);
    if (running.size >= WRITES_AT_ONCE) await Promise.race(running);
  }
  await Promise.all(running);
}

async function writeChunk(client: DynamoDBClient, name: string, rows: Row[]): Promise<void> {
  let left = rows.map((row) => ({ PutRequest: { Item: marshall(row, { removeUndefinedValues: true }) } }));
  while (left.length > 0) {
    const answer = await client.send(new BatchWriteItemCommand({ RequestItems: { [name]: left } }));
    left = (answer.UnprocessedItems?.[name] ?? []) as typeof left;
  }
}

async function countUnits(client: DynamoDBClient, name: string): Promise<number> {
  let units = 0;
  let last: Record<string, never> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: name,
        Select: 'COUNT',
        ReturnConsumedCapacity: 'TOTAL',
        ExclusiveStartKey: last,
      }),
    );
    units += page.ConsumedCapacity?.CapacityUnits ?? 0;
    last = page.LastEvaluatedKey as typeof last;
  } while (last);
  return units;
}

/** A table in this process's memory: units are computed from the sizes of rows. */
export function tableInMemory(name: string): ScannedTable {
  // As DynamoDB's pages end at 1 MB.
  const table = new MemoryTable({ pageRows: 1_000 });
  const meter = new CapacityMeter();
  const sizes: number[] = [];
  return {
    on: 'memory table, units computed from the sizes of rows',
    table,
    served: new CountingTable(table, meter, (key) => table.get(key)),
    meter,
    endpoint: null,
    name,
    async load(rows) {
      for (const chunk of chunksOf(rows, ROWS_AT_ONCE)) {
        for (const row of chunk) sizes.push(itemSize(row));
        await table.transact(
          chunk.map((put) => ({ put })),
          'load',
        );
      }
    },
    fullRead: async () => queryUnits(sizes, false),
  };
}

function* chunksOf(rows: Iterable<Row>, size: number): Generator<Row[]> {
  let chunk: Row[] = [];
  for (const row of rows) {
    chunk.push(row);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
