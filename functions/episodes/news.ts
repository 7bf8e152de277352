import type { RecipientPart } from '../abandonment/task.ts';
import { tenantOf } from '../abandonment/task.ts';
import { formatInstant, type Instant } from '../abandonment/time.ts';
import { type AlertRecord, alertFromRow, alertOf } from '../store/alerts.ts';
import type { Writing } from '../store/commit.ts';
import { keys } from '../store/keys.ts';
import type { WebhookScope } from '../store/pauses.ts';
import type { Write } from '../store/table/table.port.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { type News, newsWrites } from '../store/webhook-news.ts';

/**
 * The row that tells webhooks what one write of a task changes, for the same transaction; none where no webhook hears
 * of it, or nothing happened.
 *
 * @param scopes of the webhooks, where there are any
 * @param before as it was read
 * @param after as it is to be stored over that
 * @param beside what else is written, among it the alerts
 */
export function newsOfChange(
  { clock, random }: Pick<Writing, 'clock' | 'random'>,
  scopes: readonly WebhookScope[] | undefined,
  { before, after, beside = [] }: { before: TaskRecord; after: TaskRecord; beside?: readonly Write[] },
): Write[] {
  if (!scopes?.length) return [];
  const task = { id: after.task.id, rev: before.rev + 1 };
  const at = clock.now();
  return newsWrites(scopes, task, newsBetween(before, after, beside), { at, id: () => random.id(at) });
}

/** What happened to a task from one record of it to the next, in the order in which it is told. Pure. */
function newsBetween(before: TaskRecord, after: TaskRecord, beside: readonly Write[]): News[] {
  const news = [
    ...keptNews(before, after),
    ...enabledNews(before, after),
    ...firedNews(before, after),
    ...heldNews(before, after),
    ...warnedNews(before, after),
    ...remindedNews(before, after),
    ...stoppingNews(before, after),
    ...disabledNews(before, after),
    ...resolvedNews(before, after, beside),
  ];
  const details = newsDetails(after);
  return news.map(({ type, data }) => ({ type, data: { ...details, ...data } }));
}

/** What each event says of its task: nothing that names a person. */
function newsDetails({ task, episodes }: TaskRecord): Record<string, unknown> {
  const { id, kind, dataPlane } = task;
  return { task: id, tenant: tenantOf(id), kind, dataPlane, episode: episodes };
}

function keptNews(before: TaskRecord, { keep }: TaskRecord): News[] {
  if (!keep || (before.keep && before.keep.at === keep.at && before.keep.until === keep.until)) return [];
  const type = keep.kind === 'keep' ? 'task.kept' : 'task.snoozed';
  return [{ type, data: { until: formatInstant(keep.until) } }];
}

/** Our disabling of a task that is off; a task that is on again has none. */
function offOf({ task, disabledByUs }: TaskRecord): TaskRecord['disabledByUs'] {
  return task.enabled ? null : disabledByUs;
}

function enabledNews(before: TaskRecord, after: TaskRecord): News[] {
  const off = offOf(before);
  if (!off || !after.task.enabled) return [];
  const isAsked =
    off.undoneAt !== undefined || off.enabling !== undefined || after.undo?.episode === off.episode;
  return [{ type: 'task.enabled', data: { episode: off.episode, undone: isAsked } }];
}

function disabledNews(before: TaskRecord, after: TaskRecord): News[] {
  const off = offOf(after);
  if (!off || offOf(before)?.episode === off.episode) return [];
  const data = {
    episode: off.episode,
    at: formatInstant(off.at),
    by: off.run === null ? 'person' : 'taskwarden',
  };
  return [{ type: 'task.disabled', data }];
}

function firedNews(before: TaskRecord, { open }: TaskRecord): News[] {
  if (!open || open.number <= before.episodes) return [];
  const type = alertOf(open) === 'task_overdue' ? 'task.overdue' : 'task.abandoned';
  return [{ type, data: { since: formatInstant(open.since) } }];
}

function heldNews(before: TaskRecord, { hold }: TaskRecord): News[] {
  if (!hold || hold.reason === before.hold?.reason) return [];
  return [{ type: 'task.held', data: { reason: hold.reason } }];
}

/** The first warning of a grace that SES took, and the date that it printed. */
function warnedNews(before: TaskRecord, { open }: TaskRecord): News[] {
  if (!open || isWarned(before, open.number, open.grace)) return [];
  const isTaken = Object.values(open.told).some((part) => isAccepted(part, open.grace));
  if (!isTaken) return [];
  const date = open.dates.filter(({ grace }) => grace === open.grace).at(-1)?.disableAt ?? null;
  return [{ type: 'task.warned', data: { disableAt: date === null ? null : formatInstant(date) } }];
}

function isWarned({ open }: TaskRecord, episode: number, grace: number): boolean {
  if (open?.number !== episode) return false;
  return Object.values(open.told).some((part) => isAccepted(part, grace));
}

function isAccepted({ grace, warning }: RecipientPart, wanted: number): boolean {
  return grace === wanted && warning === 'accepted';
}

/** A reminder step: its reminders are on their way. */
function remindedNews(before: TaskRecord, { open }: TaskRecord): News[] {
  if (!open?.rungs.length) return [];
  const remindedBefore = before.open?.number === open.number ? before.open.rungs : [];
  const isKnown = (step: { grace: number; lead: number; deadline: number }) =>
    remindedBefore.some(
      ({ grace, lead, deadline }) => grace === step.grace && lead === step.lead && deadline === step.deadline,
    );
  return open.rungs
    .filter((step) => !isKnown(step))
    .map(({ deadline }) => ({ type: 'task.reminded', data: { disableAt: formatInstant(deadline) } }));
}

/** The first notice of a deadline of the task's own that SES took. */
function stoppingNews(before: TaskRecord, after: TaskRecord): News[] {
  const announcedBefore = announcedIn(before);
  return [...announcedIn(after)]
    .filter(([mark]) => !announcedBefore.has(mark))
    .map(([, deadline]) => ({ type: 'task.stopping', data: { deadline: formatInstant(deadline) } }));
}

function announcedIn({ stopping }: TaskRecord): Map<string, Instant> {
  const all = Object.values(stopping?.told ?? {}).flatMap(({ last }) => (last ? [last] : []));
  return new Map(all.map(({ deadline, moves }) => [`${deadline}#${moves}`, deadline]));
}

/** How the episode that was open, or that fired with the same write, ended: the alert of it says. */
function resolvedNews(before: TaskRecord, after: TaskRecord, beside: readonly Write[]): News[] {
  const isOver = ({ episode, resolvedAt }: AlertRecord) =>
    resolvedAt !== null &&
    after.open?.number !== episode &&
    (before.open?.number === episode || episode > before.episodes);
  return alertsIn(after.task.id, beside)
    .filter(isOver)
    .map(({ episode, type, reason }) => ({ type: 'task.resolved', data: { episode, alert: type, reason } }));
}

function alertsIn(task: string, beside: readonly Write[]): AlertRecord[] {
  const { pk } = keys.alert(task, 0);
  const isAlert = ({ pk: partition, sk }: { pk: string; sk: string }) =>
    partition === pk && sk.startsWith('A#');
  const rows = beside.flatMap((write) => ('put' in write && isAlert(write.put) ? [write.put] : []));
  const last = new Map(rows.map((row) => [row.sk, alertFromRow(row)]));
  return [...last.values()];
}
