import { withoutOldestDates } from '../../abandonment/bounded-episode.ts';
import { decide } from '../../abandonment/decide.ts';
import { nextLook } from '../../abandonment/next-look.ts';
import {
  type Episode,
  type HoldReason,
  type Informed,
  isWindowed,
  type PastNotice,
  type Told,
} from '../../abandonment/task.ts';
import type { Instant } from '../../abandonment/time.ts';
import type { System } from '../../platform/system.ts';
import { loadAlert } from '../../store/alerts.ts';
import { changeTask, type TaskChange } from '../../store/change-task.ts';
import { commit } from '../../store/commit.ts';
import type { DigestItem, DigestRecord } from '../../store/digests.ts';
import type { FleetView } from '../../store/fleet-view.ts';
import { holderWrite } from '../../store/holders.ts';
import { keys } from '../../store/keys.ts';
import {
  loadNotice,
  type NoticeRecord,
  noticeDelete,
  noticeWrite,
  type PastFacts,
} from '../../store/notices.ts';
import type { Write } from '../../store/table.port.ts';
import { loadTask, type TaskRecord } from '../../store/tasks.ts';
import { triedOf } from './digest-facts.ts';
import { standingOf } from './digest-states.ts';
import { withoutNotice } from './dropped-notice.ts';
import { enabledNotice } from './enabled-notice.ts';
import { storeOnTask } from './unchangeable.ts';

/**
 * Carries a digest's state over to the tasks and notices that were in it: grants or takes back what the mail said.
 * Idempotent, item by item (promises 4, 6, 7). A task whose row can never take it is left alone.
 */
export async function applyItems(system: System, view: FleetView, digest: DigestRecord): Promise<void> {
  for (const item of digest.items) {
    const told = { recipient: digest.recipient, task: item.task, episode: item.episode };
    const isStored = await storeOnTask(system, told, () => applyItem(system, view, digest, item));
    if (!isStored) await settleNotice(system, digest, item, true);
  }
}

async function applyItem(
  system: System,
  view: FleetView,
  digest: DigestRecord,
  item: DigestItem,
): Promise<void> {
  // The task first, the notice after it, so that a crash between is mended.
  const { record, open } = await changeTask(system, item.task, (known) =>
    outcomeOn(system, view, digest, item, known),
  );
  if (bringsNews(digest, item, open)) await noteHolder(system, digest, item, record);
  await settleNotice(system, digest, item, open !== null);
}

/** Whether somebody holds from now on what an operator's undoing takes back, and the task's row does not say so. */
function bringsNews(digest: DigestRecord, { notice }: DigestItem, open: Episode | null): boolean {
  if (standingOf(digest.state) !== 'accepted') return false;
  return notice === 'disabled' || (notice === 'warning' && !open);
}

/** Notes who holds the mail; where the undoing was told already, it is told to them, too. */
async function noteHolder(
  system: System,
  { recipient, address }: DigestRecord,
  { task, episode }: DigestItem,
  record: TaskRecord | undefined,
): Promise<void> {
  const now = system.clock.now();
  const alert = await loadAlert(system.table, task, episode);
  const { undo } = record ?? {};
  const isUndone = undo?.state === 'told' && undo.episode === episode && record?.task.enabled === true;
  const key = keys.holder(task, episode, recipient);
  await commit(system, `who holds a mail about task ${task}`, async () => {
    if (!alert || (await system.table.get(key))) return { value: undefined };
    const writes: Write[] = [{ ...holderWrite(task, episode, recipient, now), if: [{ absent: true }] }];
    if (isUndone) {
      const pending = enabledNotice(alert, undo.at, now);
      writes.push(noticeWrite({ recipient, address, task, episode, pending }));
    }
    return { writes, value: undefined };
  });
}

