import { BOUNDS } from './bounds.ts';
import type { Episode, PrintedDate, RecipientPart } from './task.ts';

/**
 * Those who were notified, without the ones too many who are no recipients any more: first those who hold no date, then
 * those whose warning is the oldest. One who was left out and comes back is warned as anew, and hears of no withdrawal.
 */
export function withoutOldestLeft(
  parts: Episode['told'],
  most: number = BOUNDS.toldLeft.most,
): Episode['told'] {
  const left = Object.entries(parts).filter(([, part]) => part.left);
  if (left.length <= most) return parts;
  const byWorth = left.sort(([, a], [, b]) => worthOf(a) - worthOf(b));
  const dropped = new Set(byWorth.slice(0, left.length - most).map(([key]) => key));
  return Object.fromEntries(Object.entries(parts).filter(([key]) => !dropped.has(key)));
}

function worthOf({ dated, warning, acceptedAt = 0 }: RecipientPart): number {
  return dated && warning === 'accepted' ? acceptedAt : 0;
}

/**
 * Printed dates, of more than a row is to keep the two oldest made one: printed with the first, for the later of both
 * dates, so that nothing is due before any date that was printed (promise 2).
 */
export function withoutOldestDates(
  dates: readonly PrintedDate[],
  most: number = BOUNDS.dates.most,
): PrintedDate[] {
  const kept = [...dates];
  while (kept.length > Math.max(1, most)) {
    const [first, next] = kept.splice(0, 2) as [PrintedDate, PrintedDate];
    const later = next.disableAt >= first.disableAt ? next : first;
    kept.unshift({ ...later, at: Math.min(first.at, next.at) });
  }
  return kept;
}
