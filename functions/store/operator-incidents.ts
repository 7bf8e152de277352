import type { Instant } from '../abandonment/time.ts';
import type { OperatorAlertCode } from '../platform/alert-codes.ts';
import { keys } from './keys.ts';
import { BESIDE_ALERTS, type OperatorAlertRecord, operatorAlertFromRow } from './operator-alerts.ts';
import { allRows, recordIn, revised } from './rows.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** A condition that operators were notified of, until they heard of its end as well. */
export interface OperatorIncidentRecord {
  code: OperatorAlertCode;
  subject: string;
  /** When it began. */
  since: Instant;
  /** When operators were notified of it last. */
  toldAt: Instant;
  /**
   * When it was found to be over; null: it lasts. Never absent, by which earlier versions of the code let the row be.
   */
  endedAt: Instant | null;
  /** When they heard of its end, where its alert is still there. */
  endToldAt?: Instant;
  rev: number;
}

/** The record in its row. */
export const operatorIncidentFromRow = (row: Row): OperatorIncidentRecord => recordIn(row);

/** Stores it over the revision that was read. */
export function operatorIncidentWrite(record: OperatorIncidentRecord): Write {
  return revised(keys.operatorIncident(record.code, record.subject), record, BESIDE_ALERTS);
}

/** They heard of its end, and so of all of it. */
export function operatorIncidentEnd({ code, subject, rev }: OperatorIncidentRecord): Write {
  return { delete: keys.operatorIncident(code, subject), if: [{ equals: ['rev', rev] }] };
}

/** All that operators hear of, and what they know of it; each by the sort key of its alert. */
export interface AlertsAndIncidents {
  alerts: Map<string, Row>;
  incidents: Map<string, OperatorIncidentRecord>;
  /** When an operator ended what an alert said. */
  closed: Map<string, { code: OperatorAlertCode; subject: string; at: Instant }>;
}

/** Reads it with one query, as it stands. */
export async function loadAlertsAndIncidents(table: Table): Promise<AlertsAndIncidents> {
  const rows: AlertsAndIncidents = { alerts: new Map(), incidents: new Map(), closed: new Map() };
  for (const row of await allRows(table, { pk: keys.operatorAlert('', '').pk, consistent: true })) {
    const [, part, name = ''] = /^~(told|closed)#(.*)$/s.exec(row.sk) ?? [];
    if (part === undefined) rows.alerts.set(row.sk, row);
    else if (part === 'told') rows.incidents.set(name, operatorIncidentFromRow(row));
    else rows.closed.set(name, closedFromRow(row));
  }
  return rows;
}

function closedFromRow(row: Row): { code: OperatorAlertCode; subject: string; at: Instant } {
  const { code, subject, endedAt } = recordIn<{ code: OperatorAlertCode; subject: string; endedAt: Instant }>(
    row,
  );
  return { code, subject, at: endedAt };
}

/** The alerts of what lasts, and of what happened until it is taken back; not of what is over. */
export async function loadOpenAlerts(table: Table): Promise<OperatorAlertRecord[]> {
  const { alerts, incidents } = await loadAlertsAndIncidents(table);
  const isOpen = ([name, { active, endedAt }]: [string, OperatorAlertRecord]) =>
    active && endedAt === undefined && (incidents.get(name)?.endedAt ?? null) === null;
  const records = [...alerts].map(([name, row]): [string, OperatorAlertRecord] => [
    name,
    operatorAlertFromRow(row),
  ]);
  return records.filter(isOpen).map(([, record]) => record);
}
