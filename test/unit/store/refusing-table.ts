import { RowRefused } from '../../../functions/store/table/row-limits.ts';
import type { Row, Table, TransactResult, Write } from '../../../functions/store/table/table.port.ts';

/** A table that answers, in the place of the first writes that are meant, that another was first; the rest it does. */
export function refusing(
  table: Table,
  isMeant: (writes: Write[]) => boolean,
  { times = 1, answer = { outcome: 'refused', index: 0 } as TransactResult } = {},
): Table & { refused: number } {
  const refusingTable = {
    refused: 0,
    get: table.get.bind(table),
    batchGet: table.batchGet.bind(table),
    query: table.query.bind(table),
    scan: table.scan.bind(table),
    transact: async (writes: Write[], writer: string): Promise<TransactResult> => {
      if (refusingTable.refused >= times || !isMeant(writes)) return table.transact(writes, writer);
      refusingTable.refused += 1;
      return answer;
    },
  };
  return refusingTable;
}

/** A table for which some rows are too large: it never takes one of them. */
export function takingNo(table: Table, isTooLarge: (row: Row) => boolean): Table {
  return {
    get: table.get.bind(table),
    batchGet: table.batchGet.bind(table),
    query: table.query.bind(table),
    scan: table.scan.bind(table),
    transact: async (writes, writer) => {
      if (writes.some((write) => 'put' in write && isTooLarge(write.put)))
        throw new RowRefused('it has 409601 bytes');
      return table.transact(writes, writer);
    },
  };
}

/** Whether a row is stored under a key, with what it is to hold. */
export function puts(
  writes: Write[],
  pk: string,
  holds: (row: Record<string, unknown>) => boolean = () => true,
) {
  return writes.some((write) => 'put' in write && write.put.pk.startsWith(pk) && holds(write.put));
}
