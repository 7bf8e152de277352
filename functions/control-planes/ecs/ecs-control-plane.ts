import * as z from 'zod/mini';
import { type Duration, SECOND } from '../../abandonment/time.ts';
import {
  type ControlAnswer,
  ControlPlaneUnavailable,
  type DisableRequest,
  type EnableRequest,
  type ListedControlPlane,
  type ListedTask,
  type ListingPage,
} from '../../platform/control-plane.port.ts';
import type { SettingsOf } from '../../platform/control-plane-settings.ts';
import type { Clock } from '../../platform/ports.ts';
import type { EcsClients } from './ecs-clients.ts';
import { EcsClusters } from './ecs-clusters.ts';
import { isSurelyUndone, unavailable } from './ecs-faults.ts';
import { EcsScaling } from './ecs-scaling.ts';
import { EcsServices, type ServiceName } from './ecs-services.ts';
import { isMarkOf, type Kept, MARK, readKept, readMark, writtenKept, writtenMark } from './kept.ts';
import {
  canBeTagged,
  isTask,
  readService,
  revisionOf,
  type ToldService,
  tagOf,
  taskOf,
} from './read-service.ts';

/** What the adapter of Amazon ECS is made with. */
export interface EcsPorts {
  settings: SettingsOf<'ecs'>;
  clients: EcsClients;
  clock: Clock;
  /** Waits where ECS tells late what it did. */
  pause(duration: Duration): Promise<void>;
}

/** Where a page begins: a cluster, and how far it is listed. */
const cursorSchema = z.strictObject({
  cluster: z.string().check(z.minLength(1)),
  token: z.optional(z.string()),
});
type Cursor = z.output<typeof cursorSchema>;

/** A service that is to be disabled, and what is kept of it. */
interface Disabling {
  name: ServiceName;
  request: DisableRequest;
  kept: Kept;
}

/** Where nothing says what was there before. */
const UNKNOWN: Kept = { desiredCount: 1, suspended: null };

/** So often is a service read back, a second apart: what ECS tells may lag behind what it did. */
const READS_BACK = 3;

/**
 * Amazon ECS of one account and region: each service of its clusters is a task, `<prefix><cluster>/<service>`
 * (docs/connect/ecs.md, docs/decisions/0046-ecs-services-as-tasks.md). A disabled service has a desired count of 0 and
 * suspended scaling.
 */
export class EcsControlPlane implements ListedControlPlane {
  readonly #settings: SettingsOf<'ecs'>;
  readonly #clock: Clock;
  readonly #pause: EcsPorts['pause'];
  readonly #clusters: EcsClusters;
  readonly #services: EcsServices;
  readonly #scaling: EcsScaling;

  constructor({ settings, clients, clock, pause }: EcsPorts) {
    this.#settings = settings;
    this.#clock = clock;
    this.#pause = pause;
    this.#clusters = new EcsClusters(settings, clients);
    this.#services = new EcsServices(settings, clients);
    this.#scaling = new EcsScaling(settings.name, clients);
  }

  /** At most 100 services of one cluster a page, one cluster after another. ECS cannot tell that a page is unchanged. */
  async list(cursor: string | null): Promise<ListingPage> {
    const { at, refused } = cursor === null ? await this.#begin() : { at: readCursor(cursor), refused: [] };
    const { services: described, next } = await this.#services.page(at.cluster, at.token);
    const page: ListingPage = { tasks: [], refused, cursor: null };
    for (const service of described) this.#take(service, at.cluster, page);
    const following = next === undefined ? await this.#clusters.after(at.cluster) : at.cluster;
    if (following === undefined) return page;
    const begins: Cursor = { cluster: following, ...(next !== undefined && { token: next }) };
    return { ...page, cursor: JSON.stringify(begins) };
  }

