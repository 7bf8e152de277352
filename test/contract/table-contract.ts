import { beforeEach, describe } from 'vitest';
import type { TableTime } from '../../functions/store/table/expiry.ts';
import type { Table } from '../../functions/store/table/table.port.ts';
import { expiryCases } from './expiry-cases.ts';
import { limitCases } from './limit-cases.ts';
import { queryCases } from './query-cases.ts';
import { writeCases } from './write-cases.ts';

/** What every implementation of the table port does; `makeTable` gives an empty table each time. */
export function tableContract(name: string, makeTable: (time?: TableTime) => Promise<Table>): void {
  describe(name, () => {
    let table: Table;
    beforeEach(async () => {
      table = await makeTable();
    });
    writeCases(() => table);
    queryCases(() => table);
    limitCases(() => table);
    expiryCases(makeTable);
  });
}
