import type { Instant } from '../../abandonment/time.ts';
import type { ListedControlPlane } from '../../platform/control-plane.port.ts';
import type { ListedSettings } from '../../platform/control-plane-settings.ts';
import type { System } from '../../platform/system.ts';
import type { Taking } from './take-tasks.ts';

/** One run of the lister at one listing. */
export interface ListingRun {
  system: System;
  settings: ListedSettings;
  controlPlane: ListedControlPlane;
  taking: Omit<Taking, 'at'>;
  /** Tasks that we changed since, and when: they are compared with what is known of them. */
  anew: ReadonlyMap<string, Instant>;
  /** When to begin nothing new. */
  until: Instant;
}
