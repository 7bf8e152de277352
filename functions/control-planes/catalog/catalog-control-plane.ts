import type { ControlAnswer, ControlPlane } from '../../platform/control-plane.port.ts';
import type { Clock } from '../../platform/ports.ts';

/**
 * The catalog is the truth: nobody else has to agree. The caller's conditional write of the task makes it so.
 */
export class CatalogControlPlane implements ControlPlane {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async disable(): Promise<ControlAnswer> {
    return { outcome: 'confirmed', at: this.#clock.now() };
  }

  async enable(): Promise<ControlAnswer> {
    return { outcome: 'confirmed', at: this.#clock.now() };
  }
}
