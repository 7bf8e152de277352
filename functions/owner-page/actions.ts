import { triedSince } from '../abandonment/healthy-spells.ts';
import type { Keep } from '../abandonment/task.ts';
import type { Duration, Instant } from '../abandonment/time.ts';
import { withDisabling } from '../episodes/disabling.ts';
import { newsOfChange } from '../episodes/news.ts';
import { isOpen } from '../episodes/open-task.ts';
import { endByPerson } from '../episodes/resolve.ts';
import { normaliseAddress, recipientKey } from '../platform/addresses.ts';
import type { System } from '../platform/system.ts';
import type { AlertRecord } from '../store/alerts.ts';
import { auditWrite } from '../store/audit.ts';
import { changeTask } from '../store/change-task.ts';
import { FleetView } from '../store/fleet-view.ts';
import { DISCLAIMED_EPISODE, type Disclaimer, noticeWrite } from '../store/notices.ts';
import { operatorAlert } from '../store/operator-alerts.ts';
import type { Write } from '../store/table/table.port.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { scheduled } from '../store/tasks.ts';
import { writeListedNotices } from '../store/untold.ts';
import { disableMessageFor } from '../work/messages.ts';

/** What a person wants for one task. */
export type OwnerAct =
  /** Leave it alone for a while; `for` absent: as long as the policy's `keepMax` allows. */
  | { action: 'keep'; for?: Duration; reason?: string }
  | { action: 'snooze'; for: Duration; reason?: string }
  /** Keep or snooze it no longer. */
  | { action: 'end' }
  /** They cease to be notified of it, until they take that back; `instead`: the address of whose it is. */
  | { action: 'not-mine'; instead?: string }
  | { action: 'mine' }
  /** Turn it off now. A human act: bound by no date, pause or hold; only while its episode is open. */
  | { action: 'disable' };

export type ActResult = { outcome: 'done' } | { outcome: 'ignored' | 'refused'; reason: string };

/**
 * Does what a person asks for a task, audited with who; acting twice is harmless (promise 9).
 *
 * @param episode where given, the newest episode of the task must be this one
 */
export async function actOnTask(
  system: System,
  task: string,
  by: string,
  act: OwnerAct,
  episode?: number,
): Promise<ActResult> {
  const result = await changeTask<ActResult | Planned>(system, task, async (record) => {
    if (!record || record.task.deletedAt !== undefined)
      return { value: { outcome: 'refused', reason: 'no such task' } };
    if (episode !== undefined && record.episodes !== episode)
      return { value: { outcome: 'refused', reason: 'a newer episode' } };
    const view = await FleetView.load(system.table, system.clock.now());
    const planned = await plan(system, view, record, normaliseAddress(by) ?? by, act);
    if ('outcome' in planned) return { value: planned };
    const changed = { before: record, after: planned.record, beside: planned.beside };
    const news = newsOfChange(system, view.pausesRecord.webhooks, changed);
    const beside = [...planned.beside, ...news];
    return { ...planned, beside, policy: view.policies.for(task), value: planned };
  });
  if ('outcome' in result) return result;
  await followUp(system, result, act);
  return { outcome: 'done' };
}

async function followUp(system: System, { record, untold }: Planned, act: OwnerAct): Promise<void> {
  if (untold) await writeListedNotices(system, untold);
  if (act.action === 'disable') await queueDisable(system, { ...record, rev: record.rev + 1 });
}

interface Planned {
  record: TaskRecord;
  beside: readonly Write[];
  /** The alert that lists the notices for which one transaction has no room. */
  untold?: AlertRecord | null;
}

const AUDITED: Record<OwnerAct['action'], string> = {
  keep: 'keep',
  snooze: 'snooze',
  end: 'end keep',
  'not-mine': 'not mine',
  mine: 'mine after all',
  disable: 'ask to disable',
};

async function plan(
  system: System,
  view: FleetView,
  record: TaskRecord,
  by: string,
  act: OwnerAct,
): Promise<Planned | ActResult> {
  const now = system.clock.now();
  const audit = auditOf(record, by, act, now);
  switch (act.action) {
    case 'disable':
      return planDisable(record, by, now, audit);
    case 'end':
      return planEnd(record, now, audit);
    case 'not-mine':
      return planNotMine(view, record, { by, instead: act.instead }, now, audit);
    case 'mine':
      return planMine(record, by, now, audit);
    default:
      return planKeep(view, record, by, act, now);
  }
}

/** `until`: the end of what was asked for. */
function auditOf(record: TaskRecord, by: string, act: OwnerAct, at: Instant, until?: Instant): Write {
  const instead = act.action === 'not-mine' ? act.instead : undefined;
  return auditWrite({
    task: record.task.id,
    at,
    act: AUDITED[act.action],
    by,
    reason: ('reason' in act ? act.reason : undefined) ?? 'asked for by a person',
    evidence: {
      episode: record.open?.number ?? null,
      ...(instead !== undefined && { instead }),
      ...(until !== undefined && { until }),
    },
    mails: [],
  });
}

