import type { Instant } from '../../abandonment/time.ts';
import type { AlertRecord } from '../../store/alerts.ts';
import type { PendingNotice } from '../../store/notices.ts';

/** The notice that what an episode led to was undone. */
export function enabledNotice(
  { since, evidence }: Pick<AlertRecord, 'since' | 'evidence'>,
  enabledAt: Instant,
  now: Instant,
): PendingNotice {
  const restarts = typeof evidence.restarts === 'number' ? evidence.restarts : 0;
  return { notice: 'enabled', since: now, notBefore: now, facts: { since, restarts, enabledAt } };
}
