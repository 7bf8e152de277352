import type { Instant } from '../../abandonment/time.ts';
import { sortable } from '../../store/keys.ts';
import { eachRow } from '../../store/rows.ts';
import type { Row } from '../../store/table/table.port.ts';
import type { Run } from '../run.ts';

/** Index entries of one partition up to an instant. */
export function dueIn(run: Run, pk: string, until: Instant): AsyncGenerator<Row> {
  return eachRow(run.system.table, { index: 'g1', pk, sk: { to: `${sortable(until)}~` } });
}
