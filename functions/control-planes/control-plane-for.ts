import type { ControlPlane } from '../platform/control-plane.port.ts';
import type { ControlPlaneSettings } from '../platform/control-plane-settings.ts';
import { isListed } from '../platform/control-plane-settings.ts';
import type { System } from '../platform/system.ts';
import { listedAnewWrite } from '../store/listed-pages.ts';
import type { Write } from '../store/table/table.port.ts';
import { CatalogControlPlane } from './catalog/catalog-control-plane.ts';
import { EventsControlPlane } from './events/events-control-plane.ts';

type Parts = Pick<System, 'config' | 'events' | 'clock' | 'openControlPlane'>;

/**
 * The control plane of a task: the configured one whose prefix its id begins with, else the stage's own mode.
 * @throws Error where it is one that this process cannot ask
 */
export function controlPlaneFor(system: Parts, task: string): ControlPlane {
  const settings = settingsFor(system.config, task);
  if (settings && isListed(settings)) {
    if (!system.openControlPlane) throw new Error(`control plane ${settings.name} cannot be asked from here`);
    return system.openControlPlane(settings);
  }
  const isTruth = settings ? settings.type === 'catalog' : system.config.controlPlane === 'own';
  return isTruth
    ? new CatalogControlPlane(system.clock)
    : new EventsControlPlane(system.events, system.clock);
}

/**
 * What is written beside a change that we made to a task at its control plane: where that is listed, the next listing
 * compares the task with what is known since.
 */
export function listedAnew({ config, clock }: Pick<System, 'config' | 'clock'>, task: string): Write[] {
  const settings = settingsFor(config, task);
  return settings && isListed(settings) ? [listedAnewWrite(settings.name, task, clock.now())] : [];
}

/** The settings of the control plane that a task belongs to; undefined where its prefix is none's. */
export function settingsFor(
  { controlPlanes = [] }: Pick<System['config'], 'controlPlanes'>,
  task: string,
): ControlPlaneSettings | undefined {
  return controlPlanes.find(({ prefix }) => task.startsWith(prefix));
}
