/** A word that goes with a count: the first with exactly one, the second with all others. */
export function oneOr(count: number, singular: string, many: string): string {
  return count === 1 ? singular : many;
}

/** How many there are, as people write it: `1 task`, `2 tasks`, `0 addresses`. */
export function amount(count: number, singular: string, many = `${singular}s`): string {
  return `${count} ${oneOr(count, singular, many)}`;
}

/** The same as what a sentence is about: `1 task is`, `2 tasks are`. */
export function amountAre(count: number, singular: string): string {
  return `${amount(count, singular)} ${oneOr(count, 'is', 'are')}`;
}
