import type { Paused } from '../functions/operators/overview/paused.ts';
import { safe } from './terminal.ts';

/** A pause on one line: `disable until 2026-02-01T08:00:00Z (by ana: wrong owners)`. */
export function pausedText({ what, until, by, reason }: Paused): string {
  const who = by === null ? '' : ` (by ${by}${reason === null ? '' : `: ${reason}`})`;
  return safe(`${what}${until === null ? '' : ` until ${until}`}${who}`);
}
