import type { Instant } from '../abandonment/time.ts';
import type { ControlPlaneUnavailable } from '../platform/control-plane.port.ts';
import type { System } from '../platform/system.ts';
import { keys } from '../store/keys.ts';
import { loadOperatorAlert, operatorAlertWrite } from '../store/operator-alerts.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';
import type { Delivery, Outcome } from '../work/consumer.ts';
import { recordOops } from '../work/oops.ts';

/** A control plane that could not be asked about a task. */
export interface Outage {
  error: ControlPlaneUnavailable;
  /** The work item's name. */
  item: string;
  /** Since when the work is due. */
  dueSince: Instant;
}

/**
 * What a control plane that cannot be asked means for the work: nothing is given up, the breaker of the queue hears
 * nothing of it, and the state queues it again. Operators are notified once it lasts for `confirmWithin`.
 */
export async function leftDue(system: System, outage: Outage, delivery: Delivery): Promise<Outcome> {
  const { error, item, dueSince } = outage;
  if (!error.isUnasked) {
    const attempt = delivery.receiveCount;
    await recordOops(system, { worker: 'disable', item, attempt, cause: 'retryable', error });
  }
  if (system.clock.now() - dueSince >= system.config.confirmWithin) await notifyOfOutage(system, error);
  return { outcome: 'skipped', reason: 'control-plane-unavailable' };
}

async function notifyOfOutage(system: System, { controlPlane, why }: ControlPlaneUnavailable): Promise<void> {
  const code = 'control-plane-unavailable';
  if (await loadOperatorAlert(system.table, code, controlPlane)) return;
  const detail = `what is due there waits, and dates move on: ${why}`;
  const alert = { code, subject: controlPlane, detail, since: system.clock.now(), toldAt: null } as const;
  // Refused where another task said so meanwhile.
  await writeUnlessRefused(
    system,
    [operatorAlertWrite({ ...alert, active: true, rev: 0 })],
    `the outage of ${controlPlane}`,
  );
}

/** A control plane answered: operators are notified no longer that it does not. */
export async function endOutage(system: System, controlPlane: string): Promise<void> {
  const code = 'control-plane-unavailable';
  const alert = await loadOperatorAlert(system.table, code, controlPlane);
  if (!alert) return;
  const end = {
    delete: keys.operatorAlert(code, controlPlane),
    if: [{ equals: ['rev', alert.rev] as ['rev', number] }],
  };
  // Refused where operators are being notified at this moment: the next answer ends it.
  await writeUnlessRefused(system, [end], `the end of the outage of ${controlPlane}`);
}
