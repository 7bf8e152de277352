import type { System } from '../platform/system.ts';
import type { DigestRecord } from '../store/digests.ts';
import { keys } from '../store/keys.ts';

/** Beside those for its tasks, the links of a mail may change so much. */
const BESIDE = 20;
/** For each of its tasks: kept, snoozed, kept for longer, disabled, on again. */
const OF_A_TASK = 5;

/**
 * How often the links of a mail may change something: each act leaves a row of the audit that is kept for 400 days, and
 * whoever holds the mail can act without end.
 */
export function mostActs({ items }: Pick<DigestRecord, 'items'>): number {
  return BESIDE + OF_A_TASK * items.length;
}

/** Whether the links of a mail may still change something. */
export function mayAct(digest: DigestRecord): boolean {
  return digest.acts < mostActs(digest);
}

/** How often the links of a mail may still change something. */
export function leftActs(digest: DigestRecord): number {
  return Math.max(0, mostActs(digest) - digest.acts);
}

/** Counts an act that was done by a link of a mail. */
export async function countAct({ table, random, clock }: System, { id }: DigestRecord): Promise<void> {
  // May fail: it is done all the same, and the next is counted.
  await table.transact([{ add: keys.digest(id), by: { acts: 1 } }], random.id(clock.now()));
}
