import { type Decision, decide } from '../abandonment/decide.ts';
import { tenantOf } from '../abandonment/task.ts';
import { DAY, type Duration, type Instant, SECOND } from '../abandonment/time.ts';
import { recipientKey } from '../notices/addresses.ts';
import type { System } from '../platform/system.ts';
import { notifyMessageFor } from '../scanner/dispatch.ts';
import { endEpisode, type Settled } from '../scanner/transitions.ts';
import { Contention } from '../store/contention.ts';
import { countWrites } from '../store/counts.ts';
import { FleetView } from '../store/fleet-view.ts';
import { auditWrite, loadRecipients, newRecipient, noticeWrite, recipientWrite } from '../store/records.ts';
import { keys, type PendingNotice, ROW_VERSION, type TaskRecord } from '../store/rows.ts';
import type { Write } from '../store/table.port.ts';
import { loadTask, taskWrite, touch } from '../store/tasks.ts';
import { lastOfEachKey } from '../store/writes.ts';

/** The owning system's word that a task is off. */
export interface Confirmation {
  task: string;
  /** Its version since. */
  version: number;
  at: Instant;
  /** The wish it answers, where it answers one. */
  requestId?: string | undefined;
}

const ATTEMPTS = 6;

/**
 * Records that a task is off: only now is it disabled for Taskwarden, its episode resolved, and `disabled` notices
 * written (promise 8). A repeated confirmation changes nothing; one for a task that nobody asked to turn off is the
 * owning system's own doing, and ends its eligibility without a word to its owners.
 */
export async function confirmDisabled(system: System, confirmation: Confirmation): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = await loadTask(system.table, confirmation.task);
    if (!before || !isNews(before, confirmation)) return;
    const view = await FleetView.load(system.table, recipientKey);
    const confirmed = await confirmedOf(system, view, before, confirmation);
    const policy = view.policies.for(before.task.id);
    const writes = [
      taskWrite(confirmed.record, policy),
      ...confirmed.beside,
      ...countWrites(before, confirmed.record, policy, isInOutage(view, before)),
    ];
    const result = await system.table.transact(lastOfEachKey(writes), system.random.id(system.clock.now()));
    if (result.outcome !== 'applied') continue;
    await queueNotices(system, confirmed.record.task.id, confirmed.told);
    return;
  }
  throw new Contention(`the disabling of ${confirmation.task} could not be recorded: it changes too fast`);
}

/**
 * Whether the confirmation says something new. The owning system may publish the disabled task before it confirms:
 * while it was asked, its word is news all the same.
 */
function isNews(record: TaskRecord, confirmation: Confirmation): boolean {
  const { task } = record;
  if (task.deletedAt !== undefined || task.version > confirmation.version) return false;
  return task.enabled || wishOf(record, confirmation) !== null;
}

interface Confirmed {
  record: TaskRecord;
  beside: Write[];
  told: Map<string, string>;
}

/** Whether the task's data plane has an open outage that it may belong to. */
function isInOutage(view: FleetView, { task }: TaskRecord): boolean {
  return view.planes.get(task.dataPlane)?.outages.some(({ endedAt }) => endedAt === null) ?? false;
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
  const off = { ...before, task: { ...before.task, enabled: false, version: confirmation.version } };
  const wish = wishOf(before, confirmation);
  if (!wish) return { record: touch(off, now), beside: [], told: new Map() };
  const recipients = await view.recipientsOf(before.task, 'task_auto_disabled');
  const topics = await view.topicsOf(before.task, 'task_auto_disabled');
  const told = new Map([
    ...recipients.map(({ key, address }): [string, string] => [key, address]),
    ...topics.map(({ key, topic }): [string, string] => [key, topic]),
  ]);
  const pending = disabledNotice(system, before, wish, confirmation.at);
  const given = await view.caseOf(before);
  const settled: Settled = { record: off, beside: [], decision: decide(given, now), told: new Set() };
  const notices = new Map([...told.keys()].map((key) => [key, pending]));
  const run = wish.run || null;
  if (before.open?.number === wish.episode) {
    const reason = run === null ? 'disabled-by-owner' : 'disabled';
    endEpisode(settled, given, reason, notices, now, run, told);
  } else {
    for (const [key, address] of told) {
      const { id } = before.task;
      settled.beside.push(noticeWrite({ recipient: key, address, task: id, episode: wish.episode, pending }));
    }
    settled.record = touch(off, now);
  }
  settled.beside.push(...recordsOf(before, wish, settled.decision, now, confirmation.at));
  const disabledByUs = { at: confirmation.at, episode: wish.episode, run };
  return { record: { ...settled.record, asked: null, disabledByUs }, beside: settled.beside, told };
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
      restarts: evidence.restarts.total - evidence.restarts.atLoss,
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

/** One message per recipient, late enough to gather what else is turned off meanwhile. */
async function queueNotices(system: System, task: string, told: ReadonlyMap<string, string>): Promise<void> {
  const now = system.clock.now();
  const known = await loadRecipients(system.table, told.keys());
  for (const [key, address] of told) {
    const recipient = known.get(key) ?? newRecipient(key, address);
    if ((recipient.gatheringUntil ?? 0) > now) continue;
    const delaySeconds = Math.min(900, Math.ceil(system.config.gatherDisabled / SECOND));
    const gathering = { ...recipient, gatheringUntil: now + delaySeconds * SECOND };
    const result = await system.table.transact([recipientWrite(gathering)], system.random.id(now));
    if (result.outcome !== 'applied') continue;
    await system.queues.send('notify', [
      notifyMessageFor({ now, id: task }, key, tenantOf(task), delaySeconds),
    ]);
  }
}
