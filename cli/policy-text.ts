import { writtenLeaves } from '../functions/operators/policy-text.ts';

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
  return writtenLeaves(document).map(([leaf, value]) => `${leaf}=${value}`);
}
