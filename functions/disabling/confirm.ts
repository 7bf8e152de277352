import { decide } from '../abandonment/decide.ts';
import { tenantOf } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { SECOND } from '../abandonment/time.ts';
import { recipientKey } from '../notices/addresses.ts';
import type { System } from '../platform/system.ts';
import { notifyMessageFor } from '../scanner/dispatch.ts';
import { endEpisode, type Settled } from '../scanner/transitions.ts';
import { countWrites } from '../store/counts.ts';
import { FleetView } from '../store/fleet-view.ts';
import { auditWrite, loadRecipients, newRecipient, recipientWrite } from '../store/records.ts';
import { keys, type PendingNotice, ROW_VERSION, type TaskRecord } from '../store/rows.ts';
import type { Write } from '../store/table.port.ts';
import { loadTask, taskWrite } from '../store/tasks.ts';
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
      ...countWrites(before, confirmed.record, policy),
    ];
    const result = await system.table.transact(lastOfEachKey(writes), system.random.id(system.clock.now()));
    if (result.outcome !== 'applied') continue;
    await queueNotices(system, confirmed.record.task.id, confirmed.told);
    return;
  }
  throw new Error(`the disabling of ${confirmation.task} could not be recorded: it changes too fast`);
}

/**
 * Whether the confirmation says something new. The owning system may publish the disabled task before it confirms:
 * while it was asked, its word is news all the same.
 */
function isNews({ task, open }: TaskRecord, { version }: Confirmation): boolean {
  if (task.deletedAt !== undefined || task.version > version) return false;
  return task.enabled || open?.disabling !== undefined;
}

interface Confirmed {
  record: TaskRecord;
  beside: Write[];
  told: Map<string, string>;
}

async function confirmedOf(
  system: System,
  view: FleetView,
  before: TaskRecord,
  { version, at }: Confirmation,
): Promise<Confirmed> {
  const { open } = before;
  const task = { ...before.task, enabled: false, version };
  if (!open?.disabling) return { record: { ...before, task }, beside: [], told: new Map() };
  const now = system.clock.now();
  const given = await view.caseOf(before);
  const run = open.disabling.run || null;
  const settled: Settled = {
    record: { ...before, task },
    beside: [],
    decision: decide(given, now),
    told: new Set(),
  };
  const recipients = await view.recipientsOf(before.task, 'task_auto_disabled');
  const pending: PendingNotice = {
    notice: 'disabled',
    since: now,
    notBefore: now + system.config.gatherDisabled,
    facts: {
      since: open.since,
      restarts: before.evidence.restarts.total - before.evidence.restarts.atLoss,
      disabledAt: at,
      resolvedReason: run === null ? 'disabled-by-owner' : 'disabled',
    },
  };
  const notices = new Map(recipients.map(({ key }) => [key, pending]));
  const addresses = new Map(recipients.map(({ key, address }) => [key, address]));
  endEpisode(settled, given, run === null ? 'disabled-by-owner' : 'disabled', notices, now, run, addresses);
  settled.beside.push(
    auditWrite({
      task: task.id,
      at: now,
      act: 'disabled',
      by: run === null ? 'owner' : 'taskwarden',
      reason: run === null ? 'its owner asked for it' : 'abandoned; its grace is over',
      evidence: { ...settled.decision.facts, disableAt: open.disabling.disableAt, run, confirmedAt: at },
      mails: Object.values(open.told).flatMap(({ digest }) => digest ?? []),
    }),
    { delete: keys.operatorAlert('disable-failing', task.id) },
  );
  if (run !== null) settled.beside.push({ put: { ...keys.turnedOff(run, task.id), v: ROW_VERSION, at } });
  const disabledByUs = { at, episode: open.number, run };
  return { record: { ...settled.record, disabledByUs }, beside: settled.beside, told: addresses };
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
