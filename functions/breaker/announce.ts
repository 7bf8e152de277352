import { formatInstant, type Instant } from '../abandonment/time.ts';
import type { OperatorAlert, QueueName } from '../platform/ports.ts';
import type { System } from '../platform/system.ts';
import type { Recording } from '../store/commit.ts';
import { keys } from '../store/keys.ts';
import { operatorAlert } from '../store/operator-alerts.ts';
import type { Write } from '../store/table/table.port.ts';
import { recordOops } from '../work/oops.ts';
import type { BreakerState } from './rule.ts';

/** What the breaker needs: it tells operators itself. */
export type Announcing = Recording & Pick<System, 'operators'>;

/** The alert that the scanner repeats each week while the breaker is open. */
export function openingWrites(queue: QueueName, state: BreakerState, now: Instant): Write[] {
  return [operatorAlert('breaker-open', queue, detailOf(queue, state), now)];
}

/** The alert of an incident that goes on: told before, so that the week counts from there. */
export function reopeningWrites(queue: QueueName, state: BreakerState, now: Instant): Write[] {
  const { put } = operatorAlert('breaker-open', queue, detailOf(queue, state), now);
  return [{ put: { ...put, toldAt: state.toldAt } }];
}

/** When operators were notified of the alert that stands; undefined where none does, or they know nothing of it yet. */
export async function notifiedAtOf(
  { table }: Pick<System, 'table'>,
  queue: QueueName,
): Promise<Instant | undefined> {
  const row = await table.get(keys.operatorAlert('breaker-open', queue));
  return typeof row?.toldAt === 'number' ? row.toldAt : undefined;
}

/**
 * Tells operators at once: the scanner, which tells them of everything else, may be what is broken. Where that fails,
 * the alert is still untold and the next scan tells it.
 */
export async function announce(
  system: Announcing,
  queue: QueueName,
  state: BreakerState,
  now: Instant,
): Promise<void> {
  const detail = detailOf(queue, state);
  const error = new Error(detail);
  error.name = 'BreakerOpened';
  await recordOops(system, { worker: queue, item: 'breaker', attempt: null, cause: 'environment', error });
  if (!(await isNotified(system, { code: 'breaker-open', subject: queue, detail }))) return;
  const { put } = operatorAlert('breaker-open', queue, detail, now);
  const notified = { ...put, toldAt: now, rev: 2 };
  // Where it is refused the scanner was first, or the breaker closed; where it is busy the scanner notifies once more.
  await system.table.transact([{ put: notified, if: [{ equals: ['rev', 1] }] }], system.random.id(now));
}

/**
 * Notifies operators that a queue which was found off is worked again: who paused it while the table failed notified them
 * that it is off, and could note that nowhere.
 */
export async function announceEnd(system: Announcing, queue: QueueName, now: Instant): Promise<void> {
  const detail =
    `over since ${formatInstant(now)}: the ${queue} queue was found off, and its worker works; ` +
    'since when it was off is not known';
  await isNotified(system, { code: 'breaker-open', subject: queue, detail, isOver: true });
}

/** Whether operators could be notified; the log says where not. */
async function isNotified({ operators, telemetry }: Announcing, alert: OperatorAlert): Promise<boolean> {
  try {
    await operators.notify(alert);
    return true;
  } catch (cause) {
    const { code, subject: queue } = alert;
    telemetry.log('error', 'operators not notified', { code, queue, error: String(cause) });
    return false;
  }
}

function detailOf(queue: QueueName, { trippedBy, since }: BreakerState): string {
  return (
    `the ${queue} queue is off since ${formatInstant(since)}, for its worker fails (version ${trippedBy}); ` +
    'nothing is lost, and it goes on by itself once its worker works a message of it'
  );
}
