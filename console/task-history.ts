import { html } from 'hono/html';
import { detailLines, readable } from '../cli/readable.ts';
import type { Instant } from '../functions/abandonment/time.ts';
import { type AlertRecord, alertFromRow } from '../functions/store/alerts.ts';
import { auditFromRow, type TaskAudit } from '../functions/store/audit.ts';
import type { DigestRecord } from '../functions/store/digests.ts';
import { keys } from '../functions/store/keys.ts';
import { allRows } from '../functions/store/rows.ts';
import type { Table } from '../functions/store/table/table.port.ts';
import type { TaskRecord } from '../functions/store/tasks.ts';
import { type Html, at as instant, NOTHING, said, type Tone } from './parts.ts';

/** Something that happened to a task. */
export interface Happened {
  at: Instant;
  /** A word or two. */
  what: string;
  tone: Tone;
  detail: Html;
  /** What was known then, as it is stored: lines of text. */
  evidence?: readonly string[];
  /** The mail that told of it. */
  mail?: string;
}

/** What is stored of what happened to a task, the newest first: its episodes, mails and acts. */
export async function historyOf(
  table: Table,
  { task }: TaskRecord,
  mails: readonly DigestRecord[],
): Promise<Happened[]> {
  const { pk } = keys.task(task.id);
  const [alerts, acts] = await Promise.all([
    allRows(table, { pk, sk: { prefix: 'A#' } }),
    allRows(table, { pk, sk: { prefix: 'L#' } }),
  ]);
  const all = [
    ...alerts.map(alertFromRow).flatMap(ofAlert),
    ...acts.map(auditFromRow).map(ofAct),
    ...mails.flatMap((mail) => ofMail(mail, task.id)),
  ];
  return all.sort((a, b) => b.at - a.at);
}

function ofAlert(alert: AlertRecord): Happened[] {
  const { episode, type, stage, since, firedAt, resolvedAt, reason, evidence } = alert;
  const fired: Happened = {
    at: firedAt,
    what: 'fired',
    tone: 'bad',
    detail: html`episode #${episode}: ${type} in mode ${stage}, failing since ${instant(since)}`,
    ...evidenceOf(evidence),
  };
  if (resolvedAt === null) return [fired];
  const ended: Happened = {
    at: resolvedAt,
    what: 'resolved',
    tone: reason === 'disabled' ? 'bad' : 'good',
    detail: html`episode #${episode}: ${reason}`,
  };
  return [fired, ended];
}

function ofAct({ at, act, by, reason, evidence }: TaskAudit): Happened {
  const why = reason === '' ? NOTHING : html`: ${said(reason)}`;
  return { at, what: act, tone: 'quiet', detail: html`by ${said(by)}${why}`, ...evidenceOf(evidence) };
}

function evidenceOf(evidence: Record<string, unknown>): Pick<Happened, 'evidence'> {
  const lines = detailLines(readable(evidence) as Record<string, unknown>);
  return lines.length > 0 ? { evidence: lines } : {};
}

function ofMail({ id, address, state, items, claimedAt, sentAt }: DigestRecord, task: string): Happened[] {
  return items
    .filter((item) => item.task === task)
    .map((item) => ({
      at: sentAt ?? claimedAt,
      what: item.notice,
      tone: 'warn' as const,
      mail: id,
      detail: html`to ${said(address)}: ${state}${item.disableAt === null ? NOTHING : html`, names ${instant(item.disableAt)}`}`,
    }));
}
