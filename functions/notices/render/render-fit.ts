/**
 * The most of some items that a mail has room for, counted from their front.
 *
 * @param fits whether so many do; the more there are, the less they do
 */
export function mostThatFit(count: number, fits: (count: number) => boolean): number {
  if (count <= 1 || fits(count)) return count;
  let room = 1;
  let tooMany = count;
  while (tooMany - room > 1) {
    const middle = Math.floor((room + tooMany) / 2);
    if (fits(middle)) room = middle;
    else tooMany = middle;
  }
  return room;
}
