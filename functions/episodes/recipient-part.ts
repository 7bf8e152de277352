import type { Episode, Notice, RecipientPart } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { isOpen, type OpenTask } from './open-task.ts';

/** The episode with the part of one recipient changed. */
export function withRecipient(open: Episode, key: string, part: RecipientPart): Episode {
  return { ...open, told: { ...open.told, [key]: part } };
}

/** One notice of one episode for one recipient. */
interface NoticeOf {
  recipient: string;
  episode: number;
  notice: Notice;
}

/**
 * The task, to be evaluated at once, one of whose notices was tried and not taken; a warning that SES took before
 * stands all the same. Undefined where the episode is over, or its recipient was not to be notified of it.
 */
export function withTried(
  record: TaskRecord | undefined,
  { recipient, episode, notice }: NoticeOf,
  now: Instant,
): OpenTask | undefined {
  if (!record || !isOpen(record) || record.open.number !== episode) return undefined;
  const part = record.open.told[recipient];
  if (!part) return undefined;
  const open = withRecipient(record.open, recipient, triedOf(part, notice));
  return { ...record, open, next: { at: now, why: 'look' } };
}

function triedOf(part: RecipientPart, notice: Notice): RecipientPart {
  return notice === 'reminder' && part.reminder
    ? { ...part, reminder: { ...part.reminder, state: 'tried' } }
    : { ...part, warning: part.warning === 'accepted' ? part.warning : 'tried' };
}

/**
 * The task with the warning of a recipient taken back who was suppressed: what SES took for them before grants nothing more once
 * they are revived, though nobody evaluated the task meanwhile (promises 1 and 4). A warning that waits is still to go.
 */
export function withWarningTakenBack(record: TaskRecord, key: string): TaskRecord {
  const part = record.open?.told[key];
  if (part?.warning !== 'accepted' || !isOpen(record)) return record;
  return { ...record, open: withRecipient(record.open, key, { ...part, warning: 'failed' }) };
}

/**
 * The task with a recipient under another address, as one who left: their warning grants nothing more (promises 1, 4).
 */
export function withErased(record: TaskRecord, key: string, address: string): TaskRecord {
  const heard = record.stopping?.told[key];
  // Without its marker: it proves nothing more.
  const stopping =
    record.stopping && heard
      ? { ...record.stopping, told: { ...record.stopping.told, [key]: { address } } }
      : record.stopping;
  const part = record.open?.told[key];
  if (!part || !isOpen(record)) return heard ? { ...record, stopping } : record;
  return { ...record, stopping, open: withRecipient(record.open, key, { ...part, address, left: true }) };
}
