import type { System } from '../platform/system.ts';
import type { ControlPlane } from './control-plane.port.ts';
import { FedControlPlane } from './fed-control-plane.ts';
import { OwnControlPlane } from './own-control-plane.ts';

/** The control plane that the configuration names. */
export function controlPlaneFor(system: Pick<System, 'config' | 'events' | 'clock'>): ControlPlane {
  return system.config.controlPlane === 'own'
    ? new OwnControlPlane(system.clock)
    : new FedControlPlane(system.events, system.clock);
}
