/** So many owners may one task have: each is told by a mail of their own, and all of them stand on its row. */
export const MOST_OWNERS = 1_000;

/** What their addresses may come to, in bytes of UTF-8: the row of a task has an end (DynamoDB's 400 KB). */
export const MOST_OWNER_BYTES = 64 * 1024;

/** Why these cannot be the owners of one task; undefined where they can. */
export function ownersProblem(owners: readonly string[]): string | undefined {
  if (owners.length > MOST_OWNERS)
    return `has ${owners.length} owners; a task has at most ${MOST_OWNERS}: name a list or a team in their place`;
  const bytes = new TextEncoder().encode(owners.join('')).length;
  return bytes > MOST_OWNER_BYTES
    ? `has owners of ${bytes} bytes; those of one task have at most ${MOST_OWNER_BYTES} together`
    : undefined;
}
