import { createTable } from '../functions/store/table/create-table.ts';
import { DynamoDbTable, documentClient } from '../functions/store/table/dynamodb-table.ts';
import type { Query, Row, Table, Write } from '../functions/store/table/table.port.ts';
import { CapacityMeter } from './capacity.ts';
import { CountingTable } from './counting-table.ts';
import { ConsumedMeter, localClient, meteredClient } from './metered-client.ts';
import { print } from './output.ts';
import { compareScan } from './scan.ts';

/** One call, and why DynamoDB Local's figure may be another. */
interface Sample {
  call: string;
  differs?: string;
  act(table: Table): Promise<unknown>;
}

const EMPTY =
  'DynamoDB bills half a unit (one where strongly consistent) for what is not there, the emulator none';
const TRANSACTION = 'the emulator answers 16 for any transaction';
const REFUSED = 'DynamoDB bills refused writes, the emulator says nothing of them';

/**
 * Compares the counting table with DynamoDB Local, call by call and for a whole scan; the exit code is 1 where they
 * differ in more than what is known of the emulator.
 */
export async function checkCapacity(endpoint: string): Promise<void> {
  const name = 'bench-capacity';
  await createTable(localClient(endpoint), name);
  const [consumed, meter] = [new ConsumedMeter(), new CapacityMeter()];
  const plain = new DynamoDbTable(documentClient(localClient(endpoint)), name);
  const metered = new DynamoDbTable(documentClient(meteredClient(endpoint, consumed)), name);
  const table = new CountingTable(metered, meter, (key) => plain.get(key));
  for (const sample of [...writeSamples(), ...readSamples()]) {
    consumed.reset();
    meter.reset();
    await sample.act(table);
    const reported = { reads: consumed.reads, writes: consumed.writes };
    const computed = { reads: meter.total('read'), writes: meter.total('write') };
    const same = JSON.stringify(reported) === JSON.stringify(computed);
    if (!same && sample.differs === undefined) process.exitCode = 1;
    const why = same ? {} : { differs: sample.differs ?? 'not known why' };
    print({ bench: 'capacity', call: sample.call, reported, computed, same, ...why });
  }
  await compareScan(endpoint);
}

let writers = 0;

function write(...writes: Write[]): (table: Table) => Promise<unknown> {
  writers += 1;
  const writer = `writer-${writers}`;
  return (table) => table.transact(writes, writer);
}

function row(sk: string, bytes = 0, more: Record<string, unknown> = {}): Row {
  return { pk: 'P', sk, ...(bytes > 0 ? { x: 'x'.repeat(bytes) } : {}), ...more };
}

const inIndex = (sk: string, p?: unknown) => ({ g1pk: 'C#1', g1sk: sk, ...(p === undefined ? {} : { p }) });
const inAll = { ...inIndex('1', { a: 1 }), g2pk: 'N#a', g2sk: '1', g3pk: 'P#a', g3sk: '1' };
const large = { a: 'y'.repeat(1_500) };

function writeSamples(): Sample[] {
  return [
    { call: 'put of a new small row', act: write({ put: row('a') }) },
    { call: 'put of a new row of 3 KB', act: write({ put: row('b', 3_000) }) },
    { call: 'put of a small row over one of 3 KB', act: write({ put: row('b') }) },
    { call: 'put into an index', act: write({ put: row('c', 0, inIndex('1')) }) },
    { call: 'put that changes what an index shows', act: write({ put: row('c', 0, inIndex('1', large)) }) },
    { call: 'put that changes nothing in the index', act: write({ put: row('c', 9, inIndex('1', large)) }) },
    { call: 'put that moves an index entry', act: write({ put: row('c', 9, inIndex('2', large)) }) },
    { call: 'put out of an index', act: write({ put: row('c', 9) }) },
    { call: 'put into three indexes', act: write({ put: row('d', 0, inAll) }) },
    { call: 'delete from three indexes', act: write({ delete: { pk: 'P', sk: 'd' } }) },
    { call: 'delete of what is not there', act: write({ delete: { pk: 'P', sk: 'none' } }) },
    { call: 'add', act: write({ add: { pk: 'P', sk: 'n' }, by: { a: 1 } }) },
    {
      call: 'transaction of two puts',
      act: write({ put: row('e') }, { put: row('f', 3_000) }),
      differs: TRANSACTION,
    },
    { call: 'refused put', act: write({ put: row('a'), if: [{ absent: true }] }), differs: REFUSED },
  ];
}

function readSamples(): Sample[] {
  const [here, there, none] = ['a', 'g', 'none'].map((sk) => ({ pk: 'P', sk })) as [Row, Row, Row];
  return [
    { call: 'put of a row of 9 KB', act: write({ put: row('g', 9_000) }) },
    { call: 'get', act: (table) => table.get(there) },
    { call: 'get, eventually consistent', act: (table) => table.get(there, { consistent: false }) },
    { call: 'get of what is not there', act: (table) => table.get(none) },
    { call: 'batchGet', act: (table) => table.batchGet([here, there]) },
    { call: 'batchGet with one not there', act: (table) => table.batchGet([here, none]), differs: EMPTY },
    { call: 'query', act: (table) => table.query({ pk: 'P' }) },
    { call: 'query, strongly consistent', act: (table) => table.query({ pk: 'P', consistent: true }) },
    { call: 'query that finds nothing', act: (table) => table.query({ pk: 'none' }), differs: EMPTY },
    { call: '3,000 puts into an index', act: fill },
    {
      call: 'query of an index over several pages',
      act: (table) => allPages(table, { index: 'g1', pk: 'C#9' }),
    },
    { call: 'query of the table over several pages', act: (table) => allPages(table, { pk: 'P' }) },
  ];
}

async function fill(table: Table): Promise<void> {
  for (let place = 0; place < 3_000; place += 1) {
    const more = { g1pk: 'C#9', g1sk: String(place), p: { a: 'y'.repeat(400) } };
    await write({ put: row(`m${place}`, 200, more) })(table);
  }
}

async function allPages(table: Table, query: Query): Promise<void> {
  let cursor: string | undefined;
  do {
    ({ cursor } = await table.query(cursor === undefined ? query : { ...query, cursor }));
  } while (cursor !== undefined);
}