async function planKeep(
  view: FleetView,
  record: TaskRecord,
  by: string,
  act: Extract<OwnerAct, { action: 'keep' | 'snooze' }>,
  now: Instant,
): Promise<Planned | ActResult> {
  const { keepMax } = view.policies.for(record.task.id);
  const wanted = act.for ?? keepMax;
  if (wanted > keepMax) return { outcome: 'refused', reason: 'longer than keepMax' };
  const keep: Keep = {
    kind: act.action,
    until: now + wanted,
    by,
    at: now,
    ...(act.reason === undefined ? {} : { reason: act.reason }),
  };
  if (holdsAlready(record, keep)) return { outcome: 'done' };
  const kept = { ...record, keep };
  const ended = record.open ? endByPerson(kept, await view.caseOf(kept), now) : undefined;
  const beside = [...(ended?.beside ?? []), auditOf(record, by, act, now, keep.until)];
  return { record: ended?.record ?? scheduled(kept, now), beside, untold: ended?.untold ?? null };
}

/** Whether the same person asked for the same before, to the end of the same day. */
function holdsAlready({ keep: before, open }: TaskRecord, keep: Keep): boolean {
  if (open || !before) return false;
  const { kind, until, by, reason } = before;
  return kind === keep.kind && until === keep.until && by === keep.by && reason === keep.reason;
}

/** A keep that is ended is one whose time is over: what follows is for the next scan. */
function planEnd(record: TaskRecord, now: Instant, audit: Write): Planned | ActResult {
  const { keep } = record;
  if (!keep || keep.until <= now) return { outcome: 'ignored', reason: 'it is not kept' };
  return { record: scheduled({ ...record, keep: { ...keep, until: now } }, now), beside: [audit] };
}

/** So many may say that a task is not theirs. */
const MOST_DISCLAIMED = 20;

/** So many admins hear of it at most: one transaction has room for them. */
const MOST_ADMINS = 50;

/**
 * From the next look on they are no recipient (docs/rules.md#recipients): their warning is void, and where nobody else can be
 * reached the admins are warned. The admins of the nearest prefix hear of it in any case, and operators at once.
 */
async function planNotMine(
  view: FleetView,
  record: TaskRecord,
  { by, instead }: { by: string; instead: string | undefined },
  now: Instant,
  audit: Write,
): Promise<Planned | ActResult> {
  const key = recipientKey(by);
  const { disclaimed = [], id } = record.task;
  if (disclaimed.includes(key)) return { outcome: 'done' };
  if (disclaimed.length >= MOST_DISCLAIMED) return { outcome: 'refused', reason: 'too many said so' };
  const after = { ...record, task: { ...record.task, disclaimed: [...disclaimed, key] } };
  const whose = instead === undefined ? 'named nobody in their place' : `named ${instead} in their place`;
  const alert = operatorAlert('not-mine', id, `${by} said that it is not theirs, and ${whose}`, now);
  const disclaimer = { by, ...(instead !== undefined && { instead }) };
  return {
    record: scheduled(after, now),
    beside: [audit, alert, ...(await toAdmins(view, after, disclaimer, now))],
  };
}

/** What the admins of the nearest prefix hear; one who said so themselves is in no charge of it. */
async function toAdmins(
  view: FleetView,
  { task, open, evidence }: TaskRecord,
  disclaimed: Disclaimer,
  now: Instant,
): Promise<Write[]> {
  const facts = { since: open?.since ?? now, ...triedSince(evidence), disclaimed };
  const pending = { notice: 'disclaimed' as const, since: now, notBefore: now, facts };
  const admins = await view.reachableAdmins(task);
  return admins
    .slice(0, MOST_ADMINS)
    .map(({ key, address }) =>
      noticeWrite({ recipient: key, address, task: task.id, episode: DISCLAIMED_EPISODE, pending }),
    );
}

function planMine(record: TaskRecord, by: string, now: Instant, audit: Write): Planned | ActResult {
  const key = recipientKey(by);
  const { disclaimed = [], ...rest } = record.task;
  if (!disclaimed.includes(key)) return { outcome: 'done' };
  const others = disclaimed.filter((owner) => owner !== key);
  const task = others.length > 0 ? { ...rest, disclaimed: others } : rest;
  return { record: scheduled({ ...record, task }, now), beside: [audit] };
}

function planDisable(record: TaskRecord, by: string, now: Instant, audit: Write): Planned | ActResult {
  if (!isOpen(record)) return { outcome: 'ignored', reason: 'it has no open episode' };
  return { record: withDisabling(record, { by: 'person', person: by, at: now }, now), beside: [audit] };
}

async function queueDisable(system: System, record: TaskRecord): Promise<void> {
  await system.queues.send('disable', [disableMessageFor({ now: system.clock.now(), id: 'owner' }, record)]);
}
