import { decide } from '../functions/abandonment/decide.ts';
import type { ResolveReason } from '../functions/abandonment/task.ts';
import { formatInstant, type Instant } from '../functions/abandonment/time.ts';
import type { AlertRecord } from '../functions/store/alerts.ts';
import type { DigestItem } from '../functions/store/digests.ts';
import { FleetView } from '../functions/store/fleet-view.ts';
import type { TaskRecord } from '../functions/store/tasks.ts';
import type { Lists, StageRows } from './demo-lists.ts';
import type { FiledMail } from './mail-files.ts';
import type { LocalStage } from './stage.ts';

/** `01-14 08:00`. */
function short(instant: Instant): string {
  return formatInstant(instant).slice(5, 16).replace('T', ' ');
}

/** `2026-01-14 08:00`. */
function long(instant: Instant): string {
  return formatInstant(instant).slice(0, 16).replace('T', ' ');
}

/** One block per episode: when it fired and why, who was notified of what and when, and how it ended. */
export function episodesReport(rows: StageRows, filed: readonly FiledMail[]): string[] {
  const tasks = new Map(rows.tasks.map((record) => [record.task.id, record]));
  return rows.alerts.flatMap((alert) => {
    const record = tasks.get(alert.task);
    return [
      `${alert.task} #${alert.episode}`,
      `  fired      ${short(alert.firedAt)}  ${whyFired(alert, record)}`,
      ...tellings(alert, filed).map(([notice, text]) => `  ${notice.padEnd(9)}  ${text}`),
      `  ${ending(alert)}`,
    ];
  });
}

function whyFired(alert: AlertRecord, record: TaskRecord | undefined): string {
  const wasPrimary =
    record?.evidence.lastSeen.PRIMARY !== undefined || record?.evidence.statuses.includes('PRIMARY');
  const since = wasPrimary ? 'without PRIMARY since' : 'never PRIMARY, and there since';
  const restarts = record ? record.evidence.restarts.total - record.evidence.restarts.atLoss : 0;
  const tried = restarts > 0 ? `, restarted ${restarts} times since` : '';
  return `${since} ${long(alert.since)}${tried}`;
}

const NOTICE_WORDS: Record<string, string> = {
  warning: 'warned',
  reminder: 'reminded',
  withdrawn: 'withdrawn',
};

function tellings(alert: AlertRecord, filed: readonly FiledMail[]): [string, string][] {
  const addressees = new Map<string, Map<string, string[]>>();
  for (const { digest, sentAt } of filed) {
    const item = digest.items.find(({ task, episode }) => task === alert.task && episode === alert.episode);
    const word = item && NOTICE_WORDS[item.notice];
    if (!item || word === undefined) continue;
    const date = item.disableAt === null ? '' : `, will be disabled ${short(item.disableAt)}`;
    const bounced = digest.state === 'bounced' ? ' (bounced: the address is suppressed)' : '';
    const when = `${short(sentAt)}${date}`;
    const of = addressees.get(word) ?? new Map<string, string[]>();
    addressees.set(word, of.set(when, [...(of.get(when) ?? []), `${digest.address}${bounced}`]));
  }
  return [...addressees].flatMap(([word, of]) =>
    [...of].map(([when, to]): [string, string] => [word, `${when}: ${to.join(', ')}`]),
  );
}

const ENDINGS: Partial<Record<ResolveReason, string>> = {
  recovered: 'it runs again',
  disabled: 'its grace was over and it still did not run',
  deleted: 'it was deleted',
  ineligible: 'it was disabled or is no longer watched',
  'user-published': 'a user published it; that keeps it for a while',
  policy: 'under the policy of today it is not abandoned',
};

function ending({ resolvedAt, reason, stage }: AlertRecord): string {
  if (resolvedAt === null)
    return `open       ${stage === 'detect' ? 'mode detect: nobody is notified' : 'still waiting'}`;
  const word = reason === 'disabled' ? 'disabled' : 'resolved';
  return `${word}   ${short(resolvedAt)}  ${ENDINGS[reason] ?? reason}`;
}

/** Why the other tasks are left alone now: how many, and one of them. */
export async function leftAloneReport({ system }: LocalStage, rows: StageRows): Promise<string[]> {
  const view = await FleetView.load(system.table, system.clock.now());
  const groups = new Map<string, string[]>();
  for (const record of rows.tasks) {
    const { answer, reason } = decide(await view.caseOf(record), system.clock.now());
    const why = record.disabledByUs ? 'disabled by Taskwarden' : `${answer}: ${reason}`;
    groups.set(why, [...(groups.get(why) ?? []), record.task.id]);
  }
  return [...groups]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([why, ids]) => `${String(ids.length).padStart(5)}  ${why.padEnd(32)} e.g. ${ids.sort()[0]}`);
}

/** The mail that tells most, as its reader sees its text; of those about a task, where one is named. */
export function sampleMail(filed: readonly FiledMail[], about?: string): FiledMail | undefined {
  const isMeant = ({ task, disableAt }: DigestItem) =>
    disableAt !== null && (about === undefined || task === about);
  const warnings = filed.filter(({ digest }) => digest.items.some(isMeant));
  return warnings.sort((a, b) => b.digest.items.length - a.digest.items.length)[0];
}

/** The first mail of each mix of notices, for a short list. */
export function firstOfEachKind(filed: readonly FiledMail[]): FiledMail[] {
  const firsts = new Map<string, FiledMail>();
  for (const mail of filed) {
    const kinds = [...new Set(mail.digest.items.map(({ notice }) => notice))].sort().join();
    if (!firsts.has(kinds)) firsts.set(kinds, mail);
  }
  return [...firsts.values()];
}

/** Episodes (fired, disabled) and notices to somebody (warned, reminded), as the demo's last line gives them. */
export function totals(lists: Lists): string {
  const count = (list: keyof Lists) => lists[list].size;
  return `fired ${count('fired')}, warned ${count('warned')}, reminded ${count('reminded')}, disabled ${count('disabled')}`;
}
