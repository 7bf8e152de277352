import type { EffectivePolicy } from '../../abandonment/policy.ts';
import { formatDuration } from '../../abandonment/time.ts';

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
  return Object.entries(policy.source).map(([leaf, from]) => {
    const [key = '', part] = leaf.split('.', 2);
    const value: unknown = Reflect.get(policy, key);
    return leafOf(leaf, part === undefined ? value : Reflect.get(value as object, part), from);
  });
}

/** A leaf as it would be written, of its value and the scope that it comes from. */
export function leafOf(leaf: string, value: unknown, from: string): PolicyLeaf {
  return { leaf: leaf === 'mode' ? 'stage' : leaf, value: writtenValue(leaf, value), from };
}

function writtenValue(leaf: string, value: unknown): unknown {
  if (leaf === 'reminders' && Array.isArray(value)) return value.map((lead) => formatDuration(Number(lead)));
  const isDuration = typeof value === 'number' && !leaf.includes('.') && !NO_DURATIONS.has(leaf);
  return isDuration ? formatDuration(value) : value;
}
