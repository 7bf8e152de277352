import type { Instant } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { revised } from './rows.ts';
import type { Write } from './table.port.ts';

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
