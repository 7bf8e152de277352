import type { Instant } from '../abandonment/time.ts';
import { commit, type Writing } from './commit.ts';
import { keys } from './keys.ts';
import { allRows, recordIn, revised } from './rows.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** What is known of a generator: when it is asked next is read from here alone. */
export interface GeneratorRecord {
  name: string;
  /** Where its next turn goes on; null: at the beginning. */
  cursor: string | null;
  /** Not asked before this instant; `WOKEN` where somebody made work for it. */
  notBefore: Instant;
  /** Until when a turn is under way, whoever asked for it. */
  leaseUntil: Instant | null;
  /** Whether the turn that has the lease was given up already, for it took too long. */
  isHung: boolean;
  /** Turns one after the other that found nothing. */
  empty: number;
  /** Turns one after the other that failed. */
  failures: number;
  /** Of the newest failure; null where the newest turn went well. */
  failure: { at: Instant; reason: string; fingerprint: string } | null;
  /** Turns that began. */
  turns: number;
  /** When the newest turn began. */
  askedAt: Instant | null;
  /** The settings that its waits were made with, and the version of the code of its newest turn. */
  settings: string;
  version: string;
  /** Who stopped it, and since when. */
  paused: { by: string; at: Instant; reason: string } | null;
  rev: number;
}

/** A generator that was woken is due at once. */
export const WOKEN: Instant = 0;

/** One that was never asked: it is due. */
export function newGenerator(name: string): GeneratorRecord {
  return {
    name,
    cursor: null,
    notBefore: WOKEN,
    leaseUntil: null,
    isHung: false,
    empty: 0,
    failures: 0,
    failure: null,
    turns: 0,
    askedAt: null,
    settings: '',
    version: '',
    paused: null,
    rev: 0,
  };
}

/** The record in a generator's row; one that was woken before its first turn has little in it. */
export function generatorFromRow(row: Row): GeneratorRecord {
  return { ...newGenerator(row.sk), ...recordIn<Partial<GeneratorRecord>>(row) };
}

/** All of them by name, in one query. */
export async function loadGenerators(table: Table): Promise<Map<string, GeneratorRecord>> {
  const rows = await allRows(table, { pk: keys.generator('').pk, consistent: true });
  return new Map(rows.map((row) => [row.sk, generatorFromRow(row)]));
}

/** One of them; as new where it was never asked. */
export async function loadGenerator(table: Table, name: string): Promise<GeneratorRecord> {
  const row = await table.get(keys.generator(name));
  return row ? generatorFromRow(row) : newGenerator(name);
}

/** Its row, over the revision that was read. */
export function generatorWrite(record: GeneratorRecord): Write {
  return revised(keys.generator(record.name), record);
}

/**
 * Says that there is work for a generator: it is asked with the next tick, however long it found nothing. For code that makes
 * such work, once the work is stored. One that is due anyway is left alone, so a thousand calls write once.
 *
 * @throws TableBusy where the table stays busy: the work waits until the generator is asked anyway
 */
export async function wake(writing: Writing, name: string): Promise<void> {
  await commit(writing, `that generator ${name} has work`, async () => {
    const row = await writing.table.get(keys.generator(name));
    const record = row && generatorFromRow(row);
    // One that fails is not asked sooner for new work.
    const isIdle = record !== undefined && record.notBefore !== WOKEN && record.failures === 0;
    const isWaiting = isIdle && (record.leaseUntil !== null || record.notBefore > writing.clock.now());
    if (!isWaiting) return { value: undefined };
    const woken = { add: keys.generator(name), by: { rev: 1 }, set: { notBefore: WOKEN, empty: 0 } };
    return { writes: [woken], value: undefined };
  });
}
