import { BOUNDS } from '../abandonment/bounds.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { commit } from '../store/commit.ts';
import {
  newOperatorWork,
  type OperatorWorkRecord,
  operatorWorkWrite,
  type Priority,
  partsOf,
  type WorkItem,
  workPartWrite,
} from '../store/operator-work.ts';
import { loadPauses, pausesWrite } from '../store/pauses.ts';
import type { Write } from '../store/table/table.port.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';
import type { WorkKind } from './kind.ts';

/** A bulk command as an operator gives it. */
export interface GivenWork {
  kind: WorkKind;
  /** In words, for lists: `undo of what was disabled since 2026-02-05T00:00:00Z`. */
  what: string;
  items: readonly WorkItem[];
  by: string;
  reason: string;
  priority?: Priority;
}

/** So many parts go into one transaction (DynamoDB: 4 MB). */
const PARTS_AT_ONCE = 20;

/** Why a bulk command is too large; undefined where it is not. */
export function sizeProblem(items: readonly WorkItem[]): string | undefined {
  const { most } = BOUNDS.workItems;
  return items.length <= most
    ? undefined
    : `${items.length} items; allowed: ${most} of one command, so give it in parts`;
}

/**
 * Stores a bulk command, which the scanner works from then on. Its parts come first: where this dies half way there is no command,
 * and it is given again.
 *
 * @throws TableBusy where the table stays busy: nothing is worked
 */
export async function beginWork(
  system: System,
  { kind, items, priority = 'normal', ...command }: GivenWork,
): Promise<OperatorWorkRecord> {
  const at = system.clock.now();
  const id = system.random.id(at);
  const parts = partsOf(items);
  for (let first = 0; first < parts.length; first += PARTS_AT_ONCE) {
    const some = parts.slice(first, first + PARTS_AT_ONCE);
    const writes = some.map((part, place) =>
      workPartWrite(id, { part: first + place, items: part, rev: 0 }, at),
    );
    await stored(system, id, writes);
  }
  const size = { items: items.length, parts: parts.length };
  const record = newOperatorWork({ ...command, id, kind: kind.name, at, priority }, size);
  return commit(system, `bulk command ${id}`, async () => {
    const pauses = await loadPauses(system.table);
    const writes = [operatorWorkWrite(record), beginAudit(record), pausesWrite({ ...pauses, bulkWork: at })];
    return { writes, value: { ...record, rev: 1 } };
  });
}

/** Nobody else knows the id: what is refused is there. */
async function stored(system: System, id: string, writes: Write[]): Promise<void> {
  if (!(await writeUnlessRefused(system, writes, `bulk command ${id}`)))
    throw new Error(`bulk command ${id} is there already`);
}

function beginAudit({ id, at, kind, what, by, reason, items, priority }: OperatorWorkRecord): Write {
  const evidence = { work: id, what, items, priority };
  return auditWrite({ subject: 'operators', at, act: `work ${kind}`, by, reason, evidence, mails: [] });
}
