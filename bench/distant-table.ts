import { setTimeout as wait } from 'node:timers/promises';
import type { Table } from '../functions/store/table/table.port.ts';

/** A table as far away as DynamoDB is: each call takes so much longer. */
export function distant(table: Table, latencyMs: number): Table {
  const after = async <Value>(ask: () => Promise<Value>): Promise<Value> => {
    if (latencyMs > 0) await wait(latencyMs);
    return ask();
  };
  return {
    get: (...parameters) => after(() => table.get(...parameters)),
    batchGet: (...parameters) => after(() => table.batchGet(...parameters)),
    query: (...parameters) => after(() => table.query(...parameters)),
    transact: (...parameters) => after(() => table.transact(...parameters)),
    scan: (...parameters) => after(() => table.scan(...parameters)),
  };
}
