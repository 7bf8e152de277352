/** Of ids and prefixes: in UTF-8, and parts between slashes. `test/security/` holds both to what ingest takes. */
const MOST_BYTES = 512;
const MOST_PARTS = 16;

const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\uFFF9-\uFFFB\u2800]/u;
const SEEN = /[^\p{White_Space}\p{M}]/u;
const STRAY_SPACE = /^\p{White_Space}|\p{White_Space}$|\p{White_Space}{2}/u;

/**
 * Whether a text of `sources[].prefixes` can begin, or be, the id of a task; what cannot would be deployed and never
 * match one. A prefix has its slash, an id has one inside; the rest is the form of ids (docs/bounds.md).
 */
export function isScopeOfTasks(text: string): boolean {
  if (!text.includes('/') || text.includes('*') || !text.isWellFormed()) return false;
  const parts = (text.endsWith('/') ? text.slice(0, -1) : text).split('/');
  const isShort = new TextEncoder().encode(text).length <= MOST_BYTES && parts.length <= MOST_PARTS;
  return isShort && parts.every(isPart);
}

function isPart(part: string): boolean {
  return SEEN.test(part) && !UNSEEN.test(part) && !STRAY_SPACE.test(part);
}

/** Whether a text of `sources[].dataPlanes` can be the name of a plane. */
export function isDataPlane(text: string): boolean {
  const isName = text !== '' && text.length <= 128 && text.isWellFormed() && !text.includes('*');
  return isName && !UNSEEN.test(text) && !/\p{White_Space}/u.test(text) && !text.includes('://');
}
