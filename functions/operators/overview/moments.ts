import type { HoldSpan } from '../../abandonment/task.ts';
import type { Instant } from '../../abandonment/time.ts';
import type { AlertRecord } from '../../store/alerts.ts';
import type { AuditEntry } from '../../store/audit.ts';
import type { TaskRecord } from '../../store/tasks.ts';
import { changesIn, type ScopeChange } from '../policy-history.ts';
import { changeText } from '../policy-text.ts';
import { type Naming, namingsOf } from './mails.ts';
import { isScopeOf, type StoredHistory } from './stored-history.ts';
import { instantText, spanText } from './time-text.ts';

/** What happens to a task, in the order in which it happens at one instant. */
export const MOMENTS = [
  'known',
  'published',
  'failed',
  'policy',
  'acted',
  'kept',
  'fired',
  'held',
  'disabled',
  'enabled',
  'over',
  'notified',
] as const;

/** Something that happened to a task; instants are RFC 3339. */
export interface Moment {
  at: string;
  what: (typeof MOMENTS)[number];
  /** In words; other people's words among them. */
  says: string;
  /** Who did it; null of what happened by itself. */
  by: string | null;
  episode: number | null;
}

interface Dated extends Omit<Moment, 'at'> {
  at: Instant;
}

/** All that is kept of a task in one line of time, the oldest first. */
export function momentsOf(history: StoredHistory): Moment[] {
  const { id, record, alerts, audit, digests, beside } = history;
  const dated = [
    ...(record ? momentsOfTask(record, history) : []),
    ...alerts.flatMap((alert, place) => momentsOfAlert(alert, alerts[place - 1], audit)),
    ...[...audit, ...beside].map((entry) => momentOfAct(entry, id)),
    ...namingsOf(digests, id).flatMap(momentOfMail),
  ];
  return dated
    .sort((a, b) => a.at - b.at || MOMENTS.indexOf(a.what) - MOMENTS.indexOf(b.what))
    .map(({ at, ...rest }) => ({ at: instantText(at) ?? '', ...rest }));
}

function moment(at: Instant, what: Moment['what'], says: string, more: Partial<Dated> = {}): Dated {
  return { at, what, says, by: null, episode: null, ...more };
}

const FAILED = { task_abandoned: 'without an alive status from here on', task_overdue: 'its own deadline' };

/** @param before the alert before it: where both are of the same failure, that one says so */
function momentsOfAlert(
  alert: AlertRecord,
  before: AlertRecord | undefined,
  audit: readonly AuditEntry[],
): Dated[] {
  const { episode, firedAt, resolvedAt, reason, since, type } = alert;
  const failed = moment(since, 'failed', FAILED[type], { episode });
  const fired = [
    ...(before?.since === since && before.type === type ? [] : [failed]),
    moment(firedAt, 'fired', `alert #${episode} (${type})${resolvedAt === null ? countedText(alert) : ''}`, {
      episode,
    }),
  ];
  const held = (alert.holds ?? []).map((span) => momentOfHold(span, episode));
  // The audit says more of a disabling.
  const isAudited = audit.some(({ act, at }) => act === 'disabled' && at === resolvedAt);
  if (resolvedAt === null || isAudited) return [...fired, ...held];
  const over = moment(resolvedAt, 'over', `alert #${episode} is over: ${reason}${countedText(alert)}`, {
    episode,
  });
  return [...fired, ...held, over];
}

function momentOfHold({ reason, from, to }: HoldSpan, episode: number): Dated {
  const until = to === null ? '' : ` until ${instantText(to)}`;
  return moment(from, 'held', `held: ${reason}${until}`, { episode });
}

/** What had been counted, and the threshold; what an older row does not say is left out. */
function countedText({ evidence, type }: AlertRecord): string {
  const { countedMs, warnAfterMs, warnAfterFrom } = evidence;
  if (type !== 'task_abandoned' || typeof countedMs !== 'number' || typeof warnAfterMs !== 'number')
    return '';
  return `; counted ${spanText(countedMs)} of warnAfter ${spanText(warnAfterMs)} (from ${warnAfterFrom})`;
}

const UNSENT: Record<string, string> = {
  sending: 'on its way',
  unsent: 'not sent by SES',
  rejected: 'refused by SES',
};

function momentOfMail({ at, notice, to, state, sentAt, disableAt, episode }: Naming): Dated[] {
  // Nothing of it was ever sent: its notices went with another mail.
  if (state === 'superseded' && sentAt === null) return [];
  const date = disableAt === null ? '' : `, names ${disableAt}`;
  const says = `${notice} to ${to}: ${UNSENT[state] ?? state}${date}`;
  return [moment(at, 'notified', says, { episode: episode <= 0 ? null : episode })];
}

