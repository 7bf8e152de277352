import { type Decision, decide } from '../abandonment/decide.ts';
import { triedSince } from '../abandonment/healthy-spells.ts';
import { tenantOf } from '../abandonment/task.ts';
import { DAY, type Duration, type Instant, SECOND } from '../abandonment/time.ts';
import { versionProblem } from '../abandonment/versions.ts';
import { endEpisode } from '../episodes/end.ts';
import { begin, hasEpisode, MOST_BESIDE, type Transition, withBeside } from '../episodes/transition.ts';
import { recipientKey } from '../platform/addresses.ts';
import type { System } from '../platform/system.ts';
import { changeTask } from '../store/change-task.ts';
import { FleetView } from '../store/fleet-view.ts';
import { reversalAlert } from '../store/operator-alerts.ts';
import {
  alertFromRow,
  alertWrite,
  auditWrite,
  loadRecipients,
  newRecipient,
  noticeWrite,
  recipientWrite,
} from '../store/records.ts';
import { type AlertRecord, keys, type PendingNotice, ROW_VERSION, type TaskRecord } from '../store/rows.ts';
import type { Condition, Write } from '../store/table.port.ts';
import { touch } from '../store/tasks.ts';
import { tellUntold } from '../store/untold.ts';
import { notifyMessageFor } from '../work/messages.ts';

/** The owning system's word that a task is off. */
export interface Confirmation {
  task: string;
  /** Its version since. */
  version: number;
  at: Instant;
  /** The wish it answers, where it answers one. */
  requestId?: string | undefined;
}

/**
 * Records that a task is off: only now is it disabled for Taskwarden, its episode resolved, and `disabled` notices
 * written (promise 8). A repeated confirmation changes nothing; one for a task that nobody asked to turn off is the
 * owning system's own doing, and ends its eligibility without a word to its owners. Answers why its version is not taken
 * where it leaves no room for later ones.
 */
export async function confirmDisabled(
  system: System,
  confirmation: Confirmation,
): Promise<string | undefined> {
  const confirmed = await changeTask<Confirmed | string | undefined>(
    system,
    confirmation.task,
    async (before) => {
      if (!before || !isNews(before, confirmation)) return { value: undefined };
      const problem = versionProblem(confirmation.version, before.task.version, system.clock.now());
      if (problem !== undefined) return { value: problem };
      const view = await FleetView.load(system.table, recipientKey);
      await view.loadPlanes([before.task.dataPlane]);
      const value = await confirmedOf(system, view, before, confirmation);
      const { record, beside } = value;
      const inOutage = isInOutage(view, before);
      return { record, policy: view.policies.for(before.task.id), inOutage, beside, value };
    },
  );
  if (typeof confirmed !== 'object') return confirmed;
  if (confirmed.untold) await tellUntold(system, confirmed.untold);
  await queueNotices(system, confirmed.record.task.id, confirmed.told);
  return undefined;
}

/**
 * Whether the confirmation says something new. The owning system may publish the disabled task before it confirms:
 * while it was asked, its word is news all the same, also where the task was published anew since.
 */
function isNews(record: TaskRecord, confirmation: Confirmation): boolean {
  const { task } = record;
  if (task.deletedAt !== undefined) return false;
  return (task.enabled && task.version <= confirmation.version) || wishOf(record, confirmation) !== null;
}

interface Confirmed {
  record: TaskRecord;
  beside: readonly Write[];
  told: Map<string, string>;
  /** The alert that lists the notices for which one transaction has no room. */
  untold: AlertRecord | null;
}

/** Whether the task's data plane has an open outage that it may belong to. */
function isInOutage(view: FleetView, { task }: TaskRecord): boolean {
  return view.planeOf(task.dataPlane)?.outages.some(({ endedAt }) => endedAt === null) ?? false;
}

/** What was asked of the owning system. */
type Wish = NonNullable<TaskRecord['asked']>;

/** A confirmation that names no wish answers the newest one for a day. */
const ANSWERED_WITHIN: Duration = DAY;

/** The wish that a confirmation answers, also where the episode ended meanwhile; null where nobody asked. */
function wishOf({ task, asked }: TaskRecord, { requestId, at }: Confirmation): Wish | null {
  if (!asked) return null;
  const answers =
    requestId === undefined ? at - asked.at < ANSWERED_WITHIN : requestId === `${task.id}#${asked.episode}`;
  return answers ? asked : null;
}

async function confirmedOf(
  system: System,
  view: FleetView,
  before: TaskRecord,
  confirmation: Confirmation,
): Promise<Confirmed> {
  const now = system.clock.now();
  const onAgain = isOnAgain(before, confirmation);
  const off = onAgain ? turnedOnSince(before, confirmation) : turnedOff(before, confirmation);
  const wish = wishOf(before, confirmation);
  if (!wish) return { record: touch(off, now), beside: [], told: new Map(), untold: null };
  const given = await view.caseOf(before);
  const decision = decide(given, now);
  // An owner's *disable now* has no date of its own: the announced one says whether admins have joined.
  const date = wish.run === '' ? decision.facts.disableAt : wish.disableAt;
  const recipients = await view.toldOfDisabling(before, date, now);
  const topics = await view.topicsOf(before.task, 'task_auto_disabled');
  // What is on again is no news to its owners.
  const told = onAgain
    ? new Map<string, string>()
    : new Map([
        ...recipients.map(({ key, address }): [string, string] => [key, address]),
        ...topics.map(({ key, topic }): [string, string] => [key, topic]),
      ]);
  const pending = disabledNotice(system, before, wish, confirmation.at);
  const notices = new Map([...told.keys()].map((key) => [key, pending]));
  const run = wish.run || null;
  const reason = run === null ? 'disabled-by-owner' : 'disabled';
  const at = begin(off, decision);
  const ended =
    hasEpisode(at) && at.record.open.number === wish.episode
      ? endEpisode(at, given, { reason, notices, run, addresses: told }, now)
      : await tellOfEnded(system, { ...at, record: touch(off, now) }, wish.episode, pending, told);
  const { reverted } = off.task;
  const { record, beside, untold } = withBeside(
    ended,
    ...recordsOf(before, wish, decision, now, confirmation.at),
    ...(reverted && !before.task.reverted ? [reversalAlert(before.task.id, reverted.at, now)] : []),
  );
  const disabledByUs = { at: confirmation.at, episode: wish.episode, run };
  return { record: { ...record, asked: null, disabledByUs }, beside, told, untold };
}

