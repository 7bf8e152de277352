import { formatInstant, type Instant } from '../abandonment/time.ts';
import { argument } from '../platform/shell-word.ts';
import { keys } from './keys.ts';
import { ROW_VERSION, revised } from './rows.ts';
import type { Row, Write } from './table.port.ts';

export interface OperatorAlertRecord {
  code: string;
  /** A task, a plane, a queue: what it is about. */
  subject: string;
  detail: string;
  since: Instant;
  /** When operators are to be told next. */
  toldAt: Instant | null;
  /** While true the alert is repeated weekly. */
  active: boolean;
  /** Since when what it says is over, where it may soon begin again as the same incident. */
  endedAt?: Instant;
  rev: number;
}

export function operatorAlertWrite(record: OperatorAlertRecord): Write {
  return revised(keys.operatorAlert(record.code, record.subject), record);
}

/** An alert to operators that is not told yet. */
export function operatorAlert(code: string, subject: string, detail: string, now: Instant): { put: Row } {
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

/** Operators hear that a system turned on again what we had turned off (promise 15). */
export function reversalAlert(task: string, at: Instant, now: Instant): { put: Row } {
  const ends = `until a user publishes it, it recovers, or \`taskwarden dismiss ${argument(task)}\``;
  const detail = `a system turned it on again ${formatInstant(at)}; it is held ${ends}`;
  return operatorAlert('disable-reverted', task, detail, now);
}
