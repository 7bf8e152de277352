import { tenantOf } from '../abandonment/task.ts';
import { formatInstant, type Instant } from '../abandonment/time.ts';
import { alertEntry, type OperatorAlertCode } from '../platform/alert-codes.ts';
import type { System } from '../platform/system.ts';
import type { WebhookScope } from '../store/pauses.ts';
import type { Write } from '../store/table/table.port.ts';
import { type News, newsWrites } from '../store/webhook-news.ts';

/** What operators are notified of something: that it began, or that it is over. */
export interface AlertTold {
  since: Instant;
  /** Absent: it began. */
  endedAt?: Instant;
}

/**
 * The row that tells webhooks what operators hear, for the transaction that notes it; none where no webhook hears of
 * it. Of a task those hear whose prefix covers it; of anything else those that hear of all tasks, but no webhook of
 * itself (decision 0063).
 */
export function alertNews(
  { random }: Pick<System, 'random'>,
  scopes: readonly WebhookScope[] | undefined,
  { code, subject }: { code: OperatorAlertCode; subject: string },
  alerts: readonly AlertTold[],
  at: Instant,
): Write[] {
  if (!scopes?.length || alerts.length === 0) return [];
  const { about } = alertEntry(code);
  // It would hear that it did not hear.
  const others = about === 'webhook' ? scopes.filter(({ id }) => id !== subject) : scopes;
  const news = alerts.map((alert) => newsOf(code, subject, alert));
  // No two are told at one instant.
  const place = { id: about === 'task' ? subject : '', stream: `alert#${code}#${subject}`, rev: at };
  return newsWrites(others, place, news, { at, id: () => random.id(at) });
}

function newsOf(code: OperatorAlertCode, subject: string, { since, endedAt }: AlertTold): News {
  const { about } = alertEntry(code);
  const task = about === 'task' ? subject : null;
  const data = {
    code,
    about,
    // Who a recipient is stands nowhere in an event.
    subject: about === 'recipient' ? null : subject,
    task,
    tenant: task === null ? null : tenantOf(task),
    since: formatInstant(since),
  };
  if (endedAt === undefined) return { type: 'operator.alert.raised', data };
  return { type: 'operator.alert.ended', data: { ...data, endedAt: formatInstant(endedAt) } };
}
