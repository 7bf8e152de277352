import { type Duration, MINUTE, SECOND } from '../../functions/abandonment/time.ts';
import type { EventPublisher, OperatorChannel, Telemetry } from '../../functions/platform/ports.ts';
import { buildSystem, type RuntimeConfig, type System } from '../../functions/platform/system.ts';
import type { MemoryTable } from '../../functions/store/table/memory-table.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SimMail } from './sim-mail.ts';
import type { SimQueues } from './sim-queues.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A production deployment with every mode open. */
export const SIMULATED_CONFIG: RuntimeConfig = {
  stage: 'simulated',
  functionVersion: '1',
  contact: 'the platform team',
  controlPlane: 'fed',
  gatherDisabled: 10 * MINUTE,
  confirmWithin: 30 * MINUTE,
  sendLease: 60 * SECOND,
  allowedDomains: null,
};

/** The ports of a simulated deployment in one. */
export function simSystem(parts: {
  clock: VirtualClock;
  random: SeededRandom;
  table: MemoryTable;
  queues: SimQueues;
  mailer: SimMail;
  events: EventPublisher;
  operators: OperatorChannel;
  telemetry?: Telemetry;
  /** Whether queues and the feedback path have canaries. @default false */
  canaries?: boolean;
  /** The period of the schedule where the policy's is another's: that of a deployed stage. */
  scanEvery?: Duration | undefined;
  /** What is listed, and how it is asked. By default nothing is. */
  listed?: Pick<RuntimeConfig, 'controlPlanes'> & Pick<System, 'openControlPlane'>;
}): System {
  const { canaries = false, scanEvery, listed, ...ports } = parts;
  const { controlPlanes, openControlPlane } = listed ?? {};
  return buildSystem('the simulation', {
    ...ports,
    ...(openControlPlane && { openControlPlane }),
    config: {
      ...SIMULATED_CONFIG,
      canaries,
      ...(scanEvery !== undefined && { scanEvery }),
      ...(controlPlanes && { controlPlanes }),
    },
  });
}