/** What the mail means for its task; the value: the task and its open episode as they were. */
async function outcomeOn(
  system: System,
  view: FleetView,
  digest: DigestRecord,
  item: DigestItem,
  record: TaskRecord | undefined,
): Promise<TaskChange<{ record: TaskRecord | undefined; open: Episode | null }>> {
  const open = record?.open?.number === item.episode ? record.open : null;
  const value = { record, open };
  if (!record || !open) return { value };
  const next = withOutcome(open, digest, item);
  if (next === open) return { value };
  const changed = { ...record, open: next };
  const now = system.clock.now();
  const decision = decide(await view.caseOf(changed), now);
  const hold = decision.answer === 'waiting' && isOfMail(record.hold?.reason) ? null : record.hold;
  const policy = view.policies.for(item.task);
  // The stage went down before it was known that this date is out in the world: the next scan withdraws it.
  const isOvertaken = item.disableAt !== null && policy.stage !== 'disable';
  const look =
    decision.answer === 'waiting' && !isOvertaken
      ? nextLook(decision, next, now, system.config.confirmWithin)
      : ({ at: now, why: 'look' } as const);
  return { record: { ...changed, hold, next: look }, policy, value };
}

/** Holds that an accepted mail can end. */
function isOfMail(reason: HoldReason | undefined): boolean {
  return reason === 'warning-not-accepted' || reason === 'paused';
}

async function settleNotice(
  system: System,
  digest: DigestRecord,
  item: DigestItem,
  open: boolean,
): Promise<void> {
  const notice = await loadNotice(system.table, digest.recipient, item.task, item.episode);
  // Where another notice waits it is a newer one, and says what holds today.
  const isNewest = !notice?.pending || notice.pending.notice === item.notice;
  if (digest.state === 'unsent' && !isWindowed(item.notice) && isNewest)
    return tellAgain(system, digest, item, item.notice);
  if (notice?.pending?.notice !== item.notice || notice.pending.since !== item.asked) return;
  if (standingOf(digest.state) === 'void') return;
  await commit(system, `a notice of task ${item.task}`, async () => ({
    writes: [settledNotice(notice, open)],
    value: undefined,
    // A newer notice stands there by now, which says what holds today.
    refused: () => ({ value: undefined }),
  }));
}

/** A notice of what is past, put back as it was; a warning or a reminder is decided again. */
async function tellAgain(
  system: System,
  digest: DigestRecord,
  item: DigestItem,
  notice: PastNotice,
): Promise<void> {
  const { recipient, address } = digest;
  const { task, episode, since, asked } = item;
  const alert = await loadAlert(system.table, task, episode);
  const ends: Partial<Record<PastNotice, Partial<PastFacts>>> = {
    disabled: { disabledAt: alert?.resolvedAt ?? asked },
    enabled: { enabledAt: (await loadTask(system.table, task))?.undo?.at ?? asked },
  };
  const end: Partial<PastFacts> = ends[notice] ?? { resolvedReason: alert?.reason ?? 'policy' };
  const now = system.clock.now();
  const pending = { notice, since: asked, notBefore: now, facts: { since, ...triedOf(item), ...end } };
  const write = noticeWrite({ recipient, address, task, episode, pending });
  await commit(system, `a notice of task ${task}`, async () => ({ writes: [write], value: undefined }));
}

/** The notice row after the mail: gone with its episode, or kept without a pending notice. */
function settledNotice({ recipient, address, task, episode, w }: NoticeRecord, open: boolean): Write {
  if (!open) return noticeDelete(recipient, task, episode, w);
  const { put } = noticeWrite({ recipient, address, task, episode, pending: null });
  return w === undefined ? { put } : { put, if: [{ equals: ['w', w] }] };
}

function withOutcome(before: Episode, digest: DigestRecord, item: DigestItem): Episode {
  const open = mayBeOut(digest) ? withDate(before, digest.claimedAt, item) : before;
  const informed = open.informed?.[digest.recipient];
  if (informed) return withInformation(open, informed, digest, item);
  const told = open.told[digest.recipient];
  if (!told) return open;
  const outcome = standingOf(digest.state);
  const mailed = wasPrinted(digest) ? withMail(open, digest.id) : open;
  if (item.notice === 'warning') return withWarning(mailed, told, digest, item, outcome);
  if (item.notice === 'reminder') return withReminder(mailed, told, digest, item, outcome);
  return mailed;
}

