import { isListed } from '../platform/control-plane-settings.ts';
import type { Environment } from '../platform/environment.ts';
import type { Clock, Secrets } from '../platform/ports.ts';
import { RealClock } from '../platform/real-clock.ts';
import { RealRandom } from '../platform/real-random.ts';
import type { System } from '../platform/system.ts';
import type { Table } from '../store/table/table.port.ts';
import { controlPlaneOpener } from './open-control-plane.ts';

/**
 * What a deployed function opens control planes with; nothing where none of its stage is listed.
 *
 * @param clock the stage's: what others read of a control plane goes by it
 */
export function deployedOpener(
  { config, controlPlaneCallers: callers }: Environment,
  clock: Clock,
  table: Table,
  secrets: Secrets,
): Pick<System, 'openControlPlane'> {
  if (!config.controlPlanes?.some(isListed)) return {};
  const ports = { secrets, fetch, clock, pacing: new RealClock(), random: new RealRandom(), table, callers };
  return { openControlPlane: controlPlaneOpener(ports) };
}
