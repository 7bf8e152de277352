import { isListed } from './control-plane-settings.ts';
import { QUEUE_NAMES, type QueueName } from './queues.ts';
import type { RuntimeConfig } from './system.ts';

/** The queues that a stage puts messages on: nobody asks after the one of listings where no control plane is listed. */
export function queuesInUse({ controlPlanes = [] }: Pick<RuntimeConfig, 'controlPlanes'>): QueueName[] {
  return QUEUE_NAMES.filter((queue) => queue !== 'listing' || controlPlanes.some(isListed));
}
