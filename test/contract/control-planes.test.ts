import { z } from 'zod/mini';
import { CatalogControlPlane } from '../../functions/control-planes/catalog/catalog-control-plane.ts';
import { EventsControlPlane } from '../../functions/control-planes/events/events-control-plane.ts';
import { GIVEN_EVENTS } from '../../functions/control-planes/events/given-events.ts';
import { type ControlPlaneDriver, controlPlaneContract } from './control-plane-contract.ts';

const CLOCK = { now: () => Date.UTC(2026, 0, 5, 9, 30) };
const TASKS = ['acmeCo/a', 'acmeCo/b', 'acmeCo/c'];
const NO_FAULT = async () => {
  throw new Error('it is asked by a queue of its own; nothing comes back');
};

/** The system that owns tasks, as docs/events/README.md tells its authors to write it. */
class OwningSystem {
  readonly #tasks = new Map(TASKS.map((id) => [id, { version: 1, enabled: true }]));

  /** Hears a request; what is no event of ours is a fault of ours. */
  async publish(type: string, detail: Record<string, unknown>): Promise<void> {
    const schema = GIVEN_EVENTS[type as keyof typeof GIVEN_EVENTS];
    const { task: id, taskVersion } = z.parse(schema, detail);
    const task = this.#tasks.get(id);
    if (task?.version === taskVersion) task.enabled = type === 'Task Enable Requested';
  }

  driver(): ControlPlaneDriver {
    const tasks = this.#tasks;
    const changed = (id: string, more: { version?: number; enabled?: boolean }) => {
      const task = tasks.get(id);
      if (task) tasks.set(id, { ...task, ...more });
    };
    return {
      tasks: TASKS,
      edit: async (id) => changed(id, { version: (tasks.get(id)?.version ?? 0) + 1 }),
      remove: async (id) => void tasks.delete(id),
      disableByHand: async (id) => changed(id, { enabled: false }),
      isEnabled: async (id) => tasks.get(id)?.enabled,
      fault: NO_FAULT,
      heal: async () => {},
    };
  }
}

controlPlaneContract(
  'Events',
  async () => {
    const owning = new OwningSystem();
    return { controls: new EventsControlPlane(owning, CLOCK), driver: owning.driver() };
  },
  { answers: 'requested' },
);

/** Nobody but us has its tasks: what changes beside is refused by the conditions of our own writes. */
controlPlaneContract(
  'Catalog',
  async () => ({ controls: new CatalogControlPlane(CLOCK), driver: new OwningSystem().driver() }),
  { sees: false },
);
