import type { Instant } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { ROW_VERSION } from './rows.ts';
import type { Write } from './table/table.port.ts';

/** Asks the scanner to look once at all that is open in a scope: `ALL`, `P#acmeCo/`, `P#acmeCo/a` or `D#eu-1`. */
export function evaluationRequest(scope: string, now: Instant): Write {
  return { put: { ...keys.look(scope), v: ROW_VERSION, at: now } };
}
