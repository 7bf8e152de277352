import type { Instant } from '../../abandonment/time.ts';
import type { AlertRecord } from '../../store/alerts.ts';
import type { PendingNotice } from '../../store/notices.ts';

/** The notice that what an episode led to was undone. */
export function enabledNotice(
  { since, evidence, type }: Pick<AlertRecord, 'since' | 'evidence' | 'type'>,
  enabledAt: Instant,
  now: Instant,
): PendingNotice {
  const restarts = typeof evidence.restarts === 'number' ? evidence.restarts : 0;
  const alert = type === 'task_overdue' ? { alert: type } : {};
  const facts = { ...alert, since, restarts, enabledAt };
  return { notice: 'enabled', since: now, notBefore: now, facts };
}
