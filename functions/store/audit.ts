import type { Instant } from '../abandonment/time.ts';
import { bucketOf, keys } from './keys.ts';
import { ROW_VERSION, recordIn } from './rows.ts';
import { endingOf } from './table/expiry.ts';
import type { Row, Write } from './table/table.port.ts';

/** A row of the audit log of one task, or of acts of operators or for recipients that are about no task. */
export type AuditEntry = AuditedAct & ({ task: string } | { subject: 'operators' | 'recipients' });

/** A row of the audit log of one task. */
export type TaskAudit = Extract<AuditEntry, { task: string }>;

interface AuditedAct {
  at: Instant;
  act: string;
  by: string;
  reason: string;
  evidence: Record<string, unknown>;
  mails: string[];
}

/** The entry in a row of the audit log of one task. */
export const auditFromRow = (row: Row): TaskAudit => recordIn(row);

/** The entry in a row of acts that are about no task. */
export const auditBesideFromRow = (row: Row): AuditEntry => recordIn(row);

/** Its row, which tells of what is over. */
export function auditWrite(entry: AuditEntry): Write {
  const { at, act, by, reason, evidence } = entry;
  const mark = bucketOf(JSON.stringify([by, reason, evidence]), 2 ** 32).toString(36);
  const key =
    'task' in entry ? keys.audit(entry.task, at, act, mark) : keys.auditBeside(entry.subject, at, act, mark);
  return { put: { ...key, v: ROW_VERSION, ...entry, ...endingOf('audit', at) } };
}
