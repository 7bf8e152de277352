import { prefixesOf } from '../../abandonment/task.ts';
import { DAY, type Duration, type Instant } from '../../abandonment/time.ts';
import { type AlertRecord, alertFromRow } from '../../store/alerts.ts';
import { type AuditEntry, auditBesideFromRow, auditFromRow, type TaskAudit } from '../../store/audit.ts';
import { type DigestRecord, loadDigests } from '../../store/digests.ts';
import { keys, sortable } from '../../store/keys.ts';
import { mailsToAny } from '../../store/mails.ts';
import { allRows } from '../../store/rows.ts';
import type { Table } from '../../store/table/table.port.ts';
import { loadTask, type TaskRecord } from '../../store/tasks.ts';
import { changesIn, inOrderOfWriting } from '../policy-history.ts';

/** All that is kept of one task, also where it is gone: what history and `explain` are made of. */
export interface StoredHistory {
  id: string;
  /** Undefined where the task is not known any more. */
  record: TaskRecord | undefined;
  /** By episode. */
  alerts: AlertRecord[];
  /** By instant. */
  audit: TaskAudit[];
  /** Mails about it, by the instant of their claim. */
  digests: DigestRecord[];
  /** What operators did that is about no task and touched this one: pauses, policies of its scopes, its data plane. */
  beside: AuditEntry[];
}

/** Of a task that is known. */
export type KnownHistory = StoredHistory & { record: TaskRecord };

/** Whether the task itself is known. */
export function hasTask(history: StoredHistory): history is KnownHistory {
  return history.record !== undefined;
}

/** So many of the newest acts about no task are looked at. */
const MOST_BESIDE = 500;

/** Reads it: the task's own rows, its mails, and the newest acts of operators since it was known. */
export async function loadHistory(table: Table, id: string): Promise<StoredHistory> {
  const { pk } = keys.task(id);
  const [record, alertRows, auditRows] = await Promise.all([
    loadTask(table, id),
    allRows(table, { pk, sk: { prefix: 'A#' } }),
    allRows(table, { pk, sk: { prefix: 'L#' } }),
  ]);
  const alerts = alertRows.map(alertFromRow);
  const audit = auditRows.map(auditFromRow);
  const own = { id, record, alerts, audit };
  const [found, beside] = await Promise.all([
    loadDigests(table, digestsOf(own)),
    actsBeside(table, own, sinceWhen(own)),
  ]);
  const digests = [...found, ...(await newsMails(table, own, found))];
  const byId = new Map(digests.map((digest) => [digest.id, digest]));
  return { ...own, digests: [...byId.values()].sort((a, b) => a.claimedAt - b.claimedAt), beside };
}

/** No row of the task names the mails that say what is over: they go soon after it, and so many of the newest are looked for. */
const NEWS_WITHIN: Duration = 2 * DAY;
const NEWEST = 4;

/** The mails after an alert was over, or a disabling undone, to those whom its mails went to. */
async function newsMails(
  table: Table,
  { id, alerts, audit }: Own,
  digests: readonly DigestRecord[],
): Promise<DigestRecord[]> {
  const recipients = new Set(digests.map(({ recipient }) => recipient));
  if (recipients.size === 0) return [];
  const ends = [
    ...alerts.flatMap(({ resolvedAt }) => resolvedAt ?? []),
    ...audit.filter(({ act }) => act === 'enabled').map(({ at }) => at),
  ];
  const newest = [...new Set(ends)].sort((a, b) => b - a).slice(0, NEWEST);
  const found = await Promise.all(
    newest.map((from) => mailsToAny(table, recipients, { from, to: from + NEWS_WITHIN })),
  );
  return found.flat().filter(({ items }) => items.some(({ task }) => task === id));
}

type Own = Pick<StoredHistory, 'id' | 'record' | 'alerts' | 'audit'>;

/** Whether anything is kept of the task. */
export function isKnown({ record, alerts, audit }: StoredHistory): boolean {
  return record !== undefined || alerts.length > 0 || audit.length > 0;
}

/** The mails that its rows name. */
function digestsOf({ record, alerts, audit }: Own): Set<string> {
  const parts = [...Object.values(record?.open?.told ?? {}), ...Object.values(record?.stopping?.told ?? {})];
  return new Set([
    ...[...alerts, ...audit].flatMap(({ mails }) => mails),
    ...(record?.open?.mails ?? []),
    ...parts.flatMap(({ digest }) => digest ?? []),
  ]);
}

/** The first instant of which something is kept. */
function sinceWhen({ record, alerts, audit }: Own): Instant {
  const instants = [
    ...(record ? [record.task.firstSeenAt] : []),
    ...alerts.map(({ since }) => since),
    ...audit.map(({ at }) => at),
  ];
  return instants.length > 0 ? Math.max(0, Math.min(...instants)) : Number.POSITIVE_INFINITY;
}

async function actsBeside(table: Table, own: Own, since: Instant): Promise<AuditEntry[]> {
  if (!Number.isFinite(since)) return [];
  const { pk } = keys.auditBeside('operators', 0, '', '');
  const sk = { from: `L#${sortable(since)}`, to: 'L#~' };
  const { rows } = await table.query({ pk, sk, descending: true, limit: MOST_BESIDE });
  const entries = rows.map(auditBesideFromRow).filter((entry) => concerns(entry, own));
  return inOrderOfWriting(entries.reverse(), changesIn);
}

/** Whether a policy of the scope holds for the task. */
export function isScopeOf(scope: string, id: string): boolean {
  return scope === '' || scope === id || prefixesOf(id).includes(scope);
}

/** Whether an act about no task touches a task: pauses and policies of all tasks, and what is about its scopes or plane. */
function concerns({ act, evidence }: AuditEntry, { id, record }: Own): boolean {
  if (/^(pause|resume) (evaluate|notify|disable)$|^pause of /.test(act)) return true;
  if (changesIn({ act, evidence }).some(({ scope }) => isScopeOf(scope, id))) return true;
  return record !== undefined && act === `dismiss ${record.task.dataPlane}`;
}
