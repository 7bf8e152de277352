import { formatInstant, type Instant } from '../abandonment/time.ts';
import { argument } from '../platform/shell-word.ts';
import { keys, ROW_VERSION } from './rows.ts';
import type { Row } from './table.port.ts';

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
