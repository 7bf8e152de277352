import type { Case } from '../abandonment/decide.ts';
import type { Episode, ResolveReason } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { topicsThatHeard } from '../abandonment/topics.ts';
import { type AlertRecord, alertWrite } from '../store/alerts.ts';
import { noticeDelete, type PendingNotice } from '../store/notices.ts';
import { evidenceOf } from './evidence-of.ts';
import {
  MOST_BESIDE,
  type NewNotice,
  type OpenTransition,
  type Transition,
  withBeside,
  withNotices,
} from './transition.ts';

/** How an episode ends. */
export interface End {
  reason: ResolveReason;
  /** What its recipients are told of the end, by their key. */
  notices: ReadonlyMap<string, PendingNotice>;
  /** The run that disabled the task; null where none did. */
  run: string | null;
  /** Addresses of recipients that the episode does not know. @default none */
  addresses?: ReadonlyMap<string, string>;
}

/**
 * Ends the open episode: the task's row without it, the alert with its end, and the notices that follow; those of the
 * episode that nobody needs any more go. What does not fit into one transaction is listed on the alert, and written
 * from there (`store/untold.ts`).
 */
export function endEpisode(at: OpenTransition, given: Case, end: End, now: Instant): Transition {
  const { task, open } = at.record;
  const parting = partingOf(open, end);
  const obsolete = obsoleteIn(open, end);
  const fits = at.beside.length + parting.length + obsolete.length < MOST_BESIDE;
  const alert: AlertRecord = {
    task: task.id,
    episode: open.number,
    type: 'task_abandoned',
    stage: given.policy.mode,
    since: open.since,
    firedAt: open.firedAt,
    resolvedAt: now,
    reason: end.reason,
    evidence: evidenceOf(given, at.decision),
    mails: open.mails,
    run: end.run,
    untold: fits ? [] : [...parting, ...obsolete.map((key) => ({ key, address: '', pending: null }))],
    holders: open.disabling ? holdersOf(open) : [],
  };
  const recorded = withBeside(at, alertWrite(alert));
  const ended = { ...at.record, open: null, hold: null, next: null };
  if (!fits) return { ...recorded, record: ended, untold: alert };
  const deletes = obsolete.map((key) => noticeDelete(key, task.id, open.number));
  return { ...withBeside(withNotices(recorded, parting), ...deletes), record: ended, untold: null };
}

function partingOf(open: Episode, { notices, addresses }: End): NewNotice[] {
  const addressOf = (key: string) =>
    addresses?.get(key) ?? open.told[key]?.address ?? open.informed?.[key]?.topic ?? '';
  return [...notices].map(([key, pending]) => ({ key, address: addressOf(key), pending }));
}

/** Who was asked to be told something of the episode, and hears nothing of its end. */
function obsoleteIn(open: Episode, { notices }: End): string[] {
  const asked = [...Object.keys(open.told), ...Object.keys(open.informed ?? {})];
  return asked.filter((key) => !notices.has(key));
}

/** Who holds the warning of the present grace, recipients still or not. */
function holdersOf(open: Episode): string[] {
  const warned = Object.entries(open.told).filter(
    ([, told]) => told.grace === open.grace && told.warning === 'accepted',
  );
  return [...warned.map(([key]) => key), ...topicsThatHeard(open)];
}
