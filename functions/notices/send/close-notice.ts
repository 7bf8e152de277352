import { isOfPast, type PastNotice } from '../../abandonment/task.ts';
import type { Instant } from '../../abandonment/time.ts';
import type { MailOutcome } from '../../episodes/mail.ts';
import type { System } from '../../platform/system.ts';
import { loadAlert } from '../../store/alerts.ts';
import { commit } from '../../store/commit.ts';
import type { DigestItem, DigestRecord } from '../../store/digests.ts';
import { loadNotice, noticeClosed, noticeWrite, type PastFacts } from '../../store/notices.ts';
import { loadTask, type TaskRecord } from '../../store/tasks.ts';
import { triedOf } from './digest-facts.ts';

/** One notice of a mail, and what became of that. */
export interface AppliedItem {
  digest: DigestRecord;
  mail: MailOutcome;
  item: DigestItem;
}

/**
 * What becomes of a notice after its mail: it waits no longer (promise 7), or is sent again where SES took the mail and
 * did not send it. Left alone where a newer one stands there, or the mail came to nothing.
 *
 * @param open whether its episode is
 */
export async function closeNotice(
  system: System,
  { digest, mail, item }: AppliedItem,
  open: boolean,
): Promise<void> {
  const notice = await loadNotice(system.table, digest.recipient, item.task, item.episode);
  // Where another notice waits it is a newer one, and says what holds today.
  const isNewest = !notice?.pending || notice.pending.notice === item.notice;
  if (mail.isUnsent && isOfPast(item.notice) && isNewest)
    return putNoticeBack(system, digest, item, item.notice);
  if (notice?.pending?.notice !== item.notice || notice.pending.since !== item.asked) return;
  if (mail.standing === 'void') return;
  await commit(system, `a notice of task ${item.task}`, async () => ({
    writes: [noticeClosed(notice, open)],
    value: undefined,
    // A newer notice stands there by now, which says what holds today.
    refused: () => ({ value: undefined }),
  }));
}

/** A notice of what is past, put back as it was; a warning or a reminder is decided again. */
async function putNoticeBack(
  system: System,
  digest: DigestRecord,
  item: DigestItem,
  notice: PastNotice,
): Promise<void> {
  const { recipient, address } = digest;
  const { task, episode, since, asked, alert: of } = item;
  const alert = await loadAlert(system.table, task, episode);
  const record = await loadTask(system.table, task);
  const ends: Partial<Record<PastNotice, Partial<PastFacts>>> = {
    disabled: offSince(alert?.resolvedAt ?? asked, record, episode),
    'still-off': offSince(alert?.resolvedAt ?? asked, record, episode),
    enabled: { enabledAt: record?.undo?.at ?? asked },
  };
  const end: Partial<PastFacts> = ends[notice] ?? { resolvedReason: alert?.reason ?? 'policy' };
  const now = system.clock.now();
  const pending = {
    notice,
    since: asked,
    notBefore: now,
    facts: { ...(of && { alert: of }), since, ...triedOf(item), ...end },
  };
  const write = noticeWrite({ recipient, address, task, episode, pending });
  await commit(system, `a notice of task ${task}`, async () => ({ writes: [write], value: undefined }));
}

/** When it was disabled with an episode, and what its owning system said of enabling it again. */
function offSince(
  disabledAt: Instant,
  record: TaskRecord | undefined,
  episode: number,
): Pick<PastFacts, 'disabledAt' | 'restorableUntil'> {
  const off = record?.disabledByUs;
  const isSame = off?.episode === episode && off.restorableUntil !== undefined;
  return { disabledAt, ...(isSame && { restorableUntil: off.restorableUntil }) };
}
