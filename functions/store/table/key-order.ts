const SURROGATES = 0xd800;
const AFTER_SURROGATES = 0xe000;

/** UTF-16 puts surrogates before U+E000 to U+FFFF, UTF-8 puts what they stand for behind. */
function rank(unit: number): number {
  if (unit < SURROGATES) return unit;
  return unit < AFTER_SURROGATES ? unit + 0x2000 : unit - 0x800;
}

const RANKED = /[\ud800-\uffff]/;

/** Compares as DynamoDB does, by the bytes of UTF-8: below 0 where `left` sorts first, 0 where they are equal. */
export function compareKeys(left: string, right: string): number {
  if (left === right) return 0;
  // The orders differ only between units that both need a rank. The engine's own is several times as fast.
  if (!RANKED.test(left)) return left < right ? -1 : 1;
  return compareRanked(left, right);
}

function compareRanked(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}