const WHAT_OF_ACT: Record<string, Moment['what']> = {
  keep: 'kept',
  snooze: 'kept',
  disabled: 'disabled',
  enabled: 'enabled',
};

function momentOfAct(entry: AuditEntry, task: string): Dated {
  const { at, act, by, evidence } = entry;
  const changes = changesIn(entry).filter(({ scope }) => isScopeOf(scope, task));
  if (changes.length > 0) return moment(at, 'policy', policyText(entry, changes), { by });
  const episode = typeof evidence.episode === 'number' ? evidence.episode : null;
  return moment(at, WHAT_OF_ACT[act] ?? 'acted', actText(entry), { by, episode });
}

/** `policy set acmeCo/: warnAfter 14d -> 30d (slow batches)`. */
function policyText({ act, reason }: AuditEntry, changes: readonly ScopeChange[]): string {
  const [, verb = ''] = act.split(' ');
  const texts = changes.map((change) => `${change.scope || 'global'}: ${changeText(change)}`);
  return `policy ${verb} ${texts.join('; ')}${reason === '' ? '' : ` (${reason})`}`;
}

function actText({ act, reason, evidence }: AuditEntry): string {
  const until = typeof evidence.until === 'number' ? ` until ${instantText(evidence.until)}` : '';
  const why = reason === '' ? '' : `: ${reason}`;
  const verbs: Record<string, string> = { keep: 'kept', snooze: 'snoozed', enabled: 'enabled again' };
  return `${verbs[act] ?? act}${until}${why}`;
}

/** What the task's own row says of itself; what an act in the audit says better is left out. */
function momentsOfTask(record: TaskRecord, { audit, alerts }: StoredHistory): Dated[] {
  const { task, keep, hold } = record;
  const isAudited = (at: Instant, ...acts: string[]) =>
    audit.some((entry) => entry.at === at && acts.includes(entry.act));
  const all: (Dated | undefined)[] = [
    moment(task.createdAt, 'known', 'created'),
    moment(task.firstSeenAt, 'known', 'first seen by Taskwarden'),
    at(task.publishedByUserAt, 'published', 'published by a user'),
    isAudited(task.enabledAt ?? 0, 'enabled') || task.enabledAt === task.reverted?.at
      ? undefined
      : at(task.enabledAt, 'enabled', 'enabled'),
    at(task.reverted?.at, 'enabled', 'enabled again by a system, after Taskwarden had disabled it'),
    at(task.cameBackAt, 'known', 'its id came back'),
    at(task.startedAt, 'known', 'began to run'),
    at(task.endedAt, 'known', 'came to its end'),
    at(task.deletedAt, 'known', 'deleted'),
    failedSince(record, alerts),
    keep && !isAudited(keep.at, 'keep', 'snooze')
      ? moment(
          keep.at,
          'kept',
          `${keep.kind === 'keep' ? 'kept' : 'snoozed'} until ${instantText(keep.until)}`,
          {
            by: keep.by,
          },
        )
      : undefined,
    hold && !record.open?.holds?.some(({ to }) => to === null)
      ? moment(hold.since, 'held', `held: ${hold.reason}`)
      : undefined,
    ...momentsOfOpen(record),
  ];
  return all.filter((moment) => moment !== undefined);
}

/** Since when a task fails of which no alert says so. */
function failedSince({ task, evidence }: TaskRecord, alerts: readonly AlertRecord[]): Dated | undefined {
  if (!task.enabled || evidence.statuses.includes('PRIMARY')) return undefined;
  const since = evidence.lostAt ?? evidence.lastSeen.PRIMARY;
  const isSaid = alerts.some((alert) => alert.since === since);
  return isSaid ? undefined : at(since, 'failed', FAILED.task_abandoned);
}

function at(instant: Instant | undefined, what: Moment['what'], says: string): Dated | undefined {
  return instant === undefined ? undefined : moment(instant, what, says);
}

/** How far the disabling of the open episode is. */
function momentsOfOpen({ open }: TaskRecord): (Dated | undefined)[] {
  if (!open) return [];
  const { number: episode, disabling, brake: spike, holds = [] } = open;
  const of = { episode };
  return [
    spike && !holds.some(({ reason }) => reason === 'blast-radius')
      ? moment(spike.heldAt, 'held', 'held: blast-radius', of)
      : undefined,
    ...holds.map((span) => momentOfHold(span, episode)),
    disabling ? moment(disabling.queuedAt, 'acted', 'queued to be disabled', of) : undefined,
    disabling?.requestedAt === undefined
      ? undefined
      : moment(disabling.requestedAt, 'acted', 'its owning system was asked to disable it', of),
    disabling?.refused
      ? moment(disabling.refused.at, 'held', `its owning system refused: ${disabling.refused.reason}`, of)
      : undefined,
  ];
}
