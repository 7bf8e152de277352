import { keys } from './keys.ts';
import { recordIn, revised } from './rows.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** How SES refused recipients since it last took a mail: in which words, and whom. */
export interface RefusalsRecord {
  /** The words of the newest refusal; empty where there is none. */
  words: string;
  /** Keys of those refused in these words one after the other; no more than tell that they are many. */
  recipients: string[];
  /** Whether they are so many that nobody is blamed. */
  many: boolean;
  /** Digests for whose refusal a recipient was suppressed. */
  blamed: string[];
  rev: number;
}

const NONE: RefusalsRecord = { words: '', recipients: [], many: false, blamed: [], rev: 0 };

export async function loadRefusals(table: Table): Promise<RefusalsRecord> {
  const row = await table.get(keys.refusals());
  return row ? refusalsFromRow(row) : NONE;
}

/** The record in the row of the refusals. */
export const refusalsFromRow = (row: Row): RefusalsRecord => recordIn(row);

export const refusalsWrite = (record: RefusalsRecord): Write => revised(keys.refusals(), record);

/** The write by which it is forgotten: SES took a mail. */
export const refusalsEnd = ({ rev }: RefusalsRecord): Write => refusalsWrite({ ...NONE, rev });
