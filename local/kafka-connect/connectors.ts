import { setTimeout as wait } from 'node:timers/promises';
import { LocalProblem } from '../progress.ts';

const LOOK_EVERY_MS = 100;

/** A connector and its tasks as Connect states them: `RUNNING FAILED`, the connector first. */
export type States = string;

/** What people and their tools do with a worker of Connect. */
export class Connectors {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Makes a connector, or changes its configuration. */
  async put(name: string, config: Record<string, string>): Promise<void> {
    await this.#call('PUT', `${pathOf(name)}/config`, config);
  }

  /** Makes a connector whose name no path can carry. */
  async create(name: string, config: Record<string, string>): Promise<void> {
    await this.#call('POST', '/connectors', { name, config });
  }

  async remove(name: string): Promise<void> {
    await this.#call('DELETE', pathOf(name));
  }

  async change(name: string, verb: 'stop' | 'pause' | 'resume'): Promise<void> {
    await this.#call('PUT', `${pathOf(name)}/${verb}`);
  }

  /** As operators do it each hour: what failed is started again. */
  async restart(name: string): Promise<void> {
    await this.#call('POST', `${pathOf(name)}/restart?includeTasks=true&onlyFailed=true`);
  }

  async states(name: string): Promise<States> {
    const answer = await fetch(`${this.#url}${pathOf(name)}/status`);
    if (answer.status === 404) return '';
    const { connector, tasks } = (await answer.json()) as { connector: State; tasks: State[] };
    return [connector, ...tasks].map(({ state }) => state).join(' ');
  }

  /** Waits until it has these states; throws where it does not come to them. */
  async until(name: string, wanted: States, withinMs = 30_000): Promise<void> {
    let states = '';
    for (const giveUpAt = performance.now() + withinMs; performance.now() < giveUpAt; ) {
      states = await this.states(name);
      if (states === wanted) return;
      await wait(LOOK_EVERY_MS);
    }
    throw new LocalProblem(`the connector ${name} is ${states} after ${withinMs / 1_000} s, not ${wanted}`);
  }

  async #call(method: string, path: string, body?: unknown): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) };
    const answer = await fetch(`${this.#url}${path}`, init);
    if (!answer.ok)
      throw new LocalProblem(`Connect answers ${answer.status} to ${method} ${path}: ${await answer.text()}`);
  }
}

interface State {
  state: string;
}

function pathOf(name: string): string {
  return `/connectors/${encodeURIComponent(name)}`;
}
