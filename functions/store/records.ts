import type { Instant } from '../abandonment/time.ts';
import { isTopic } from '../abandonment/topics.ts';
import {
  type AlertRecord,
  BUCKETS,
  bucketOf,
  type DataPlaneRecord,
  type DigestRecord,
  index,
  keys,
  type NoticeRecord,
  type OperatorAlertRecord,
  type PaceRecord,
  type PausesRecord,
  type PendingNotice,
  type RecipientRecord,
  ROW_VERSION,
  type ScansRecord,
  sortable,
} from './rows.ts';
import type { Condition, Key, Page, Query, Row, Table, Write } from './table.port.ts';

/** A record that is stored over the revision it was read at. */
interface Revised {
  rev: number;
}

/** A write over the revision that was read. `places`: where indexes find the row. */
export function revised(
  key: Key,
  record: Revised,
  places: Record<string, unknown> = {},
): { put: Row; if: Condition[] } {
  return {
    put: { ...key, v: ROW_VERSION, b: BUCKETS, ...record, rev: record.rev + 1, ...places },
    if: [record.rev === 0 ? { absent: true } : { equals: ['rev', record.rev] }],
  };
}

async function load<Record>(table: Table, key: Key, empty: Record): Promise<Record> {
  const row = await table.get(key);
  return row ? (row as unknown as Record) : empty;
}

/** What ended (mails, alerts, audit rows) is kept for 400 days from then. */
const ENDED_RETENTION_SECONDS = 400 * 86_400;

/** All rows of a query, page by page. */
export async function* eachRow(table: Table, query: Omit<Query, 'cursor'>): AsyncGenerator<Row> {
  let cursor: string | undefined;
  do {
    const page: Page = await table.query(cursor ? { ...query, cursor } : query);
    for (const row of page.rows) yield row;
    cursor = page.cursor;
  } while (cursor);
}

/** All rows of a query in one list; for partitions known to be small. */
export async function allRows(table: Table, query: Omit<Query, 'cursor'>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of eachRow(table, query)) rows.push(row);
  return rows;
}

// --- alerts ---------------------------------------------------------------------------------------------

export async function loadAlert(
  table: Table,
  task: string,
  episode: number,
): Promise<AlertRecord | undefined> {
  return alertFromRow(await table.get(keys.alert(task, episode)));
}

/** The record in an alert's row, without what places the row; undefined where there is none. */
export function alertFromRow(row: Row | undefined): AlertRecord | undefined {
  if (!row) return undefined;
  const { task, episode, type, stage, since, firedAt, ...rest } = row as unknown as AlertRecord;
  const { resolvedAt, reason, evidence, mails, run, holders = [] } = rest;
  const untold = unlisted(row as unknown as ListedAlert);
  const end = { resolvedAt, reason, evidence, mails, run, untold, holders };
  return { task, episode, type, stage, since, firedAt, ...end };
}

type Untold = AlertRecord['untold'];

/** As it stands in the row: what most are to be told is written once, for a row has an end. */
interface ListedAlert {
  untold: (Omit<Untold[number], 'pending'> & Partial<Pick<Untold[number], 'pending'>>)[];
  parting?: PendingNotice;
}

function listed(untold: Untold): ListedAlert {
  const parting = untold.find(({ pending }) => pending !== null)?.pending;
  if (!parting) return { untold };
  const text = JSON.stringify(parting);
  const isSame = ({ pending }: Untold[number]) => pending !== null && JSON.stringify(pending) === text;
  return {
    untold: untold.map((one) => (isSame(one) ? { key: one.key, address: one.address } : one)),
    parting,
  };
}

/** Rows of an older version say of each what is to be told. */
function unlisted({ untold, parting }: ListedAlert): Untold {
  return untold.map(({ key, address, pending = parting ?? null }) => ({ key, address, pending }));
}

/** Stores an alert whatever stands there: the task's row, written in the same transaction, guards it. */
export function alertWrite(record: AlertRecord): { put: Row } {
  const bucket = bucketOf(record.task);
  return {
    put: {
      ...keys.alert(record.task, record.episode),
      v: ROW_VERSION,
      b: BUCKETS,
      ...record,
      ...listed(record.untold),
      ...(record.resolvedAt === null
        ? {}
        : { ttl: Math.floor(record.resolvedAt / 1000) + ENDED_RETENTION_SECONDS }),
      g2pk: index.alerts(bucket),
      g2sk: `${sortable(record.firedAt)}#${record.task}`,
      ...(record.untold.length > 0
        ? { g1pk: index.untold(bucket), g1sk: `${record.task}#${record.episode}` }
        : {}),
    },
  };
}

