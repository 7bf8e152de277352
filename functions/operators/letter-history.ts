import type { Instant } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import { loadGivenUpOf } from '../store/given-up.ts';
import { keys } from '../store/keys.ts';
import { listOops, loadOops, type OopsOccurrence } from '../store/oops.ts';
import { loadRedriven, type RedrivenLetter } from '../store/redriven.ts';
import { startFromRow } from '../work/oops.ts';
import { holdsTicks, type ReceivedLetter } from './dead-letters.ts';
import type { LetterFacts } from './letter-facts.ts';

/** What is recorded of the work of a dead letter. */
export interface LetterHistory {
  /** The newest failed attempts at it, the newest first. */
  failures: OopsOccurrence[];
  /** Its newest attempt, where the work row still stands. */
  attempt: { number: number; startedAt: Instant; endedAt: Instant | null } | null;
  /** Why no scan makes it again; null where scans do. */
  givenUp: string | null;
  redriven: readonly RedrivenLetter[];
}

/** So many kinds of failure of its worker are looked into, and so many failures of each. */
const MOST_KINDS = 10;
const NEWEST = 50;

/** What is known of how it came to be given up. */
export async function historyOf(
  system: System,
  { queue, messageId }: ReceivedLetter,
  { item, read }: LetterFacts,
): Promise<LetterHistory> {
  const { table } = system;
  if (holdsTicks(queue)) return { failures: [], attempt: null, givenUp: null, redriven: [] };
  const names = new Set([item, messageId]);
  const failures = await failuresOf(system, queue, names);
  const named = failures[0]?.item ?? item;
  const row = await table.get(keys.work(queue, named, messageId));
  const start = row && startFromRow(row);
  const givenUp =
    read?.queue === 'notify' || read?.queue === 'disable'
      ? await loadGivenUpOf(table, { queue: read.queue, item })
      : undefined;
  return {
    failures,
    attempt: start ? { number: start.attempt, startedAt: start.startedAt, endedAt: start.endedAt } : null,
    givenUp: givenUp?.reason ?? null,
    redriven: (await loadRedriven(table, queue, item)).letters,
  };
}

async function failuresOf(
  { table }: System,
  worker: string,
  names: ReadonlySet<string>,
): Promise<OopsOccurrence[]> {
  const kinds = (await listOops(table, { resolved: true })).filter((kind) => kind.worker === worker);
  const found: OopsOccurrence[] = [];
  for (const { fingerprint } of kinds.slice(0, MOST_KINDS)) {
    const occurrences = (await loadOops(table, fingerprint, NEWEST))?.occurrences ?? [];
    found.push(...occurrences.filter((occurrence) => names.has(occurrence.item)));
  }
  return found.sort((a, b) => b.at - a.at);
}
