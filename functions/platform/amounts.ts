/** A word that goes with a count: the first with exactly one, the second with all others. */
export function oneOr(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}

/** How many there are, as people write it: `1 task`, `2 tasks`, `0 addresses`. */
export function amount(count: number, one: string, many = `${one}s`): string {
  return `${count} ${oneOr(count, one, many)}`;
}

/** The same as what a sentence is about: `1 task is`, `2 tasks are`. */
export function amountAre(count: number, one: string): string {
  return `${amount(count, one)} ${oneOr(count, 'is', 'are')}`;
}
