import { tenantOf } from '../abandonment/task.ts';
import { DAY, type Instant } from '../abandonment/time.ts';
import type { TaskRecord } from '../store/tasks.ts';

/** The version of the messages that this code writes; it reads this one and refuses newer ones for a later try. */
export const MESSAGE_VERSION = 1;

/** A message is a hint; one that is older than this says nothing that the state does not. */
const MESSAGE_LIFE = 4 * DAY;

/** When a message is made, and the name under which it is traced. */
interface MessageOrigin {
  now: Instant;
  id: string;
}

/** The message that hints at a disabling. */
export function disableMessageFor(from: MessageOrigin, record: TaskRecord): { body: string; group: string } {
  return disablerMessageFor(from, 'disable', record.task.id, record.open?.number ?? 0);
}

/** The message that hints at a disabling that is to be taken back. */
export function enableMessageFor(
  from: MessageOrigin,
  { task, disabledByUs }: TaskRecord,
): { body: string; group: string } {
  return disablerMessageFor(from, 'enable', task.id, disabledByUs?.episode ?? 0);
}

function disablerMessageFor(
  from: MessageOrigin,
  kind: 'disable' | 'enable',
  task: string,
  episode: number,
): { body: string; group: string } {
  const body = JSON.stringify({
    v: MESSAGE_VERSION,
    kind,
    key: task,
    episode,
    notAfter: from.now + MESSAGE_LIFE,
    correlationId: from.id,
  });
  return { body, group: tenantOf(task) };
}

/** The message that hints at a listing under way; without its number, at one that is due to begin. */
export function listingMessageFor(
  from: MessageOrigin,
  controlPlane: string,
  listing?: number,
  delaySeconds = 0,
): { body: string; group: string; delaySeconds: number } {
  const body = JSON.stringify({
    v: MESSAGE_VERSION,
    kind: 'listing',
    key: controlPlane,
    ...(listing !== undefined && { listing }),
    notAfter: from.now + MESSAGE_LIFE,
    correlationId: from.id,
  });
  return { body, group: controlPlane, delaySeconds };
}

/** The message that hints at what a webhook is to hear. */
export function webhookMessageFor(from: MessageOrigin, webhook: string): { body: string; group: string } {
  const body = JSON.stringify({
    v: MESSAGE_VERSION,
    kind: 'webhook',
    key: webhook,
    notAfter: from.now + MESSAGE_LIFE,
    correlationId: from.id,
  });
  return { body, group: webhook };
}

/** The message that hints at a recipient's notices. */
export function notifyMessageFor(
  from: MessageOrigin,
  recipient: string,
  group: string,
  delaySeconds = 0,
): { body: string; group: string; delaySeconds: number } {
  const body = JSON.stringify({
    v: MESSAGE_VERSION,
    kind: 'notify',
    key: recipient,
    notAfter: from.now + MESSAGE_LIFE,
    correlationId: from.id,
  });
  return { body, group, delaySeconds };
}

/** The message that asks for a week's report to a recipient. */
export function reportMessageFor(
  from: MessageOrigin,
  { key, week, tenants }: { key: string; week: string; tenants: string[] },
): { body: string; group: string } {
  const body = JSON.stringify({
    v: MESSAGE_VERSION,
    kind: 'report',
    key,
    week,
    tenants,
    notAfter: from.now + MESSAGE_LIFE,
    correlationId: from.id,
  });
  return { body, group: 'weekly-report' };
}