/** Notices of an episode that ended for another reason before the confirmation came; listed on its alert as needed. */
async function tellOfEnded(
  system: System,
  at: Transition,
  episode: number,
  pending: PendingNotice,
  told: ReadonlyMap<string, string>,
): Promise<Transition> {
  const task = at.record.task.id;
  const row = told.size < MOST_BESIDE ? undefined : await system.table.get(keys.alert(task, episode));
  const alert = alertFromRow(row);
  if (!row || !alert) {
    const notices = [...told].map(([recipient, address]) =>
      noticeWrite({ recipient, address, task, episode, pending }),
    );
    return withBeside(at, ...notices);
  }
  const listed = [...told].map(([key, address]) => ({ key, address, pending }));
  const untold = { ...alert, untold: [...alert.untold.filter(({ key }) => !told.has(key)), ...listed] };
  const same: Condition = { equals: ['w', row.w as string] };
  return { ...withBeside(at, { ...alertWrite(untold), if: [same] }), untold };
}

/** Whether the task was turned on again before its disabling was heard of. */
function isOnAgain({ task }: TaskRecord, { version }: Confirmation): boolean {
  return task.enabled && task.version > version;
}

function turnedOff(before: TaskRecord, { version }: Confirmation): TaskRecord {
  const task = { ...before.task, enabled: false, version: Math.max(version, before.task.version) };
  return { ...before, task };
}

/** Its clock starts anew; where no person published since, a system reverted our disabling (promise 15). */
function turnedOnSince(before: TaskRecord, { at }: Confirmation): TaskRecord {
  const task = { ...before.task, enabledAt: Math.max(at, before.task.enabledAt ?? 0) };
  if ((task.publishedByUserAt ?? 0) < at) task.reverted = { at: task.enabledAt, disabledAt: at };
  const { restarts } = before.evidence;
  const atLoss = restarts.total;
  return { ...before, task, evidence: { ...before.evidence, restarts: { ...restarts, atLoss } } };
}

/** The notice of what was done, with the facts as they were. */
function disabledNotice(
  system: System,
  { evidence }: TaskRecord,
  wish: Wish,
  disabledAt: Instant,
): PendingNotice {
  const now = system.clock.now();
  return {
    notice: 'disabled',
    since: now,
    notBefore: now + system.config.gatherDisabled,
    facts: {
      since: wish.since,
      ...triedSince(evidence),
      disabledAt,
      resolvedReason: wish.run === '' ? 'disabled-by-owner' : 'disabled',
    },
  };
}

/** The audit row, and what lets the run be undone as a whole. */
function recordsOf(before: TaskRecord, wish: Wish, decision: Decision, now: Instant, at: Instant): Write[] {
  const { id } = before.task;
  const byOwner = wish.run === '';
  const audit = auditWrite({
    task: id,
    at: now,
    act: 'disabled',
    by: byOwner ? (wish.by ?? 'owner') : 'taskwarden',
    reason: byOwner ? 'its owner asked for it' : 'abandoned; its grace is over',
    evidence: { ...decision.facts, disableAt: wish.disableAt, run: wish.run || null, confirmedAt: at },
    mails: before.open?.mails ?? [],
  });
  const writes: Write[] = [audit];
  if (before.open?.disabling?.attempts !== 1)
    writes.push({ delete: keys.operatorAlert('disable-failing', id) });
  if (!byOwner) writes.push({ put: { ...keys.turnedOff(wish.run, id), v: ROW_VERSION, at } });
  return writes;
}

/** Recipients marked at once. */
const AT_ONCE = 16;

/** One message per recipient, late enough to gather what else is turned off meanwhile. */
async function queueNotices(system: System, task: string, told: ReadonlyMap<string, string>): Promise<void> {
  const now = system.clock.now();
  const delaySeconds = Math.min(900, Math.ceil(system.config.gatherDisabled / SECOND));
  const known = await loadRecipients(system.table, told.keys());
  const waiting = [...told].map(([key, address]) => known.get(key) ?? newRecipient(key, address));
  const idle = waiting.filter(({ gatheringUntil }) => (gatheringUntil ?? 0) <= now);
  for (let from = 0; from < idle.length; from += AT_ONCE) {
    const marked = await Promise.all(
      idle.slice(from, from + AT_ONCE).map(async (recipient) => {
        const gathering = recipientWrite({ ...recipient, gatheringUntil: now + delaySeconds * SECOND });
        const result = await system.table.transact([gathering], system.random.id(now));
        // Where another was first, the next scan queues what waits.
        return result.outcome === 'applied' ? [recipient.key] : [];
      }),
    );
    const messages = marked
      .flat()
      .map((key) => notifyMessageFor({ now, id: task }, key, tenantOf(task), delaySeconds));
    if (messages.length > 0) await system.queues.send('notify', messages);
  }
}
