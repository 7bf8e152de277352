import { setTimeout as wait } from 'node:timers/promises';
import type { Table } from '../functions/store/table/table.port.ts';

/** A table as far away as DynamoDB is: each call takes so much longer. */
export function distant(table: Table, latencyMs: number): Table {
  const after = async <Value>(ask: () => Promise<Value>): Promise<Value> => {
    if (latencyMs > 0) await wait(latencyMs);
    return ask();
  };
  return {
    get: (...given) => after(() => table.get(...given)),
    batchGet: (...given) => after(() => table.batchGet(...given)),
    query: (...given) => after(() => table.query(...given)),
    transact: (...given) => after(() => table.transact(...given)),
    scan: (...given) => after(() => table.scan(...given)),
  };
}
