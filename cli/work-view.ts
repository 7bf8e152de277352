import { formatInstant, MINUTE } from '../functions/abandonment/time.ts';
import { ratePerMinute } from '../functions/operator-work/progress.ts';
import { leftOf, type OperatorWorkRecord } from '../functions/store/operator-work.ts';
import type { Columns } from './output.ts';
import { instantText, spanText } from './readable.ts';

/** A bulk command for other programs. */
export function workLine(record: OperatorWorkRecord): Record<string, unknown> {
  const { id, kind, what, state, priority, items, counts, by, reason } = record;
  const rate = ratePerMinute(record);
  return {
    id,
    kind,
    what,
    state,
    priority,
    items,
    ...counts,
    left: leftOf(record),
    perMinute: rate === null ? null : Math.round(rate * 10) / 10,
    by,
    reason,
    at: formatInstant(record.at),
    startedAt: instantText(record.startedAt),
    workedAt: instantText(record.workedAt),
    endedAt: instantText(record.endedAt),
    notBefore: record.state === 'open' ? formatInstant(record.notBefore) : null,
  };
}

export const WORK_COLUMNS: Columns<OperatorWorkRecord> = [
  ['ID', ({ id }) => id],
  ['STATE', ({ state }) => state],
  ['PRIORITY', ({ priority }) => priority],
  ['DONE', ({ counts, items }) => `${counts.done} of ${items}`],
  ['SKIPPED', ({ counts }) => String(counts.skipped)],
  ['FAILED', ({ counts }) => String(counts.failed)],
  ['LEFT', (record) => String(leftOf(record))],
  ['RATE', rateText],
  ['BY', ({ by }) => by],
  ['SINCE', ({ at }) => formatInstant(at)],
  ['WHAT', ({ what }) => what],
];

/** `120 a minute`, and how long what is left takes at that. */
export function rateText(record: OperatorWorkRecord): string {
  const rate = ratePerMinute(record);
  if (rate === null) return '-';
  const left = leftOf(record);
  const ends = record.state === 'open' && left > 0 ? `, ${spanText((left / rate) * MINUTE)} more` : '';
  return `${Math.round(rate * 10) / 10} a minute${ends}`;
}

/** `1200 of 5000 done, 3 skipped, 0 failed, 3797 left`. */
export function progressText(record: OperatorWorkRecord): string {
  const { items, counts } = record;
  const { done, skipped, failed } = counts;
  return `${done} of ${items} done, ${skipped} skipped, ${failed} failed, ${leftOf(record)} left`;
}
