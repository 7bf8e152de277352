import * as z from 'zod/mini';
import { BOUNDS } from '../../abandonment/bounds.ts';
import type { Duration } from '../../abandonment/time.ts';
import { SECOND } from '../../abandonment/time.ts';
import type {
  ControlAnswer,
  DisableRequest,
  EnableRequest,
  ListedControlPlane,
  ListedTask,
  ListingPage,
} from '../../platform/control-plane.port.ts';
import { ConnectClient, type ConnectParts } from './connect-client.ts';
import {
  type Connector,
  infoAnswer,
  listedTask,
  named,
  nameProblem,
  type OffState,
  offStateOf,
  readConnector,
  statusAnswer,
} from './connector.ts';
import { hashOf, revisionOf } from './revision.ts';
import { hasStop } from './worker-version.ts';

/** Connectors of one page. */
const PAGE = 1_000;

/** No task has a longer name; one that is longer comes with the first page, so that a cursor stays short. */
const LONGEST_NAME = BOUNDS.taskId.most;

/** Connect acts after it answered: how long before it is looked at for the first time. */
const FIRST_LOOK: Duration = SECOND / 10;

/** Encoded in a path these are refused by Kafka 4 (status 400); all connectors together are described in any case. */
const NO_PATH = /[/%\\]/;

const names = z.array(z.string());
const connectors = z.record(z.string(), z.unknown());
const root = z.object({ version: z.string() });

/** A connector that is there, and how it reads now. */
type Found = { connector: Connector; revision: string };

/**
 * The connectors of one cluster of Kafka Connect, by its REST interface. A connector is a task, its tasks are shards
 * (docs/connect/kafka-connect.md, docs/decisions/0042-kafka-connect.md).
 */
export class KafkaConnectControlPlane implements ListedControlPlane {
  readonly #client: ConnectClient;
  readonly #parts: ConnectParts;
  readonly #pageSize: number;

  constructor(parts: ConnectParts & { pageSize?: number }) {
    this.#client = new ConnectClient(parts);
    this.#parts = parts;
    this.#pageSize = parts.pageSize ?? PAGE;
  }

  async check(): Promise<void> {
    await this.#names();
  }

  /** Connect knows no pages: all of it is asked for, and cut by the order of names. The cursor is the last name. */
  async list(cursor: string | null, tag?: string): Promise<(ListingPage & { tag: string }) | 'notModified'> {
    const connectors = await this.#names();
    const page = this.#page(connectors, new Map(Object.entries(await this.#described())), cursor);
    const newTag = hashOf(JSON.stringify(page));
    return newTag === tag ? 'notModified' : { ...page, tag: newTag };
  }

