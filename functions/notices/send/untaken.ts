import type { SendResult } from '../../platform/ports.ts';
import type { System } from '../../platform/system.ts';
import type { Delivery } from '../../work/consumer.ts';
import { type FailureClass, lastingClass } from '../../work/failure-class.ts';
import { recordOops } from '../../work/oops.ts';
import type { Channel } from '../ses/channel.ts';

/** What SES answered to a mail that it did not take, as far as is known. */
export type Untaken = Exclude<SendResult, { outcome: 'accepted' }>;

/**
 * Leaves the OOPS record of a message that its channel did not take. `item`: the name of the work, never an address;
 * `channel`: its name, as records show it.
 */
export async function recordUntaken(
  system: System,
  failure: { item: string; channel: Channel['name']; result: Untaken; delivery: Delivery },
): Promise<void> {
  const { item, channel, result, delivery } = failure;
  const error = new Error(`${channel}: ${result.code}: ${result.message}`);
  error.name = `${channel === 'SES' ? 'Ses' : 'Sns'}${result.code}`;
  const attempt = delivery.receiveCount;
  const cause = lastingClass(failureOf(result), attempt);
  await recordOops(system, {
    worker: 'notify',
    item,
    attempt,
    cause,
    error,
    since: delivery.firstReceivedAt,
  });
}

/** A time-out or a rate passes; a refusal of the address is its own; the rest is nobody's mail going. */
function failureOf(result: Untaken): FailureClass {
  if (result.outcome === 'unknown' || result.cause === 'rate') return 'retryable';
  return result.cause === 'recipient' ? 'permanent' : 'environment';
}
