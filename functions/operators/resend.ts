import { judgeNotice } from '../abandonment/judge-notice.ts';
import { isWindowed, type PastNotice } from '../abandonment/task.ts';
import { triedOf } from '../notices/send/digest-facts.ts';
import type { System } from '../platform/system.ts';
import { loadAlert } from '../store/alerts.ts';
import { auditWrite } from '../store/audit.ts';
import { commit } from '../store/commit.ts';
import { type DigestItem, type DigestRecord, loadDigest } from '../store/digests.ts';
import { FleetView } from '../store/fleet-view.ts';
import { keys } from '../store/keys.ts';
import { noticeWrite, type PastFacts, type PendingNotice } from '../store/notices.ts';
import { loadRecipient, type Suppression } from '../store/recipients.ts';
import type { Condition } from '../store/table/table.port.ts';
import { loadTask, type TaskRecord } from '../store/tasks.ts';

/** What became of one task of a mail that is sent again. */
export interface ResentItem {
  task: string;
  episode: number;
  /** The notice that goes with the next mail; null where it is left, for `reason`. */
  notice: PendingNotice['notice'] | null;
  reason: string;
}

export type Resent =
  | { outcome: 'unknown' }
  | { outcome: 'dead'; address: string; dead: Suppression }
  | { outcome: 'done'; address: string; items: ResentItem[] };

/**
 * Tells the recipient of a mail again what still stands of it. Nothing is mailed as it was: each notice is armed anew
 * and goes with their next mail, decided again like any other (promises 2, 6, 7). A warning or reminder of an open
 * episode goes as the warning with the date that stands; a date never moves earlier. Audited for each task.
 */
export async function resendMail(system: System, id: string, by: string): Promise<Resent> {
  const digest = await loadDigest(system.table, id);
  if (!digest) return { outcome: 'unknown' };
  const { address } = digest;
  const dead = (await loadRecipient(system.table, digest.recipient))?.dead;
  if (dead) return { outcome: 'dead', address, dead };
  const view = await FleetView.load(system.table, system.clock.now(), {
    scanEvery: system.config.scanEvery,
  });
  const items: ResentItem[] = [];
  for (const item of digest.items) {
    const armed = await armAgain(system, view, digest, item, by);
    items.push({ task: item.task, episode: item.episode, ...armed });
  }
  return { outcome: 'done', address, items };
}

type ArmedItem = Pick<ResentItem, 'notice' | 'reason'>;
type Standing = { pending: PendingNotice } | { left: string };

function armAgain(
  system: System,
  view: FleetView,
  digest: DigestRecord,
  item: DigestItem,
  by: string,
): Promise<ArmedItem> {
  const { table, clock } = system;
  const key = keys.notice(digest.recipient, item.task, item.episode);
  return commit<ArmedItem>(system, `a notice of task ${item.task}`, async () => {
    const [record, row] = await Promise.all([loadTask(table, item.task), table.get(key)]);
    if (row?.pending) return { value: { notice: null, reason: 'waits for a mail already' } };
    const now = clock.now();
    const standing = record
      ? await whatStands(system, view, digest, item, record)
      : { left: 'the task is not known any more' };
    if (!record || 'left' in standing)
      return { value: { notice: null, reason: 'left' in standing ? standing.left : '' } };
    const { recipient, address } = digest;
    const { pending } = standing;
    const notice = { recipient, address, task: item.task, episode: item.episode, pending };
    const same: Condition = row ? { equals: ['w', row.w as string] } : { absent: true };
    const writes = [
      { ...noticeWrite(notice), if: [same] },
      { check: keys.task(item.task), if: [{ equals: ['rev', record.rev] as [string, number] }] },
      auditWrite({
        task: item.task,
        at: now,
        act: `resend ${pending.notice}`,
        by,
        reason: 'asked for by an operator',
        evidence: { episode: item.episode, recipient },
        mails: [digest.id],
      }),
    ];
    return { writes, value: { notice: pending.notice, reason: 'goes with the next mail' } };
  });
}

async function whatStands(
  system: System,
  view: FleetView,
  digest: DigestRecord,
  item: DigestItem,
  record: TaskRecord,
): Promise<Standing> {
  if (item.notice === 'stopping') return { left: "a task's own deadline is announced once" };
  if (isWindowed(item.notice)) return standingWarning(system, view, digest, item, record);
  if (item.notice === 'disabled') return standingDisabling(system, view, digest, item, record);
  if (item.notice === 'withdrawn') return standingWithdrawal(system, item, record);
  return { left: 'there is nothing to be done about it' };
}

async function standingWarning(
  system: System,
  view: FleetView,
  digest: DigestRecord,
  item: DigestItem,
  record: TaskRecord,
): Promise<Standing> {
  const { open } = record;
  if (open?.number !== item.episode) return { left: 'its episode is over' };
  const part = open.told[digest.recipient];
  if (part?.warning === 'failed') return { left: 'a new warning goes out by itself' };
  const now = system.clock.now();
  const notice = open.alert === 'task_overdue' ? 'overdue' : 'warning';
  const verdict = judgeNotice(await view.caseOf(record), digest.recipient, notice, now, true);
  if (verdict.verdict === 'void') return { left: `it does not stand any more (${verdict.reason})` };
  return { pending: { notice, since: now, notBefore: now, again: true } };
}

/** Facts as they were, for a notice of what is past. */
function past(system: System, item: DigestItem, notice: PastNotice, facts: Partial<PastFacts>): Standing {
  const now = system.clock.now();
  const { since, alert } = item;
  const pastFacts = { ...(alert && { alert }), since, ...triedOf(item), ...facts };
  return { pending: { notice, since: now, notBefore: now, facts: pastFacts } };
}

async function standingDisabling(
  system: System,
  view: FleetView,
  digest: DigestRecord,
  item: DigestItem,
  { task, disabledByUs }: TaskRecord,
): Promise<Standing> {
  if (disabledByUs?.episode !== item.episode) return { left: 'it is no longer disabled' };
  const recipients = await view.recipientsOf(task, 'task_auto_disabled');
  const topics = await view.topicsOf(task, 'task_auto_disabled');
  if (![...recipients, ...topics].some(({ key }) => key === digest.recipient))
    return { left: 'they are no longer a recipient of it' };
  const resolvedReason = disabledByUs.run === null ? 'disabled-by-owner' : 'disabled';
  return past(system, item, 'disabled', { disabledAt: disabledByUs.at, resolvedReason });
}

async function standingWithdrawal(
  system: System,
  item: DigestItem,
  { task, episodes, open }: TaskRecord,
): Promise<Standing> {
  const newer = episodes > item.episode || open?.graceMode === 'disable';
  if (newer) return { left: 'a newer date was announced since' };
  const alert = open ? undefined : await loadAlert(system.table, task.id, item.episode);
  return past(system, item, 'withdrawn', { resolvedReason: alert?.reason ?? 'policy' });
}
