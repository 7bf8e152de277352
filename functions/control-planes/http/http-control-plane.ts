import { createHash } from 'node:crypto';
import { formatInstant } from '../../abandonment/time.ts';
import type {
  ControlAnswer,
  DisableRequest,
  EnableRequest,
  ListedControlPlane,
  ListedTask,
  ListingPage,
} from '../../platform/control-plane.port.ts';
import type { SecretPlace, SettingsOf } from '../../platform/control-plane-settings.ts';
import type { Clock, Fetch } from '../../platform/ports.ts';
import { webhookHeaders } from '../../platform/webhook-signature.ts';
import { type Answer, HttpCalls, wordsOf } from './http-calls.ts';
import { type Place, readPage, readTask } from './read-tasks.ts';

/** What an HTTP control plane is asked with. */
export interface HttpParts {
  settings: SettingsOf<'http'>;
  /** Ends a call after its time with a `TimeoutError`. */
  fetch: Fetch;
  /** The value of the header Authorization, ready to be sent; none where none is configured. */
  credentials(): Promise<string | undefined>;
  /** The text of a further secret: of `signedWith`. */
  secret(place: SecretPlace): Promise<string>;
  clock: Clock;
}

type Action = 'disable' | 'enable';

/** What a change is asked for with, beside what it is about. */
interface Change {
  action: Action;
  task: string;
  revision: string | undefined;
  requestId: string;
  reason: string;
  more: Record<string, unknown>;
}

/**
 * A control plane that implements docs/control-plane.openapi.yaml. Its word is checked against what it then shows: a task is
 * disabled when it reads so, and gone when a problem of the contract says so.
 */
export class HttpControlPlane implements ListedControlPlane {
  readonly #parts: HttpParts;
  readonly #calls: HttpCalls;
  readonly #base: string;

