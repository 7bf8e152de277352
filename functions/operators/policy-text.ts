import { changedKeys, type ScopeChange } from './policy-history.ts';

/** A leaf as people read it: JSON keeps the older name of the mode, which scripts know. */
export function leafText(leaf: string): string {
  return leaf === 'stage' ? 'mode' : leaf;
}

/** What was written at a scope, leaf by leaf and as it is typed: `blastRadius.share` and `0.2`; null as `default`. */
export function writtenLeaves(document: Record<string, unknown>): (readonly [leaf: string, value: string])[] {
  return Object.entries(document).flatMap(([key, value]) => {
    if (key !== 'blastRadius' || typeof value !== 'object' || value === null)
      return [[leafText(key), writtenText(value)] as const];
    return Object.entries(value).map(([leaf, part]) => [`${key}.${leaf}`, writtenText(part)] as const);
  });
}

function writtenText(value: unknown): string {
  if (value === null) return 'default';
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What a change of one scope changes, from what to what: `warnAfter 14d -> 30d, mode not set -> notify`. */
export function changeText(change: ScopeChange): string {
  const [before, after] = [leavesThatChange(change, change.before), leavesThatChange(change, change.after)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((leaf) => [leaf, before.get(leaf) ?? 'not set', after.get(leaf) ?? 'not set'] as const)
    .filter(([, from, to]) => from !== to)
    .map(([leaf, from, to]) => `${leaf} ${from} -> ${to}`)
    .join(', ');
}

function leavesThatChange(change: ScopeChange, document: ScopeChange['after']): Map<string, string> {
  const keys = changedKeys(change).filter((key) => Object.hasOwn(document, key));
  return new Map(keys.flatMap((key) => writtenLeaves({ [key]: document[key] })));
}
