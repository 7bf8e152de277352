import { formatInstant, type Instant } from '../abandonment/time.ts';
import type { OperatorAlertCode } from '../platform/alert-codes.ts';
import { argument } from '../platform/shell-word.ts';
import { keys } from './keys.ts';
import { ROW_VERSION, recordIn, revised } from './rows.ts';
import type { Row, Table, Write } from './table/table.port.ts';

export interface OperatorAlertRecord {
  code: OperatorAlertCode;
  /** A task, a plane, a queue: what it is about. */
  subject: string;
  detail: string;
  since: Instant;
  /** When operators are to be notified next. */
  toldAt: Instant | null;
  /** While true the alert is repeated weekly. */
  active: boolean;
  /** Since when what it says is over, where it may soon begin again as the same incident. */
  endedAt?: Instant;
  /** What an operator said who leaves it as it is: it is not repeated until then. */
  rejected?: { at: Instant; by: string; reason: string; until: Instant };
  rev: number;
}

/** What operators hear of something; undefined where they hear nothing. */
export async function loadOperatorAlert(
  table: Table,
  code: OperatorAlertCode,
  subject: string,
): Promise<OperatorAlertRecord | undefined> {
  const row = await table.get(keys.operatorAlert(code, subject));
  return row && operatorAlertFromRow(row);
}

/** The record in the row of an alert to operators. */
export const operatorAlertFromRow = (row: Row): OperatorAlertRecord => recordIn(row);

/** Stores it over the revision that was read. */
export function operatorAlertWrite(record: OperatorAlertRecord): Write {
  return revised(keys.operatorAlert(record.code, record.subject), record);
}

/** An alert of which operators were not notified yet. */
export function operatorAlert(
  code: OperatorAlertCode,
  subject: string,
  detail: string,
  now: Instant,
): { put: Row } {
  return {
    put: {
      ...keys.operatorAlert(code, subject),
      v: ROW_VERSION,
      code,
      subject,
      detail,
      since: now,
      toldAt: null,
      active: true,
      rev: 1,
    },
  };
}

/**
 * What other rows of the partition have besides `toldAt` and `endedAt`, so that earlier versions take them for alerts
 * that are over.
 */
export const BESIDE_ALERTS = { active: false, detail: '' } as const;

/**
 * An operator ended what an alert says: it is taken back, and one that comes after it is a new incident, however soon
 * (decision 0063). For alerts that come and go by themselves; of the others each one is new.
 */
export function alertClosed(code: OperatorAlertCode, subject: string, at: Instant): Write[] {
  const mark = { v: ROW_VERSION, ...BESIDE_ALERTS, code, subject, toldAt: at, endedAt: at };
  return [
    { delete: keys.operatorAlert(code, subject) },
    { put: { ...keys.operatorAlertClosed(code, subject), ...mark } },
  ];
}

/** Operators hear that a system enabled again what we had disabled (promise 15). */
export function reversalAlert(task: string, at: Instant, now: Instant): { put: Row } {
  const ends = `until a user publishes it, it recovers, or \`taskwarden dismiss ${argument(task)}\``;
  const detail = `a system enabled it again ${formatInstant(at)}; it is held ${ends}`;
  return operatorAlert('disable-reverted', task, detail, now);
}
