import type { Case, Decision } from '../abandonment/decide.ts';
import { triedSince } from '../abandonment/healthy-spells.ts';
import type { DisableRequest } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { type AlertRecord, alertWrite } from '../store/alerts.ts';
import { auditWrite } from '../store/audit.ts';
import { keys } from '../store/keys.ts';
import { type Milestone, milestoneWrite } from '../store/milestones.ts';
import { type NewNotice, noticeWrites, type PendingNotice } from '../store/notices.ts';
import { reversalAlert } from '../store/operator-alerts.ts';
import { ROW_VERSION } from '../store/rows.ts';
import { endingOf } from '../store/table/expiry.ts';
import type { Write } from '../store/table/table.port.ts';
import { scheduled, type TaskRecord } from '../store/tasks.ts';
import { cellOf, restartsPerDay, restartsSince, wasWarned } from './cell.ts';
import { afterConfirmation, isOnAgain, type Word } from './confirm.ts';
import { decidedOn } from './decided-on.ts';
import { reasonOf, runOf } from './disabling.ts';
import { endEpisode } from './end.ts';
import { isOpen } from './open-task.ts';
import { type EpisodeStep, MOST_BESIDE } from './transition.ts';

/** A disabling that somebody asked for and the owning system confirmed, and what its end rests on. */
export interface ConfirmedDisabling {
  request: DisableRequest;
  word: Word;
  /** The case before the confirmation, and what was decided of it. */
  taskCase: Case;
  decision: Decision;
  /** The addresses of those who hear of it, by their key. */
  told: ReadonlyMap<string, string>;
  /**
   * The alert that lists their notices, where its episode ended before and one transaction has no room; who stored it.
   */
  lists?: { alert: AlertRecord; w: string } | undefined;
  now: Instant;
  /** From when on their mail may go: what else is disabled meanwhile goes with it. */
  notBefore: Instant;
}

/**
 * A task that we had disabled: its episode is resolved, `disabled` notices are written (promise 8), with the audit row
 * and what lets the run be undone as a whole. Where the episode ended for another reason before the confirmation came,
 * only they are.
 */
export function endDisabled(before: TaskRecord, confirmed: ConfirmedDisabling): EpisodeStep {
  const { request, word, now } = confirmed;
  const { asker, episode } = request;
  const off = afterConfirmation(before, word);
  const ended = endedEpisode(off, before, confirmed);
  const { reverted } = off.task;
  const isNewlyReverted = reverted !== undefined && !before.task.reverted;
  const counted = countedOf(before, confirmed);
  const beside = [
    ...(ended.beside ?? []),
    ...recordsOf(before, confirmed),
    ...milestonesOf(before, confirmed, counted),
    ...(isNewlyReverted ? [reversalAlert(before.task.id, reverted.at, now)] : []),
  ];
  const { listed } = before;
  const disabledByUs = {
    at: word.at,
    episode,
    run: runOf(asker),
    ...(listed && { revision: listed.revision }),
    ...restorableOf(word),
    counted,
  };
  const kept = listed && word.kept !== undefined ? { listed: { ...listed, kept: word.kept } } : {};
  return { ...ended, beside, record: { ...ended.record, ...kept, asked: null, disabledByUs } };
}

function endedEpisode(off: TaskRecord, before: TaskRecord, confirmed: ConfirmedDisabling): EpisodeStep {
  const { request, taskCase, decision, told, now } = confirmed;
  const { asker, episode } = request;
  const pending = disabledNotice(before, confirmed);
  if (!isOpen(off) || off.open.number !== episode)
    return noticesOfEnded(scheduled(off, now), confirmed, pending);
  const end = { reason: reasonFor(request), notices: noticesTo(told, pending), run: runOf(asker) };
  return endEpisode(off, { taskCase, room: MOST_BESIDE, now }, decision, end);
}

/** What the owning system said of enabling it again; nothing where it said none. */
function restorableOf({
  restorableUntil,
}: Word): Pick<Word, 'restorableUntil'> & { restorableUntil?: Instant } {
  return restorableUntil === undefined ? {} : { restorableUntil };
}

