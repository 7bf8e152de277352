import type { Instant } from '../../functions/abandonment/time.ts';
import {
  type ControlAnswer,
  ControlPlaneUnavailable,
  type DisableRequest,
  type EnableRequest,
  type ListedControlPlane,
  type ListedTask,
  type ListingPage,
} from '../../functions/platform/control-plane.port.ts';
import {
  type ControlPlaneSettings,
  readControlPlanes,
} from '../../functions/platform/control-plane-settings.ts';
import type { TrueTask } from '../verify/fleet-facts.ts';
import type { SimFleet } from './sim-fleet.ts';

/** Which part of the fleet is listed rather than told by events, and what goes wrong with that. */
export interface ListedPart {
  /** All tasks whose ids begin with it. */
  prefix: string;
  /** @default 2 */
  pageSize?: number;
  /** Whether the control plane can be asked for a page, or answers without some of its tasks. By default all is well. */
  faultAt?: (at: Instant, page: number) => ListingFault | undefined;
}

/** `away`: it cannot be asked; `hides`: tasks that it has are in no page. */
type ListingFault = { away: true } | { hides: (task: string) => boolean };

/** The settings of the control plane that a part of a fleet lives in. */
export function settingsOf({ prefix }: ListedPart): ControlPlaneSettings[] {
  const settings = {
    type: 'http',
    name: LISTED_NAME,
    prefix,
    dataPlane: 'listed',
    url: 'https://fleet.test',
  };
  return readControlPlanes(JSON.stringify([settings]));
}

/** The name of that control plane. */
export const LISTED_NAME = 'fleet';

/** The control plane of the listed part of a fleet: it tells the truth when it is asked, page by page. */
export class SimListedControlPlane implements ListedControlPlane {
  readonly #fleet: SimFleet;
  readonly #part: ListedPart;
  readonly #now: () => Instant;
  readonly #pageSize: number;

  constructor(parts: { fleet: SimFleet; part: ListedPart; now: () => Instant }) {
    this.#fleet = parts.fleet;
    this.#part = parts.part;
    this.#now = parts.now;
    this.#pageSize = parts.part.pageSize ?? 2;
  }

  async list(cursor: string | null): Promise<ListingPage> {
    const from = Number(cursor ?? 0);
    const fault = this.#part.faultAt?.(this.#now(), from / this.#pageSize);
    if (fault && 'away' in fault) throw new ControlPlaneUnavailable(LISTED_NAME, 'connection refused');
    const isShown = ({ id }: TrueTask) => !(fault && 'hides' in fault && fault.hides(id));
    const all = this.#fleet.listedTasks().filter(isShown);
    const next = from + this.#pageSize;
    const some = all.slice(from, next);
    return {
      tasks: some.filter((task) => this.#fleet.isHeard(task)).map((task) => this.#asListed(task)),
      refused: some
        .filter((task) => !this.#fleet.isHeard(task))
        .map(({ id }) => ({ task: id, reason: 'its data plane does not answer' })),
      cursor: next < all.length ? String(next) : null,
    };
  }

  async get(id: string): Promise<ListedTask | undefined> {
    const fault = this.#part.faultAt?.(this.#now(), 0);
    if (fault && 'away' in fault) throw new ControlPlaneUnavailable(LISTED_NAME, 'connection refused');
    const task = this.#fleet.listedTasks().find((listed) => listed.id === id);
    return task && this.#asListed(task);
  }

  async check(): Promise<void> {}

  async disable(request: DisableRequest): Promise<ControlAnswer> {
    return this.#fleet.disableListed(request, revisionOf);
  }

  async enable(request: EnableRequest): Promise<ControlAnswer> {
    return this.#fleet.enableListed(request, revisionOf);
  }

  #asListed(task: TrueTask): ListedTask {
    const { id, kind, enabled, createdAt, owners, dataPlane, restarts } = task;
    const lastPrimaryAt = lastPrimaryOf(task) ?? this.#fleet.primaryBefore(id);
    return {
      id,
      kind,
      enabled,
      createdAt,
      owners,
      dataPlane,
      shards: this.#fleet.shardsOf(id),
      revision: revisionOf(task),
      restarts,
      ...(lastPrimaryAt !== undefined && { lastPrimaryAt }),
    };
  }
}

/** When it last was `PRIMARY`, and is not now. */
function lastPrimaryOf({ history }: TrueTask): Instant | undefined {
  const ran = ({ statuses }: TrueTask['history'][number]) => statuses.includes('PRIMARY');
  const last = history.findLastIndex(ran);
  return last < 0 ? undefined : history[last + 1]?.at;
}

/** Another one with each publication by a user, and with each creation. */
function revisionOf({ createdAt, firstSeenAt, publishedByUserAt }: TrueTask): string {
  return `${createdAt}-${firstSeenAt}-${publishedByUserAt ?? 0}`;
}