  constructor(parts: HttpParts) {
    const { settings, fetch, clock } = parts;
    this.#parts = parts;
    this.#base = settings.url.replace(/\/+$/, '');
    this.#calls = new HttpCalls({
      name: settings.name,
      timeout: settings.timeout,
      fetch,
      now: () => clock.now(),
    });
  }

  async list(cursor: string | null, tag?: string): Promise<(ListingPage & { tag?: string }) | 'notModified'> {
    return this.#page(cursor, this.#parts.settings.pageSize, tag);
  }

  async get(task: string): Promise<ListedTask | undefined> {
    const answer = await this.#send('GET', this.#pathOf(task));
    if (isGone(answer)) return undefined;
    const read = readTask(this.#valueOf(answer), this.#place());
    if ('problem' in read) throw this.#calls.unavailable(`describes a task as none can be: ${read.problem}`);
    if (read.task.id === task) return read.task;
    throw this.#calls.unavailable('answers with another task than it was asked for');
  }

  async check(): Promise<void> {
    await this.#page(null, 1);
  }

  async disable(request: DisableRequest): Promise<ControlAnswer> {
    const { task, revision, requestId, reason, isRepeated, disableAt } = request;
    const more = disableAt === null ? {} : { disableAt: formatInstant(disableAt) };
    const answer = await this.#change({
      action: 'disable',
      task: task.id,
      revision,
      requestId,
      reason,
      more,
    });
    if (!isToBeRead(answer)) return answer;
    const now = await this.get(task.id);
    if (now === undefined) return { outcome: 'gone' };
    if (now.revision !== revision) return { outcome: 'changed', reason: 'it was published meanwhile' };
    const { word } = answer;
    if (!now.enabled) return word !== 'conflict' || isRepeated ? this.#confirmed() : changed(answer);
    if (word === 'accepted') return { outcome: 'requested' };
    if (word === 'done' && isRepeated)
      return { outcome: 'changed', reason: 'it was enabled again meanwhile' };
    throw this.#calls.unavailable(contradiction(answer, 'disabled', 'it reads enabled, in the same version'));
  }

  async enable({ task, revision, requestId, reason, by }: EnableRequest): Promise<ControlAnswer> {
    const answer = await this.#change({
      action: 'enable',
      task: task.id,
      revision,
      requestId,
      reason,
      more: { by },
    });
    if (!isToBeRead(answer)) return answer;
    const now = await this.get(task.id);
    if (now === undefined) return { outcome: 'gone' };
    if (now.revision !== revision) return { outcome: 'changed', reason: 'it was published meanwhile' };
    // Whoever enabled it: it is as it was to be, and an answer of ours may have been lost.
    if (now.enabled) return this.#confirmed();
    if (answer.word === 'accepted') return { outcome: 'requested' };
    throw this.#calls.unavailable(contradiction(answer, 'enabled', 'it reads disabled, in the same version'));
  }

  #confirmed(): ControlAnswer {
    return { outcome: 'confirmed', at: this.#parts.clock.now() };
  }

  /** Asks for a change. What was answered is either final, or to be compared with what the task reads now. */
  async #change(change: Change): Promise<ControlAnswer | ToBeRead> {
    const { action, task, revision, requestId, reason, more } = change;
    if (revision === undefined) return { outcome: 'changed', reason: 'no listing has seen it' };
    // The same key says the same body: servers may refuse one that comes with another.
    const body = JSON.stringify({ action, task: this.#idOf(task), version: revision, reason, ...more });
    const key = keyOf([requestId, body]);
    const answer = await this.#send('POST', `${this.#pathOf(task)}/${action}`, { key, body });
    const { status, problem } = answer;
    if (isGone(answer)) return { outcome: 'gone' };
    if (status === 202) return { word: 'accepted' };
    if (status === 200 || status === 204) return { word: 'done' };
    if (status === 409) return { word: 'conflict', words: problem && wordsOf(problem) };
    if (status === 422 && problem?.code === 'refused')
      return { outcome: 'refused', reason: wordsOf(problem) };
    throw this.#unexpected(answer);
  }

  async #page(cursor: string | null, limit: number, tag?: string) {
    const query = new URLSearchParams({ limit: String(limit), ...(cursor !== null && { cursor }) });
    const answer = await this.#send('GET', `/tasks?${query}`, tag === undefined ? {} : { tag });
    if (answer.status === 304 && tag !== undefined) return 'notModified' as const;
    const page = readPage(this.#valueOf(answer), this.#place());
    if ('problem' in page) throw this.#calls.unavailable(`answers no page of tasks: ${page.problem}`);
    const count = page.tasks.length + page.refused.length;
    if (count > limit) throw this.#calls.unavailable(`lists ${count} tasks where ${limit} were asked for`);
    if (page.cursor !== null && page.cursor === cursor)
      throw this.#calls.unavailable('says that a page begins where the one before it began');
    return answer.tag === undefined ? page : { ...page, tag: answer.tag };
  }

  #valueOf(answer: Answer): unknown {
    if (answer.status === 200 && answer.value !== undefined) return answer.value;
    throw this.#unexpected(answer);
  }

  #unexpected({ status, problem }: Answer) {
    return this.#calls.unavailable(`answers ${status}${problem ? `: ${wordsOf(problem)}` : ''}`);
  }

  async #send(
    method: 'GET' | 'POST',
    path: string,
    more: { key?: string; body?: string; tag?: string } = {},
  ) {
    const { settings, credentials, secret, clock } = this.#parts;
    const { key, body = '', tag } = more;
    const [authorization, signedWith] = await Promise.all([
      credentials(),
      settings.signedWith && secret(settings.signedWith),
    ]);
    const at = clock.now();
    const id = key ?? keyOf([String(at), method, path]);
    return this.#calls.ask({
      method,
      url: this.#base + path,
      headers: {
        accept: 'application/json, application/problem+json',
        'user-agent': 'taskwarden',
        ...(authorization !== undefined && { authorization }),
        ...(signedWith !== undefined && webhookHeaders({ id, at, body }, signedWith)),
        ...(tag !== undefined && { 'if-none-match': tag }),
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(body !== '' && { 'content-type': 'application/json' }),
      },
      ...(body !== '' && { body }),
    });
  }

  #place(): Place {
    const { settings, clock } = this.#parts;
    return { prefix: settings.prefix, dataPlane: settings.dataPlane, now: clock.now() };
  }

  #pathOf(task: string): string {
    return `/tasks/${encodeURIComponent(this.#idOf(task))}`;
  }

  /** The id as the control plane knows it. */
  #idOf(task: string): string {
    const { prefix, name } = this.#parts.settings;
    if (!task.startsWith(prefix)) throw new Error(`task ${task} is not of control plane ${name}`);
    return task.slice(prefix.length);
  }
}

/** What is not to be believed before the task is read again. */
interface ToBeRead {
  word: 'done' | 'accepted' | 'conflict';
  words?: string | undefined;
}

function isToBeRead(answer: ControlAnswer | ToBeRead): answer is ToBeRead {
  return 'word' in answer;
}

function changed({ words = 'somebody disabled it' }: ToBeRead): ControlAnswer {
  return { outcome: 'changed', reason: words };
}

function contradiction({ word }: ToBeRead, done: string, reads: string): string {
  return word === 'done' ? `says that it ${done} a task: ${reads}` : `says that a task has changed: ${reads}`;
}

/** A 404 without the contract's code may come from a wrong URL, or from what stands before the control plane. */
function isGone({ status, problem }: Answer): boolean {
  return (status === 404 || status === 410) && problem?.code === 'no-such-task';
}

/** The same for the same request, and fit for a header. */
function keyOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 32);
}