// --- recipients and their notices -----------------------------------------------------------------------

export function newRecipient(key: string, address: string): RecipientRecord {
  return {
    key,
    address,
    dead: null,
    declined: false,
    lastMailAt: null,
    lastWarnedAt: null,
    lastDigest: null,
    sending: null,
    retryAt: null,
    admittedAt: null,
    queuedFor: null,
    gatheringUntil: null,
    rev: 0,
  };
}

export async function loadRecipient(table: Table, key: string): Promise<RecipientRecord | undefined> {
  const row = await table.get(keys.recipient(key));
  return row as unknown as RecipientRecord | undefined;
}

export async function loadRecipients(
  table: Table,
  recipients: Iterable<string>,
): Promise<Map<string, RecipientRecord>> {
  const rows = await table.batchGet([...new Set(recipients)].map((key) => keys.recipient(key)));
  return new Map(rows.map((row) => [row.key as string, row as unknown as RecipientRecord]));
}

export function recipientWrite(record: RecipientRecord): Write {
  return revised(keys.recipient(record.key), record, {
    g2pk: index.recipients(bucketOf(record.key)),
    g2sk: `${record.dead ? 'dead' : 'alive'}#${record.key}`,
  });
}

/** A recipient with all his notices, strongly consistent. */
export async function loadRecipientWithNotices(
  table: Table,
  recipient: string,
): Promise<{ recipient: RecipientRecord | undefined; notices: NoticeRecord[] }> {
  const notices: NoticeRecord[] = [];
  let found: RecipientRecord | undefined;
  for await (const row of eachRow(table, { pk: keys.recipient(recipient).pk, consistent: true })) {
    if (row.sk === 'R') found = row as unknown as RecipientRecord;
    else notices.push(row as unknown as NoticeRecord);
  }
  return { recipient: found, notices };
}

/**
 * Stores a notice whatever stands there: the task's row decides what is to be told, a notice row only finds it.
 * It is in the index of pending notices while one waits.
 */
export function noticeWrite(record: NoticeRecord): { put: Row } {
  return {
    put: {
      ...keys.notice(record.recipient, record.task, record.episode),
      v: ROW_VERSION,
      b: BUCKETS,
      ...record,
      ...(record.pending
        ? {
            g1pk: index.pendingNotices(bucketOf(record.recipient)),
            g1sk: `${record.recipient}#${record.task}#${record.episode}`,
            p: {
              notBefore: record.pending.notBefore,
              notice: record.pending.notice,
              ...(record.pending.by === undefined ? {} : { by: record.pending.by }),
              ...(record.pending.order && { order: { ...record.pending.order, address: record.address } }),
              ...(isTopic(record.address) ? { informs: true } : {}),
            },
          }
        : {}),
    },
  };
}

/** `writer`: only while what this writer stored stands there. */
export function noticeDelete(recipient: string, task: string, episode: number, writer?: string): Write {
  const key = keys.notice(recipient, task, episode);
  return writer === undefined ? { delete: key } : { delete: key, if: [{ equals: ['w', writer] }] };
}

/** Notes that a recipient holds a mail about an episode that is over. */
export function holderWrite(task: string, episode: number, recipient: string, at: Instant): { put: Row } {
  const ttl = Math.floor(at / 1000) + ENDED_RETENTION_SECONDS;
  return { put: { ...keys.holder(task, episode, recipient), v: ROW_VERSION, recipient, ttl } };
}

/** All who hold a mail about an episode that ended with the task's disabling: its warning, or word of that. */
export async function loadHolders(table: Table, task: string, episode: number): Promise<Set<string>> {
  const alert = await loadAlert(table, task, episode);
  const { pk, sk } = keys.holder(task, episode, '');
  const rows = await allRows(table, { pk, sk: { prefix: sk }, consistent: true });
  return new Set([...(alert?.holders ?? []), ...rows.map((row) => row.recipient as string)]);
}

// --- digests --------------------------------------------------------------------------------------------

/** A mail that is claimed and not sent yet; past its lease it must not be sent any more. */
export function newDigest(
  given: Pick<DigestRecord, 'id' | 'recipient' | 'address' | 'claimedAt' | 'leaseUntil'>,
): DigestRecord {
  return {
    ...given,
    state: 'sending',
    notAfter: given.leaseUntil,
    sentAt: null,
    messageId: null,
    retryAt: null,
    items: [],
    applied: false,
    rev: 0,
  };
}

export async function loadDigest(table: Table, id: string): Promise<DigestRecord | undefined> {
  const row = await table.get(keys.digest(id));
  if (!row) return undefined;
  // Its place in the index is that of the next write, not of the last one.
  const { g1pk: _partition, g1sk: _sort, ...record } = row;
  return record as unknown as DigestRecord;
}