  async get(task: string): Promise<ListedTask | undefined> {
    const found = await this.#find(task);
    if (!found) return undefined;
    const read = taskOf(found.service, this.#placeOf(found.name.cluster));
    if ('task' in read) return read.task;
    throw new ControlPlaneUnavailable(this.#settings.name, `service ${found.name.service}: ${read.problem}`);
  }

  /** Whether its clusters are there, and their services can be listed and described. */
  async check(): Promise<void> {
    const { there, missing } = await this.#clusters.all();
    if (missing.length > 0) {
      const named = missing.slice(0, 5).join(', ');
      throw new ControlPlaneUnavailable(this.#settings.name, `there is no cluster named ${named}`);
    }
    await this.#services.page(there[0] ?? '', undefined);
  }

  /**
   * Notes on the service what is there, suspends its scaling, and only then sets its desired count to 0: scaling that is
   * not suspended would raise it again. Somebody else's deployment or count in between wins, and what we did is put back.
   */
  async disable(request: DisableRequest): Promise<ControlAnswer> {
    const found = await this.#find(request.task.id);
    if (!found) return { outcome: 'gone' };
    const { name, service } = found;
    const mark = readMark(tagOf(service, MARK));
    const ours = isMarkOf(mark, request.requestId) ? mark : undefined;
    if (service.desiredCount === 0) return this.#alreadyOff(service, name, request, ours);
    // It was cut off before its count was set, or somebody has set it again since: nobody can tell.
    if (ours) return this.#putBack({ name, request, kept: ours }, service);
    if (isOther(service, request)) return { outcome: 'changed', reason: 'it was deployed anew' };
    const suspended = await this.#scaling.suspended(name, mark?.suspended);
    const kept = { desiredCount: service.desiredCount, suspended };
    await this.#services.mark(service, writtenMark(kept, request.requestId));
    await this.#scaling.suspend(name, suspended);
    return this.#turnOff({ name, request, kept }, service);
  }

  /**
   * Restores the desired count, then the scaling. A count that somebody else set since is left as it is; what they
   * deployed since is not enabled.
   */
  async enable(request: EnableRequest): Promise<ControlAnswer> {
    const found = await this.#find(request.task.id);
    if (!found) return { outcome: 'gone' };
    const { name, service } = found;
    if (isOther(service, request)) return { outcome: 'changed', reason: 'it was deployed anew since' };
    const kept = readKept(request.kept) ?? readMark(tagOf(service, MARK)) ?? UNKNOWN;
    if (service.desiredCount === 0) {
      const answer = await this.#set(name, kept.desiredCount);
      if (answer.outcome !== 'done') return answer;
    }
    await this.#scaling.restore(name, kept.suspended);
    await this.#services.unmark(service);
    const on = await this.#readBack(name, (count) => count > 0);
    return on ? { outcome: 'confirmed', at: this.#clock.now() } : { outcome: 'gone' };
  }

  async #begin(): Promise<{ at: Cursor; refused: ListingPage['refused'] }> {
    const { there, missing } = await this.#clusters.all();
    const reason = 'there is no cluster of this name';
    const refused = missing.map((cluster) => ({ task: this.#settings.prefix + cluster, reason }));
    return { at: { cluster: there[0] ?? '' }, refused };
  }

  #take(service: unknown, cluster: string, page: ListingPage): void {
    const read = readService(service);
    const place = this.#placeOf(cluster);
    if ('problem' in read) {
      page.refused.push({ task: place.prefix + nameIn(service), reason: read.problem });
      return;
    }
    if (!isTask(read.service)) return;
    const made = taskOf(read.service, place);
    if ('task' in made) page.tasks.push(made.task);
    else page.refused.push({ task: place.prefix + read.service.serviceName, reason: made.problem });
  }

  #placeOf(cluster: string) {
    const { prefix, dataPlane, ownersTag } = this.#settings;
    return { prefix: `${prefix}${cluster}/`, dataPlane, ownersTag, now: this.#clock.now() };
  }

  /** The service that a task is; undefined where there is none, or where its cluster does not belong to us. */
  async #find(task: string): Promise<{ name: ServiceName; service: ToldService } | undefined> {
    const { prefix } = this.#settings;
    const [cluster, service, ...more] = task.startsWith(prefix) ? task.slice(prefix.length).split('/') : [];
    if (!cluster || !service || more.length > 0) return undefined;
    const name = { cluster, service };
    if (!(await this.#clusters.has(cluster))) return undefined;
    const described = await this.#services.find(name);
    return described && isTask(described) ? { name, service: described } : undefined;
  }

  /** It is off by now: by us, whose answer was lost, or by somebody else. */
  async #alreadyOff(
    service: ToldService,
    name: ServiceName,
    request: DisableRequest,
    mark: Kept | undefined,
  ): Promise<ControlAnswer> {
    const isOurs = mark !== undefined || (request.isRepeated && !canBeTagged(service));
    if (!isOurs) return { outcome: 'changed', reason: 'its desired count is 0 already' };
    const kept = mark ?? UNKNOWN;
    if (isOther(service, request)) return this.#putBack({ name, request, kept }, service);
    return { outcome: 'confirmed', at: this.#clock.now(), kept: writtenKept(kept) };
  }

  async #turnOff(disabling: Disabling, service: ToldService): Promise<ControlAnswer> {
    const { name, request, kept } = disabling;
    const asBefore = async () => {
      await this.#scaling.restore(name, kept.suspended);
      await this.#services.unmark(service);
    };
    const answer = await this.#set(name, 0, asBefore);
    if (answer.outcome === 'refused') await asBefore();
    if (answer.outcome !== 'done') return answer;
    if (isOther(answer.service, request)) return this.#putBack(disabling, answer.service);
    const off = await this.#readBack(name, (count) => count !== kept.desiredCount);
    if (!off) return { outcome: 'gone' };
    if (off.desiredCount > 0 || isOther(off, request)) return this.#putBack(disabling, off);
    return { outcome: 'confirmed', at: this.#clock.now(), kept: writtenKept(kept) };
  }

  /** It changed while we disabled it: what others did stands, and what we did is undone. */
  async #putBack({ name, kept }: Disabling, service: ToldService): Promise<ControlAnswer> {
    if (service.desiredCount === 0) {
      const answer = await this.#set(name, kept.desiredCount);
      if (answer.outcome !== 'done') return answer;
    }
    await this.#scaling.restore(name, kept.suspended);
    await this.#services.unmark(service);
    return { outcome: 'changed', reason: 'it changed while it was disabled; it is as it was before' };
  }

  /** @param instead is done where it surely was not set, before that is thrown */
  async #set(name: ServiceName, desiredCount: number, instead?: () => Promise<void>) {
    try {
      return await this.#services.setDesiredCount(name, desiredCount);
    } catch (error) {
      if (isSurelyUndone(error)) await instead?.();
      throw unavailable(this.#settings.name, error);
    }
  }

  /**
   * The service as ECS tells it, once its desired count is what it must be by now; undefined where it is gone.
   * @throws ControlPlaneUnavailable where it goes on telling another one
   */
  async #readBack(
    name: ServiceName,
    isDone: (desiredCount: number) => boolean,
  ): Promise<ToldService | undefined> {
    for (let read = 1; ; read += 1) {
      const service = await this.#services.find(name);
      if (!service || !isTask(service)) return undefined;
      if (isDone(service.desiredCount)) return service;
      if (read === READS_BACK) break;
      await this.#pause(SECOND);
    }
    throw new ControlPlaneUnavailable(
      this.#settings.name,
      `${name.service} does not show its new count yet`,
      5,
    );
  }
}

/** Whether it is no longer what was decided upon. */
function isOther(service: ToldService, { revision }: { revision?: string }): boolean {
  return revision !== undefined && revisionOf(service) !== revision;
}

function readCursor(cursor: string): Cursor {
  return z.parse(cursorSchema, JSON.parse(cursor));
}

/** What stands in the place of a service's name, to find it by. */
function nameIn(service: unknown): string {
  const name =
    typeof service === 'object' && service !== null && 'serviceName' in service
      ? service.serviceName
      : undefined;
  return typeof name === 'string' && name !== '' ? name.slice(0, 255) : '?';
}
