/** A list cut into parts, each of at most `room` bytes; what is larger alone has a part of its own. */
export function inParts<Item>(
  items: readonly Item[],
  sizeOf: (item: Item) => number,
  most: number,
): Item[][] {
  const parts: Item[][] = [];
  let room = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (size > room) {
      parts.push([]);
      room = most;
    }
    room -= size;
    parts.at(-1)?.push(item);
  }
  return parts;
}

/** How much room a text takes in a list of a row. */
export const bytesOfText = (text: string): number => Buffer.byteLength(text) + 8;
