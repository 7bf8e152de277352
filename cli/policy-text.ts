import type { EffectivePolicy } from '../functions/abandonment/policy.ts';
import { formatDuration } from '../functions/abandonment/time.ts';

/** A leaf of an effective policy. */
export interface PolicyLeaf {
  /** `warnAfter`, `blastRadius.share`; as JSON names it: `stage` for the mode. */
  leaf: string;
  /** As it would be written: durations as text. */
  value: unknown;
  /** `default`, `global`, a prefix, or a task id. */
  from: string;
}

const NO_DURATIONS = new Set(['correlatedShare', 'rampPerDay']);

/** Every leaf of an effective policy as it would be written, and where it comes from. */
export function leavesOf(policy: EffectivePolicy): PolicyLeaf[] {
  return Object.entries(policy.source).map(([leaf, from]) => ({
    leaf: leaf === 'mode' ? 'stage' : leaf,
    value: writtenValue(policy, leaf),
    from,
  }));
}

function writtenValue(policy: EffectivePolicy, leaf: string): unknown {
  const [key = '', part] = leaf.split('.', 2);
  const value: unknown = Reflect.get(policy, key);
  if (part !== undefined) return Reflect.get(value as object, part);
  if (key === 'reminders') return policy.reminders.map(formatDuration);
  return typeof value === 'number' && !NO_DURATIONS.has(key) ? formatDuration(value) : value;
}

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
