import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { type Instant, parseInstant } from '../abandonment/time.ts';
import { amount } from '../platform/amounts.ts';
import type { System } from '../platform/system.ts';
import { commit } from '../store/commit.ts';
import { keys } from '../store/keys.ts';
import { type PausesRecord, pausesFromRow } from '../store/pauses.ts';
import { ROW_VERSION } from '../store/rows.ts';
import type { Key, Row, Table, Write } from '../store/table/table.port.ts';
import { markRestored } from './restored.ts';
import { EXPORT_VERSION, isExported, pagesOf } from './table-export.ts';

/** What an export says of itself. */
export interface ExportSummary {
  stage: string;
  at: string;
  rows: number;
}

const HEADER = z.object({
  export: z.literal(EXPORT_VERSION),
  v: z.number(),
  stage: z.string(),
  at: z.string().check(z.refine((text) => parseInstant(text) !== undefined)),
});
const END = z.object({ end: z.object({ rows: z.number(), sha256: z.string() }) });
const ROW = z.looseObject({ pk: z.string().check(z.minLength(1)), sk: z.string().check(z.minLength(1)) });

export type CheckedExport = { ok: true; summary: ExportSummary } | { ok: false; problem: string };

/**
 * Reads an export from its header to its end: whether each line is a row that this version can read, and whether it is whole, by
 * number and checksum. Writes nothing.
 */
export async function checkExport(lines: AsyncIterable<string>): Promise<CheckedExport> {
  const reader = new Reader();
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const problem = reader.take(line);
    if (problem !== undefined) return { ok: false, problem: `line ${number}: ${problem}` };
  }
  return reader.result();
}

/** Takes the lines of an export in their order. */
class Reader {
  readonly #hash = createHash('sha256');
  #header: z.infer<typeof HEADER> | undefined;
  #end: z.infer<typeof END>['end'] | undefined;
  #rows = 0;

  /** @returns what is wrong with the line */
  take(line: string): string | undefined {
    if (this.#end) return 'there is more behind the end of the export';
    const value = jsonOf(line);
    if (!this.#header) return this.#begin(line, value);
    const end = END.safeParse(value);
    if (end.success) {
      this.#end = end.data.end;
      return undefined;
    }
    if (!ROW.safeParse(value).success) return 'is no row';
    this.#rows += 1;
    this.#hash.update(`${line}\n`);
    return undefined;
  }

  #begin(line: string, value: unknown): string | undefined {
    const read = HEADER.safeParse(value);
    if (!read.success) return 'is no header of an export; allowed: a file of `taskwarden export`';
    const { v } = read.data;
    if (v > ROW_VERSION) return `rows of form ${v} are of a newer version; this one reads ${ROW_VERSION}`;
    this.#header = read.data;
    this.#hash.update(`${line}\n`);
    return undefined;
  }

  result(): CheckedExport {
    if (!this.#header || !this.#end) return { ok: false, problem: 'it has no end: it is not whole' };
    const { rows, sha256 } = this.#end;
    if (rows !== this.#rows)
      return { ok: false, problem: `it has ${amount(this.#rows, 'row')}, and says ${rows}` };
    if (sha256 !== this.#hash.digest('hex'))
      return { ok: false, problem: 'its checksum does not fit: it was changed' };
    const { stage, at } = this.#header;
    return { ok: true, summary: { stage, at, rows } };
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** What a stage has before anybody used it: of scans that found nothing, and of operators. */
const OF_AN_UNUSED_STAGE = /^(META|RUNS|LOOKS|OPERATORS|AUDIT#operators)$/;

/** Whether a table holds what a restore would mix with its own rows. */
export async function isInUse(table: Table): Promise<boolean> {
  for await (const page of pagesOf(table))
    if (page.some(({ pk }) => !OF_AN_UNUSED_STAGE.test(pk))) return true;
  return false;
}

export interface RestoreOptions {
  /** Whom the audit names. */
  by: string;
  /** Hears how many rows are gone, or written. */
  progress: (step: 'deleting' | 'writing', rows: number) => void;
}

/**
 * Puts the rows of an export that was checked in the place of what a table holds. Everything is paused before the first row
 * changes and stays so; one that was broken off is begun again and comes to the same.
 *
 * @returns when it was restored: what was known before that counts no more (docs/rules.md#a-restored-table)
 * @throws Error where the table stays busy
 */
export async function restoreTable(
  system: System,
  lines: AsyncIterable<string>,
  { by, progress }: RestoreOptions,
): Promise<{ restoredAt: Instant }> {
  await markRestored(system, by);
  await deleteAll(system, (rows) => progress('deleting', rows));
  const pauses = await putAll(system, lines, (rows) => progress('writing', rows));
  return markRestored(system, by, pauses);
}

const PAUSES = keys.pauses();
const isPauses = ({ pk, sk }: Key): boolean => pk === PAUSES.pk && sk === PAUSES.sk;

/** All but the row that pauses everything. */
async function deleteAll(system: System, progress: (rows: number) => void): Promise<void> {
  const writer = new Together(system, progress);
  for await (const page of pagesOf(system.table)) {
    for (const { pk, sk } of page) if (!isPauses({ pk, sk })) await writer.add({ delete: { pk, sk } }, 0);
  }
  await writer.end();
}

/** Writes all rows but that of the pauses, which is given back. */
async function putAll(
  system: System,
  lines: AsyncIterable<string>,
  progress: (rows: number) => void,
): Promise<PausesRecord | undefined> {
  const writer = new Together(system, progress);
  let pauses: PausesRecord | undefined;
  for await (const line of lines) {
    const row = ROW.safeParse(jsonOf(line));
    if (!row.success || !isExported(row.data)) continue;
    if (isPauses(row.data)) pauses = pausesFromRow(row.data as Row);
    else await writer.add({ put: row.data as Row }, line.length);
  }
  await writer.end();
  return pauses;
}

const MOST_WRITES = 100;
/** Of three bytes a character at most, far below what a transaction takes. */
const MOST_TEXT = 1_000_000;
const AT_ONCE = 8;

/** Writes gathered into transactions, some of them at once. */
class Together {
  readonly #system: System;
  readonly #progress: (rows: number) => void;
  #writes: Write[] = [];
  #text = 0;
  #rows = 0;
  #running: Promise<void>[] = [];

  constructor(system: System, progress: (rows: number) => void) {
    this.#system = system;
    this.#progress = progress;
  }

  async add(write: Write, text: number): Promise<void> {
    if (this.#writes.length === MOST_WRITES || (this.#writes.length > 0 && this.#text + text > MOST_TEXT))
      this.#send();
    this.#writes.push(write);
    this.#text += text;
    if (this.#running.length >= AT_ONCE) await this.#sent();
  }

  async end(): Promise<void> {
    if (this.#writes.length > 0) this.#send();
    await this.#sent();
  }

  #send(): void {
    const writes = this.#writes;
    const sent = commit(this.#system, 'rows of a backup', async () => ({ writes, value: undefined }));
    // It is waited for with the others: until then its failure is nobody's.
    sent.catch(() => {});
    this.#running.push(sent);
    this.#rows += writes.length;
    this.#writes = [];
    this.#text = 0;
  }

  async #sent(): Promise<void> {
    await Promise.all(this.#running);
    this.#running = [];
    this.#progress(this.#rows);
  }
}
