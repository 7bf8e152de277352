import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Connectors } from '../../local/kafka-connect/connectors.ts';
import { type KafkaConnect, startKafkaConnect } from '../../local/kafka-connect/kafka-connect.ts';
import { type Answer, type Call, ServiceProxy } from './proxy.ts';
import type { SeededTask, TakenRequest } from './verifier.ts';

/** Its connectors are the tasks below this prefix. */
export const UNDER_CONNECT = 'connect/';

/** What Taskwarden asks a worker to stop. */
const STOP = /^\/connectors\/([^/?]+)\/stop$/;

const STATES_WITHIN_MS = 60_000;
const PAUSE_MS = 200;

const STRINGS = 'org.apache.kafka.connect.storage.StringConverter';

/**
 * A real Kafka Connect whose connectors are tasks: a cluster of one worker, which keeps them over a stop. All calls of
 * Taskwarden come by a proxy, which notes what the worker took.
 */
export class ConnectCluster {
  readonly #kafka: KafkaConnect;
  readonly #proxy: ServiceProxy;
  readonly #connectors: Connectors;
  /** The names that it was asked to stop, and took. */
  #taken: string[] = [];
  #isUp = true;
  #diesAtStop = false;

  private constructor(kafka: KafkaConnect, proxy: ServiceProxy) {
    this.#kafka = kafka;
    this.#proxy = proxy;
    this.#connectors = new Connectors(kafka.url);
    proxy.target = kafka.url;
    proxy.disturbance = (call, forward) => this.#answer(call, forward);
  }

  /** Starts a broker and a worker, whose jars are there (`fetchKafkaConnect`). */
  static async start(): Promise<ConnectCluster> {
    return new ConnectCluster(await startKafkaConnect('distributed'), await ServiceProxy.open());
  }

  /** How a stage's configuration has it. */
  get settings(): Record<string, string> {
    return {
      type: 'kafka-connect',
      name: 'chaos',
      prefix: UNDER_CONNECT,
      dataPlane: 'connect-chaos',
      url: this.#proxy.url,
    };
  }

  /** Makes the connectors of a fleet: their tasks run or fail from the beginning. */
  async seed(fleet: readonly SeededTask[]): Promise<void> {
    this.#taken = [];
    for (const task of fleet) await this.#connectors.put(nameOf(task), this.#configOf(task));
    for (const task of fleet) {
      const states = task.expected === 'left alone' ? 'RUNNING RUNNING' : 'RUNNING FAILED';
      await this.#connectors.until(nameOf(task), states, STATES_WITHIN_MS);
    }
  }

  /**
   * What was turned off, as Connect itself says it, once for each time that it was asked to and took it. While it is away, what it
   * took before.
   */
  async stopped(): Promise<TakenRequest[]> {
    const off: TakenRequest[] = [];
    for (const [place, name] of this.#taken.entries()) {
      const isOff = !this.#isUp || (await this.#connectors.states(name)) === 'STOPPED';
      if (isOff) off.push({ task: UNDER_CONNECT + name, requestId: `${name} ${place}` });
    }
    return off;
  }

  /** Ends the worker, as operators do it, or at once. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#isUp = false;
    await this.#kafka.stopWorker(signal);
  }

  /** Starts the worker again. What it took and forgot as it died was never done. */
  async start(): Promise<void> {
    await this.#kafka.startWorker();
    this.#isUp = true;
    const kept: string[] = [];
    for (const name of this.#taken) if ((await this.#settled(name)) === 'STOPPED') kept.push(name);
    this.#taken = kept;
  }

  /** From now on the worker dies as soon as it took the next request to stop a connector: nobody hears that it did. */
  dieAtNextStop(): void {
    this.#diesAtStop = true;
  }

  /** Whether the worker runs. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Ends all of it. */
  async close(): Promise<void> {
    this.#proxy.close();
    await this.#kafka.stop();
  }

  async #answer({ method, path }: Call, forward: () => Promise<Answer>): Promise<Answer | 'cut'> {
    const answer = await forward();
    const name = method === 'PUT' ? STOP.exec(path)?.[1] : undefined;
    if (name === undefined || answer.status >= 300) return answer;
    this.#taken.push(decodeURIComponent(name));
    if (!this.#diesAtStop) return answer;
    this.#diesAtStop = false;
    await this.stop('SIGKILL');
    return 'cut';
  }

  /** Its state once the worker has read what it knew. */
  async #settled(name: string): Promise<string> {
    for (const giveUpAt = performance.now() + STATES_WITHIN_MS; performance.now() < giveUpAt; ) {
      const states = await this.#connectors.states(name);
      if (/^(STOPPED|RUNNING (FAILED|RUNNING))$/.test(states)) return states;
      await wait(PAUSE_MS);
    }
    throw new Error(`Connect does not say what became of ${name}`);
  }

  /** What fails wants to write into a folder that is not there. */
  #configOf(task: SeededTask): Record<string, string> {
    const folder = task.expected === 'left alone' ? '.' : 'archive';
    return {
      'connector.class': 'FileStreamSink',
      'tasks.max': '1',
      topics: 'orders',
      file: join(this.#kafka.folder, folder, `${nameOf(task)}.txt`),
      'key.converter': STRINGS,
      'value.converter': STRINGS,
      'taskwarden.owners': task.owners.join(','),
    };
  }
}

function nameOf({ id }: SeededTask): string {
  return id.slice(UNDER_CONNECT.length);
}
