import { BOUNDS } from './bounds.ts';
import type { Episode, PrintedDate, Told } from './task.ts';

/**
 * Those who were told, without the ones too many who are no recipients any more: first those who hold no date, then
 * those whose warning is the oldest. One who was left out and comes back is warned as anew, and hears of no withdrawal.
 */
export function withoutOldestLeft(
  told: Episode['told'],
  most: number = BOUNDS.toldLeft.most,
): Episode['told'] {
  const left = Object.entries(told).filter(([, one]) => one.left);
  if (left.length <= most) return told;
  const byWorth = left.sort(([, one], [, other]) => worthOf(one) - worthOf(other));
  const dropped = new Set(byWorth.slice(0, left.length - most).map(([key]) => key));
  return Object.fromEntries(Object.entries(told).filter(([key]) => !dropped.has(key)));
}

function worthOf({ dated, warning, acceptedAt = 0 }: Told): number {
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
    const [one, next] = kept.splice(0, 2) as [PrintedDate, PrintedDate];
    const later = next.disableAt >= one.disableAt ? next : one;
    kept.unshift({ ...later, at: Math.min(one.at, next.at) });
  }
  return kept;
}