function reasonFor({ asker }: DisableRequest): 'disabled' | 'disabled-by-owner' {
  return asker.by === 'person' ? 'disabled-by-owner' : 'disabled';
}

/** The notice of what was done, with the facts as they were. */
function disabledNotice({ evidence }: TaskRecord, confirmed: ConfirmedDisabling): PendingNotice {
  const { request, word, now, notBefore } = confirmed;
  const facts = {
    ...(request.alert && { alert: request.alert }),
    since: request.since,
    ...triedSince(evidence),
    disabledAt: word.at,
    ...restorableOf(word),
    resolvedReason: reasonFor(request),
  };
  return { notice: 'disabled', since: now, notBefore, facts };
}

/** Notices of an episode that is over; listed on its alert where they are too many for one transaction. */
function noticesOfEnded(
  record: TaskRecord,
  { request, told, lists }: ConfirmedDisabling,
  pending: PendingNotice,
): EpisodeStep {
  const listed = noticesTo(told, pending);
  if (!lists) return { record, beside: noticeWrites(record.task.id, request.episode, listed) };
  const { alert, w } = lists;
  const untold = { ...alert, untold: [...alert.untold.filter(({ key }) => !told.has(key)), ...listed] };
  return { record, beside: [{ ...alertWrite(untold), if: [{ equals: ['w', w] }] }], untold };
}

/** The same notice for each, by key and address. */
function noticesTo(addresses: ReadonlyMap<string, string>, pending: PendingNotice): NewNotice[] {
  return [...addresses].map(([key, address]) => ({ key, address, pending }));
}

type Counted = NonNullable<NonNullable<TaskRecord['disabledByUs']>['counted']>;

/** What facts go by as long as it is off: how often it was restarted in vain before. */
function countedOf({ evidence, open }: TaskRecord, { request, taskCase, now }: ConfirmedDisabling): Counted {
  const cell = cellOf(taskCase, open?.number === request.episode ? open : undefined);
  const perDay = request.alert === undefined ? restartsPerDay(evidence, request.since, now) : 0;
  return { cell, perDay };
}

/** What facts count of it; of a task that is on again already, that too. */
function milestonesOf(before: TaskRecord, confirmed: ConfirmedDisabling, counted: Counted): Write[] {
  const { request, word, now } = confirmed;
  const { task, open, evidence } = before;
  const about = { at: now, task: task.id, episode: request.episode, ...counted };
  const disabled: Milestone = {
    ...about,
    kind: 'disabled',
    byOwner: request.asker.by === 'person',
    wasWarned: open?.number === request.episode && wasWarned(open),
    restarts: restartsSince(evidence),
  };
  const left: Milestone[] = isOnAgain(before, word) ? [{ ...about, kind: 'left', why: 'published' }] : [];
  return [disabled, ...left].map(milestoneWrite);
}

/** The audit row, and what lets the run be undone as a whole. */
function recordsOf(
  before: TaskRecord,
  { request, word, taskCase, decision, now }: ConfirmedDisabling,
): Write[] {
  const { id } = before.task;
  const { asker } = request;
  const run = runOf(asker);
  const disableAt = asker.by === 'run' ? asker.disableAt : asker.at;
  const audit = auditWrite({
    task: id,
    at: now,
    act: 'disabled',
    by: asker.by === 'person' ? asker.person : 'taskwarden',
    reason: reasonOf(asker, request.alert),
    evidence: {
      ...(request.decided ?? decidedOn(taskCase, decision)),
      ...{ disableAt, run, episode: request.episode, requestedAt: request.at, confirmedAt: word.at },
    },
    mails: before.open?.mails ?? [],
  });
  const writes: Write[] = [audit];
  if (before.open?.disabling?.attempts !== 1 || before.open.refusals)
    writes.push({ delete: keys.operatorAlert('disable-failing', id) });
  const turnedOff = { v: ROW_VERSION, at: word.at, ...endingOf('alerts', now) };
  if (run !== null) writes.push({ put: { ...keys.turnedOff(run, id), ...turnedOff } });
  return writes;
}
