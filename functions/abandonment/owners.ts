import { BOUNDS } from './bounds.ts';

/** So many owners may one task have, and so much may their addresses come to, in bytes of UTF-8. */
export const MOST_OWNERS = BOUNDS.owners.most;
const MOST_OWNER_BYTES = BOUNDS.ownerBytes.most;

/** Why these cannot be the owners of one task; undefined where they can. */
export function ownersProblem(owners: readonly string[]): string | undefined {
  if (owners.length > MOST_OWNERS)
    return `has ${owners.length} owners; a task has at most ${MOST_OWNERS}: name a list or a team in their place`;
  const bytes = new TextEncoder().encode(owners.join('')).length;
  return bytes > MOST_OWNER_BYTES
    ? `has owners of ${bytes} bytes; those of one task have at most ${MOST_OWNER_BYTES} together`
    : undefined;
}
