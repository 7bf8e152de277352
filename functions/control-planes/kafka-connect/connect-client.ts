import * as z from 'zod/mini';
import { type Duration, SECOND } from '../../abandonment/time.ts';
import { ControlPlaneUnavailable } from '../../platform/control-plane.port.ts';
import type { SettingsOf } from '../../platform/control-plane-settings.ts';
import type { Clock, Fetch } from '../../platform/ports.ts';
import { recordable } from '../../platform/recorded-text.ts';
import { retryAfterSeconds } from '../../platform/retry-after.ts';

/** What a client of Kafka Connect's REST interface is made of. */
export interface ConnectParts {
  settings: SettingsOf<'kafka-connect'>;
  /** Keeps to the time that one call may take. */
  fetch: Fetch;
  /** The ready value of the header `Authorization`; undefined where calls carry none. */
  credentials: () => Promise<string | undefined>;
  clock: Clock;
  /** Waits before it is asked again what became of a request. */
  pause: (duration: Duration) => Promise<void>;
}

/** What it answered, where that says something of what was asked about: 2xx, 400, 404 or 405. */
export interface ConnectAnswer {
  status: number;
  /** The JSON of its body; undefined where there is none that can be read. */
  body: unknown;
}

/** All connectors with their configurations, states and traces: 1,000 of 30 KB. What is larger is not read to its end. */
const LARGEST_ANSWER = 32 * 1024 * 1024;

/** How long to leave a worker alone that is busy with a rebalance, where it does not say. */
const REBALANCE_SECONDS = 15;

/** Answers that say something of what was asked about; all others say something of the control plane. */
const TELLING = [400, 404, 405];

const LONGEST_MESSAGE = 200;

const errorBody = z.object({ message: z.string() });

/** Asks a worker of Kafka Connect. Throws `ControlPlaneUnavailable` where it cannot be asked now. */
export class ConnectClient {
  readonly #parts: ConnectParts;

  constructor(parts: ConnectParts) {
    this.#parts = parts;
  }

  /** @param path behind the configured URL, its parts encoded */
  async ask(method: 'GET' | 'PUT', path: string): Promise<ConnectAnswer> {
    const response = await this.#call(method, path);
    const text = await this.#textOf(response);
    if (!response.ok && !TELLING.includes(response.status)) throw this.#failed(response, text);
    return { status: response.status, body: jsonOf(text) };
  }

  /**
   * What it answers to a GET, read by a schema; undefined where it answers 404, that is, has no such thing or is not
   * ready yet.
   */
  async read<Schema extends z.core.$ZodType>(
    path: string,
    schema: Schema,
  ): Promise<z.output<Schema> | undefined> {
    const { status, body } = await this.ask('GET', path);
    if (status === 404) return undefined;
    const parsed = z.safeParse(schema, body);
    if (status === 200 && parsed.success) return parsed.data;
    throw this.unavailable(`answers GET ${pathOf(path)} with what cannot be read (status ${status})`);
  }

  unavailable(why: string, retryAfterSeconds?: number): ControlPlaneUnavailable {
    return new ControlPlaneUnavailable(this.#parts.settings.name, why, retryAfterSeconds);
  }

  async #call(method: 'GET' | 'PUT', path: string): Promise<Response> {
    const { settings, fetch, credentials } = this.#parts;
    const authorization = await credentials();
    const headers = { accept: 'application/json', ...(authorization === undefined ? {} : { authorization }) };
    const url = `${settings.url.replace(/\/+$/, '')}${path}`;
    try {
      // A redirect would carry the credentials elsewhere.
      return await fetch(url, { method, headers, redirect: 'manual' });
    } catch (error) {
      throw this.#unreached(error);
    }
  }

  async #textOf(response: Response): Promise<string> {
    const pieces: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const piece of response.body ?? []) {
        size += piece.byteLength;
        if (size > LARGEST_ANSWER) break;
        pieces.push(piece);
      }
    } catch (error) {
      throw this.#unreached(error);
    }
    if (size <= LARGEST_ANSWER) return Buffer.concat(pieces).toString('utf8');
    throw this.unavailable(`answers with more than ${LARGEST_ANSWER / 1024 / 1024} MB`);
  }

  #unreached(error: unknown): ControlPlaneUnavailable {
    if (error instanceof ControlPlaneUnavailable) return error;
    const { name, cause } = error instanceof Error ? error : new Error(String(error));
    if (name === 'TimeoutError')
      return this.unavailable(`does not answer within ${this.#parts.settings.timeout / SECOND} s`);
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : name;
    return this.unavailable(`cannot be reached (${recordable(code).slice(0, 40)})`);
  }

  #failed(response: Response, text: string): ControlPlaneUnavailable {
    const { status } = response;
    if (status === 401 || status === 403)
      return this.unavailable(`refuses our credentials (status ${status})`);
    const after = retryAfterSeconds(response.headers.get('retry-after'), this.#parts.clock.now());
    if (status === 409) return this.unavailable('is rebalancing (status 409)', after ?? REBALANCE_SECONDS);
    const parsed = z.safeParse(errorBody, jsonOf(text));
    const message = parsed.success ? `: ${recordable(parsed.data.message).slice(0, LONGEST_MESSAGE)}` : '';
    return this.unavailable(`answers with status ${status}${message}`, after);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Without its query, and short enough for a log. */
function pathOf(path: string): string {
  return recordable(path.replace(/\?.*/, '')).slice(0, LONGEST_MESSAGE);
}
