import { tenantOf } from '../../abandonment/task.ts';
import { inBuckets } from '../../store/buckets.ts';
import { index, keys } from '../../store/keys.ts';
import type { Query, Table } from '../../store/table/table.port.ts';

/** So many are named, and so many rows of each partition are looked at. */
const NAMED = 3;
const LOOKED_AT = 200;

/**
 * Ids of tasks that somebody may have meant by one that is not known, the nearest first: other spellings, and tasks that fail, have
 * an alert open, or had one. Tasks that never failed are in no index, and are found by their spelling alone.
 */
export async function nearIds(table: Table, wanted: string): Promise<string[]> {
  const found = new Set(await spelledOtherwise(table, wanted));
  for (const query of queriesFor(wanted)) {
    const { rows } = await table.query({ ...query, limit: LOOKED_AT });
    for (const { pk } of rows) if (pk.startsWith('T#')) found.add(pk.slice(2));
  }
  return [...found]
    .map((id) => ({ id, far: distance(wanted, id) }))
    .filter(({ far }) => far <= farthest(wanted))
    .sort((a, b) => a.far - b.far || (a.id < b.id ? -1 : 1))
    .slice(0, NAMED)
    .map(({ id }) => id);
}

async function spelledOtherwise(table: Table, wanted: string): Promise<string[]> {
  const bare = wanted.trim().replaceAll(/^\/+|\/+$/g, '');
  const spellings = new Set([bare, bare.replaceAll(/\/{2,}/g, '/'), bare.toLowerCase()]);
  spellings.delete(wanted);
  spellings.delete('');
  const rows = await table.batchGet([...spellings].map((id) => keys.task(id)));
  return rows.map(({ pk }) => pk.slice(2));
}

/** What fails and what is open, of the tenant first; the newest alerts, which name tasks that are disabled or gone. */
function queriesFor(wanted: string): Query[] {
  const within = { sk: { prefix: `${tenantOf(wanted)}/` } };
  return [
    { index: 'g2', pk: index.canFireOfTenant(tenantOf(wanted)) },
    ...inBuckets((bucket): Query => ({ index: 'g2', pk: index.open(bucket), ...within })),
    ...inBuckets((bucket): Query => ({ index: 'g2', pk: index.alerts(bucket), descending: true })),
  ];
}

/** A fifth of it may be wrong, and two letters always. */
const farthest = (wanted: string): number => Math.max(2, Math.floor(wanted.length / 5));

/** How many letters differ (Levenshtein); an id that only leaves out the parts before it is near. */
function distance(wanted: string, id: string): number {
  if (id.endsWith(`/${wanted}`)) return 1;
  if (Math.abs(wanted.length - id.length) > farthest(wanted)) return Number.POSITIVE_INFINITY;
  let before = Array.from({ length: id.length + 1 }, (_, place) => place);
  for (let row = 1; row <= wanted.length; row += 1) before = nextRow(before, wanted.charAt(row - 1), id, row);
  return before[id.length] ?? Number.POSITIVE_INFINITY;
}

function nextRow(before: readonly number[], letter: string, id: string, row: number): number[] {
  const next = [row];
  for (let place = 1; place <= id.length; place += 1) {
    const replaced = (before[place - 1] ?? 0) + (id.charAt(place - 1) === letter ? 0 : 1);
    next.push(Math.min(replaced, (before[place] ?? 0) + 1, (next[place - 1] ?? 0) + 1));
  }
  return next;
}