/** `lookAt`: when to look at it again, while it is not settled or not applied; null once it is done. */
export function digestWrite(record: DigestRecord, lookAt: Instant | null): Write {
  const ttl = Math.floor(record.claimedAt / 1000) + ENDED_RETENTION_SECONDS;
  const bucket = bucketOf(record.id);
  return revised(keys.digest(record.id), record, {
    // Never moves, so that only the first write pays for it.
    g2pk: index.mails(bucket),
    g2sk: `${sortable(record.claimedAt)}#${record.id}#${record.recipient}`,
    ...(lookAt === null
      ? { ttl }
      : { g1pk: index.openDigests(bucket), g1sk: `${sortable(lookAt)}#${record.id}` }),
  });
}

// --- one-row records ------------------------------------------------------------------------------------

export const loadPauses = (table: Table): Promise<PausesRecord> =>
  load(table, keys.pauses(), { evaluate: null, notify: null, disable: null, evaluatePaused: [], rev: 0 });
export const pausesWrite = (record: PausesRecord): Write => revised(keys.pauses(), record);

export const loadScans = (table: Table): Promise<ScansRecord> =>
  load(table, keys.scans(), { claimed: null, leaseUntil: null, completedAt: null, gaps: [], rev: 0 });
export const scansWrite = (record: ScansRecord): Write => revised(keys.scans(), record);

export const loadPace = (table: Table): Promise<PaceRecord> => load(table, keys.pace(), { runs: [], rev: 0 });
export const paceWrite = (record: PaceRecord): Write => revised(keys.pace(), record);

export const loadRamp = (table: Table): Promise<PaceRecord> => load(table, keys.ramp(), { runs: [], rev: 0 });
export const rampWrite = (record: PaceRecord): Write => revised(keys.ramp(), record);

export async function loadDataPlanes(table: Table): Promise<Map<string, DataPlaneRecord>> {
  const rows = await allRows(table, { pk: keys.dataPlane('').pk, consistent: true });
  return new Map(rows.map((row) => [row.sk, row as unknown as DataPlaneRecord]));
}

/** Those of some data planes that are known, read by name. */
export async function loadDataPlanesOf(table: Table, names: Iterable<string>): Promise<DataPlaneRecord[]> {
  const rows = await table.batchGet([...new Set(names)].map((name) => keys.dataPlane(name)));
  return rows as unknown as DataPlaneRecord[];
}

/** How many data planes are known. Where that was never counted, they are counted. */
export async function loadDataPlaneCount(table: Table): Promise<{ count: number; rev: number }> {
  const row = await table.get(keys.dataPlaneCount());
  if (row) return row as unknown as { count: number; rev: number };
  return { count: (await loadDataPlanes(table)).size, rev: 0 };
}

export const dataPlaneCountWrite = (record: { count: number; rev: number }): Write =>
  revised(keys.dataPlaneCount(), record);

export async function loadDataPlane(table: Table, name: string): Promise<DataPlaneRecord | undefined> {
  const row = await table.get(keys.dataPlane(name));
  return row as unknown as DataPlaneRecord | undefined;
}

/** A data plane heard of for the first time: up, without a life sign. */
export function newDataPlane(name: string, now: Instant): DataPlaneRecord {
  return { name, state: 'up', since: now, lifeSignAt: null, unknown: [], outages: [], rev: 0 };
}

export const dataPlaneWrite = (record: DataPlaneRecord): Write =>
  revised(keys.dataPlane(record.name), record);

export function operatorAlertWrite(record: OperatorAlertRecord): Write {
  return revised(keys.operatorAlert(record.code, record.subject), record);
}

/** Asks the scanner to look once at all that is open in a scope: `ALL`, `P#acmeCo/`, `P#acmeCo/a` or `D#eu-1`. */
export function lookWrite(scope: string, now: Instant): Write {
  return { put: { ...keys.look(scope), v: ROW_VERSION, at: now } };
}

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

export function auditWrite(entry: AuditEntry): Write {
  const ttl = Math.floor(entry.at / 1000) + ENDED_RETENTION_SECONDS;
  const { at, act, by, reason, evidence } = entry;
  const mark = bucketOf(JSON.stringify([by, reason, evidence]), 2 ** 32).toString(36);
  const key =
    'task' in entry ? keys.audit(entry.task, at, act, mark) : keys.auditBeside(entry.subject, at, act, mark);
  return { put: { ...key, v: ROW_VERSION, ...entry, ttl } };
}
