/** A leaf as people read it: JSON keeps the older name of the mode, which scripts know. */
export function leafText(leaf: string): string {
  return leaf === 'stage' ? 'mode' : leaf;
}

/** What is written at a scope, for JSON: with the older name of the mode, which scripts know. */
export function documentJson(document: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(document).map(([key, value]) => [key === 'mode' ? 'stage' : key, value]),
  );
}

/** A written value on one line: `14d`, `3d, 1d`, `none`. */
export function valueText(value: unknown): string {
  if (value === null) return 'none';
  if (Array.isArray(value)) return value.length > 0 ? value.map(String).join(', ') : 'none';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What was written at a scope, one text for each leaf: `blastRadius.share=0.2`; null as `default`. */
export function documentPairs(document: Record<string, unknown>): string[] {
  return Object.entries(document).flatMap(([key, value]) => {
    if (key !== 'blastRadius' || typeof value !== 'object' || value === null) {
      return [pair(leafText(key), value)];
    }
    return Object.entries(value).map(([leaf, part]) => pair(`${key}.${leaf}`, part));
  });
}

function pair(key: string, value: unknown): string {
  const text = Array.isArray(value)
    ? value.join(',')
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
  return `${key}=${value === null ? 'default' : text}`;
}
