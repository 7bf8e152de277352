import { type Decision, decide } from '../abandonment/decide.ts';
import { type DisableRequest, tenantOf } from '../abandonment/task.ts';
import { type Instant, SECOND } from '../abandonment/time.ts';
import { versionProblem } from '../abandonment/versions.ts';
import { listedAnew } from '../control-planes/control-plane-for.ts';
import { afterConfirmation, isNews, isOnAgain, requestAnswered, type Word } from '../episodes/confirm.ts';
import { type ConfirmedDisabling, endDisabled } from '../episodes/end-disabled.ts';
import { newsOfChange } from '../episodes/news.ts';
import { MOST_BESIDE } from '../episodes/transition.ts';
import type { System } from '../platform/system.ts';
import { type AlertRecord, alertFromRow } from '../store/alerts.ts';
import { changeTask } from '../store/change-task.ts';
import { FleetView } from '../store/fleet-view.ts';
import { keys } from '../store/keys.ts';
import { loadRecipients, newRecipient, recipientWrite } from '../store/recipients.ts';
import type { Write } from '../store/table/table.port.ts';
import { scheduled, type TaskRecord } from '../store/tasks.ts';
import { writeListedNotices } from '../store/untold.ts';
import { notifyMessageFor } from '../work/messages.ts';

/** The owning system's word that a task is off. */
export interface Confirmation extends Word {
  task: string;
}

/**
 * Records that a task is off: only now is it disabled for Taskwarden, its episode resolved, and `disabled` notices
 * written (promise 8). A repeated confirmation changes nothing; one for a task that nobody asked to disable is the
 * owning system's own doing, and ends its eligibility without a word to its owners. Answers why its version is not
 * taken where it leaves no room for later ones.
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
      const view = await FleetView.load(system.table, system.clock.now());
      await view.loadPlanes([before.task.dataPlane]);
      const value = await confirmedOf(system, view, before, confirmation);
      const { record } = value;
      const changed = { before, after: record, beside: value.beside };
      const news = newsOfChange(system, view.pausesRecord.webhooks, changed);
      const beside = [...value.beside, ...listedAnew(system, before.task.id), ...news];
      const inOutage = isInOutage(view, before);
      return { record, policy: view.policies.for(before.task.id), inOutage, beside, value };
    },
  );
  if (typeof confirmed !== 'object') return confirmed;
  if (confirmed.untold) await writeListedNotices(system, confirmed.untold);
  await queueNotices(system, confirmed.record.task.id, confirmed.told);
  return undefined;
}

interface Confirmed {
  record: TaskRecord;
  beside: readonly Write[];
  told: ReadonlyMap<string, string>;
  /** The alert that lists the notices for which one transaction has no room. */
  untold: AlertRecord | null;
}

const NOBODY: ReadonlyMap<string, string> = new Map();

/** Whether the task's data plane has an open outage that it may belong to. */
function isInOutage(view: FleetView, { task }: TaskRecord): boolean {
  return view.planeOf(task.dataPlane)?.outages.some(({ endedAt }) => endedAt === null) ?? false;
}

async function confirmedOf(
  system: System,
  view: FleetView,
  before: TaskRecord,
  word: Confirmation,
): Promise<Confirmed> {
  const now = system.clock.now();
  const request = requestAnswered(before, word);
  if (!request) {
    return {
      record: scheduled(afterConfirmation(before, word), now),
      beside: [],
      told: NOBODY,
      untold: null,
    };
  }
  const taskCase = await view.caseOf(before);
  const decision = decide(taskCase, now);
  // What is on again is no news to its owners.
  const notified = isOnAgain(before, word) ? NOBODY : await notifiedOf(view, before, request, decision, now);
  const lists = await listFor(system, before, request, notified);
  const notBefore = now + system.config.gatherDisabled;
  const end = endDisabled(before, {
    request,
    word,
    taskCase,
    decision,
    told: notified,
    lists,
    now,
    notBefore,
  });
  return { record: end.record, beside: end.beside ?? [], told: notified, untold: end.untold ?? null };
}

/** The addresses of those who hear of a disabling, by their key. */
async function notifiedOf(
  view: FleetView,
  before: TaskRecord,
  { asker }: DisableRequest,
  decision: Decision,
  now: Instant,
): Promise<Map<string, string>> {
  // What a person asked for has no date of its own: the announced one says whether admins have joined.
  const date = asker.by === 'run' ? asker.disableAt : decision.facts.disableAt;
  const recipients = await view.notifiedOfDisabling(before, date, now);
  const topics = await view.topicsOf(before.task, 'task_auto_disabled');
  return new Map([
    ...recipients.map(({ key, address }): [string, string] => [key, address]),
    ...topics.map(({ key, topic }): [string, string] => [key, topic]),
  ]);
}

/** The alert of an episode that ended before, where it is to list notices for which one transaction has no room. */
async function listFor(
  { table }: System,
  { task, open }: TaskRecord,
  { episode }: DisableRequest,
  notified: ReadonlyMap<string, string>,
): Promise<ConfirmedDisabling['lists']> {
  if (open?.number === episode || notified.size < MOST_BESIDE) return undefined;
  const row = await table.get(keys.alert(task.id, episode));
  const alert = row && alertFromRow(row);
  return row && alert ? { alert, w: row.w as string } : undefined;
}

/** Recipients marked at once. */
const AT_ONCE = 16;

/** One message per recipient, late enough to gather what else is disabled meanwhile. */
async function queueNotices(
  system: System,
  task: string,
  notified: ReadonlyMap<string, string>,
): Promise<void> {
  const now = system.clock.now();
  const delaySeconds = Math.min(900, Math.ceil(system.config.gatherDisabled / SECOND));
  const records = await loadRecipients(system.table, notified.keys());
  const waiting = [...notified].map(([key, address]) => records.get(key) ?? newRecipient(key, address));
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