  async get(task: string): Promise<ListedTask | undefined> {
    const name = this.#nameOf(task);
    const found = await this.#find(name);
    if (!found) return undefined;
    const listed = listedTask(name, found.connector, this.#parts.settings);
    if (typeof listed === 'string') throw this.#client.unavailable(`connector ${named(name)}: ${listed}`);
    return listed;
  }

  async disable({ task, revision, isRepeated }: DisableRequest): Promise<ControlAnswer> {
    const name = this.#nameOf(task.id);
    const before = await this.#find(name);
    if (!before) return { outcome: 'gone' };
    if (revision !== undefined && before.revision !== revision) return EDITED;
    const off = offStateOf(before.connector);
    const wanted = await this.#wantedState();
    if (off !== undefined) return isRepeated && off === wanted ? this.#confirmed(off) : OFF_ALREADY[off];
    if (wanted === 'PAUSED' && before.connector.status.connector.state === 'FAILED') return NO_PAUSE;
    const put = await this.#put(name, wanted === 'STOPPED' ? 'stop' : 'pause');
    if (put !== 'accepted') return put;
    const after = await this.#until(name, (state) => state === wanted);
    if (!after) return { outcome: 'gone' };
    return after.revision === before.revision ? this.#confirmed(wanted) : this.#takeBack(name);
  }

  async enable({ task, revision, kept }: EnableRequest): Promise<ControlAnswer> {
    const name = this.#nameOf(task.id);
    const before = await this.#find(name);
    if (!before) return { outcome: 'gone' };
    if (revision !== undefined && before.revision !== revision) return EDITED;
    const off = offStateOf(before.connector);
    // Asked before, or done by somebody else: it runs, which is what was asked for.
    if (off === undefined) return this.#confirmed();
    if (kept !== undefined && kept !== off) return OFF_ALREADY[off];
    const put = await this.#put(name, 'resume');
    if (put !== 'accepted') return put;
    return (await this.#until(name, (state) => state === undefined))
      ? this.#confirmed()
      : { outcome: 'gone' };
  }

  #page(
    names: readonly string[],
    described: ReadonlyMap<string, unknown>,
    cursor: string | null,
  ): ListingPage {
    const all = [...new Set([...names, ...described.keys()])].sort();
    const isLong = (name: string) => name.length > LONGEST_NAME;
    const rest = all.filter((name) => !isLong(name) && (cursor === null || name > cursor));
    const here = rest.slice(0, this.#pageSize);
    const page: ListingPage = { tasks: [], refused: [], cursor: null };
    for (const name of cursor === null ? [...all.filter(isLong), ...here] : here) {
      const task = this.#taskOf(name, described.get(name));
      if (typeof task === 'string')
        page.refused.push({
          task: (this.#parts.settings.prefix + name).slice(0, LONGEST_NAME),
          reason: task,
        });
      else page.tasks.push(task);
    }
    if (rest.length > here.length) page.cursor = here.at(-1) ?? null;
    return page;
  }

  #taskOf(name: string, described: unknown): ListedTask | string {
    // It was made or removed this moment, or Connect has lost its status: it is there, and nothing is known of it.
    if (described === undefined) return 'Connect names it, and does not describe it';
    const connector = readConnector(described);
    return typeof connector === 'string' ? connector : listedTask(name, connector, this.#parts.settings);
  }

  #nameOf(task: string): string {
    const { name, prefix } = this.#parts.settings;
    if (task.startsWith(prefix)) return task.slice(prefix.length);
    throw new Error(`control plane ${name} was asked for a task that is not below ${prefix}`);
  }

  async #names(): Promise<string[]> {
    return this.#read('/connectors', names);
  }

  async #read<Schema extends z.core.$ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    const answer = await this.#client.read(path, schema);
    if (answer !== undefined) return answer;
    throw this.#client.unavailable(
      'has no connectors there (status 404): it is starting, or the URL is not its own',
    );
  }

  /** A connector as it is now; undefined only where Connect has no such one among all. */
  async #find(name: string): Promise<Found | undefined> {
    if (nameProblem(name) !== undefined) return undefined;
    const connector = NO_PATH.test(name) ? await this.#amongAll(name) : await this.#alone(name);
    if (connector) return { connector, revision: revisionOf(connector.info.config) };
    if (!(await this.#names()).includes(name)) return undefined;
    throw this.#client.unavailable(`names the connector ${named(name)}, and does not describe it`);
  }

  async #alone(name: string): Promise<Connector | undefined> {
    const path = `/connectors/${encodeURIComponent(name)}`;
    const info = await this.#client.read(path, infoAnswer);
    const status = info && (await this.#client.read(`${path}/status`, statusAnswer));
    return status && { status, info };
  }

  async #amongAll(name: string): Promise<Connector | undefined> {
    const connector = readConnector(new Map(Object.entries(await this.#described())).get(name));
    return typeof connector === 'string' ? undefined : connector;
  }

  #described(): Promise<Record<string, unknown>> {
    return this.#read('/connectors?expand=status&expand=info', connectors);
  }

  /** What a connector of ours is to be when it is off: workers before 3.5 cannot stop one. */
  async #wantedState(): Promise<OffState> {
    if (this.#parts.settings.disableBy === 'pause') return 'PAUSED';
    return hasStop((await this.#read('/', root)).version) ? 'STOPPED' : 'PAUSED';
  }

  async #put(name: string, verb: 'stop' | 'pause' | 'resume'): Promise<'accepted' | ControlAnswer> {
    const { status } = await this.#client.ask('PUT', `/connectors/${encodeURIComponent(name)}/${verb}`);
    if (status < 300) return 'accepted';
    if (status === 400)
      return { outcome: 'refused', reason: 'Connect takes no call with such a name in its URL' };
    if (status === 404 && !(await this.#names()).includes(name)) return { outcome: 'gone' };
    throw this.#client.unavailable(`does not take PUT ${verb} of ${named(name)} (status ${status})`);
  }

  /** Looks until it is so, for as long as one call may take; undefined where it is gone meanwhile. */
  async #until(name: string, isSo: (off: OffState | undefined) => boolean): Promise<Found | undefined> {
    const { pause, settings } = this.#parts;
    for (let wait = FIRST_LOOK; wait <= settings.timeout; wait *= 2) {
      await pause(wait);
      const found = await this.#find(name);
      if (!found || isSo(offStateOf(found.connector))) return found;
    }
    throw this.#client.unavailable(`took the request for ${named(name)}, and has not done it yet`);
  }

  /** Somebody edited it in the moment between our look and our call: theirs counts, and it runs again. */
  async #takeBack(name: string): Promise<ControlAnswer> {
    const put = await this.#put(name, 'resume');
    return put === 'accepted' ? EDITED : put;
  }

  #confirmed(kept?: OffState): ControlAnswer {
    const at = this.#parts.clock.now();
    return kept === undefined ? { outcome: 'confirmed', at } : { outcome: 'confirmed', at, kept };
  }
}

const EDITED: ControlAnswer = { outcome: 'changed', reason: 'its configuration was changed' };

/** Connect takes the request, and its state stays `FAILED`. */
const NO_PAUSE: ControlAnswer = {
  outcome: 'refused',
  reason: 'Connect cannot pause a connector that failed itself; it can stop one (disableBy, Kafka 3.5)',
};

const OFF_ALREADY: Record<OffState, ControlAnswer> = {
  PAUSED: { outcome: 'changed', reason: 'somebody else paused it' },
  STOPPED: { outcome: 'changed', reason: 'somebody else stopped it' },
};