/**
 * A topic that heard proves nothing; a date that stood there binds like any other (promise 2). One that refused is to
 * be asked anew once it is revived.
 */
function withInformation(open: Episode, informed: Informed, digest: DigestRecord, item: DigestItem): Episode {
  if (!isWindowed(item.notice)) return open;
  if (standingOf(digest.state) === 'failed') return withoutNotice(open, digest.recipient, 'warning') ?? open;
  const isNews = informed.grace === item.grace && informed.heard === undefined;
  if (!isNews || !wasPrinted(digest)) return open;
  const heard = item.disableAt === null ? 'undated' : 'dated';
  return { ...open, informed: { ...open.informed, [digest.recipient]: { ...informed, heard } } };
}

type Standing = ReturnType<typeof standingOf>;

function withWarning(
  open: Episode,
  told: Told,
  digest: DigestRecord,
  item: DigestItem,
  outcome: Standing,
): Episode {
  const warning = warningAfter(told, digest, item, outcome);
  return warning ? changed(open, digest.recipient, { ...told, ...warning, digest: digest.id }) : open;
}

/** How the recipient stands to be warned after the mail; undefined where it changes nothing. */
function warningAfter(
  told: Told,
  digest: DigestRecord,
  item: DigestItem,
  outcome: Standing,
): Partial<Told> | undefined {
  const mine = told.digest === digest.id;
  if (told.grace !== item.grace || (told.warning === 'accepted' && !mine)) return undefined;
  if (outcome === 'accepted') {
    if (told.warning === 'accepted') return undefined;
    const acceptedAt = digest.sentAt ?? digest.claimedAt;
    return { warning: 'accepted', dated: item.disableAt !== null, acceptedAt };
  }
  const warning = outcome === 'failed' ? 'failed' : 'tried';
  return told.warning === warning ? undefined : { warning };
}

function withReminder(
  open: Episode,
  told: Told,
  digest: DigestRecord,
  item: DigestItem,
  outcome: Standing,
): Episode {
  const { reminder, ...rest } = told;
  if (digest.state === 'unsent' && reminder?.lead === item.lead) {
    const again = changed(open, digest.recipient, rest);
    return { ...again, rungs: open.rungs.filter(({ lead }) => lead !== item.lead) };
  }
  if (!reminder || reminder.lead !== item.lead || reminder.state === 'done') return open;
  const state = outcome === 'void' ? ('tried' as const) : ('done' as const);
  if (state === reminder.state) return open;
  // The mail may say a later date than the one it was asked for: the rung is known by what was announced.
  const deadline = Math.max(reminder.deadline, wasPrinted(digest) ? (item.disableAt ?? 0) : 0);
  return changed(open, digest.recipient, { ...told, reminder: { ...reminder, deadline, state } });
}

/** Whether the channel took the mail, whatever became of it then. */
function wasPrinted({ state }: DigestRecord): boolean {
  return state !== 'sending' && state !== 'superseded' && state !== 'rejected' && state !== 'unsent';
}

/** Whether its dates are out in the world, or may be: of a mail that nothing was heard of nobody knows (promise 2). */
function mayBeOut(digest: DigestRecord): boolean {
  return wasPrinted(digest) || (digest.state === 'superseded' && digest.unsettled);
}

/** So many mails of one episode are listed, the newest: a task of 1,000 owners has that many for each rung. */
const MOST_MAILS = 5_000;

function withMail(open: Episode, digest: string): Episode {
  if (open.mails.includes(digest)) return open;
  return { ...open, mails: [...open.mails, digest].slice(-MOST_MAILS) };
}

/** With a printed date, unless an earlier mail printed the same. */
function withDate(open: Episode, at: Instant, item: DigestItem): Episode {
  const { disableAt, after, grace } = item;
  if (disableAt === null) return open;
  if (open.dates.some((date) => date.disableAt === disableAt && date.at <= at)) return open;
  const dates = withoutOldestDates([...open.dates, { at, disableAt, grace, after: after ?? 0 }]);
  return { ...open, dates };
}

function changed(open: Episode, recipient: string, told: Told): Episode {
  return { ...open, told: { ...open.told, [recipient]: told } };
}
