import { formatInstant, type Instant } from '../functions/abandonment/time.ts';
import { standingOf } from '../functions/notices/send/digest-states.ts';
import { type AlertRecord, alertFromRow } from '../functions/store/alerts.ts';
import { auditFromRow, type TaskAudit } from '../functions/store/audit.ts';
import { type DigestRecord, digestFromRow } from '../functions/store/digests.ts';
import type { Row, Table } from '../functions/store/table/table.port.ts';
import { type TaskRecord, taskFromRow } from '../functions/store/tasks.ts';
import type { EffectLine } from '../simulation/engine/effects.ts';
import { tasksIn } from '../simulation/engine/read-mail.ts';
import type { SentMail } from './mailbox.ts';

/** What was decided: one text per act, with its instant and its task. */
export type Lists = Record<(typeof LISTS)[number], Set<string>>;

const LISTS = ['fired', 'resolved', 'warned', 'reminded', 'disabled', 'notified of the disabling'] as const;

const LIST_OF_NOTICE: Partial<Record<string, keyof Lists>> = {
  warning: 'warned',
  reminder: 'reminded',
  disabled: 'notified of the disabling',
};

function empty(): Lists {
  return Object.fromEntries(LISTS.map((list) => [list, new Set<string>()])) as Lists;
}

/** What the simulation says was decided. */
export function listsOfSimulation(lines: readonly EffectLine[]): Lists {
  const lists = empty();
  for (const line of lines) {
    const { at } = line;
    if (line.type === 'alert-fired') {
      lists.fired.add(`${at} ${line.task} #${line.episode} since ${line.since}`);
    } else if (line.type === 'alert-resolved') {
      lists.resolved.add(`${at} ${line.task} #${line.episode} ${line.reason}`);
    } else if (line.type === 'task-disabled') {
      lists.disabled.add(`${at} ${line.task} due ${line.disableAt}`);
    } else if (line.type === 'mail') {
      for (const item of line.items)
        addNotice(lists, { ...item, episode: item.episode ?? 0, at, to: line.to });
    }
  }
  return lists;
}

interface NoticeFacts {
  at: string;
  to: string;
  task: string;
  episode: number;
  notice: string;
  disableAt: string | null;
}

/** Word of what was disabled goes some minutes later, gathered; how many depends on the deployment. */
function addNotice(lists: Lists, { at, to, task, episode, notice, disableAt }: NoticeFacts): void {
  const list = LIST_OF_NOTICE[notice];
  if (list === undefined) return;
  const when = notice === 'disabled' ? at.slice(0, 10) : at;
  const until = disableAt === null ? '' : `, to be disabled ${disableAt}`;
  lists[list].add(`${when} ${task} #${episode} to ${to}${until}`);
}

/** What the table of a deployed stage holds. */
export interface StageRows {
  tasks: TaskRecord[];
  alerts: AlertRecord[];
  digests: DigestRecord[];
  audit: TaskAudit[];
}

/** Reads the whole table of a stage: for a small fleet. */
export async function readStage(table: Table): Promise<StageRows> {
  const rows: StageRows = { tasks: [], alerts: [], digests: [], audit: [] };
  let cursor: string | undefined;
  do {
    const page = await table.scan(cursor);
    for (const row of page.rows) sort(rows, row);
    cursor = page.cursor;
  } while (cursor !== undefined);
  rows.alerts.sort((a, b) => a.firedAt - b.firedAt || (a.task < b.task ? -1 : 1));
  rows.digests.sort((a, b) => a.claimedAt - b.claimedAt || (a.id < b.id ? -1 : 1));
  return rows;
}

function sort(rows: StageRows, row: Row): void {
  if (row.sk === 'T') rows.tasks.push(taskFromRow(row));
  else if (row.sk === 'G') rows.digests.push(digestFromRow(row));
  else if (row.sk.startsWith('A#')) rows.alerts.push(alertFromRow(row));
  else if (row.sk.startsWith('L#') && 'task' in row) rows.audit.push(auditFromRow(row));
}

/** What the deployed stage decided: its rows, and of mails only what its SES took. */
export function listsOfStage(rows: StageRows, mails: readonly SentMail[]): Lists {
  const lists = empty();
  for (const { task, episode, since, firedAt, resolvedAt, reason } of rows.alerts) {
    lists.fired.add(`${formatInstant(firedAt)} ${task} #${episode} since ${formatInstant(since)}`);
    if (resolvedAt !== null) lists.resolved.add(`${formatInstant(resolvedAt)} ${task} #${episode} ${reason}`);
  }
  const off = new Set(rows.tasks.filter(({ task }) => !task.enabled).map(({ task }) => task.id));
  for (const { task, act, at, evidence } of rows.audit) {
    if (act !== 'disabled' || !off.has(task)) continue;
    lists.disabled.add(`${formatInstant(at)} ${task} due ${formatInstant(evidence.disableAt as Instant)}`);
  }
  const taken = new Map(mails.map((mail) => [mail.messageId, mail]));
  for (const digest of rows.digests) {
    const mail = digest.messageId === null ? undefined : taken.get(digest.messageId);
    if (mail) addDigest(lists, digest, mail);
  }
  return lists;
}

/** Only what stands in the mail counts as notified, and only to whom it went. */
function addDigest(lists: Lists, digest: DigestRecord, mail: SentMail): void {
  if (standingOf(digest.state) === 'void') return;
  const at = formatInstant(digest.sentAt ?? digest.claimedAt);
  for (const { task, episode, notice, disableAt } of digest.items) {
    if (!tasksIn(mail.text).has(task)) continue;
    const date = disableAt === null ? null : formatInstant(disableAt);
    for (const to of mail.to) addNotice(lists, { at, to, task, episode, notice, disableAt: date });
  }
}

/** One line per act that only one of the two knows; empty where they are the same. */
export function differences(stage: Lists, simulation: Lists): string[] {
  return LISTS.flatMap((list) => [
    ...[...stage[list].difference(simulation[list])].sort().map((act) => `${list}, only deployed:  ${act}`),
    ...[...simulation[list].difference(stage[list])].sort().map((act) => `${list}, only simulated: ${act}`),
  ]);
}
