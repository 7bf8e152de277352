import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type OwnerRule, OwnerRules } from '../abandonment/owner-rules.ts';
import { keys } from './keys.ts';
import { loadPauses } from './pauses.ts';
import { ROW_VERSION, recordIn } from './rows.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** A rule as its row has it. */
type Packed = [line: number, pattern: string, owners: readonly string[]];

const NO_RULES = new OwnerRules([]);

/** So often rules are looked up that others replace meanwhile. */
const ATTEMPTS = 3;

/** The newest rules that were read: what has a digest never changes, and a file is read once by a process. */
let newest: { digest: string; rules: OwnerRules } | undefined;

/** What the rules of a file are known by. */
export function digestOfRules(rules: readonly OwnerRule[]): string {
  return createHash('sha256').update(textOf(rules)).digest('base64url').slice(0, 32);
}

/**
 * The rules in force.
 *
 * @param current the digest, where the row of the pauses was read already; undefined: it has none
 * @throws Error where they are replaced again and again; whoever asks is tried again
 */
export async function loadOwnerRules(table: Table, current: string | undefined): Promise<OwnerRules> {
  let digest = current;
  for (let attempt = 0; attempt < ATTEMPTS && digest !== undefined; attempt += 1) {
    if (newest?.digest === digest) return newest.rules;
    const row = await table.get(keys.ownerRules(digest));
    if (row) {
      newest = { digest, rules: ownerRulesFromRow(row) };
      return newest.rules;
    }
    digest = (await loadPauses(table)).ownerRules;
  }
  if (digest === undefined) return NO_RULES;
  throw new Error('the owner rules are being replaced; try again');
}

/** The rules in their row. */
export function ownerRulesFromRow(row: Row): OwnerRules {
  const { packed } = recordIn<{ packed: string }>(row);
  const rules = JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()) as Packed[];
  return new OwnerRules(rules.map(([line, pattern, owners]) => ({ line, pattern, owners })));
}

/** Stores the rules of a file under their digest. */
export function ownerRulesWrite(rules: readonly OwnerRule[]): Write {
  const packed = gzipSync(textOf(rules)).toString('base64');
  return { put: { ...keys.ownerRules(digestOfRules(rules)), v: ROW_VERSION, packed } };
}

function textOf(rules: readonly OwnerRule[]): string {
  return JSON.stringify(rules.map(({ line, pattern, owners }): Packed => [line, pattern, owners]));
}
