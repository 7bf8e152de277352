import type { Table, TransactResult, Write } from '../../../functions/store/table/table.port.ts';

/** A table that answers, in the place of the first writes that are meant, that another was first; the rest it does. */
export function refusing(
  table: Table,
  isMeant: (writes: Write[]) => boolean,
  { times = 1, answer = { outcome: 'refused', index: 0 } as TransactResult } = {},
): Table & { refused: number } {
  const given = {
    refused: 0,
    get: table.get.bind(table),
    batchGet: table.batchGet.bind(table),
    query: table.query.bind(table),
    scan: table.scan.bind(table),
    transact: async (writes: Write[], writer: string): Promise<TransactResult> => {
      if (given.refused >= times || !isMeant(writes)) return table.transact(writes, writer);
      given.refused += 1;
      return answer;
    },
  };
  return given;
}

/** Whether a row is stored under a key, with what it is to hold. */
export function puts(
  writes: Write[],
  pk: string,
  holds: (row: Record<string, unknown>) => boolean = () => true,
) {
  return writes.some((write) => 'put' in write && write.put.pk.startsWith(pk) && holds(write.put));
}
